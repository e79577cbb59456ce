"""Edits of an event's first message: when they are made, and that they disturb no message."""

import asyncio
import logging
import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.delivery import (
    Audience,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Thread,
    make_delivery,
)
from bot.alerts.planning import UPDATE_DELAY, plan_deliveries
from bot.alerts.sending.attempts import UPDATE_ATTEMPTS
from bot.alerts.sending.dispatcher import UPDATE_SLOTS, Dispatcher
from bot.alerts.sending.ports import DispatchTimes, Receipt
from bot.errors import ConversationRefused, SendLater, SendRefused, WorkspaceRefused
from bot.news.state import Relation
from bot.news.story import Story
from bot.store.upgrade import upgrade
from tests.alerts.sending.test_dispatcher import Answer, Clock, FakeSlack
from tests.store.examples import NOON, TEAM, delivery, minutes, story, subscription
from tests.store.opened import Store, open_store

LATER = NOON + UPDATE_DELAY


def update(about: str, event_id: str = "a", conversation: str = "C1") -> Delivery:
    """An update of the alert about `event_id`."""
    place, stories = (TEAM, conversation), (about,)
    return make_delivery(
        DeliveryKind.UPDATE, place, about, "", LATER, story_ids=stories, event_id=event_id
    )


@pytest.fixture
async def store(store: Store) -> Store:
    await store.add_stories(story("a"), story("b", event_id="a", published=NOON + minutes(1)))
    return store


@pytest.fixture
def slack() -> FakeSlack:
    return FakeSlack()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def dispatcher(store: Store, slack: FakeSlack, clock: Clock) -> Dispatcher:
    return Dispatcher(store.outbox, slack, clock, pace_s=0)


async def _wait(dispatcher: Dispatcher, clock: Clock, by: timedelta) -> int:
    clock.now += by
    return await dispatcher.run_once(clock.now)


async def _state(store: Store, of: Delivery) -> DeliveryState:
    found = await store.outbox.get(of.id)
    assert found is not None
    return found.state


def _edits(slack: FakeSlack) -> list[Delivery]:
    return [each for each in slack.posted if each.kind is DeliveryKind.UPDATE]


async def test_an_update_edits_the_alert_with_all_stories_and_the_alerts_reason(
    store: Store, slack: FakeSlack, dispatcher: Dispatcher, clock: Clock
) -> None:
    await store.queue(delivery("a", reason="tariffs"), update("b"))
    assert await dispatcher.run_once(clock.now) == 1
    assert await _wait(dispatcher, clock, UPDATE_DELAY) == 1
    (edit,) = _edits(slack)
    assert (edit.id, edit.reason) == (delivery("a").id, "tariffs")
    assert slack.threads[edit.id] == "1.0"
    assert slack.reported[edit.id] == ["a", "b"]
    assert await _state(store, update("b")) is DeliveryState.SENT


async def test_an_update_waits_for_its_alert_and_blocks_no_message(
    store: Store, slack: FakeSlack, dispatcher: Dispatcher, clock: Clock
) -> None:
    slack.answer = lambda _: SendLater(None, "Slack is away")
    await store.queue(delivery("a"), update("b"))
    await dispatcher.run_once(LATER)
    assert await _state(store, update("b")) is DeliveryState.QUEUED
    slack.answer = lambda each: (
        SendLater(600, "Slack's rate limit") if each.kind is DeliveryKind.UPDATE else None
    )
    await store.queue(delivery("x"))
    assert await _wait(dispatcher, clock, minutes(1)) == 2
    await store.queue(delivery("y"), delivery("z", "C2"))
    assert await _wait(dispatcher, clock, timedelta(seconds=1)) == 2
    assert [about for place, about in slack.about if place == "C1"] == ["a", "x", "y"]
    assert await _state(store, update("b")) is DeliveryState.QUEUED


async def test_updates_that_are_in_flight_delay_no_message(
    store: Store, slack: FakeSlack, clock: Clock
) -> None:
    events = [f"e{number}" for number in range(UPDATE_SLOTS + 2)]
    await store.queue(*(delivery(event) for event in events))
    times = DispatchTimes(longest_sleep_s=0.1)
    dispatcher = Dispatcher(store.outbox, slack, clock, pace_s=0, times=times)
    await dispatcher.run_once(clock.now)
    slow = SlowEdits(slack)
    dispatcher = Dispatcher(store.outbox, slow, clock, pace_s=0, times=times)
    await store.queue(*(update(f"u-{event}", event) for event in events))
    clock.now = LATER
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stop))
    await slow.has_begun(UPDATE_SLOTS)
    await store.queue(delivery("x"), delivery("y"))
    dispatcher.wake()
    await slack.has_posted(len(events) + 2)
    assert slow.begun == UPDATE_SLOTS
    slow.answers.set()
    await slack.has_posted(2 * len(events) + 2)
    stop.set()
    await running
    counts = await store.outbox.counts()
    assert counts[DeliveryState.SENT] == 2 * len(events) + 2


class SlowEdits:
    """A sender whose edits are answered once `answers` is set."""

    def __init__(self, slack: FakeSlack) -> None:
        self._slack = slack
        self.answers = asyncio.Event()
        self.begun = 0
        self._more = asyncio.Condition()

    async def send(
        self, delivery: Delivery, stories: tuple[Story, ...], thread_ts: str | None
    ) -> Receipt:
        if delivery.kind is DeliveryKind.UPDATE:
            self.begun += 1
            async with self._more:
                self._more.notify_all()
            await self.answers.wait()
        return await self._slack.send(delivery, stories, thread_ts)

    async def has_begun(self, number: int) -> None:
        async with asyncio.timeout(10), self._more:
            await self._more.wait_for(lambda: self.begun >= number)


@pytest.mark.parametrize(
    "refusal",
    [
        SendRefused("message_not_found: the alert to edit was deleted", by_slack=True),
        ConversationRefused("C1", "is_inactive", "activate it"),
    ],
)
async def test_a_refused_update_is_dropped_without_a_warning_or_a_pause(
    store: Store,
    slack: FakeSlack,
    dispatcher: Dispatcher,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    refusal: Exception,
) -> None:
    await store.subscriptions.add(subscription("C1"))
    await store.queue(delivery("a"), update("b"))
    await dispatcher.run_once(clock.now)
    slack.answer = lambda _: refusal
    with caplog.at_level(logging.WARNING):
        await _wait(dispatcher, clock, UPDATE_DELAY)
    assert await _state(store, update("b")) is DeliveryState.DROPPED
    assert (caplog.records, await store.outbox.held(), await store.outbox.failed()) == ([], (), ())
    [kept] = await store.subscriptions.of(TEAM, "C1")
    assert kept.paused_at is None


async def test_an_update_without_a_first_message_is_dropped(
    store: Store, slack: FakeSlack, dispatcher: Dispatcher, clock: Clock
) -> None:
    follow_up = delivery("b", "U1", kind=DeliveryKind.FOLLOW_UP, event_id="a", for_follower=True)
    await store.queue(follow_up, update("b", conversation="U1"), delivery("a"), update("b"))
    slack.answer = lambda each: SendRefused("no") if each.conversation == "C1" else None
    await dispatcher.run_once(clock.now)
    await _wait(dispatcher, clock, UPDATE_DELAY)
    assert _edits(slack) == []
    for place in ("C1", "U1"):
        assert await _state(store, update("b", conversation=place)) is DeliveryState.DROPPED


async def test_an_update_that_keeps_failing_is_dropped(
    store: Store, slack: FakeSlack, dispatcher: Dispatcher, clock: Clock
) -> None:
    await store.queue(delivery("a"), update("b"))
    await dispatcher.run_once(clock.now)
    slack.answer = lambda _: SendLater(None, "a_new_error")
    for _ in range(UPDATE_ATTEMPTS):
        assert await _state(store, update("b")) is DeliveryState.QUEUED
        await _wait(dispatcher, clock, minutes(10))
    assert await _state(store, update("b")) is DeliveryState.DROPPED


async def test_an_update_waits_while_its_conversation_refuses_messages(
    store: Store, slack: FakeSlack, dispatcher: Dispatcher, clock: Clock
) -> None:
    await store.queue(delivery("a"))
    await dispatcher.run_once(clock.now)
    slack.answer = lambda _: ConversationRefused("C1", "is_archived", "unarchive it")
    await store.queue(delivery("x"), update("b"))
    await dispatcher.run_once(clock.now)
    await _wait(dispatcher, clock, minutes(1))
    assert await _state(store, update("b")) is DeliveryState.QUEUED
    slack.answer = lambda _: None
    assert await _wait(dispatcher, clock, minutes(60)) == 2
    assert [each.kind for each in slack.posted[1:]] == [DeliveryKind.ALERT, DeliveryKind.UPDATE]


async def test_an_update_waits_while_the_workspace_refuses_calls(
    store: Store, slack: FakeSlack, dispatcher: Dispatcher, clock: Clock
) -> None:
    await store.queue(delivery("a"), update("b"))
    await dispatcher.run_once(clock.now)
    slack.answer = lambda _: WorkspaceRefused("Slack", "token_revoked", "install it")
    await _wait(dispatcher, clock, UPDATE_DELAY)
    assert await _state(store, update("b")) is DeliveryState.QUEUED
    slack.answer = lambda _: None
    assert await _wait(dispatcher, clock, minutes(6)) == 1


async def test_an_update_whose_outcome_is_unknown_is_made_again(
    store: Store, slack: FakeSlack, dispatcher: Dispatcher, clock: Clock
) -> None:
    await store.queue(delivery("a"), update("b"))
    await dispatcher.run_once(clock.now)
    (claimed,) = await store.outbox.claim(LATER, 9, 60, updates=1)
    assert await store.outbox.start_sending(claimed.id, claimed.claimed_at)
    await store.outbox.release_all(LATER)
    assert await _wait(dispatcher, clock, UPDATE_DELAY) == 1
    assert len(_edits(slack)) == 1


RELATIONS = st.sampled_from([Relation.NEW, Relation.REPORT, Relation.DEVELOPMENT])
STEPS = st.lists(
    st.tuples(
        RELATIONS,
        st.integers(0, 2),  # the event, of those known so far
        st.integers(0, 12),  # seconds until the story
        st.booleans(),  # whether the messages that are due are sent before it
        st.booleans(),  # whether Slack is away for the first attempt of each message
    ),
    min_size=1,
    max_size=10,
)


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database without rows."""
    file = tmp_path_factory.mktemp("blank") / "bot.db"
    asyncio.run(upgrade(f"sqlite:///{file}"))
    return file


@settings(deadline=None, max_examples=20)
@given(steps=STEPS)
async def test_each_development_arrives_once_and_the_first_message_knows_all_stories(
    blank: Path, steps: list[tuple[Relation, int, int, bool, bool]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bot.db"
        shutil.copyfile(blank, file)
        store, slack = open_store(f"sqlite:///{file}"), FakeSlack()
        try:
            stories = await _publish(store, slack, steps)
        finally:
            await store.database.close()
    _check_messages(slack, stories)


async def _publish(
    store: Store, slack: FakeSlack, steps: list[tuple[Relation, int, int, bool, bool]]
) -> list[Story]:
    """Plans and sends the messages of these stories; returns the stories."""
    clock = Clock()
    dispatcher = Dispatcher(store.outbox, slack, clock, pace_s=0)
    follower = Thread("s0", TEAM, "U1")
    subscriptions = (subscription("C1"), subscription("C2"))
    stories: list[Story] = []
    for number, (relation, event, seconds, sends, fails) in enumerate(steps):
        clock.now += timedelta(seconds=seconds)
        stories.append(_next_story(stories, number, relation, event, clock.now))
        alerted = await store.outbox.alerted({each.event_id for each in stories})
        audience = Audience(subscriptions=subscriptions, followers=(follower,), alerted=alerted)
        planned = plan_deliveries(stories[-1:], audience, clock.now)
        await store.add_stories(stories[-1])
        await store.queue(*planned)
        if sends:
            slack.answer = _fail_once() if fails else lambda _: None
            await dispatcher.run_once(clock.now)
    slack.answer = lambda _: None
    while (due_at := await store.outbox.next_due(clock.now)) is not None:
        clock.now = max(clock.now, due_at)
        await dispatcher.run_once(clock.now)
    return stories


def _next_story(
    stories: list[Story], number: int, relation: Relation, event: int, now: datetime
) -> Story:
    if relation is Relation.NEW or not stories:
        return story(f"s{number}", published=now, seen_at=now)
    events = list(dict.fromkeys(each.event_id for each in stories))
    return story(
        f"s{number}",
        event_id=events[event % len(events)],
        relation=relation,
        published=now,
        seen_at=now,
    )


def _fail_once() -> Answer:
    tried: set[str] = set()

    def answer(delivery: Delivery) -> Exception | None:
        if delivery.id in tried:
            return None
        tried.add(delivery.id)
        return SendLater(None, "Slack is away")

    return answer


def _check_messages(slack: FakeSlack, stories: list[Story]) -> None:
    developments = [each for each in stories if each.relation is not Relation.REPORT]
    for channel in ("C1", "C2"):
        messages = [each for each in slack.posted if each.conversation == channel]
        posted = [each for each in messages if each.kind is not DeliveryKind.UPDATE]
        assert [each.story_ids[0] for each in posted] == [each.id for each in developments]
        alerts = [each for each in posted if each.kind is DeliveryKind.ALERT]
        assert len(alerts) == len({each.event_id for each in stories})
        for alert in alerts:
            known = [each.id for each in stories if each.event_id == alert.event_id]
            assert slack.reported[alert.id] == known
    to_follower = [each for each in slack.posted if each.conversation == "U1"]
    assert [each.story_ids[0] for each in to_follower] == [
        each.id for each in developments if each.event_id == "s0"
    ]
