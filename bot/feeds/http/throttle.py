"""Who may ask a server now: few at once per host, and one address not twice within a second."""

import asyncio
from types import TracebackType
from weakref import WeakValueDictionary


class Throttle:
    """Hands out turns to fetch; waiting for one costs nothing of a fetch's own time."""

    def __init__(self, per_host: int, at_once: int, spacing_s: float, busy_at_once: int) -> None:
        self._per_host, self._spacing_s = per_host, spacing_s
        self._all = asyncio.Semaphore(at_once)
        self._busy_at_once = busy_at_once
        self._busy: set[asyncio.Task[object]] = set()
        self._few_busy = asyncio.Event()
        self._few_busy.set()
        # A host's semaphore lives as long as somebody holds it or waits for it.
        self._hosts: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._next_at: dict[str, float] = {}
        self._tidy_at = 0.0

    def turn(self, host: str, address: str) -> "ThrottleSlot":
        """Waits until `address` at `host` may be asked, and holds the turn while the block runs."""
        return ThrottleSlot(self, host, address)

    async def begin(self, host: str, address: str) -> asyncio.Semaphore:
        """Returns when it is the turn of `address`: what `end` is to be given after it."""
        if self._busy and (task := asyncio.current_task()) is not None:
            self._free(task)
        mine = self._hosts.get(host)
        if mine is None:
            mine = self._hosts[host] = asyncio.Semaphore(self._per_host)
        while True:
            if (wait_s := self._too_early_s(address)) > 0:
                await asyncio.sleep(wait_s)
            # The host first: those that queue for a slow one must not hold up all others.
            await mine.acquire()
            try:
                await self._all.acquire()
            except BaseException:
                mine.release()
                raise
            try:
                await self._few_busy.wait()
            except BaseException:
                self.end(mine)
                raise
            # Another may have asked for the address while this one was in the queue.
            if self._too_early_s(address) <= 0:
                self._heed_asked(address)
                return mine
            self.end(mine)

    def end(self, mine: asyncio.Semaphore) -> None:
        """Ends a turn."""
        self._all.release()
        mine.release()

    def busy(self) -> None:
        """Says that the calling task has a new body to work through.

        It has until it ends or asks for another turn. There are no turns while many tasks are busy,
        or what all feeds brought would wait in memory at once.
        """
        if (task := asyncio.current_task()) is not None and task not in self._busy:
            self._busy.add(task)
            task.add_done_callback(self._free)
            self._heed_busy()

    def _free(self, task: asyncio.Task[object]) -> None:
        self._busy.discard(task)
        self._heed_busy()

    def _heed_busy(self) -> None:
        if len(self._busy) < self._busy_at_once:
            self._few_busy.set()
        else:
            self._few_busy.clear()

    def _too_early_s(self, address: str) -> float:
        """The seconds until the address may be asked again; 0 or less where it may be now."""
        at = self._next_at.get(address)
        return 0.0 if at is None else at - asyncio.get_running_loop().time()

    def _heed_asked(self, address: str) -> None:
        if self._spacing_s <= 0:
            return
        now = asyncio.get_running_loop().time()
        if now >= self._tidy_at:
            self._next_at = {key: then for key, then in self._next_at.items() if then > now}
            self._tidy_at = now + self._spacing_s
        self._next_at[address] = now + self._spacing_s


class ThrottleSlot:
    """A turn as a block; written out, for a generator takes as long as the rest of a turn."""

    __slots__ = ("_address", "_host", "_mine", "_turns")

    def __init__(self, turns: Throttle, host: str, address: str) -> None:
        self._turns, self._host, self._address = turns, host, address

    async def __aenter__(self) -> None:
        self._mine = await self._turns.begin(self._host, self._address)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._turns.end(self._mine)
