"""Measures how long the event loop is blocked.

The unit is CPU time of the loop's thread, because other processes do not affect it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import thread_time

_EVERY_S = 0.001


class Lag:
    """The most CPU time that the loop's thread used between two wake-ups of a task, in ms."""

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
    """Measures the event loop while the `with` block runs."""
    lag = Lag()
    task = asyncio.create_task(lag._measure())
    try:
        yield lag
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
