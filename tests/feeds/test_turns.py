"""Who may ask a server now."""

import asyncio

from bot.feeds.turns import Turns


async def test_nobody_gets_a_turn_while_many_bodies_wait_to_be_parsed() -> None:
    turns = Turns(per_host=5, at_once=2, spacing_s=0.0)

    async def asks(address: str) -> None:
        async with turns.turn("news.example", address):
            pass

    with turns.reading():
        await asks("/one")
        with turns.reading():
            waiting = asyncio.create_task(asks("/two"))
            await asyncio.sleep(0.01)
            assert not waiting.done()
        await waiting
