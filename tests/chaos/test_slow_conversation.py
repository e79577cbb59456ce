"""If Slack does not answer posts to one conversation, the others still get their messages."""

import asyncio
from pathlib import Path

from bot.store.engine import Database
from bot.store.store import Store
from bot.store.upgrade import upgrade
from tests.chaos.faulty_slack import TEAM, FaultySlack
from tests.chaos.load import Load, clock
from tests.chaos.sending import open_dispatcher
from tests.chaos.trial import count, states_of

LOAD = Load(channels=20, stories=5)


async def test_a_slow_conversation_delays_no_other(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'bot.db'}"
    await upgrade(address)
    database = Database(address)
    store = Store.of(database, TEAM)
    for number in range(LOAD.stories):
        await LOAD.publish(store, number)
    slow, stop = LOAD.conversations[4], asyncio.Event()
    async with FaultySlack() as slack, open_dispatcher(store, slack.url, clock) as dispatcher:
        slack.behavior.held = {slow}
        running = asyncio.create_task(dispatcher.run(stop))
        # One message to the slow conversation is posted, but Slack has not answered the call.
        await slack.wait_until(
            lambda: slack.arrived == LOAD.expected - LOAD.stories + 1 and slow in slack.holding
        )
        assert len(slack.in_conversation(slow)) == 1
        slack.release()
        await slack.wait_until(lambda: slack.arrived == LOAD.expected)
        stop.set()
        await running
        tally = count(slack, LOAD, await states_of(database))
    assert (tally.lost, tally.repeated, tally.out_of_order) == (0, 0, 0)
    await database.close()
