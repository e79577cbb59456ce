"""The throttle limits concurrent requests per host, per address and in total."""

import asyncio
from itertools import pairwise

import pytest

from bot.feeds.http.throttle import Throttle


async def test_no_slot_is_granted_while_many_tasks_are_busy() -> None:
    throttle = Throttle(per_host=5, at_once=5, spacing_s=0.0, busy_at_once=2)
    read = asyncio.Event()

    async def asks(address: str) -> None:
        async with throttle.acquire_slot("news.example", address):
            pass

    async def reads() -> None:
        throttle.mark_busy()
        await read.wait()

    first = asyncio.create_task(reads())
    await asks("/one")
    second = asyncio.create_task(reads())
    await asyncio.sleep(0)
    waiting = asyncio.create_task(asks("/two"))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    read.set()
    await asyncio.gather(first, second, waiting)


async def test_requesting_a_slot_ends_being_busy() -> None:
    throttle = Throttle(per_host=5, at_once=1, spacing_s=0.0, busy_at_once=1)
    for number in range(3):
        async with throttle.acquire_slot("news.example", f"/{number}"):
            throttle.mark_busy()


async def test_requests_for_one_address_are_spaced_even_after_a_long_wait() -> None:
    throttle = Throttle(per_host=1, at_once=5, spacing_s=0.2, busy_at_once=5)
    loop, asked = asyncio.get_running_loop(), []
    slow, began = asyncio.Event(), asyncio.Event()

    async def asks(address: str) -> None:
        async with throttle.acquire_slot("news.example", address):
            asked.append((address, loop.time()))
            if address == "/slow":
                began.set()
                await slow.wait()

    first = asyncio.create_task(asks("/slow"))
    await began.wait()
    others = [asyncio.create_task(asks("/same")) for _ in range(3)]
    await asyncio.sleep(0.5)
    slow.set()
    await asyncio.gather(first, *others)
    times = [at for address, at in asked if address == "/same"]
    assert [later - before >= 0.15 for before, later in pairwise(times)] == [True, True]


@pytest.mark.parametrize(("per_host", "at_once"), [(1, 5), (5, 1)])
async def test_a_cancelled_wait_frees_its_slot(per_host: int, at_once: int) -> None:
    throttle = Throttle(per_host=per_host, at_once=at_once, spacing_s=0.0, busy_at_once=5)
    go_on = asyncio.Event()

    async def asks(address: str) -> None:
        async with throttle.acquire_slot("news.example", address):
            await go_on.wait()

    first, gives_up, last = (asyncio.create_task(asks(f"/{number}")) for number in range(3))
    await asyncio.sleep(0.01)
    gives_up.cancel()
    go_on.set()
    async with asyncio.timeout(5):
        await asyncio.gather(first, last)
    assert gives_up.cancelled()


async def test_a_cancelled_wait_while_others_are_busy_frees_its_slot() -> None:
    throttle = Throttle(per_host=1, at_once=1, spacing_s=0.0, busy_at_once=1)
    read = asyncio.Event()

    async def reads() -> None:
        throttle.mark_busy()
        await read.wait()

    async def asks() -> None:
        async with throttle.acquire_slot("news.example", "/"):
            pass

    reading = asyncio.create_task(reads())
    await asyncio.sleep(0)
    gives_up = asyncio.create_task(asks())
    await asyncio.sleep(0.01)
    gives_up.cancel()
    read.set()
    async with asyncio.timeout(5):
        await asyncio.gather(reading, asks())
    assert gives_up.cancelled()
