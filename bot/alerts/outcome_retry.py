"""Writes what became of a delivery, again where the database is away, until it can be written."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.errors import StoreAway

AGAIN_S = 3.0
"""Between two tries, in seconds."""


class OutcomeRetry:
    """Keeps outcomes in memory and writes them again every `again_s` seconds until it works."""

    def __init__(self, again_s: float = AGAIN_S) -> None:
        self._again_s = again_s
        self._stopped = asyncio.Event()

    async def keep(self, write: Callable[[], Awaitable[None]], until: float) -> None:
        """Returns once `write` has.

        Raises StoreAway when the database is still away at `until`, by the loop's clock, or at a
        last try after `stop`.
        """
        while True:
            is_last = self._stopped.is_set()
            try:
                return await write()
            except StoreAway:
                if is_last or asyncio.get_running_loop().time() + self._again_s > until:
                    raise
            await self._pause()

    def stop(self) -> None:
        """Lets whatever waits try once more, at once, and end."""
        self._stopped.set()

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self._again_s):
                await self._stopped.wait()
        except TimeoutError:
            return
