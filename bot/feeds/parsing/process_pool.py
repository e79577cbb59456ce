"""Parses bodies in separate processes, so that no feed can block the event loop or run forever.

Python code cannot be stopped from outside, but a process can be killed. If a parse exceeds its
deadline, the pool kills its process and starts a new one. The processes start with the first body
and stop after a while without work. Each takes about 25 MB.
"""

import asyncio
import multiprocessing
import os
import signal
import sys
import threading
from contextlib import suppress
from multiprocessing.synchronize import Semaphore

import pebble

from bot.errors import NotAFeed
from bot.feeds.parsing.result import FeedContext, NotParsed, Parsed

MAX_PROCESSES = 2
# A process is replaced after this many parses, to limit the effect of memory leaks in a parser.
_PARSES_PER_PROCESS = 5000
_STOP_TIMEOUT_S = 2.0
# When the bot is killed, Python's resource tracker frees the pool's semaphores and warns about
# each. This filter hides the warnings.
_NO_TRACKER_WARNING = "ignore::UserWarning:multiprocessing.resource_tracker"


def _start(ready: Semaphore) -> None:
    """Prepares a new process: ignores Ctrl-C and imports the parser.

    The terminal sends Ctrl-C to all processes, but the bot stops these itself. The import must not
    count towards the deadline of the first body.
    """
    ready.release()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import bot.feeds.parsing.feedparser_reader  # noqa: F401


def _parse(body: bytes, context: FeedContext) -> Parsed | NotParsed:
    # Imported here because the main process does not need feedparser, which takes 15 MB.
    from bot.feeds.parsing.feedparser_reader import read_feed

    return read_feed(body, context)


class ProcessPool:
    """Parses bodies in up to two processes. Call `close` when done."""

    def __init__(self, parse_deadline_s: float, idle_s: float = 30.0) -> None:
        self._deadline_s, self._idle_s = parse_deadline_s, idle_s
        self._pool: pebble.ProcessPool | None = None
        self._processes = min(MAX_PROCESSES, os.cpu_count() or 1)
        self._ready: Semaphore | None = None
        self._start_lock = threading.Lock()
        self._closed = False
        self._bodies = 0
        self._idle_timer: asyncio.TimerHandle | None = None
        self._stopping: set[asyncio.Task[None]] = set()

    @property
    def is_running(self) -> bool:
        """Whether the parser processes are running."""
        return self._pool is not None

    async def parse(self, body: bytes, context: FeedContext) -> Parsed:
        """The feed in the body. Raises NotAFeed, which names the feed's id."""
        if self._idle_timer is not None:
            self._idle_timer.cancel()
        self._bodies += 1
        try:
            # This runs in a thread, because the first body starts the processes, which takes time.
            future = await asyncio.to_thread(self._schedule, body, context)
            parsed = await asyncio.wrap_future(future)
        except (TimeoutError, pebble.ProcessExpired) as error:
            cause = "broke the parser"
            if isinstance(error, TimeoutError):
                cause = f"took over {self._deadline_s:g} s to parse"
            raise NotAFeed(context.feed_id, cause) from error
        finally:
            self._bodies -= 1
            if not self._bodies:
                loop = asyncio.get_running_loop()
                self._idle_timer = loop.call_later(self._idle_s, self._stop)
        if isinstance(parsed, NotParsed):
            raise NotAFeed(context.feed_id, parsed.cause)
        return parsed

    async def close(self) -> None:
        """Stops the processes. Waits up to two seconds for each to start and for all to end."""
        if self._idle_timer is not None:
            self._idle_timer.cancel()
        self._closed = True
        # The thread of a cancelled parse may hold this lock, because it is starting the processes.
        await asyncio.to_thread(self._start_lock.acquire)
        self._start_lock.release()
        self._stop()
        await asyncio.gather(*self._stopping)

    def _schedule(
        self, body: bytes, context: FeedContext
    ) -> "pebble.ProcessFuture[Parsed | NotParsed]":
        with self._start_lock:
            if self._closed:
                raise NotAFeed(context.feed_id, "came after the parser was closed")
            if self._pool is None or not self._pool.active:
                if _NO_TRACKER_WARNING not in sys.warnoptions:
                    sys.warnoptions.append(_NO_TRACKER_WARNING)
                # The processes are spawned, because a forked process would keep all of the bot's
                # memory.
                spawning = multiprocessing.get_context("spawn")
                self._ready = spawning.Semaphore(0)
                self._pool = pebble.ProcessPool(
                    max_workers=self._processes,
                    max_tasks=_PARSES_PER_PROCESS,
                    initializer=_start,
                    initargs=(self._ready,),
                    context=spawning,
                )
            return self._pool.schedule(_parse, args=[body, context], timeout=self._deadline_s)

    def _stop(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None and self._ready is not None:
            task = asyncio.create_task(_stop_pool(pool, self._ready, self._processes))
            self._stopping.add(task)
            task.add_done_callback(self._stopping.discard)


async def _stop_pool(pool: pebble.ProcessPool, ready: Semaphore, processes: int) -> None:
    # A process that is stopped while it starts prints a traceback, so this waits until it has
    # started.
    await asyncio.to_thread(_wait_until_started, ready, processes)
    pool.stop()  # type: ignore[no-untyped-call]  # pebble has no annotation here
    with suppress(TimeoutError):
        await asyncio.to_thread(pool.join, _STOP_TIMEOUT_S)


def _wait_until_started(ready: Semaphore, processes: int) -> None:
    for _ in range(processes):
        if not ready.acquire(timeout=_STOP_TIMEOUT_S):
            return
