"""Limits simultaneous requests per host and in total, and spaces requests for one address."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary


class Throttle:
    """Grants slots for requests. Waiting for a slot does not count towards a request's deadline.

    While `busy_at_once` tasks work on new bodies, no slots are granted. So the number of bodies in
    memory is limited.
    """

    def __init__(self, per_host: int, at_once: int, spacing_s: float, busy_at_once: int) -> None:
        self._per_host, self._spacing_s = per_host, spacing_s
        self._total = asyncio.Semaphore(at_once)
        self._busy_at_once = busy_at_once
        self._busy: set[asyncio.Task[object]] = set()
        self._few_busy = asyncio.Event()
        self._few_busy.set()
        # A host's semaphore is removed when no task holds it or waits for it.
        self._hosts: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._next_at: dict[str, float] = {}
        self._forget_at = 0.0

    @asynccontextmanager
    async def acquire_slot(self, host: str, address: str) -> AsyncIterator[None]:
        """Waits until `address` at `host` may be requested; holds a slot until the block ends."""
        if self._busy and (task := asyncio.current_task()) is not None:
            self._end_busy(task)
        host_slots = self._hosts.get(host)
        if host_slots is None:
            host_slots = self._hosts[host] = asyncio.Semaphore(self._per_host)
        while True:
            if (wait_s := self._wait_s(address)) > 0:
                await asyncio.sleep(wait_s)
            # The host's slot is acquired first, so that waiting for a slow host takes no slot from
            # others.
            async with host_slots, self._total:
                await self._few_busy.wait()
                # Another task may have requested the address in the meantime.
                if self._wait_s(address) <= 0:
                    self._start_pause(address)
                    yield
                    return

    def mark_busy(self) -> None:
        """Marks the calling task as busy with a new body, until it ends or requests a slot."""
        if (task := asyncio.current_task()) is not None and task not in self._busy:
            self._busy.add(task)
            task.add_done_callback(self._end_busy)
            self._update_few_busy()

    def _end_busy(self, task: asyncio.Task[object]) -> None:
        self._busy.discard(task)
        self._update_few_busy()

    def _update_few_busy(self) -> None:
        if len(self._busy) < self._busy_at_once:
            self._few_busy.set()
        else:
            self._few_busy.clear()

    def _wait_s(self, address: str) -> float:
        """Seconds until the address may be requested again; 0 or less if that is allowed now."""
        at = self._next_at.get(address)
        return 0.0 if at is None else at - asyncio.get_running_loop().time()

    def _start_pause(self, address: str) -> None:
        if self._spacing_s <= 0:
            return
        now = asyncio.get_running_loop().time()
        if now >= self._forget_at:
            self._next_at = {key: at for key, at in self._next_at.items() if at > now}
            self._forget_at = now + self._spacing_s
        self._next_at[address] = now + self._spacing_s
