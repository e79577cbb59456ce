"""Notices of the watches, and the line of a late message."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.alerts.delivery import DeliveryKind
from bot.alerts.watch.facts import (
    Condition,
    FailingFeed,
    LateQueue,
    OldRates,
    PassedDate,
    PassedDates,
    QuietWeek,
    SilentFeed,
    WatchNotice,
)
from bot.slack.views.delivery import compose_messages
from tests.slack.samples import NOW, PARTIES, delivery, story
from tests.slack.views.accepted import as_text

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
WIRE = SilentFeed(feed_id="my_wire", since=NOON, usual_s=172_800)
LATE = LateQueue(since=NOON, conversations=2, error="no answer in 30 s")
PASSED = PassedDates(
    imposer="US", newest=(PassedDate(on=date(2026, 11, 10), measure="Truce <1>"),), earlier=2
)


def render(about: Condition | QuietWeek, *, has_ended: bool = False) -> str:
    content = WatchNotice(about=about, has_ended=has_ended).model_dump_json()
    notice = delivery(kind=DeliveryKind.NOTICE, reason="", content=content)
    [message] = compose_messages(notice, (), PARTIES)
    return as_text(message)


@pytest.mark.parametrize(
    ("about", "began", "ended"),
    [
        (WIRE, "published nothing since 30 Nov 2026, 12:00 UTC", "publishes again"),
        (
            LATE,
            "Messages to 2 conversations have been waiting since 30 Nov 2026, 12:00 UTC",
            "on time again",
        ),
        (
            LATE.model_copy(update={"team": "T2"}),
            "to 2 conversations of workspace T2",
            "of workspace T2 are sent on time again",
        ),
        (PASSED, "10 Nov 2026: Truce &lt;1&gt;; and 2 earlier", "up to 10 Nov 2026"),
    ],
)
def test_a_problem_is_reported_at_its_beginning_and_at_its_end(
    about: Condition, began: str, ended: str
) -> None:
    assert began in render(about)
    assert ended in render(about, has_ended=True)


def test_the_notice_of_passed_dates_has_a_button_to_confirm_the_rates() -> None:
    assert "data_unchanged_us" in render(PASSED)
    assert "data_unchanged_us" not in render(PASSED, has_ended=True)


def test_the_ends_of_problems_that_others_report_name_their_beginning() -> None:
    failed = FailingFeed(feed_id="wire", since=NOON)
    assert "had failed since 30 Nov 2026, 12:00 UTC" in render(failed, has_ended=True)
    old = OldRates(imposer="US", checked=date(2026, 10, 1))
    assert "The previous check was on 1 Oct 2026" in render(old, has_ended=True)


def test_a_quiet_week_says_what_was_read_and_what_comes_next() -> None:
    text = render(QuietWeek(stories=2, feeds=1, next_on=date(2026, 12, 4), next_measure="Steel"))
    assert "2 stories from 1 feed, none matched. Next known change: 4 Dec 2026, Steel." in text
    assert "Next known change" not in render(QuietWeek(stories=0, feeds=3))


def send_after(late: timedelta, **fields: object) -> str:
    sent = delivery(claimed_at=NOW + late, due_at=NOW + late, first_due_at=NOW, **fields)
    [message] = compose_messages(sent, (story(),), PARTIES)
    return as_text(message)


@pytest.mark.parametrize("kind", [DeliveryKind.ALERT, DeliveryKind.UPDATE, DeliveryKind.DIGEST])
def test_a_late_message_and_its_edit_say_how_late_it_is(kind: DeliveryKind) -> None:
    text = send_after(timedelta(hours=3), kind=kind, error="no <answer>.")
    assert "Sent 3 h late: no &lt;answer&gt;." in text
    assert "Sent 31 min late." in send_after(timedelta(minutes=31), kind=kind)


def test_a_message_that_is_in_time_or_was_refused_says_nothing() -> None:
    assert "late" not in send_after(timedelta(minutes=29))
    assert "late" not in send_after(timedelta(hours=3), held_at=NOW)
