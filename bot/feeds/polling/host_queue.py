"""Runs work in one queue per host, with a limited number of tasks in each.

Waiting work has no task yet, so that a long queue takes little memory.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Work = Callable[[], Coroutine[Any, Any, T]]


class HostQueue(Generic[T]):
    """Queues by host, with at most `at_once` running tasks in each."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._running: Counter[str] = Counter()
        self._waiting: dict[str, deque[tuple[Work[T], asyncio.Future[T]]]] = {}
        self._tasks: set[asyncio.Task[T]] = set()

    def add(self, host: str, work: Work[T]) -> asyncio.Future[T]:
        """Runs `work` when it is its turn; the future has its result."""
        result = asyncio.get_running_loop().create_future()
        if self._running[host] < self._at_once:
            self._start(host, work, result)
        else:
            self._waiting.setdefault(host, deque()).append((work, result))
        return result

    async def stop(self) -> None:
        """Cancels all running and waiting work; returns when it has ended."""
        waiting, self._waiting = self._waiting, {}
        for queue in waiting.values():
            for _, result in queue:
                result.cancel()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, host: str, work: Work[T], result: asyncio.Future[T]) -> None:
        self._running[host] += 1
        task = asyncio.create_task(work())
        self._tasks.add(task)
        task.add_done_callback(partial(self._ended, host, result))

    def _ended(self, host: str, result: asyncio.Future[T], task: asyncio.Task[T]) -> None:
        self._tasks.discard(task)
        _copy_result(task, result)
        self._running[host] -= 1
        if waiting := self._waiting.get(host):
            self._start(host, *waiting.popleft())
        else:
            self._waiting.pop(host, None)
            if not self._running[host]:
                del self._running[host]


def _copy_result(task: asyncio.Task[T], result: asyncio.Future[T]) -> None:
    if result.done():
        return
    if task.cancelled():
        result.cancel()
    elif (error := task.exception()) is not None:
        result.set_exception(error)
    else:
        result.set_result(task.result())
