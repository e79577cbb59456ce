"""With any single kind of fault, every message arrives. The clock is simulated."""

import shutil
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bot.alerts.delivery import DeliveryState
from bot.store.engine import Database
from bot.store.store import Store
from tests.chaos.faults import CODES, Fault, FaultPlan
from tests.chaos.faulty_slack import TEAM, Behavior, FaultySlack
from tests.chaos.load import Load, clock
from tests.chaos.sending import open_dispatcher
from tests.chaos.trial import Tally, count, states_of

LOAD = Load(channels=10, stories=4, updates=True)
OF_MESSAGES = [each for each in Fault if each not in (Fault.WORKSPACE, Fault.CONVERSATION)]
ALERTS = 3
"""The first stories are alerts, the last one is a follow-up."""
ROUNDS = 12


@pytest.fixture
async def empty_store(blank_file: Path, tmp_path: Path) -> AsyncIterator[Store]:
    database = Database(f"sqlite:///{shutil.copyfile(blank_file, tmp_path / 'bot.db')}")
    opened = Store.of(database, TEAM)
    yield opened
    await database.close()


@pytest.fixture
async def store(empty_store: Store) -> Store:
    for number in range(LOAD.stories):
        await LOAD.publish(empty_store, number)
    return empty_store


@pytest.fixture
async def slack() -> AsyncIterator[FaultySlack]:
    async with FaultySlack() as server:
        yield server


async def deliver(
    store: Store, slack: FaultySlack, refused_rounds: int = 0, later: Sequence[int] = ()
) -> Tally:
    """Sends due messages every 20 simulated minutes; ends `refuses_all` at `refused_rounds`.

    The stories `later` are published after the first round.
    """
    now = clock()
    async with open_dispatcher(store, slack.url, lambda: now, send_timeout_s=1.0) as dispatcher:
        for number in range(ROUNDS):
            if number == refused_rounds:
                slack.behavior.refuses_all = ""
            await dispatcher.run_once(now)
            for story in later if number == 0 else ():
                await LOAD.publish(store, story)
            now += timedelta(minutes=20)
    return count(slack, LOAD, await states_of(store.database))


@pytest.mark.parametrize("fault", OF_MESSAGES)
async def test_each_message_arrives_once_and_in_order(
    store: Store, slack: FaultySlack, fault: Fault
) -> None:
    slack.behavior.posts = FaultPlan(rates={fault: 0.5}, most_per_message=1)
    tally = await deliver(store, slack)
    assert slack.faults[fault] > 5
    assert (tally.arrived, tally.lost, tally.unsent) == (LOAD.expected, 0, 0)
    assert (tally.repeated, tally.out_of_order, tally.out_of_date) == (0, 0, 0)


@pytest.mark.parametrize("fault", OF_MESSAGES)
async def test_each_alert_is_edited_although_its_edits_fail_and_the_messages_are_not_affected(
    empty_store: Store, slack: FaultySlack, fault: Fault
) -> None:
    slack.behavior.edits = FaultPlan(rates={fault: 1.0}, most_per_message=1)
    for number in range(ALERTS):
        await LOAD.publish(empty_store, number)
    tally = await deliver(empty_store, slack, later=range(ALERTS, LOAD.stories))
    assert slack.faults[fault] == LOAD.channels
    assert (tally.arrived, tally.repeated, tally.out_of_order) == (LOAD.expected, 0, 0)
    assert tally.out_of_date == 0
    assert slack.calls["conversations.history"] + slack.calls["conversations.replies"] == 0


@pytest.mark.parametrize("fault", OF_MESSAGES)
async def test_without_the_history_scope_no_message_is_lost_and_repetitions_are_marked(
    store: Store, slack: FaultySlack, fault: Fault
) -> None:
    slack.behavior = Behavior(
        posts=FaultPlan(rates={fault: 0.5}, most_per_message=1), has_history_scope=False
    )
    tally = await deliver(store, slack)
    assert (tally.arrived, tally.lost, tally.unsent) == (LOAD.expected, 0, 0)
    assert (tally.repeated_unmarked, tally.out_of_order) == (0, 0)
    may_repeat = fault.takes_effect and fault is not Fault.SLOW
    assert tally.repeated == (slack.faults[fault] if may_repeat else 0)


@pytest.mark.parametrize("fault", [Fault.ERROR_500, Fault.HTML_503, Fault.CUT])
async def test_faults_of_the_look_up_repeat_nothing(
    store: Store, slack: FaultySlack, fault: Fault
) -> None:
    slack.behavior.posts = FaultPlan(rates={Fault.CUT_AFTER: 0.5}, most_per_message=1)
    slack.behavior.reads = FaultPlan(rates={fault: 0.5}, most_per_message=2)
    tally = await deliver(store, slack)
    assert slack.faults[fault] > 0
    assert (tally.arrived, tally.lost, tally.unsent) == (LOAD.expected, 0, 0)
    assert (tally.repeated, tally.out_of_order) == (0, 0)


@pytest.mark.parametrize("code", CODES[Fault.WORKSPACE])
async def test_after_the_workspace_refused_everything_each_message_arrives_once(
    store: Store, slack: FaultySlack, code: str
) -> None:
    slack.behavior.refuses_all = code
    tally = await deliver(store, slack, refused_rounds=3)
    assert (tally.arrived, tally.lost, tally.unsent) == (LOAD.expected, 0, 0)
    assert (tally.repeated, tally.out_of_order) == (0, 0)


@pytest.mark.parametrize("code", [*CODES[Fault.CONVERSATION], *CODES[Fault.UNKNOWN]])
async def test_a_conversation_that_refuses_delays_no_other(
    store: Store, slack: FaultySlack, code: str
) -> None:
    refusing = LOAD.conversations[1]
    slack.behavior.refuses = {refusing: code}
    now = clock()
    async with open_dispatcher(store, slack.url, lambda: now) as dispatcher:
        await dispatcher.run_once(now)
    assert slack.in_conversation(refusing) == []
    assert slack.arrived == LOAD.expected - LOAD.stories
    counts = await store.outbox.counts()
    assert counts[DeliveryState.SENT] == slack.arrived
