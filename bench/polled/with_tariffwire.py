"""Program: the bot's own way of polling, as `bench.polled.bot_turns` has it.

It is thin because every parser process imports its parent's main module, as it does the bot's.
"""

import asyncio


def run() -> None:
    """Opens the store, then polls every feed once each turn."""
    from bench.polled.bot_turns import main

    asyncio.run(main())


if __name__ == "__main__":
    run()
