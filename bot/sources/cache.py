"""Caches the answers of a live source, with one request at a time per key and a circuit breaker.

The first rule that applies decides:
1. A cached answer or failure is still fresh: return the answer or raise the failure.
2. A request for the key is in progress: wait for its result.
3. The source failed too often in a row: refuse until the pause is over.
4. Too many requests are in progress: refuse.
5. Otherwise send a request and cache its result.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, NamedTuple, TypeVar

from bot.errors import SourceError
from bot.values import Frozen

V = TypeVar("V")


class Times(Frozen):
    """How long answers are cached, in seconds, and the limits on requests."""

    keep_s: float = 86_400.0
    keep_nothing_s: float = 6 * 3600.0
    """How long it is cached that the source has no answer."""
    keep_failure_s: float = 60.0
    trips_after: int = 3
    """After this many failures in a row, with any keys, no requests are sent for `rest_s`."""
    rest_s: float = 300.0
    at_once: int = 16
    """Maximum requests in progress, so that they do not pile up while the source hangs."""
    at_most: int = 1000
    """Maximum cached keys; the least recently used are removed first."""


class _Kept(NamedTuple, Generic[V]):
    until_s: float
    value: V | None
    error: SourceError | None


class LookupCache(Generic[V]):
    """Caches one source's answers by key. A request continues even if its caller is cancelled."""

    def __init__(
        self, source: str, clock_s: Callable[[], float], times: Times | None = None
    ) -> None:
        """`clock_s` is a monotonic clock in seconds."""
        self._source, self._clock_s, self._times = source, clock_s, times or Times()
        self._kept: OrderedDict[str, _Kept[V]] = OrderedDict()
        self._under_way: dict[str, asyncio.Task[V | None]] = {}
        self._failures = 0
        self._rests_until_s = 0.0

    async def get(self, key: str, ask: Callable[[], Awaitable[V | None]]) -> V | None:
        """The source's answer for `key`, cached or from calling `ask`; None if it has no answer.

        Raises SourceError.
        """
        kept = self._kept.get(key)
        if kept is not None and kept.until_s > self._clock_s():
            self._kept.move_to_end(key)
            if kept.error is not None:
                raise SourceError(kept.error.thing, kept.error.cause, kept.error.cure)
            return kept.value
        task = self._under_way.get(key)
        if task is None:
            if self._clock_s() < self._rests_until_s:
                raise SourceError(self._source, "failed repeatedly and is paused for a while")
            if len(self._under_way) >= self._times.at_once:
                raise SourceError(self._source, "has too many requests in progress")
            task = asyncio.create_task(self._ask(key, ask), name=f"asking {self._source}")
            self._under_way[key] = task
            task.add_done_callback(_retrieve)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Cancels the requests in progress."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask(self, key: str, ask: Callable[[], Awaitable[V | None]]) -> V | None:
        times = self._times
        try:
            value = await ask()
        except SourceError as error:
            self._failures += 1
            if self._failures >= times.trips_after:
                self._rests_until_s = self._clock_s() + times.rest_s
            self._keep(key, _Kept(self._clock_s() + times.keep_failure_s, None, error))
            raise
        finally:
            del self._under_way[key]
        self._failures = 0
        kept_s = times.keep_s if value is not None else times.keep_nothing_s
        self._keep(key, _Kept(self._clock_s() + kept_s, value, None))
        return value

    def _keep(self, key: str, kept: _Kept[V]) -> None:
        self._kept[key] = kept
        self._kept.move_to_end(key)
        if len(self._kept) > self._times.at_most:
            self._kept.popitem(last=False)


def _retrieve(task: asyncio.Task[object]) -> None:
    """Retrieves the task's exception. Otherwise asyncio logs it if no caller waits for the task."""
    if not task.cancelled():
        task.exception()
