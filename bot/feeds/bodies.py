"""Who reads a body: this process where that is quick, else one that can be ended.

is it plain?  small: here and now, one body a turn of the event loop
              longer: in a thread, one at a time
else          in a process, see `bot.feeds.workers`
"""

import asyncio

from bot.errors import NotAFeed
from bot.feeds.at_once import MAX_BYTES, read_at_once
from bot.feeds.parsed import NotParsed, Parsed, Source
from bot.feeds.workers import Workers

_QUICK_BYTES, _QUICK_ENTRIES = 64_000, 100
_ENTRY_STARTS = (b"<item", b"<entry", b"{")


class Bodies:
    """Reads bodies one after the other, so that nobody waits long for the event loop."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._one_reads = asyncio.Lock()

    async def parse(self, body: bytes, source: Source) -> Parsed:
        """What the body holds; raises NotAFeed, whose thing is the feed's id."""
        found = await self._at_once(body, source) if len(body) <= MAX_BYTES else None
        if found is None:
            return await self._workers.parse(body, source)
        if isinstance(found, NotParsed):
            raise NotAFeed(source.feed_id, found.cause)
        return found

    async def _at_once(self, body: bytes, source: Source) -> Parsed | NotParsed | None:
        async with self._one_reads:
            if not _is_quick(body):
                return await asyncio.to_thread(read_at_once, body, source)
            found = read_at_once(body, source)
            # Others get a turn before the next body is read.
            await asyncio.sleep(0)
            return found


def _is_quick(body: bytes) -> bool:
    """Whether reading it takes a few milliseconds, and not over fifty whatever is in it."""
    if len(body) > _QUICK_BYTES:
        return False
    return sum(body.count(start) for start in _ENTRY_STARTS) <= _QUICK_ENTRIES
