"""`python -m bot` is `tariffwire`."""

from bot.cli import main

if __name__ == "__main__":
    main()
