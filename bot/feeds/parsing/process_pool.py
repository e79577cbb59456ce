"""Processes that parse bodies, so that no feed can hold up the event loop or outstay its time.

Most bodies never get here (see `bot.feeds.parsing.dispatch`). So a process starts when a body
needs it, a second one when several wait, and all of them end when none has come for a while:
each takes some thirty megabytes.
"""

import asyncio
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.feeds.parsing.result import FeedContext, Parsed

if TYPE_CHECKING:
    from bot.feeds.parsing.process import ParserProcess

_MAX_PROCESSES = 2
_QUEUE = 3
"""Bodies that are with every process before another one starts, which takes 0.4 s of work."""
IDLE_S = 30.0


class ProcessPool:
    """Parses bodies in processes that start when first needed; `close` when done.

    They end when there was nothing to parse for `idle_s` seconds.
    """

    def __init__(self, parse_deadline_s: float, idle_s: float = IDLE_S) -> None:
        self._deadline_s, self._idle_s = parse_deadline_s, idle_s
        self._processes: list[ParserProcess] = []
        self._ending: set[asyncio.Task[None]] = set()
        self._rest: asyncio.TimerHandle | None = None

    async def parse(self, body: bytes, source: FeedContext) -> Parsed:
        """What the body holds; raises NotAFeed, whose thing is the feed's id."""
        if self._rest is not None:
            self._rest.cancel()
        try:
            return await self._least_busy().parse(body, source)
        finally:
            if not any(process.bodies for process in self._processes):
                loop = asyncio.get_running_loop()
                self._rest = loop.call_later(self._idle_s, self._let_go)

    async def close(self) -> None:
        """Ends the processes, waiting a moment for them."""
        if self._rest is not None:
            self._rest.cancel()
        self._let_go()
        await asyncio.gather(*self._ending)

    @property
    def processes(self) -> int:
        """How many there are now."""
        return len(self._processes)

    def _least_busy(self) -> "ParserProcess":
        free = min(self._processes, key=lambda process: process.bodies, default=None)
        most = min(_MAX_PROCESSES, os.cpu_count() or 1)
        if free is None or (free.bodies >= _QUEUE and len(self._processes) < most):
            # Two megabytes that most feeds can do without.
            from bot.feeds.parsing.process import ParserProcess

            free = ParserProcess(self._deadline_s)
            self._processes.append(free)
        return free

    def _let_go(self) -> None:
        gone, self._processes = self._processes, []
        if gone:
            ending = asyncio.create_task(_end(gone))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)


async def _end(processes: "Sequence[ParserProcess]") -> None:
    await asyncio.gather(*(process.close() for process in processes))
