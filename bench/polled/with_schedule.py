"""Program: the bot on its schedule, as `bench.polled.bot_hours` has it.

It is thin because every parser process imports its parent's main module, as it does the bot's.
"""

import asyncio


def run() -> None:
    """Polls what is due, for as many turns as were asked for."""
    from bench.polled.bot_hours import main

    asyncio.run(main())


if __name__ == "__main__":
    run()
