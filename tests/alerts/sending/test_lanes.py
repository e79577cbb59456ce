"""A lane is drained in order, at the pace of its conversation, after the death of a worker too."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.alerts.sending.dispatcher import Dispatcher
from bot.alerts.sending.lanes import Lane, LaneSender
from bot.store.message_lanes import MessageLanes
from tests.alerts.sending.test_dispatcher import Clock, FakeSlack
from tests.store.examples import NOON, TEAM, delivery, story
from tests.store.opened import Store

C1 = Lane(team=TEAM, conversation="C1")
PACE_S = 0.1


@pytest.fixture
def slack() -> FakeSlack:
    return FakeSlack()


@pytest.fixture
async def stop() -> asyncio.Event:
    return asyncio.Event()


class Lanes(MessageLanes):
    """The lanes of the outbox, without a job queue."""

    def __init__(self, store: Store) -> None:
        super().__init__(store.database, TEAM)
        self.added: list[Lane] = []

    async def add(self, lane: Lane) -> None:
        self.added.append(lane)


@pytest.fixture
async def dispatcher(
    store: Store, slack: FakeSlack, stop: asyncio.Event
) -> AsyncIterator[Dispatcher]:
    await store.add_stories(story("a"), story("b"), story("c"))
    dispatcher = Dispatcher(store.outbox, slack, Clock(), pace_s=PACE_S)
    watching = asyncio.create_task(dispatcher.watch_workspaces(stop))
    yield dispatcher
    stop.set()
    await watching


@pytest.fixture
def lanes(store: Store) -> Lanes:
    return Lanes(store)


@pytest.fixture
def sender(dispatcher: Dispatcher, lanes: Lanes) -> LaneSender:
    return LaneSender(dispatcher, lanes)


async def test_a_lane_gets_its_messages_in_order_and_at_its_pace(
    store: Store, slack: FakeSlack, sender: LaneSender
) -> None:
    await store.queue(*(delivery(name, "C1") for name in "abc"), delivery("a", "C2"))
    assert await sender.drain(C1) == 3
    assert slack.about == [("C1", "a"), ("C1", "b"), ("C1", "c")]
    assert slack.times[2] - slack.times[0] >= PACE_S * 2
    assert await sender.drain(C1) == 0


async def test_the_lane_is_kept_until_the_conversation_may_get_its_next_message(
    store: Store, slack: FakeSlack, sender: LaneSender
) -> None:
    await store.queue(delivery("a", "C1"))
    assert await sender.drain(C1) == 1
    assert asyncio.get_running_loop().time() - slack.times[0] >= PACE_S


async def test_a_message_that_was_being_sent_by_a_dead_worker_is_looked_up(
    store: Store, slack: FakeSlack, sender: LaneSender
) -> None:
    await store.queue(delivery("a", "C1"), delivery("b", "C1"))
    lanes = MessageLanes(store.database, TEAM)
    claimed = await lanes.claim(C1, NOON, 360.0, (), False)
    assert claimed is not None
    await store.outbox.start_sending(claimed.id, claimed.claimed_at)
    assert await sender.drain(C1) == 2
    assert [each.uncertain for each in slack.posted] == [True, False]


async def test_nothing_is_sent_after_a_stop(
    store: Store, slack: FakeSlack, sender: LaneSender, stop: asyncio.Event
) -> None:
    await store.queue(delivery("a", "C1"))
    stop.set()
    assert await sender.drain(C1) == 0
    assert slack.posted == []


async def test_a_lane_with_many_messages_goes_back_to_the_queue(
    store: Store, slack: FakeSlack, dispatcher: Dispatcher, lanes: Lanes
) -> None:
    await store.queue(*(delivery(name, "C1") for name in "abc"))
    sender = LaneSender(dispatcher, lanes, longest_s=0.0)
    assert [await sender.drain(C1) for _ in range(3)] == [1, 1, 1]
    assert lanes.added == [C1, C1, C1]
    assert await sender.drain(C1) == 0
    assert slack.about == [("C1", "a"), ("C1", "b"), ("C1", "c")]
