"""Reads of the database that end in time, for pages that programs call often."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from bot.errors import StoreError

T = TypeVar("T")


class BoundedRead(Generic[T]):
    """Calls `read`, but waits for its result only for `timeout_s` seconds.

    A query cannot be cancelled. One that is late continues, and the next call waits for it instead
    of starting another one.
    """

    def __init__(self, read: Callable[[], Awaitable[T]], timeout_s: float) -> None:
        self._read, self._timeout_s = read, timeout_s
        self._running: asyncio.Future[T] | None = None

    async def get(self) -> T | None:
        """The result; None if it is late or the database has failed."""
        task = self._running
        if task is None or task.done():
            task = self._running = asyncio.ensure_future(self._read())
        done, _ = await asyncio.wait({task}, timeout=self._timeout_s)
        if not done or task.cancelled():
            return None
        try:
            return task.result()
        except StoreError:
            return None

    async def finish(self) -> None:
        """Waits for a read that is still running."""
        if self._running is not None:
            await asyncio.wait({self._running})
