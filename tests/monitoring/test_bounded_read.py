"""A read that is late gives no result, and is not started twice."""

import asyncio

from bot.errors import StoreUnavailable
from bot.monitoring.bounded_read import BoundedRead


async def test_a_late_read_gives_nothing_and_is_shared() -> None:
    release, starts = asyncio.Event(), 0

    async def work() -> int:
        nonlocal starts
        starts += 1
        await release.wait()
        return starts

    read = BoundedRead(work, 0.01)
    assert await read.get() is None
    assert set(await asyncio.gather(read.get(), read.get())) == {None}
    release.set()
    assert await read.get() == 1
    assert await read.get() == 2


async def test_a_failed_read_gives_nothing() -> None:
    async def work() -> int:
        raise StoreUnavailable("the database", "down", "start it")

    assert await BoundedRead(work, 1.0).get() is None


async def test_the_end_waits_for_a_late_read() -> None:
    ended = False

    async def work() -> bool:
        nonlocal ended
        await asyncio.sleep(0.02)
        ended = True
        return True

    read = BoundedRead(work, 0.0)
    assert await read.get() is None
    await read.finish()
    assert ended
