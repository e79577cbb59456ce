"""Work in lines: so many at a time in each, the others wait in order, and cost next to nothing.

A task that waits holds all that it has begun with; here one is made when its turn has come.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Work = Callable[[], Coroutine[Any, Any, T]]


class HostQueue(Generic[T]):
    """Queues by name, with at most `at_once` at work in each."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._at_work: Counter[str] = Counter()
        self._waiting: dict[str, deque[tuple[Work[T], asyncio.Future[T]]]] = {}
        self._tasks: set[asyncio.Task[T]] = set()

    def join(self, line: str, work: Work[T]) -> asyncio.Future[T]:
        """What `work` comes to, once it was its turn in the line."""
        end = asyncio.get_running_loop().create_future()
        if self._at_work[line] < self._at_once:
            self._begin(line, work, end)
        else:
            self._waiting.setdefault(line, deque()).append((work, end))
        return end

    async def stop(self) -> None:
        """Cancels who is at work or waits; returns when they have ended."""
        waiting, self._waiting = self._waiting, {}
        for _, end in (each for line in waiting.values() for each in line):
            end.cancel()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, line: str, work: Work[T], end: asyncio.Future[T]) -> None:
        self._at_work[line] += 1
        task = asyncio.create_task(work())
        self._tasks.add(task)
        task.add_done_callback(partial(self._ended, line, end))

    def _ended(self, line: str, end: asyncio.Future[T], task: asyncio.Task[T]) -> None:
        self._tasks.discard(task)
        _tell(end, task)
        self._at_work[line] -= 1
        if waiting := self._waiting.get(line):
            self._begin(line, *waiting.popleft())
        else:
            self._waiting.pop(line, None)
            if not self._at_work[line]:
                del self._at_work[line]


def _tell(end: asyncio.Future[T], task: asyncio.Task[T]) -> None:
    if end.done():
        return
    if task.cancelled():
        end.cancel()
    elif (error := task.exception()) is not None:
        end.set_exception(error)
    else:
        end.set_result(task.result())
