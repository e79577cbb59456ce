"""If Slack refuses messages to a workspace or a conversation, none is lost; sending pauses."""

import asyncio
import logging
from datetime import datetime, timedelta

import pytest

from bot.alerts.delivery import Delivery, DeliveryKind, DeliveryState
from bot.alerts.sending.dispatcher import Dispatcher
from bot.alerts.sending.workspace_gate import Recovery, Turn, WorkspaceGate
from bot.alerts.sending.workspace_refusal import WorkspaceRefusal
from bot.errors import ConversationRefused, SendLater, SendRefused, WorkspaceRefused
from bot.store.workspace_refusals import WorkspaceRefusals
from tests.alerts.sending.test_dispatcher import Clock, FakeSlack
from tests.journeys.workspace_reader import eventually
from tests.store.examples import NOON, TEAM, delivery, subscription
from tests.store.opened import Store

HOUR = timedelta(hours=1)
ARCHIVED = ConversationRefused("C1", "is_archived", "unarchive it")


class Slack(FakeSlack):
    """A sender that records posts. With `revoked` or `scope_missing`, it refuses all posts."""

    def __init__(self) -> None:
        super().__init__()
        self.revoked = ""
        """The error code with which Slack refuses the token; empty if it accepts the token."""
        self.scope_missing = False
        self.calls = 0
        self.checks: list[datetime] = []
        self.answer = self._answer

    def _answer(self, _: Delivery) -> Exception | None:
        self.calls += 1
        if self.revoked:
            return WorkspaceRefused("Slack", self.revoked, "install the app again")
        if self.scope_missing:
            return WorkspaceRefused("Slack", "missing_scope (chat:write)", "add the scope")
        return None


class Reports:
    """Records what a `WorkspaceGate` reports: refusals, recoveries and delivered messages."""

    def __init__(self) -> None:
        self.restored_causes: list[str] = []
        self.refusals: list[WorkspaceRefusal] = []
        self.recoveries: list[Recovery] = []
        self.messages: list[tuple[datetime, datetime, int]] = []

    def refused(self, _team: str, refusal: WorkspaceRefusal) -> None:
        self.refusals.append(refusal)

    def restored(self, _team: str, refusal: WorkspaceRefusal) -> None:
        self.restored_causes.append(refusal.cause)

    def recovered(self, _team: str, recovery: Recovery) -> None:
        self.recoveries.append(recovery)

    def forgotten(self, _team: str) -> None:
        return None

    async def delivered(self, _team: str, recovery: Recovery) -> None:
        self.messages.append((recovery.refusal.since, recovery.at, recovery.messages))


@pytest.fixture
def slack() -> Slack:
    return Slack()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
def dispatcher(store: Store, slack: Slack, clock: Clock, reports: Reports) -> Dispatcher:
    async def check(_team: str) -> None:
        slack.checks.append(clock.now)
        if slack.revoked:
            raise WorkspaceRefused("Slack", slack.revoked, "install the app again")

    gate = WorkspaceGate(check, WorkspaceRefusals(store.database))
    gate.report_to(reports)
    return Dispatcher(store.outbox, slack, clock, pace_s=0, workspaces=gate)


async def _wait(dispatcher: Dispatcher, clock: Clock, time: timedelta, every_s: int = 10) -> int:
    """Runs the dispatcher every few simulated seconds; returns how many messages it sent."""
    sent, end = 0, clock.now + time
    while clock.now < end:
        clock.now += timedelta(seconds=every_s)
        sent += await dispatcher.run_once(clock.now)
    return sent


async def test_a_token_revoked_for_an_hour_loses_nothing_and_is_reported_once(
    store: Store,
    slack: Slack,
    clock: Clock,
    dispatcher: Dispatcher,
    reports: Reports,
    caplog: pytest.LogCaptureFixture,
) -> None:
    queued = [delivery(about, f"C{number}") for about in "abc" for number in range(21)]
    await store.queue(*queued)
    slack.revoked = "token_revoked"
    assert await dispatcher.run_once(clock.now) == 0
    refused_calls = slack.calls
    assert await _wait(dispatcher, clock, HOUR) == 0
    assert slack.calls == refused_calls <= 20
    slack.revoked = ""
    assert await _wait(dispatcher, clock, timedelta(minutes=5)) == 63
    assert sorted(each.id for each in slack.posted) == sorted(each.id for each in queued)
    assert {each.attempts for each in slack.posted} == {1}
    by_channel = [story for channel, story in slack.about if channel == "C7"]
    assert by_channel == ["a", "b", "c"]
    [refusal], [recovery] = reports.refusals, reports.recoveries
    assert (refusal.since, refusal.cause) == (NOON, "token_revoked")
    assert NOON + HOUR < recovery.at <= NOON + HOUR + timedelta(minutes=5)
    assert reports.messages == [(NOON, recovery.at, 63)]
    warnings = [each for each in caplog.records if each.levelno >= logging.WARNING]
    assert len(warnings) == 2
    assert "token_revoked" in warnings[0].getMessage()
    assert "install the app again" in warnings[0].getMessage()


async def test_the_workspace_is_checked_after_growing_waits(
    store: Store, slack: Slack, clock: Clock, dispatcher: Dispatcher
) -> None:
    await store.queue(delivery("a"))
    slack.revoked = "invalid_auth"
    await dispatcher.run_once(clock.now)
    await _wait(dispatcher, clock, timedelta(seconds=511), every_s=1)
    await _wait(dispatcher, clock, HOUR, every_s=60)
    waits = [
        (after - before).total_seconds()
        for before, after in zip([NOON, *slack.checks], slack.checks, strict=False)
    ]
    assert waits[:9] == [1, 2, 4, 8, 16, 32, 64, 128, 256]
    assert set(waits[9:]) == {300}


async def test_a_missing_scope_costs_one_post_at_each_check_and_one_report(
    store: Store, slack: Slack, clock: Clock, dispatcher: Dispatcher, reports: Reports
) -> None:
    await store.queue(*(delivery("a", f"C{number}") for number in range(50)))
    slack.scope_missing = True
    await dispatcher.run_once(clock.now)
    slack.calls = 0
    assert await _wait(dispatcher, clock, HOUR) == 0
    assert slack.calls == len(slack.checks) < 25
    assert len(reports.refusals) == 1
    assert reports.recoveries == []
    slack.scope_missing = False
    assert await _wait(dispatcher, clock, timedelta(minutes=5)) == 50
    assert len(reports.messages) == 1


async def test_a_refused_workspace_delays_no_other(
    store: Store, slack: Slack, clock: Clock, dispatcher: Dispatcher
) -> None:
    await store.queue(delivery("a"), delivery("b", team="T2", id="other"))
    slack.answer = lambda each: WorkspaceRefused("", "x", "") if each.team == TEAM else None
    await dispatcher.run_once(clock.now)
    assert [each.id for each in slack.posted] == ["other"]


async def test_a_running_dispatcher_resumes_by_itself(
    store: Store, slack: Slack, reports: Reports
) -> None:
    def now() -> datetime:
        return datetime.now(NOON.tzinfo)

    async def check(_team: str) -> None:
        slack.revoked = ""

    gate = WorkspaceGate(check)
    gate.report_to(reports)
    dispatcher = Dispatcher(store.outbox, slack, now, pace_s=0, workspaces=gate)
    await store.queue(delivery("a"), delivery("b"))
    slack.revoked = "token_revoked"
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stop))
    await slack.has_posted(2)
    stop.set()
    await running
    assert len(reports.recoveries) == 1


async def test_a_look_up_is_no_recovery(
    store: Store, slack: Slack, clock: Clock, dispatcher: Dispatcher, reports: Reports
) -> None:
    await store.queue(delivery("a"))
    slack.scope_missing = True
    await dispatcher.run_once(clock.now)
    slack.scope_missing = False
    slack.found.add(delivery("a").id)
    assert await _wait(dispatcher, clock, timedelta(minutes=5)) == 1
    gone = ConversationRefused("C2", "user_not_found", by_look_up=True)
    slack.answer = lambda each: gone if each.conversation == "C2" else None
    await store.queue(delivery("a", "C2"))
    await _wait(dispatcher, clock, timedelta(minutes=5))
    assert reports.recoveries == []
    await store.queue(delivery("a", "C3"))
    await _wait(dispatcher, clock, timedelta(minutes=5))
    assert len(reports.recoveries) == 1


async def test_a_message_that_slack_refuses_as_such_is_a_recovery(
    store: Store, slack: Slack, clock: Clock, dispatcher: Dispatcher, reports: Reports
) -> None:
    await store.queue(delivery("a"), delivery("b", "C2"))
    slack.scope_missing = True
    await dispatcher.run_once(clock.now)
    slack.answer = lambda _: SendRefused("the stories it is about are no longer kept")
    await _wait(dispatcher, clock, timedelta(minutes=5))
    assert reports.recoveries == []
    slack.answer = lambda _: SendRefused("invalid_blocks", by_slack=True)
    await store.queue(delivery("c"))
    await _wait(dispatcher, clock, timedelta(minutes=5))
    assert [each.messages for each in reports.recoveries] == [0]


async def test_a_workspace_whose_token_is_valid_again_recovers_without_a_message(
    store: Store, slack: Slack, clock: Clock, dispatcher: Dispatcher, reports: Reports
) -> None:
    await store.queue(delivery("a"))
    slack.revoked = "token_revoked"
    await dispatcher.run_once(clock.now)
    await _wait(dispatcher, clock, timedelta(minutes=1))
    await store.outbox.drop(delivery("a").id)
    slack.revoked = ""
    await _wait(dispatcher, clock, timedelta(minutes=5))
    assert [each[2] for each in reports.messages] == [0]


async def test_a_missing_scope_has_no_end_before_a_message_is_accepted(
    store: Store, slack: Slack, clock: Clock, dispatcher: Dispatcher, reports: Reports
) -> None:
    await store.queue(delivery("a"))
    slack.scope_missing = True
    await dispatcher.run_once(clock.now)
    await store.outbox.drop(delivery("a").id)
    await _wait(dispatcher, clock, timedelta(minutes=5))
    assert reports.recoveries == []


async def test_a_restart_with_a_new_token_reports_the_end_of_the_refusal(
    store: Store,
    slack: Slack,
    clock: Clock,
    dispatcher: Dispatcher,
    reports: Reports,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await store.queue(delivery("a"))
    slack.revoked = "token_revoked"
    await dispatcher.run_once(clock.now)
    await _wait(dispatcher, clock, timedelta(minutes=1))

    async def start() -> Dispatcher:
        gate = WorkspaceGate(saved=WorkspaceRefusals(store.database))
        gate.report_to(reports)
        await gate.restore(TEAM, clock.now)
        return Dispatcher(store.outbox, slack, clock, pace_s=0, workspaces=gate)

    slack.revoked = ""
    clock.now += HOUR
    assert await (await start()).run_once(clock.now) == 1
    assert reports.restored_causes == ["token_revoked"]
    assert reports.messages == [(NOON, clock.now, 1)]
    assert "accepts messages of workspace T1 again" in caplog.text
    await (await start()).run_once(clock.now)
    assert reports.restored_causes == ["token_revoked"]


async def test_a_refusal_of_one_conversation_is_a_recovery_of_the_workspace(
    store: Store, slack: Slack, clock: Clock, dispatcher: Dispatcher, reports: Reports
) -> None:
    await store.queue(delivery("a"))
    slack.scope_missing = True
    await dispatcher.run_once(clock.now)
    slack.answer = lambda _: ARCHIVED
    await _wait(dispatcher, clock, timedelta(minutes=1))
    assert [each.messages for each in reports.recoveries] == [0]


async def test_a_worker_reports_the_recovery_when_no_message_is_due(
    store: Store, clock: Clock, dispatcher: Dispatcher, reports: Reports
) -> None:
    gate = dispatcher.workspaces
    gate.refuse(Turn(TEAM), WorkspaceRefused("Slack", "token_revoked", "install it"), NOON)
    clock.now += timedelta(minutes=1)
    await gate.look(clock.now)
    async with gate.turn(TEAM) as trial:
        gate.accept(trial, clock.now)
    await store.queue(delivery("a"))
    stop = asyncio.Event()
    watching = asyncio.create_task(dispatcher.watch_workspaces(stop))
    await asyncio.sleep(0.5)
    assert reports.messages == []
    [waiting] = await store.outbox.claim(clock.now, 9, 60)
    await store.outbox.give_up(waiting.id, "the channel is gone")

    async def is_reported() -> bool:
        return reports.messages != []

    assert await eventually(is_reported)
    stop.set()
    await watching
    assert len(reports.messages) == 1


async def test_a_recovery_for_a_moment_belongs_to_the_same_refusal(
    store: Store, slack: Slack, clock: Clock, dispatcher: Dispatcher, reports: Reports
) -> None:
    await store.queue(*(delivery("a", f"C{number}") for number in range(3)))
    answers = iter(["token_revoked", "token_revoked", "token_revoked", "", "token_revoked"])

    def answer(_: Delivery) -> Exception | None:
        code = next(answers, "")
        return WorkspaceRefused("Slack", code, "install it") if code else None

    slack.answer = answer
    await dispatcher.run_once(clock.now)
    assert await _wait(dispatcher, clock, timedelta(minutes=5)) == 3
    assert [each.since for each in reports.refusals] == [NOON, NOON]
    assert [since for since, _, _ in reports.messages] == [NOON]


async def test_an_answer_from_before_the_refusal_is_no_recovery(
    store: Store, slack: Slack, clock: Clock, dispatcher: Dispatcher, reports: Reports
) -> None:
    await store.queue(delivery("a", "C1"), delivery("b", "C2"), delivery("c", "C3"))
    slack.gates["C1"] = asyncio.Event()

    def refuse(_: Delivery) -> Exception | None:
        slack.revoked = "token_revoked"
        slack.gates["C1"].set()
        return WorkspaceRefused("Slack", "token_revoked", "install the app again")

    slack.answer = lambda each: None if each.conversation == "C1" else refuse(each)
    assert await dispatcher.run_once(clock.now) == 1
    assert (len(reports.refusals), reports.recoveries) == (1, [])


async def test_a_check_that_ends_after_the_recovery_changes_nothing() -> None:
    answer, asked = asyncio.Event(), asyncio.Event()
    passes = [True]

    async def check(_team: str) -> None:
        if passes:
            passes.pop()
            return
        asked.set()
        await answer.wait()
        raise WorkspaceRefused("Slack", "token_revoked", "install the app again")

    gate, refused = WorkspaceGate(check), WorkspaceRefused("Slack", "x", "")
    gate.refuse(Turn(TEAM), refused, NOON)
    later = NOON + timedelta(minutes=5)
    await gate.look(later)
    async with gate.turn(TEAM) as trial:
        gate.refuse(trial, refused, later)
    slow = asyncio.create_task(gate.look(later + timedelta(minutes=5)))
    await asked.wait()
    passes.append(True)
    await gate.look(later + timedelta(minutes=5))
    async with gate.turn(TEAM) as trial:
        gate.accept(trial, later)
    answer.set()
    await slow
    assert gate.closed == frozenset()


async def test_a_stop_does_not_wait_for_a_check(
    store: Store, slack: Slack, reports: Reports
) -> None:
    asked, never = asyncio.Event(), asyncio.Event()

    async def check(_team: str) -> None:
        asked.set()
        await never.wait()

    saved = WorkspaceRefusals(store.database)
    gate = WorkspaceGate(check, saved)
    gate.report_to(reports)
    clock = Clock()
    dispatcher = Dispatcher(store.outbox, slack, clock, pace_s=0, workspaces=gate)
    await store.queue(delivery("a"))
    slack.revoked = "token_revoked"
    await dispatcher.run_once(clock.now)
    clock.now += timedelta(minutes=1)
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stop))
    async with asyncio.timeout(10):
        await asked.wait()
        stop.set()
        await running
    assert gate.closed == {TEAM}
    assert reports.messages == []
    assert await saved.get(TEAM) is not None


async def test_a_refused_later_part_leaves_the_delivery_uncertain(
    store: Store, slack: Slack, clock: Clock, dispatcher: Dispatcher
) -> None:
    await store.queue(delivery("a"))
    slack.answer = lambda _: WorkspaceRefused("Slack", "token_revoked", uncertain=True)
    await dispatcher.run_once(clock.now)
    slack.answer = lambda _: None
    await _wait(dispatcher, clock, timedelta(seconds=3))
    assert [each.uncertain for each in slack.posted] == [True]


async def test_a_conversation_that_refuses_is_paused_after_the_first_refusal(
    store: Store,
    slack: Slack,
    clock: Clock,
    dispatcher: Dispatcher,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await store.subscriptions.add(subscription("C1"))
    await store.subscriptions.add(subscription("C2"))
    await store.queue(delivery("a"), delivery("b"), delivery("a", "C2"))
    slack.answer = lambda each: ARCHIVED if each.conversation == "C1" else None
    assert await dispatcher.run_once(clock.now) == 1
    counts = await store.outbox.counts()
    assert (counts[DeliveryState.HELD], counts[DeliveryState.FAILED]) == (2, 0)
    [paused] = await store.subscriptions.of(TEAM, "C1")
    assert paused.paused_at == NOON
    assert "is_archived" in paused.paused_reason
    [other] = await store.subscriptions.of(TEAM, "C2")
    assert other.paused_at is None
    [held] = await store.outbox.held()
    assert (held.conversation, held.since) == ("C1", NOON)
    await _wait(dispatcher, clock, timedelta(minutes=30))
    warnings = [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING]
    assert len(warnings) == 1
    assert delivery("a").id in warnings[0]
    assert "story a" in warnings[0]


async def test_held_messages_are_sent_in_order_when_the_conversation_accepts_them(
    store: Store, slack: Slack, clock: Clock, dispatcher: Dispatcher
) -> None:
    await store.subscriptions.add(subscription("C1"))
    follow_up = delivery("c", kind=DeliveryKind.FOLLOW_UP, event_id="a")
    await store.queue(delivery("a"), delivery("b"), follow_up)
    slack.answer = lambda _: ARCHIVED
    await dispatcher.run_once(clock.now)
    for _ in range(10):
        clock.now += HOUR
        assert await dispatcher.run_once(clock.now) == 0
    slack.answer = lambda _: None
    clock.now += HOUR
    assert await dispatcher.run_once(clock.now) == 3
    assert [story for _, story in slack.about] == ["a", "b", "c"]
    assert {each.attempts for each in slack.posted} == {1}
    [resumed] = await store.subscriptions.of(TEAM, "C1")
    assert (resumed.paused_at, resumed.paused_reason) == (None, "")
    assert await store.outbox.held() == ()


async def test_messages_that_a_conversation_refuses_for_a_day_fail(
    store: Store, slack: Slack, clock: Clock, dispatcher: Dispatcher
) -> None:
    await store.queue(delivery("a"), delivery("b"))
    slack.answer = lambda _: ARCHIVED
    await dispatcher.run_once(clock.now)
    for _ in range(25):
        clock.now += HOUR
        await dispatcher.run_once(clock.now)
    counts = await store.outbox.counts()
    assert (counts[DeliveryState.HELD], counts[DeliveryState.FAILED]) == (0, 2)
    assert {each.error for each in await store.outbox.failed()} == {"is_archived: unarchive it"}


async def test_subscribing_again_sends_the_held_messages(
    store: Store, slack: Slack, clock: Clock, dispatcher: Dispatcher
) -> None:
    await store.subscriptions.add(subscription("C1"))
    await store.queue(delivery("a"), delivery("b"))
    slack.answer = lambda _: ARCHIVED
    await dispatcher.run_once(clock.now)
    slack.answer = lambda _: None
    assert await dispatcher.run_once(clock.now) == 0
    assert not await store.subscriptions.add(subscription("C1"))
    assert await dispatcher.run_once(clock.now) == 2
    [resumed] = await store.subscriptions.of(TEAM, "C1")
    assert resumed.paused_at is None


@pytest.mark.parametrize("by_id", [True, False], ids=["held", "given up"])
async def test_a_retry_that_is_posted_ends_the_pause(
    store: Store, slack: Slack, clock: Clock, dispatcher: Dispatcher, by_id: bool
) -> None:
    await store.subscriptions.add(subscription("C1"))
    await store.queue(delivery("a"), delivery("b"))
    slack.answer = lambda _: ARCHIVED
    await dispatcher.run_once(clock.now)
    for _ in range(0 if by_id else 30):
        clock.now += HOUR
        await dispatcher.run_once(clock.now)
    slack.answer = lambda _: None
    assert await store.outbox.send_again(clock.now, delivery("a").id if by_id else None) > 0
    assert await dispatcher.run_once(clock.now) == 2
    [resumed] = await store.subscriptions.of(TEAM, "C1")
    assert resumed.paused_at is None


async def test_a_retry_of_a_held_message_that_is_refused_does_not_start_its_day_anew(
    store: Store, slack: Slack, clock: Clock, dispatcher: Dispatcher
) -> None:
    await store.queue(delivery("a"))
    slack.answer = lambda _: ARCHIVED
    await dispatcher.run_once(clock.now)
    clock.now += HOUR
    assert await store.outbox.send_again(clock.now, delivery("a").id) == 1
    await dispatcher.run_once(clock.now)
    [held] = await store.outbox.held()
    assert held.since == NOON


async def test_a_message_found_by_a_look_up_does_not_end_the_pause(
    store: Store, slack: Slack, clock: Clock, dispatcher: Dispatcher
) -> None:
    await store.subscriptions.add(subscription("C1"))
    await store.queue(delivery("a"), delivery("b"))
    slack.answer = lambda _: ARCHIVED
    await dispatcher.run_once(clock.now)
    clock.now += HOUR
    [found] = await store.outbox.claim(clock.now, 9, 60)
    await store.outbox.confirm(found.id, "1.1", clock.now, posted=False)
    await dispatcher.run_once(clock.now)
    [paused] = await store.subscriptions.of(TEAM, "C1")
    assert paused.paused_at == NOON


async def test_to_drop_the_last_held_message_ends_the_pause(
    store: Store, slack: Slack, clock: Clock, dispatcher: Dispatcher
) -> None:
    await store.subscriptions.add(subscription("C1"))
    await store.queue(delivery("a"), delivery("b"))
    slack.answer = lambda _: ARCHIVED
    await dispatcher.run_once(clock.now)
    assert await store.outbox.drop(delivery("a").id)
    [paused] = await store.subscriptions.of(TEAM, "C1")
    assert paused.paused_at == NOON
    assert await store.outbox.drop(delivery("b").id)
    [resumed] = await store.subscriptions.of(TEAM, "C1")
    assert resumed.paused_at is None


async def test_a_held_message_that_can_never_be_posted_does_not_keep_the_pause(
    store: Store, slack: Slack, clock: Clock, dispatcher: Dispatcher
) -> None:
    await store.subscriptions.add(subscription("C1"))
    await store.queue(delivery("a"))
    slack.answer = lambda _: ARCHIVED
    await dispatcher.run_once(clock.now)
    slack.answer = lambda _: SendRefused("thread_not_found: the alert was deleted")
    clock.now += HOUR
    await dispatcher.run_once(clock.now)
    [resumed] = await store.subscriptions.of(TEAM, "C1")
    assert resumed.paused_at is None


async def test_a_refusing_conversation_delays_no_other(
    store: Store, slack: Slack, clock: Clock, dispatcher: Dispatcher
) -> None:
    await store.queue(*(delivery(about, place) for about in "abc" for place in ("C1", "C2")))
    slack.answer = lambda each: ARCHIVED if each.conversation == "C1" else None
    assert await dispatcher.run_once(clock.now) == 3


async def test_the_reason_of_a_hold_is_the_refusal_whatever_its_tries_meet(
    store: Store, slack: Slack, clock: Clock, dispatcher: Dispatcher
) -> None:
    await store.queue(delivery("a"), delivery("b"))
    slack.answer = lambda _: SendLater(None, "the answer of a proxy", unanswered=True)
    await dispatcher.run_once(clock.now)
    reasons = []
    met = (ARCHIVED, SendLater(None, "HTTP 503", uncertain=True), SendLater(30, "limit"), ARCHIVED)
    left = iter(met)
    slack.answer = lambda _: next(left)
    for _ in met:
        clock.now += HOUR
        await dispatcher.run_once(clock.now)
        reasons += [each.reason for each in await store.outbox.held()]
    assert reasons == ["is_archived: unarchive it"] * len(met)
    await store.outbox.send_again(clock.now, delivery("a").id)
    [held] = await store.outbox.held()
    assert held.reason == "is_archived: unarchive it"


async def test_a_held_delivery_that_gets_no_answer_stays_queued(
    store: Store, slack: Slack, clock: Clock, dispatcher: Dispatcher
) -> None:
    await store.queue(delivery("a"))
    slack.answer = lambda _: ARCHIVED
    await dispatcher.run_once(clock.now)
    slack.answer = lambda _: SendLater(None, "away", unanswered=True)
    clock.now += HOUR
    await dispatcher.run_once(clock.now)
    slack.answer = lambda _: None
    clock.now += HOUR
    assert await dispatcher.run_once(clock.now) == 1
