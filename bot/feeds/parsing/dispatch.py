"""Who reads a body: this process where that is quick, else one that can be ended.

is it plain?  small: here and now, one body a turn of the event loop
              longer: in a thread, one at a time
else          in a process, see `bot.feeds.parsing.process_pool`

What a body says takes ten times the memory of its bytes, so few have it at once: the next body is
read when one of these has been kept.
"""

import asyncio
from typing import Any

from bot.errors import NotAFeed
from bot.feeds.parsing.inline import MAX_BYTES, read_at_once
from bot.feeds.parsing.process_pool import ProcessPool
from bot.feeds.parsing.result import FeedContext, NotParsed, Parsed

_QUICK_BYTES, _QUICK_ENTRIES = 64_000, 100
IN_HAND = 8
"""Tasks that have what a body says at the same time."""
_ENTRY_STARTS = (b"<item", b"<entry", b"{")


class ParseDispatcher:
    """Reads bodies one after the other, so that nobody waits long for the event loop."""

    def __init__(self, workers: ProcessPool) -> None:
        self._workers = workers
        self._one_reads = asyncio.Lock()
        self._few = asyncio.Semaphore(IN_HAND)
        self._having: set[asyncio.Task[Any] | None] = set()

    async def parse(self, body: bytes, source: FeedContext) -> Parsed:
        """What the body holds; raises NotAFeed, whose thing is the feed's id.

        The calling task counts as one that has it until the task ends, or calls `let_go`.
        """
        found = await self._at_once(body, source) if len(body) <= MAX_BYTES else None
        if found is None:
            # It may take its time there, and holds up nobody meanwhile.
            self.let_go()
            found = await self._workers.parse(body, source)
            await self._join()
        if isinstance(found, NotParsed):
            self.let_go()
            raise NotAFeed(source.feed_id, found.cause)
        return found

    def let_go(self) -> None:
        """Says that the calling task has done with what it read.

        Whoever waits for something else without it may wait for those who wait for a place.
        """
        self._leave(asyncio.current_task())

    async def _at_once(self, body: bytes, source: FeedContext) -> Parsed | NotParsed | None:
        await self._join()
        async with self._one_reads:
            if not _is_quick(body):
                return await asyncio.to_thread(read_at_once, body, source)
            found = read_at_once(body, source)
            # Others get a turn before the next body is read.
            await asyncio.sleep(0)
            return found

    async def _join(self) -> None:
        """Makes the calling task one of those that have what a body says, when they are few."""
        task = asyncio.current_task()
        if task is None or task in self._having:
            return
        await self._few.acquire()
        self._having.add(task)
        task.add_done_callback(self._leave)

    def _leave(self, task: asyncio.Task[Any] | None) -> None:
        if task in self._having:
            self._having.remove(task)
            self._few.release()


def _is_quick(body: bytes) -> bool:
    """Whether reading it takes a few milliseconds, and not over fifty whatever is in it."""
    if len(body) > _QUICK_BYTES:
        return False
    return sum(body.count(start) for start in _ENTRY_STARTS) <= _QUICK_ENTRIES
