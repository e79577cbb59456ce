"""Measures how long the event loop is blocked.

It measures CPU time of the loop's thread, which does not depend on other processes.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import thread_time

_EVERY_S = 0.001


class Lag:
    """The longest block of the event loop in milliseconds, as CPU time between two wake-ups."""

    def __init__(self) -> None:
        self.longest_ms = 0.0

    def clear(self) -> None:
        """Resets the measurement."""
        self.longest_ms = 0.0

    async def _measure(self) -> None:
        while True:
            before_s = thread_time()
            await asyncio.sleep(_EVERY_S)
            self.longest_ms = max(self.longest_ms, (thread_time() - before_s) * 1000)


@asynccontextmanager
async def measured() -> AsyncIterator[Lag]:
    """Measures while the block runs."""
    lag = Lag()
    task = asyncio.create_task(lag._measure())
    try:
        yield lag
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
