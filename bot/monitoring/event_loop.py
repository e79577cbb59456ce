"""Measures whether the event loop is busy for too long at a time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

_EVERY_S = 1.0


@asynccontextmanager
async def watch_event_loop(
    record: Callable[[float], None], every_s: float = _EVERY_S
) -> AsyncIterator[None]:
    """Within the block, passes to `record` by how many seconds a timer of the loop is late."""
    task = asyncio.create_task(_watch(record, every_s), name="event loop delay")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _watch(record: Callable[[float], None], every_s: float) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + every_s
        await asyncio.sleep(every_s)
        record(loop.time() - due)
