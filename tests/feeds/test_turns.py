"""Who may ask a server now."""

import asyncio

from bot.feeds.turns import Turns


async def test_nobody_gets_a_turn_while_many_work_through_what_they_got() -> None:
    turns = Turns(per_host=5, at_once=5, spacing_s=0.0, busy_at_once=2)
    read = asyncio.Event()

    async def asks(address: str) -> None:
        async with turns.turn("news.example", address):
            pass

    async def reads() -> None:
        turns.busy()
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


async def test_who_asks_again_is_done_with_what_it_got() -> None:
    turns = Turns(per_host=5, at_once=1, spacing_s=0.0, busy_at_once=1)
    for number in range(3):
        async with turns.turn("news.example", f"/{number}"):
            turns.busy()
