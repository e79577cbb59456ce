"""Processes that parse bodies, so that no feed can hold up the event loop or outstay its time.

A parse that takes too long is ended with its process, which nothing inside Python can prevent; the
next body gets a fresh one.
"""

import asyncio
import multiprocessing
import os
import signal
import threading
from contextlib import suppress
from multiprocessing.context import BaseContext

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from bot.errors import NotAFeed
from bot.feeds.parsed import NotParsed, Parsed, Source

_MAX_PROCESSES = 2
# A process is replaced now and then, so that no leak in a parser lasts.
_PARSES_PER_PROCESS = 5000
_GOODBYE_S = 2.0


def _ready() -> None:
    """Ctrl-C in a terminal reaches every process of the group; this one is told when to end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _parse(body: bytes, source: Source) -> Parsed | NotParsed:
    # Imported here, because feedparser is of no use in the process that only waits.
    from bot.feeds.parse import read_feed

    return read_feed(body, source)


def _context() -> BaseContext:
    """Forks of a small server that has the parser loaded, where the system can; else new starts."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["bot.feeds.parse"])
    return context


class Workers:
    """Parses bodies in processes that start when first needed; `close` when done."""

    def __init__(self, parse_deadline_s: float) -> None:
        self._deadline_s = parse_deadline_s
        self._pool: ProcessPool | None = None
        self._one_starts = threading.Lock()

    async def parse(self, body: bytes, source: Source) -> Parsed:
        """What the body holds; raises NotAFeed, whose thing is the feed's id."""
        # In a thread, because the first body starts the processes, which takes a third of a second.
        future = await asyncio.to_thread(self._schedule, body, source)
        try:
            parsed = await asyncio.wrap_future(future)
        except (TimeoutError, ProcessExpired) as error:
            long = isinstance(error, TimeoutError)
            cause = f"took over {self._deadline_s:g} s to parse" if long else "broke the parser"
            raise NotAFeed(source.feed_id, cause) from error
        if isinstance(parsed, NotParsed):
            raise NotAFeed(source.feed_id, parsed.cause)
        return parsed

    async def close(self) -> None:
        """Ends the processes, waiting a moment for them."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]  # pebble has not annotated it
            with suppress(TimeoutError):
                await asyncio.to_thread(pool.join, _GOODBYE_S)

    def _schedule(self, body: bytes, source: Source) -> "ProcessFuture[Parsed | NotParsed]":
        with self._one_starts:
            pool = self._started()
            return pool.schedule(_parse, args=[body, source], timeout=self._deadline_s)

    def _started(self) -> ProcessPool:
        if self._pool is None or not self._pool.active:
            self._pool = ProcessPool(
                max_workers=min(_MAX_PROCESSES, os.cpu_count() or 1),
                max_tasks=_PARSES_PER_PROCESS,
                initializer=_ready,
                context=_context(),
            )
        return self._pool
