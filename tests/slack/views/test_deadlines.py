"""Deadlines in alerts, calendars and reminders."""

import json
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.alerts.delivery import DeliveryKind
from bot.alerts.reminders.model import DueDeadline, LeadTime, Reminder
from bot.commands import replies
from bot.commands.rates.replies import CalendarFile, RateCalendar
from bot.commands.request import CommandRequest
from bot.feeds.health import FeedSummary
from bot.news.deadlines.events import EventDeadline, list_deadlines
from bot.news.deadlines.model import Deadline, DeadlineKind
from bot.news.events.event import summarize_event
from bot.news.state import EventState, EventStatus
from bot.rates.calendar.upcoming import list_calendar, list_upcoming
from bot.rates.question.query import QueryKind, RateQuery
from bot.slack.blockkit.blocks import Message
from bot.slack.views.alerts import DEADLINES, AlertOptions, render_alert
from bot.slack.views.command_replies import (
    render_calendar_comment,
    render_calendar_shared,
    render_reply,
)
from bot.slack.views.delivery import compose_messages
from bot.slack.views.entry.home import render_home
from bot.text.dates import format_day
from bot.values import Topic
from tests.news.deadlines.made import PUBLISHED, deadline, notice
from tests.slack.fakes import ledger
from tests.slack.samples import HOSTILE, PARTIES, delivery, nasty_text
from tests.slack.views.accepted import as_text, check_accepted

COMMENTS = deadline(DeadlineKind.COMMENTS_CLOSE, date(2027, 1, 12))
HEARING = deadline(DeadlineKind.HEARING, date(2027, 2, 3))
TODAY = date(2026, 11, 30)
REQUEST = CommandRequest("", "T1", "C1", "U1")
QUERY = RateQuery(kind=QueryKind.UPCOMING)

text = st.one_of(nasty_text, st.sampled_from([HOSTILE * 60, "<&>" * 4_000, "w" * 10_000])).map(
    lambda made: made.replace("\ud800", "?")
)
made_deadlines = st.builds(
    lambda kind, day, at, zone, quote, computed: Deadline(
        kind=kind, day=day, at=at, zone=zone, quote=quote, is_computed=computed
    ),
    st.sampled_from(DeadlineKind),
    st.dates(date(2026, 11, 30), date(2027, 2, 1)),
    st.none() | st.times(),
    text,
    text,
    st.booleans(),
)
event_deadlines = st.lists(
    st.builds(
        lambda found, title, source, link: list_deadlines(
            [notice("a", found, title=title, source=source, link=link)]
        )[0],
        made_deadlines,
        text,
        text,
        text | st.just("https://gazette.example/" + "a" * 4_000),
    ),
    max_size=8,
).map(tuple)


def alert(*deadlines: Deadline, today: date = TODAY, **fields: Any) -> Message:
    event = summarize_event([notice("a", *deadlines, **fields)])
    return render_alert(event, PARTIES, AlertOptions(find_today=lambda: today))


def calendar(deadlines: tuple[EventDeadline, ...], **fields: Any) -> Message:
    items = list_calendar(QUERY, ledger(), TODAY)
    reply = RateCalendar(QUERY, TODAY, items, None, deadlines=deadlines)
    given = {**vars(reply), **fields}
    return render_reply(RateCalendar(**given), REQUEST, PARTIES)


def test_an_alert_shows_the_next_deadline_and_a_button() -> None:
    message = alert(COMMENTS, HEARING)
    assert "*Comments close* 12 Jan 2027 (and 1 later)" in as_text(message)
    assert DEADLINES in as_text(message)
    after = alert(COMMENTS, HEARING, today=COMMENTS.day + timedelta(days=1))
    assert "*Hearing* 3 Feb 2027" in as_text(after)
    assert "Comments close" not in as_text(after)
    over = alert(COMMENTS, HEARING, today=HEARING.day + timedelta(days=1))
    assert "Hearing" not in as_text(over)
    assert DEADLINES not in as_text(over)


def test_the_time_and_the_way_of_counting_are_shown() -> None:
    timed = deadline(COMMENTS.kind, COMMENTS.day, at="23:59", zone="EST")
    assert "12 Jan 2027, 23:59 EST" in as_text(alert(timed))
    computed = deadline(COMMENTS.kind, COMMENTS.day, is_computed=True)
    assert "12 Jan 2027, counted from the publication" in as_text(alert(computed))


def test_the_day_of_effect_is_not_shown_twice() -> None:
    day = date(2027, 1, 1)
    state = EventState(status=EventStatus.ANNOUNCED, effective=day)
    message = alert(deadline(DeadlineKind.EFFECTIVE, day), state=state)
    assert "Takes effect" not in as_text(message)
    assert DEADLINES in as_text(message)


def test_a_calendar_lists_deadlines_with_their_source_apart_from_duties() -> None:
    [found] = list_deadlines([notice("a", COMMENTS)])
    message = calendar((found,))
    check_accepted(message)
    kinds = [block["type"] for block in message.blocks]
    [title] = [n for n, each in enumerate(message.blocks) if "official notices" in json.dumps(each)]
    assert kinds.index("table") < title < kinds.index("actions")
    row = "*12 Jan*  Comments close: <https://gazette.example/a|Notice a> (Gazette)"
    assert row in as_text(message)
    assert message.instead is not None
    assert row in as_text(message.instead)
    assert "official notices" not in as_text(calendar(()))


def test_a_calendar_of_a_topic_has_only_deadlines_and_its_own_file() -> None:
    [found] = list_deadlines([notice("a", HEARING)])
    message = calendar((found,), topics=frozenset({Topic.COURT_RULING}))
    check_accepted(message)
    assert "table" not in {block["type"] for block in message.blocks}
    assert "upcoming court-rulings ics" in as_text(message)
    nothing = calendar((), topics=frozenset({Topic.COURT_RULING}))
    assert "No deadlines in our data for this period." in as_text(nothing)
    assert "ics" not in as_text(nothing)


@settings(max_examples=25, deadline=None)
@given(event_deadlines, st.frozensets(st.sampled_from(Topic)), text)
def test_slack_accepts_any_deadlines(
    found: tuple[EventDeadline, ...], topics: frozenset[Topic], about: str
) -> None:
    message = calendar(found, topics=topics)
    check_accepted(message)
    if message.instead is not None:
        check_accepted(message.instead)
    if found:
        due = tuple(DueDeadline(notice=LeadTime.WEEK, ahead=each) for each in found)
        reminder = Reminder(counted_on=TODAY, deadlines=due)
        queued = delivery(
            kind=DeliveryKind.REMINDER, content=reminder.model_dump_json(), reason=about
        )
        for each in compose_messages(queued, (), PARTIES):
            check_accepted(each)
    file = CalendarFile(QUERY, (), None, found, about)
    check_accepted(render_calendar_shared(file))
    check_accepted(render_reply(file, REQUEST, PARTIES))
    assert "<!channel>" not in render_calendar_comment(file, "U1", PARTIES)


@settings(max_examples=25, deadline=None)
@given(st.lists(made_deadlines, max_size=20), text)
@example([], ">")
def test_slack_accepts_an_alert_with_any_deadlines(found: list[Deadline], title: str) -> None:
    check_accepted(alert(*found, title=title, published=PUBLISHED))


def test_the_home_tab_lists_changes_and_deadlines_day_by_day() -> None:
    today = date(2025, 5, 12)
    changes = list_upcoming(ledger(), today)
    first, last = changes[0].on, changes[-1].on
    dated = [
        deadline(DeadlineKind.COMMENTS_CLOSE, first, at=time(17), zone="EST"),
        deadline(DeadlineKind.HEARING, first - timedelta(days=1)),
        deadline(DeadlineKind.REBUTTAL_COMMENTS, last + timedelta(days=1)),
    ]
    overview = replies.Overview(
        subscriptions=(),
        feeds=FeedSummary(feeds=1, failing=0),
        upcoming=changes[:1],
        deadlines=list_deadlines([notice("a", *dated)]),
        latest=(),
        operator=None,
    )
    view = render_home(overview, "U1", {"US": "United States"}, PARTIES, PUBLISHED)
    texts = [each["text"]["text"] for each in view["blocks"] if each["type"] == "section"]
    days = [each.split("\n") for each in texts if "Notice a" in each]
    assert [lines[0] for lines in days] == [
        f"*{format_day(day)}*"
        for day in (first - timedelta(days=1), first, last + timedelta(days=1))
    ]
    assert len(days[1]) == 3
    notice_link = "<https://gazette.example/a|Notice a> (Gazette)"
    assert days[1][2] == f"Comments close, 17:00 EST: {notice_link}"
    long = notice("b", dated[0], link=f"https://gazette.example/{'a' * 2_000}")
    view = render_home(
        replace(overview, deadlines=list_deadlines([long])), "U1", {}, PARTIES, PUBLISHED
    )
    assert "EST: Notice b (Gazette)" in json.dumps(view)
