"""Who may ask a server now: few at once per host, and one address not twice within a second."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from weakref import WeakValueDictionary


class Turns:
    """Hands out turns to fetch; waiting for one costs nothing of a fetch's own time."""

    def __init__(self, per_host: int, at_once: int, spacing_s: float) -> None:
        self._per_host, self._spacing_s = per_host, spacing_s
        self._all = asyncio.Semaphore(at_once)
        self._at_once, self._unread = at_once, 0
        self._few_unread = asyncio.Event()
        self._few_unread.set()
        # A host's semaphore lives as long as somebody holds it or waits for it.
        self._hosts: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._next_at: dict[str, float] = {}
        self._tidy_at = 0.0

    @asynccontextmanager
    async def turn(self, host: str, address: str) -> AsyncIterator[None]:
        """Waits until `address` at `host` may be asked, and holds the turn while the block runs."""
        await self._space_out(address)
        mine = self._hosts.setdefault(host, asyncio.Semaphore(self._per_host))
        # The host first: those that queue for a slow one must not hold up all others.
        async with mine, self._all:
            await self._few_unread.wait()
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Says that a body waits to be parsed while the block runs.

        Turns stop while many do, or the bodies of all feeds would wait in memory at once.
        """
        self._unread += 1
        self._heed_unread()
        try:
            yield
        finally:
            self._unread -= 1
            self._heed_unread()

    def _heed_unread(self) -> None:
        if self._unread < self._at_once:
            self._few_unread.set()
        else:
            self._few_unread.clear()

    async def _space_out(self, address: str) -> None:
        now = asyncio.get_running_loop().time()
        at = max(self._next_at.get(address, now), now)
        if now >= self._tidy_at:
            self._next_at = {key: then for key, then in self._next_at.items() if then > now}
            self._tidy_at = now + self._spacing_s
        self._next_at[address] = at + self._spacing_s
        if at > now:
            await asyncio.sleep(at - now)
