"""Program: the bot's own polling; see `bench.polled.bot_turns`.

It has no imports at the top, because every parser process imports this module again.
"""

import asyncio


def run() -> None:
    """Opens the store, then polls every feed once per turn."""
    from bench.polled.bot_turns import main

    asyncio.run(main())


if __name__ == "__main__":
    run()
