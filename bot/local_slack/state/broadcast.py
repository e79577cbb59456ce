"""What happens in the workspace, told at once to everyone who watches."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

News = dict[str, Any]

# A watcher that is this far behind is told to look again instead.
_BACKLOG = 500
BEHIND: News = {"type": "behind"}


class Broadcast:
    """Passes each piece of news to all watchers; one who is too slow is told so and starts anew."""

    def __init__(self) -> None:
        self._watchers: set[asyncio.Queue[News]] = set()
        self._listeners: set[Callable[[News], None]] = set()

    def tell(self, news: News) -> None:
        """Hands the news on; never waits."""
        for listener in tuple(self._listeners):
            listener(news)
        for watcher in self._watchers:
            if watcher.full():
                while not watcher.empty():
                    watcher.get_nowait()
                watcher.put_nowait(BEHIND)
            else:
                watcher.put_nowait(news)

    @contextmanager
    def watch(self) -> Iterator[asyncio.Queue[News]]:
        """A queue of all news from now on."""
        queue: asyncio.Queue[News] = asyncio.Queue(_BACKLOG)
        self._watchers.add(queue)
        try:
            yield queue
        finally:
            self._watchers.discard(queue)

    @contextmanager
    def listen(self, listener: Callable[[News], None]) -> Iterator[None]:
        """Calls `listener` with all news from now on, before `tell` returns."""
        self._listeners.add(listener)
        try:
            yield
        finally:
            self._listeners.discard(listener)
