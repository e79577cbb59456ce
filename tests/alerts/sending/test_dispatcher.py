import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.alerts.delivery import Delivery, DeliveryKind, DeliveryState
from bot.alerts.sending.attempts import LONGEST_BACKOFF_S
from bot.alerts.sending.dispatcher import Dispatcher
from bot.alerts.sending.ports import DispatchTimes, Receipt
from bot.errors import SendLater, SendRefused, StoreUnavailable
from bot.news.story import Story
from bot.store.outbox import Outbox
from tests.store.examples import NOON, delivery, story
from tests.store.opened import Store

QUICK = DispatchTimes(save_retry_s=0.02, longest_sleep_s=0.1)
Answer = Callable[[Delivery], Exception | None]


class Clock:
    """A clock that tests set by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class FakeSlack:
    """A sender that records posts. `answer` may return an error; `gates` block conversations."""

    def __init__(self) -> None:
        self.posted: list[Delivery] = []
        self.threads: dict[str, str | None] = {}
        self.found: set[str] = set()
        """The ids of deliveries that an earlier attempt posted."""
        self.reported: dict[str, list[str]] = {}
        self.times: list[float] = []
        self.answer: Answer = lambda _: None
        self.gates: dict[str, asyncio.Event] = {}
        self._more = asyncio.Condition()

    async def send(
        self, delivery: Delivery, stories: tuple[Story, ...], thread_ts: str | None
    ) -> Receipt:
        if delivery.conversation in self.gates:
            await self.gates[delivery.conversation].wait()
        if (error := self.answer(delivery)) is not None:
            raise error
        self.posted.append(delivery)
        self.times.append(asyncio.get_running_loop().time())
        self.threads[delivery.id] = thread_ts
        self.reported[delivery.id] = [story.id for story in stories]
        async with self._more:
            self._more.notify_all()
        return Receipt(ts=f"{len(self.posted)}.0", found=delivery.id in self.found)

    async def has_posted(self, number: int) -> None:
        async with asyncio.timeout(10), self._more:
            await self._more.wait_for(lambda: len(self.posted) >= number)

    @property
    def about(self) -> list[tuple[str, str]]:
        return [(each.conversation, each.story_ids[0]) for each in self.posted]


@pytest.fixture
def slack() -> FakeSlack:
    return FakeSlack()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def dispatcher(store: Store, slack: FakeSlack, clock: Clock) -> Dispatcher:
    return Dispatcher(store.outbox, slack, clock, pace_s=0)


def _follow_up(about: str, event_id: str, conversation: str = "C1") -> Delivery:
    return delivery(about, conversation, kind=DeliveryKind.FOLLOW_UP, event_id=event_id)


async def _states(store: Store) -> dict[str, int]:
    return {state: number for state, number in (await store.outbox.counts()).items() if number}


async def test_every_due_message_is_sent_once(
    store: Store, slack: FakeSlack, dispatcher: Dispatcher
) -> None:
    await store.add_stories(story("a"))
    later = NOON + timedelta(hours=1)
    await store.queue(*(delivery("a", f"C{number}") for number in range(150)))
    await store.queue(delivery("b", "C1"), delivery("late", "C2", due_at=later))
    assert await dispatcher.run_once(NOON) == 151
    assert await dispatcher.run_once(NOON) == 0
    assert len({each.id for each in slack.posted}) == 151
    assert slack.reported[delivery("a", "C1").id] == ["a"]
    assert await _states(store) == {"sent": 151, "queued": 1}


async def test_a_follow_up_goes_into_the_thread_of_its_alert(
    store: Store, slack: FakeSlack, dispatcher: Dispatcher
) -> None:
    await store.queue(delivery("a"), delivery("b"), _follow_up("c", "a"), _follow_up("d", "b"))
    await dispatcher.run_once(NOON)
    assert slack.about == [("C1", "a"), ("C1", "b"), ("C1", "c"), ("C1", "d")]
    assert slack.threads[delivery("a").id] is None
    assert slack.threads[_follow_up("c", "a").id] == "1.0"
    assert slack.threads[_follow_up("d", "b").id] == "2.0"


async def test_followers_get_each_follow_up_as_a_message_of_its_own(
    store: Store, slack: FakeSlack, dispatcher: Dispatcher
) -> None:
    follow_ups = (_follow_up("b", "a", "U1"), _follow_up("c", "a", "U1"))
    await store.queue(*(each.model_copy(update={"for_follower": True}) for each in follow_ups))
    await dispatcher.run_once(NOON)
    assert list(slack.threads.values()) == [None, None]


async def test_follow_ups_go_into_the_thread_of_the_one_that_replaced_a_failed_alert(
    store: Store, slack: FakeSlack, dispatcher: Dispatcher
) -> None:
    await store.queue(delivery("a"), _follow_up("b", "a"), _follow_up("c", "a"))
    slack.answer = lambda each: SendRefused("no") if each.kind is DeliveryKind.ALERT else None
    await dispatcher.run_once(NOON)
    assert list(slack.threads.values()) == [None, "1.0"]


async def test_a_slow_conversation_does_not_block_others(
    store: Store, slack: FakeSlack, dispatcher: Dispatcher
) -> None:
    gate = slack.gates["C1"] = asyncio.Event()
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stop))
    await store.queue(delivery("a", "C1"), delivery("b", "C1"))
    await store.queue(*(delivery(about, "C2") for about in "abc"))
    dispatcher.wake()
    await slack.has_posted(3)
    assert slack.about == [("C2", "a"), ("C2", "b"), ("C2", "c")]
    gate.set()
    await slack.has_posted(5)
    assert slack.about[3:] == [("C1", "a"), ("C1", "b")]
    stop.set()
    await running


async def test_a_wake_up_sends_due_messages_immediately(
    store: Store, slack: FakeSlack, dispatcher: Dispatcher
) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stop))
    await asyncio.sleep(0.05)
    await store.queue(delivery("a"))
    dispatcher.wake()
    await slack.has_posted(1)
    stop.set()
    await running


async def test_a_message_due_later_is_sent_without_a_wake_up(
    store: Store, slack: FakeSlack
) -> None:
    start = datetime.now(tz=NOON.tzinfo)
    await store.queue(delivery("a", due_at=start + timedelta(seconds=0.2)))
    dispatcher = Dispatcher(store.outbox, slack, lambda: datetime.now(tz=NOON.tzinfo), pace_s=0)
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stop))
    await slack.has_posted(1)
    stop.set()
    await running
    assert datetime.now(tz=NOON.tzinfo) - start >= timedelta(seconds=0.2)


async def test_a_stop_finishes_the_current_post_and_puts_back_the_rest(
    store: Store, slack: FakeSlack, clock: Clock
) -> None:
    dispatcher = Dispatcher(store.outbox, slack, clock, pace_s=0, slots=1)
    gate = slack.gates["C1"] = asyncio.Event()
    await store.queue(delivery("a", "C1"), delivery("a", "C2"))
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stop))
    await asyncio.sleep(0.1)
    stop.set()
    await asyncio.sleep(0.05)
    gate.set()
    await running
    assert slack.about == [("C1", "a")]
    assert await _states(store) == {"sent": 1, "queued": 1}
    assert not (await store.outbox.claim(NOON, 1, 60))[0].uncertain


async def test_a_clock_jump_past_the_lease_sends_no_message_twice(
    store: Store, slack: FakeSlack, clock: Clock, dispatcher: Dispatcher
) -> None:
    gate = slack.gates["C1"] = asyncio.Event()
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stop))
    await store.queue(delivery("a", "C1"), delivery("b", "C1"))
    dispatcher.wake()
    await asyncio.sleep(0.1)
    clock.now += timedelta(hours=8)
    await store.queue(delivery("a", "C2"))
    dispatcher.wake()
    await slack.has_posted(1)
    gate.set()
    await slack.has_posted(3)
    stop.set()
    await running
    assert slack.about == [("C2", "a"), ("C1", "a"), ("C1", "b")]
    assert await _states(store) == {"sent": 3}


async def test_a_delivery_whose_lease_ends_while_it_waits_is_sent_with_its_new_claim(
    store: Store, slack: FakeSlack, clock: Clock
) -> None:
    dispatcher = Dispatcher(store.outbox, slack, clock, pace_s=0, slots=1)
    gate = slack.gates["C1"] = asyncio.Event()
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stop))
    await store.queue(delivery("a", "C1"), delivery("a", "C2"))
    dispatcher.wake()
    await asyncio.sleep(0.1)
    clock.now += timedelta(hours=1)
    dispatcher.wake()
    await asyncio.sleep(0.1)
    assert slack.posted == []
    gate.set()
    await slack.has_posted(2)
    stop.set()
    await running
    assert slack.about == [("C1", "a"), ("C2", "a")]
    assert await _states(store) == {"sent": 2}


async def test_a_pause_ends_even_if_the_clock_is_set_back(
    store: Store, slack: FakeSlack, clock: Clock, dispatcher: Dispatcher
) -> None:
    await store.queue(delivery("a"))
    slack.answer = lambda _: SendLater(30, "ratelimited")
    await dispatcher.run_once(clock.now)
    slack.answer = lambda _: None
    clock.now -= timedelta(days=1)
    assert await dispatcher.run_once(clock.now) == 1


async def test_messages_to_one_conversation_are_spaced(
    store: Store, slack: FakeSlack, clock: Clock
) -> None:
    dispatcher = Dispatcher(store.outbox, slack, clock, pace_s=0.1)
    await store.queue(*(delivery(about) for about in "abc"))
    await dispatcher.run_once(NOON)
    gaps = [after - before for before, after in zip(slack.times, slack.times[1:], strict=False)]
    # An event loop timer can fire too early, by up to the resolution of the loop's clock.
    assert min(gaps) > 0.099


async def test_an_outage_backs_off_and_loses_no_message(
    store: Store, slack: FakeSlack, clock: Clock, dispatcher: Dispatcher
) -> None:
    await store.queue(delivery("a"))
    slack.answer = lambda _: SendLater(None, "Slack cannot be reached", unanswered=True)
    waits = []
    for _ in range(12):
        assert await dispatcher.run_once(clock.now) == 0
        due_at = await store.outbox.next_due(clock.now)
        assert due_at is not None
        waits.append((due_at - clock.now).total_seconds())
        clock.now = due_at
    assert waits[:4] == [2, 4, 8, 16]
    assert waits[-1] == LONGEST_BACKOFF_S
    slack.answer = lambda _: None
    assert await dispatcher.run_once(clock.now) == 1
    assert not slack.posted[0].uncertain


@pytest.mark.parametrize(
    "later",
    [
        SendLater(None, "Slack cannot be reached", unanswered=True),
        SendLater(None, "ServerDisconnectedError", uncertain=True, unanswered=True),
        SendLater(300, "ratelimited"),
    ],
)
async def test_a_long_outage_gives_up_no_message_and_keeps_their_order(
    store: Store, slack: FakeSlack, clock: Clock, dispatcher: Dispatcher, later: SendLater
) -> None:
    await store.queue(delivery("a"), delivery("b"))
    slack.answer = lambda _: later
    for _ in range(12):
        assert await dispatcher.run_once(clock.now) == 0
        clock.now += timedelta(seconds=LONGEST_BACKOFF_S)
    slack.answer = lambda _: None
    assert await dispatcher.run_once(clock.now) == 2
    assert slack.about == [("C1", "a"), ("C1", "b")]
    assert slack.posted[0].attempts == 1


async def test_a_rate_limit_pauses_the_whole_team_for_retry_after(
    store: Store, slack: FakeSlack, clock: Clock
) -> None:
    dispatcher = Dispatcher(store.outbox, slack, clock, pace_s=0, slots=1)
    asked: list[str] = []

    def answer(delivery: Delivery) -> Exception | None:
        asked.append(delivery.conversation)
        return SendLater(30, "ratelimited") if delivery.team == "T1" else None

    slack.answer = answer
    await store.queue(*(delivery("a", f"C{number}") for number in range(5)))
    await store.queue(delivery("a", "D1").model_copy(update={"id": "other", "team": "T2"}))
    assert await dispatcher.run_once(NOON) == 1
    assert sorted(asked) == ["C0", "D1"]
    assert await store.outbox.next_due(NOON) == NOON + timedelta(seconds=30)
    slack.answer = lambda _: None
    clock.now += timedelta(seconds=30)
    assert await dispatcher.run_once(clock.now) == 5
    attempts = {each.conversation: each.attempts for each in slack.posted}
    assert attempts == {"D1": 1, "C0": 1, "C1": 1, "C2": 1, "C3": 1, "C4": 1}


async def test_a_rate_limit_of_look_ups_delays_only_uncertain_messages(
    store: Store, slack: FakeSlack, clock: Clock, dispatcher: Dispatcher
) -> None:
    await store.queue(*(delivery("a", f"C{number}") for number in range(10)))
    slack.answer = lambda _: SendLater(None, "no answer", uncertain=True)
    await dispatcher.run_once(NOON)
    await store.queue(*(delivery("a", f"D{number}") for number in range(10)))
    slack.answer = lambda each: (
        SendLater(30, "ratelimited", uncertain=True, lookups_only=True) if each.uncertain else None
    )
    clock.now += timedelta(seconds=5)
    assert await dispatcher.run_once(clock.now) == 10
    assert {each.conversation[0] for each in slack.posted} == {"D"}
    assert await store.outbox.next_due(clock.now) == clock.now + timedelta(seconds=30)
    slack.answer = lambda _: None
    clock.now += timedelta(seconds=30)
    assert await dispatcher.run_once(clock.now) == 10


async def test_slow_look_ups_take_no_slot_of_other_messages_nor_of_another_workspace(
    store: Store, slack: FakeSlack, clock: Clock
) -> None:
    uncertain = [delivery("a", f"C{number}") for number in range(30)]
    await store.queue(*uncertain, delivery("a", "E1", team="T2", id="other"))
    slack.answer = lambda _: SendLater(None, "no answer", uncertain=True)
    dispatcher = Dispatcher(store.outbox, slack, clock, pace_s=0, slots=3)
    await dispatcher.run_once(NOON)
    slack.answer = lambda _: None
    gate = asyncio.Event()
    slack.gates |= {each.conversation: gate for each in uncertain}
    clock.now += timedelta(seconds=5)
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stop))
    await asyncio.sleep(0.05)
    await store.queue(*(delivery(about, f"D{number}") for about in "ab" for number in range(9)))
    dispatcher.wake()
    await slack.has_posted(19)
    gate.set()
    await slack.has_posted(49)
    stop.set()
    await running


async def test_a_refused_message_is_given_up_and_the_next_one_is_sent(
    store: Store, slack: FakeSlack, dispatcher: Dispatcher
) -> None:
    await store.queue(delivery("a"), delivery("b"))
    slack.answer = lambda each: SendRefused("is_archived") if each.event_id == "a" else None
    assert await dispatcher.run_once(NOON) == 1
    assert [each.error for each in await store.outbox.failed()] == ["is_archived"]


async def test_an_unknown_outcome_makes_the_next_attempt_uncertain(
    store: Store, slack: FakeSlack, clock: Clock, dispatcher: Dispatcher
) -> None:
    await store.queue(delivery("a"), delivery("b", "C2"))
    slack.answer = lambda each: (
        RuntimeError("a bug") if each.event_id == "a" else SendLater(None, "broken", uncertain=True)
    )
    await dispatcher.run_once(NOON)
    slack.answer = lambda _: None
    clock.now += timedelta(seconds=2)
    assert await dispatcher.run_once(clock.now) == 2
    assert [each.uncertain for each in slack.posted] == [True, True]


async def test_a_send_that_times_out_has_an_unknown_outcome(
    store: Store, slack: FakeSlack, clock: Clock
) -> None:
    times = DispatchTimes(send_timeout_s=0.05)
    dispatcher = Dispatcher(store.outbox, slack, clock, pace_s=0, times=times)
    slack.gates["C1"] = asyncio.Event()
    await store.queue(delivery("a"))
    assert await dispatcher.run_once(NOON) == 0
    claimed = await store.outbox.claim(NOON + timedelta(seconds=2), 1, 60)
    assert claimed[0].uncertain
    assert claimed[0].state is DeliveryState.RESERVED


async def test_a_digest_has_more_time_than_other_messages(
    store: Store, slack: FakeSlack, clock: Clock
) -> None:
    times = DispatchTimes(send_timeout_s=0.0, digest_timeout_s=60.0)
    dispatcher = Dispatcher(store.outbox, slack, clock, pace_s=0, times=times)
    slack.gates["C1"] = asyncio.Event()
    await store.queue(delivery("a", kind=DeliveryKind.DIGEST, event_id=""), delivery("b", "C2"))
    sending = asyncio.create_task(dispatcher.run_once(NOON))
    await slack.has_posted(1)
    await asyncio.sleep(0)
    slack.gates["C1"].set()
    assert await sending == 2
    slack.gates["C3"] = asyncio.Event()
    await store.queue(delivery("c", "C3"))
    assert await dispatcher.run_once(NOON) == 0


class _UnavailableOnce(Outbox):
    """An outbox whose database is unavailable at the first call of `claim`."""

    looks = 0

    async def claim(self, *given: Any, **options: Any) -> tuple[Delivery, ...]:
        self.looks += 1
        if self.looks == 1:
            raise StoreUnavailable("sqlite database", "database is locked")
        return await super().claim(*given, **options)


async def test_a_briefly_unavailable_database_does_not_stop_the_dispatcher(
    store: Store, slack: FakeSlack, clock: Clock
) -> None:
    await store.queue(delivery("a"))
    outbox = _UnavailableOnce(store.database, store.stories)
    stop = asyncio.Event()
    running = asyncio.create_task(Dispatcher(outbox, slack, clock, pace_s=0, times=QUICK).run(stop))
    await slack.has_posted(1)
    stop.set()
    await running
    assert outbox.looks > 1


class _UnavailableOutbox(Outbox):
    """An outbox whose database can become unavailable; it counts the calls that fail."""

    is_unavailable = False
    refused = 0

    def __init__(self, store: Store) -> None:
        super().__init__(store.database, store.stories)
        self._more = asyncio.Condition()

    async def _raise_if_unavailable(self) -> None:
        if self.is_unavailable:
            self.refused += 1
            async with self._more:
                self._more.notify_all()
            raise StoreUnavailable("sqlite database", "the disk is full")

    async def claim(self, *given: Any, **options: Any) -> tuple[Delivery, ...]:
        await self._raise_if_unavailable()
        return await super().claim(*given, **options)

    async def stories(self, delivery: Delivery) -> tuple[Story, ...]:
        await self._raise_if_unavailable()
        return await super().stories(delivery)

    async def confirm(self, delivery_id: str, ts: str, now: datetime, posted: bool = True) -> bool:
        await self._raise_if_unavailable()
        return await super().confirm(delivery_id, ts, now, posted)

    async def give_up(self, delivery_id: str, error: str) -> None:
        await self._raise_if_unavailable()
        await super().give_up(delivery_id, error)

    async def put_back(self, *given: Any, **options: Any) -> None:
        await self._raise_if_unavailable()
        await super().put_back(*given, **options)

    async def has_refused(self, number: int) -> None:
        async with asyncio.timeout(10), self._more:
            await self._more.wait_for(lambda: self.refused >= number)


class _DispatcherInOutage:
    """A running dispatcher whose database becomes unavailable at the first send."""

    def __init__(
        self, store: Store, slack: FakeSlack, clock: Clock, times: DispatchTimes = QUICK
    ) -> None:
        self.outbox = _UnavailableOutbox(store)
        self._slack, self._says = slack, slack.answer
        slack.answer = self._answer_and_break
        self._stop = asyncio.Event()
        dispatcher = Dispatcher(self.outbox, slack, clock, pace_s=0, times=times)
        self._running = asyncio.create_task(dispatcher.run(self._stop))

    def _answer_and_break(self, delivery: Delivery) -> Exception | None:
        if not self._slack.posted and not self.outbox.refused:
            self.outbox.is_unavailable = True
        return self._says(delivery)

    async def end(self) -> None:
        self._stop.set()
        async with asyncio.timeout(10):
            await self._running


@pytest.mark.parametrize("refused", [False, True])
async def test_the_outcome_of_a_message_is_saved_when_the_database_is_back(
    store: Store,
    slack: FakeSlack,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    refused: bool,
) -> None:
    if refused:
        slack.answer = lambda each: SendRefused("gone") if each.event_id == "a" else None
    await store.queue(delivery("a"), delivery("b"))
    outage = _DispatcherInOutage(store, slack, clock)
    await outage.outbox.has_refused(8)
    outage.outbox.is_unavailable = False
    # The clock did not move, so the lease of the claimed message has not expired.
    await slack.has_posted(1 if refused else 2)
    await outage.end()
    assert slack.about == ([] if refused else [("C1", "a")]) + [("C1", "b")]
    assert not any(each.uncertain for each in slack.posted)
    assert await _states(store) == ({"sent": 1, "failed": 1} if refused else {"sent": 2})
    assert "Traceback" not in caplog.text


async def test_a_message_is_posted_once_even_if_its_lease_expires_during_an_outage(
    store: Store, slack: FakeSlack, clock: Clock
) -> None:
    await store.queue(delivery("a"), delivery("b"))
    outage = _DispatcherInOutage(store, slack, clock, replace(QUICK, lease_s=0.05))
    await outage.outbox.has_refused(16)
    clock.now += timedelta(minutes=10)
    outage.outbox.is_unavailable = False
    await slack.has_posted(2)
    await outage.end()
    assert slack.about == [("C1", "a"), ("C1", "b")]
    assert await _states(store) == {"sent": 2}


async def test_a_message_whose_stories_cannot_be_read_is_put_back_without_an_attempt(
    store: Store, slack: FakeSlack, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.queue(delivery("a"))
    outbox = _UnavailableOutbox(store)
    dispatcher = Dispatcher(outbox, slack, clock, pace_s=0, times=QUICK)

    async def claim(*given: Any, **options: Any) -> tuple[Delivery, ...]:
        claimed = await Outbox.claim(outbox, *given, **options)
        outbox.is_unavailable = bool(claimed) and not outbox.refused
        return claimed

    monkeypatch.setattr(outbox, "claim", claim)
    sending = asyncio.create_task(dispatcher.run_once(NOON))
    await outbox.has_refused(3)
    assert slack.posted == []
    outbox.is_unavailable = False
    assert await sending == 1
    assert [(each.attempts, each.uncertain) for each in slack.posted] == [(1, False)]


async def test_a_stop_during_an_outage_tries_once_more_and_ends(
    store: Store, slack: FakeSlack, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    await store.queue(delivery("a"))
    outage = _DispatcherInOutage(store, slack, clock)
    await outage.outbox.has_refused(1)
    await outage.end()
    assert "outcome of 1 message(s) was not saved" in caplog.text
    assert await _states(store) == {"sending": 1}
    await store.outbox.release_all(NOON)
    assert (await store.outbox.claim(NOON, 1, 60))[0].uncertain
