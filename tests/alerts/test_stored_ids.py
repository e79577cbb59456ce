"""Ids of deliveries, as stored in the database and in Slack's metadata.

If an upgrade changes how ids are made, old messages are sent again.
Change an id here only together with a migration.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bot.alerts.delivery import Audience, DeliveryKind, delivery_id
from bot.alerts.notices import plan_notices
from bot.alerts.planning import DeliveryRules, plan_deliveries
from bot.alerts.reminders.planning import ReminderFacts, plan_reminders
from bot.alerts.reminders.schedule import ReminderDay
from bot.alerts.subscriptions.timing import Frequency, ServerTime
from bot.feeds.model import FeedState
from bot.proposals.approval.amendments import Amendment
from bot.proposals.approval.decisions import report_stale
from bot.proposals.approval.overlay import StaleApproval
from bot.rates.model.measure import Source
from bot.slack.api.lookup import marked
from tests.rates.made import ledger, sheet, written
from tests.store.examples import NOON, delivery, story, subscription


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("alert", "e3b7a35d905f59bebbb627445e25ed78"),
        ("follow_up", "70c292df3436c8264d970acb9bfc4a3c"),
        ("update", "5b2430d8738898d1732169938b805225"),
        ("digest", "776b9007e02a7fabd7811b6855c1609b"),
        ("notice", "d05bd539aa4f2520b0c5e6e807e01811"),
        ("proposal", "e564b4e3c4f05a9d93a74986b09504a1"),
        ("reminder", "85a9b57b4c1a3b9603066bae4f9d8fd9"),
    ],
)
def test_a_delivery_of_this_kind_has_this_id(kind: str, expected: str) -> None:
    assert delivery_id(DeliveryKind(kind), "T1", "C1", "s1") == expected


def test_every_kind_of_delivery_has_an_example_here() -> None:
    assert {str(kind) for kind in DeliveryKind} == {
        *("alert", "follow_up", "update", "digest", "notice", "proposal", "reminder")
    }


def test_the_id_of_a_delivery_comes_from_its_story_or_the_hour_of_its_digest() -> None:
    stories = (story("s1"), story("s2", event_id="s1"))
    instant, daily = subscription("C1"), subscription("C2", pace=Frequency.DAILY)
    audience = Audience(subscriptions=(instant, daily))
    made = plan_deliveries(stories, audience, NOON, DeliveryRules(ServerTime(hour=7)))
    assert [(each.kind, each.id) for each in made] == [
        (DeliveryKind.ALERT, delivery_id(DeliveryKind.ALERT, "T1", "C1", "s1")),
        (DeliveryKind.FOLLOW_UP, delivery_id(DeliveryKind.FOLLOW_UP, "T1", "C1", "s2")),
        (DeliveryKind.DIGEST, "4c6fadd081d267fb755edc9d14ba9d13"),
    ]


def test_the_id_of_a_feed_notice_comes_from_the_feed_and_the_start_of_its_failures() -> None:
    gone = FeedState(feed_id="wire", failing_since=NOON, stopped=True)
    failing = FeedState(feed_id="paper", failing_since=NOON, error="HTTP 500")
    made = plan_notices([gone, failing], "T1", ["C1"], NOON + timedelta(days=1))
    assert [each.id for each in made] == [
        "5bd9c4831bd68cd0ae1cf0e7a2b5309a",
        "5958962f6642d4f4bd8013ef40bc5b19",
    ]


def test_the_id_of_an_approval_notice_comes_from_the_approval_and_the_reason() -> None:
    amendment = Amendment(
        id="0123abcd",
        imposer="US",
        measure="us-1",
        percent=Decimal(40),
        from_=date(2026, 12, 1),
        source=Source(text="Wire"),
        published=date(2026, 11, 25),
        approved_by="ana",
        approved_on=date(2026, 11, 25),
    )
    stale = report_stale(StaleApproval(amendment, "no such measure"))
    [made] = plan_notices([], "T1", ["C1"], NOON, [stale])
    assert made.id == "1a892e74a07ff2ca3ebaa2f2f1e460f0"


def test_the_id_of_a_reminder_comes_from_the_change_and_the_lead_time() -> None:
    coming = ledger(sheet(written("us-1", {"from": date(2026, 12, 1)})))
    now = datetime(2026, 11, 24, 7, tzinfo=UTC)
    [made] = plan_reminders(
        ReminderFacts(coming, {}, now), [subscription("C1")], ReminderDay(now.date(), 1)
    )
    assert made.id == "0bab6e219372a9d9488c3ebdd2c1555d"


def test_the_metadata_of_a_message_contains_its_delivery_id() -> None:
    made = marked(delivery("s1", id="d1"))
    assert made.to_dict() == {
        "event_type": "tariffwire_delivery",
        "event_payload": {"delivery_id": "d1"},
    }
