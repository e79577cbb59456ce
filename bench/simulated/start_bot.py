"""Program: the bot of a simulated day; see `bench.simulated.bot_process`.

This module has no imports at its top, because every parser process imports the module again.
"""


def run() -> None:
    """Processes the ticks of one process of the bot."""
    import asyncio

    from bench.simulated.bot_process import main

    asyncio.run(main())


if __name__ == "__main__":
    run()
