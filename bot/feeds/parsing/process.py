"""One process that parses bodies, and that can be ended.

A parse that takes too long is ended with its process, which nothing inside Python can prevent; the
next body gets a fresh one. Each begins as a new interpreter and loads only the parser: a fork of
this process would hold all that the bot has loaded, and a server for forks would have to stay.
"""

import asyncio
import multiprocessing
import signal
import threading
from contextlib import suppress

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from bot.errors import NotAFeed
from bot.feeds.parsing.result import FeedContext, NotParsed, Parsed

# A process is replaced now and then, so that no leak in a parser lasts.
_PARSES_PER_PROCESS = 5000
_GOODBYE_S = 2.0


def _ready() -> None:
    """Ctrl-C in a terminal reaches every process of the group; this one is told when to end.

    The parser is loaded before a body's time begins.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import bot.feeds.parsing.feedparser_reader  # noqa: F401


def _parse(body: bytes, source: FeedContext) -> Parsed | NotParsed:
    from bot.feeds.parsing.feedparser_reader import read_feed

    return read_feed(body, source)


class ParserProcess:
    """Parses one body after the other; starts when first needed; `close` when done."""

    def __init__(self, parse_deadline_s: float) -> None:
        self._deadline_s = parse_deadline_s
        self._pool: ProcessPool | None = None
        self._one_starts = threading.Lock()
        self.bodies = 0
        """How many are with it or wait for it."""

    async def parse(self, body: bytes, source: FeedContext) -> Parsed:
        """What the body holds; raises NotAFeed, whose thing is the feed's id."""
        self.bodies += 1
        try:
            # In a thread, because the first body starts the process.
            future = await asyncio.to_thread(self._schedule, body, source)
            parsed = await asyncio.wrap_future(future)
        except (TimeoutError, ProcessExpired) as error:
            long = isinstance(error, TimeoutError)
            cause = f"took over {self._deadline_s:g} s to parse" if long else "broke the parser"
            raise NotAFeed(source.feed_id, cause) from error
        finally:
            self.bodies -= 1
        if isinstance(parsed, NotParsed):
            raise NotAFeed(source.feed_id, parsed.cause)
        return parsed

    async def close(self) -> None:
        """Ends the process, waiting a moment for it."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]  # pebble has not annotated it
            with suppress(TimeoutError):
                await asyncio.to_thread(pool.join, _GOODBYE_S)

    def _schedule(self, body: bytes, source: FeedContext) -> "ProcessFuture[Parsed | NotParsed]":
        with self._one_starts:
            pool = self._started()
            return pool.schedule(_parse, args=[body, source], timeout=self._deadline_s)

    def _started(self) -> ProcessPool:
        if self._pool is None or not self._pool.active:
            self._pool = ProcessPool(
                max_workers=1,
                max_tasks=_PARSES_PER_PROCESS,
                initializer=_ready,
                context=multiprocessing.get_context("spawn"),
            )
        return self._pool
