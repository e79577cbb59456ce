"""`python -m bot` is `tariffwire`."""

from bot.cli import main
from bot.runtime.gc_tuning import postpone_collections


def run() -> None:
    """Runs the command line in a process of its own."""
    postpone_collections()
    main()


if __name__ == "__main__":
    run()
