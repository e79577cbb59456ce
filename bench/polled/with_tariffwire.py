"""Program: the bot's own polling; see `bench.polled.bot_turns`.

This module has no imports at its top, because every parser process imports the module again.
"""

import asyncio


def run() -> None:
    """Opens the store, then polls every feed once per turn."""
    from bench.polled.bot_turns import main

    asyncio.run(main())


if __name__ == "__main__":
    run()
