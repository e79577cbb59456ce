"""Notices that the computer's clock was set back, for example after a start with a wrong time.

Schedulers wait for a time of the clock. If it is set back by an hour, they start no job for an
hour.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime

log = logging.getLogger(__name__)

LOOK_S = 5.0
"""Seconds between two checks. A smaller step back may go unnoticed; jobs are then late by less."""


@asynccontextmanager
async def watch_clock(
    clock: Callable[[], datetime], act: Callable[[], object], look_s: float = LOOK_S
) -> AsyncIterator[None]:
    """Within the block, calls `act` each time after the clock was set back."""
    task = asyncio.create_task(_watch(clock, act, look_s), name="clock")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _watch(clock: Callable[[], datetime], act: Callable[[], object], look_s: float) -> None:
    before = clock()
    while True:
        await asyncio.sleep(look_s)
        now = clock()
        if now < before:
            log.warning("the clock was set back; jobs are scheduled again")
            act()
        before = now
