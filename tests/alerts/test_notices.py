"""Operators get one notice about a feed that is gone or has failed for a day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.alerts.delivery import Delivery, DeliveryKind, HeldConversation
from bot.alerts.notices import (
    REPORT_AFTER,
    AnswerReport,
    MistakeReport,
    Notices,
    Trouble,
    mistake_trouble,
    old_data_trouble,
    plan_notices,
    recovery_trouble,
)
from bot.alerts.sending.workspace_gate import Recovery
from bot.alerts.sending.workspace_refusal import first_refusal
from bot.alerts.subscriptions.model import Subscription
from bot.feeds.model import FeedKind, FeedState
from bot.news.story import Story
from bot.proposals.approval.amendments import Amendment
from bot.proposals.approval.decisions import report_stale
from bot.proposals.approval.overlay import StaleApproval
from bot.rates.model.measure import Source
from bot.render.freshness import Freshness, find_freshness
from bot.values import Topic
from tests.store.examples import NOON, TEAM, minutes, subscription
from tests.store.opened import Store

FAILING = FeedState(feed_id="wire", failures=3, failing_since=NOON, error="no answer in 30 s")
GONE = FeedState(feed_id="court", failures=1, failing_since=NOON, stopped=True, error="gone")


class Setting:
    def __init__(self, store: Store, *conversations: str) -> None:
        self.store, self.conversations = store, conversations
        self.now = NOON
        self.woken = 0
        self.start()

    def start(self) -> None:
        """Creates the object under test again, as the bot does at each start."""
        self.notices = Notices(
            self.store.outbox, TEAM, self.conversations, lambda: self.now, self.wake
        )

    def wake(self) -> None:
        self.woken += 1

    async def send_due(self) -> list[Delivery]:
        """Claims all due deliveries and marks them as sent; returns them."""
        found: list[Delivery] = []
        while claimed := await self.store.outbox.claim(self.now, 10, 60):
            for each in claimed:
                await self.store.outbox.confirm(each.id, "1.2", self.now)
            found += claimed
        return found


async def test_a_feed_that_is_gone_is_reported_to_each_operator_immediately(store: Store) -> None:
    setting = Setting(store, "U1", "U2")
    await setting.notices.look([GONE])
    reported = await setting.send_due()
    assert [each.conversation for each in reported] == ["U1", "U2"]
    assert {each.kind for each in reported} == {DeliveryKind.NOTICE}
    assert "court" in reported[0].reason
    assert "410" in reported[0].reason
    assert "`/tariff feeds resume court`" in reported[0].reason
    assert setting.woken == 1


async def test_a_failing_feed_is_reported_once_after_a_day(store: Store) -> None:
    setting = Setting(store, "C1")
    setting.now += REPORT_AFTER - minutes(1)
    await setting.notices.look([FAILING])
    assert await setting.send_due() == []
    setting.now += minutes(1)
    await setting.notices.look([FAILING])
    [reported] = await setting.send_due()
    assert "no answer in 30 s" in reported.reason
    setting.now += timedelta(days=3)
    await setting.notices.look([replace(FAILING, failures=9, error="other")])
    assert await setting.send_due() == []


async def test_a_restart_repeats_no_notice(store: Store) -> None:
    setting = Setting(store, "C1")
    await setting.notices.look([GONE])
    await setting.send_due()
    setting.start()
    await setting.notices.look([GONE])
    assert await setting.send_due() == []


async def test_a_feed_that_recovers_and_fails_again_is_reported_again(store: Store) -> None:
    setting = Setting(store, "C1")
    setting.now += REPORT_AFTER
    await setting.notices.look([FAILING])
    assert len(await setting.send_due()) == 1
    await setting.notices.look([])
    anew = replace(FAILING, failing_since=setting.now)
    setting.now += REPORT_AFTER
    await setting.notices.look([anew])
    assert len(await setting.send_due()) == 1


async def test_without_operators_nothing_is_queued(store: Store) -> None:
    setting = Setting(store)
    await setting.notices.look([GONE])
    assert await setting.send_due() == []
    assert setting.woken == 0


async def test_a_stale_approval_is_reported_once(store: Store) -> None:
    made = Amendment(
        id="a1",
        imposer="US",
        measure="us-232-steel",
        percent=Decimal(40),
        from_=NOON.date(),
        source=Source(text="Wire"),
        published=NOON.date(),
        approved_by="ana",
        approved_on=NOON.date(),
    )
    setting = Setting(store, "U1")
    for _ in range(2):
        left = StaleApproval(made, "its rate of 25% already begins on that day")
        await setting.notices.look([], [report_stale(left)])
        setting.start()
    [reported] = await setting.send_due()
    for part in ("us-232-steel, 40%", "ana", "already begins on that day", "Undo"):
        assert part in reported.reason


async def test_a_mistake_that_a_person_reports_twice_reaches_the_operators_once(
    store: Store,
) -> None:
    story = Story(
        id="s1",
        feed_id="wire",
        entry_key="k1",
        source="Meridian Wire",
        kind=FeedKind.WIRE,
        title="Duty on tiles rises to 40%",
        link="https://wire.example/tiles",
        published=NOON,
        seen_at=NOON,
        topics=(Topic.TARIFF,),
    )
    setting = Setting(store, "U1")
    for _ in range(2):
        report = MistakeReport(story, "U7", "C0123456")
        await setting.notices.report(mistake_trouble(report))
    [notice] = await setting.send_due()
    for part in ("U7", "#C0123456", story.title, story.source, story.link):
        assert part in notice.reason


HELD = HeldConversation(TEAM, "C0123456", NOON, "is_archived: unarchive it")


def _paused(**fields: Any) -> Subscription:
    given = {"created_by": "U7", "paused_at": NOON, "paused_reason": HELD.reason, **fields}
    return subscription("C0123456", **given)


async def test_a_refusing_conversation_is_reported_once_to_operators_and_its_subscribers(
    store: Store,
) -> None:
    setting = Setting(store, "U1", "U2")
    both = [_paused(), _paused(id="other", created_by="U1")]
    await setting.notices.look([], held=[HELD], subscriptions=[*both, subscription("C2")])
    reported = await setting.send_due()
    assert [each.conversation for each in reported] == ["U1", "U2", "U7"]
    assert all("is_archived" in each.reason for each in reported)
    assert all("#C0123456" in each.reason for each in reported)
    setting.now += timedelta(hours=1)
    setting.start()
    await setting.notices.look([], held=[HELD], subscriptions=both)
    assert await setting.send_due() == []


async def test_a_subscription_without_a_person_is_reported_to_operators(store: Store) -> None:
    setting = Setting(store, "U1")
    await setting.notices.look([], held=[HELD], subscriptions=[_paused(created_by="")])
    assert [each.conversation for each in await setting.send_due()] == ["U1"]


async def test_a_conversation_that_refuses_again_later_is_reported_again(store: Store) -> None:
    setting = Setting(store, "U1")
    await setting.notices.look([], subscriptions=[_paused()])
    await setting.notices.look([], subscriptions=[_paused(paused_at=NOON + timedelta(days=9))])
    assert len(await setting.send_due()) == 4


async def test_a_direct_message_that_is_refused_is_reported_once_and_not_to_its_person(
    store: Store,
) -> None:
    setting = Setting(store, "U1", "U2")
    gone = HeldConversation(TEAM, "U2", NOON, "user_disabled: the account is deactivated")
    await setting.notices.look([], held=[gone])
    await setting.notices.look([], held=[gone._replace(since=NOON + timedelta(days=2))])
    assert [each.conversation for each in await setting.send_due()] == ["U1"]


async def test_the_report_names_a_pause_only_where_there_are_subscriptions(store: Store) -> None:
    setting = Setting(store, "U1")
    await setting.notices.look([], held=[HELD])
    await setting.notices.look([], held=[HELD], subscriptions=[_paused(created_by="")])
    without, paused = [each.reason for each in await setting.send_due()]
    assert "kept for a day" in without
    assert "paused" not in without
    assert "The subscriptions there are paused" in paused


async def test_a_conversation_that_was_resumed_meanwhile_is_not_reported(store: Store) -> None:
    setting = Setting(store, "U1")
    await setting.notices.look([], held=[HELD], subscriptions=[subscription(HELD.conversation)])
    assert await setting.send_due() == []


async def test_operators_get_one_message_after_a_workspace_refused_posts(store: Store) -> None:
    setting = Setting(store, "U1")
    refusal = first_refusal("token_revoked", "install the app again", NOON)
    recovery = Recovery(refusal, NOON + minutes(65), messages=63)
    await setting.notices.report(recovery_trouble(recovery))
    await setting.notices.report(recovery_trouble(recovery))
    [reported] = await setting.send_due()
    assert reported.reason == (
        "Slack refused posts from 2025-05-12 12:00 UTC to 2025-05-12 13:05 UTC (token_revoked). "
        "63 messages were delivered afterwards."
    )
    assert setting.woken == 2


def test_old_rates_are_reported_once_a_week() -> None:
    checks = {"US": date(2026, 10, 7), "CN": date(2026, 11, 20)}
    names = {"US": "United States", "CN": "China"}
    sunday = datetime(2026, 11, 29, 12, tzinfo=UTC)

    def report(now: datetime) -> Trouble | None:
        return old_data_trouble(checks, names, now, lambda _code: now.date())

    found = [report(sunday + timedelta(days=days)) for days in (0, 1, 7)]
    first, monday, next_sunday = (one for one in found if one is not None)

    assert first.old_imposers == ("US",)
    assert "7 Oct 2026 (53 days ago)" in first.text
    assert first.key != monday.key == next_sunday.key
    [delivery] = plan_notices((), "T1", ["C1"], sunday, [first])
    assert delivery.content == "US"


@pytest.mark.parametrize(("day", "is_reported"), [(1, False), (2, True)])
def test_rates_are_reported_as_old_on_the_day_on_which_answers_mark_them(
    day: int, is_reported: bool
) -> None:
    checked, today = date(2026, 11, 1), date(2026, 12, day)
    names, now = {"US": "United States"}, datetime(2026, 12, 3, tzinfo=UTC)
    found = old_data_trouble({"US": checked}, names, now, lambda _code: today)
    is_red = find_freshness(checked, today, passed=False) is Freshness.RED
    assert (found is not None, is_red) == (is_reported, is_reported)


async def test_a_refusing_conversation_of_another_workspace_is_reported_within_that_workspace(
    store: Store,
) -> None:
    """Only the operators, who are in the first workspace, learn of both conversations."""
    setting = Setting(store, "U1")
    theirs = _paused(id="theirs", team="T2", created_by="U9")
    held = [HELD, HeldConversation("T2", "C9", NOON, HELD.reason)]
    await setting.notices.look([], held=held, subscriptions=[_paused(), theirs])
    notices = [(each.team, each.conversation, each.reason) for each in await store.outbox.unsent(9)]
    to = [(team, conversation) for team, conversation, _ in notices]
    assert sorted(to) == [(TEAM, "U1"), (TEAM, "U1"), (TEAM, "U1"), (TEAM, "U7"), ("T2", "U9")]
    named = sorted(reason for team, _, reason in notices if "of workspace T2" in reason)
    # The person who subscribed there knows which workspace it is.
    assert len(named) == 2
    assert all(reason.startswith("Slack refuses messages to #C") for reason in named)


async def test_a_mistake_in_another_workspace_names_the_workspace(store: Store) -> None:
    report = AnswerReport("us china", "30%", "U7", "C0123456", "T2")
    assert "#C0123456 of workspace T2" in mistake_trouble(report, home=TEAM).text
    assert "workspace" not in mistake_trouble(report._replace(team=TEAM), home=TEAM).text
    assert "workspace" not in mistake_trouble(report).text
