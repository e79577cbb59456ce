"""Publishes changes in the workspace to the page and to other listeners."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

News = dict[str, Any]
"""One change: its `type`, and the data that the page needs to show the change."""

_QUEUE_SIZE = 500
BEHIND: News = {"type": "behind"}


class Broadcast:
    """Publishes each change to all listeners."""

    def __init__(self) -> None:
        self._listeners: set[Callable[[News], None]] = set()

    def publish(self, news: News) -> None:
        """Calls all listeners with the change; never waits."""
        for listener in tuple(self._listeners):
            listener(news)

    @contextmanager
    def listen(self, listener: Callable[[News], None]) -> Iterator[None]:
        """Within the block, calls `listener` for each change before `publish` returns."""
        self._listeners.add(listener)
        try:
            yield
        finally:
            self._listeners.discard(listener)

    @contextmanager
    def subscribe(self) -> Iterator[asyncio.Queue[News]]:
        """A queue that gets all changes within the block.

        If the queue is full, it is emptied and gets BEHIND. Its reader must then load the whole
        state again.
        """
        queue: asyncio.Queue[News] = asyncio.Queue(_QUEUE_SIZE)

        def put(news: News) -> None:
            is_full = queue.full()
            while is_full and not queue.empty():
                queue.get_nowait()
            queue.put_nowait(BEHIND if is_full else news)

        with self.listen(put):
            yield queue
