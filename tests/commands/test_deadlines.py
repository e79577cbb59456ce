"""Calendars and calendar files have the deadlines of official notices."""

from datetime import date, timedelta

import pytest

from bot.commands.grammar import Verb
from bot.commands.rates.replies import CalendarFile, RateAnswers, RateCalendar
from bot.news.deadlines.model import DeadlineKind
from bot.values import Topic
from tests.commands.conftest import NOW, Commands
from tests.news.deadlines.made import deadline, notice

SOON = date(2026, 12, 15)
FAR = date(2027, 6, 1)
PAST = NOW.date() - timedelta(days=3)


@pytest.fixture
async def dated(commands: Commands) -> Commands:
    """The command service with four notices."""
    comments, hearing = DeadlineKind.COMMENTS_CLOSE, DeadlineKind.HEARING
    await commands.store.add_stories(
        notice("china", deadline(comments, SOON), deadline(hearing, FAR), text="Steel racks."),
        notice("eu", deadline(comments, SOON), parties=("US", "EU")),
        notice("court", deadline(hearing, SOON), topics=(Topic.COURT_RULING,), parties=("US",)),
        notice("old", deadline(comments, PAST), deadline(hearing, NOW.date()), parties=("JP",)),
    )
    return commands


async def events_in(commands: Commands, text: str) -> list[str]:
    reply = await commands.type(text)
    assert isinstance(reply, RateCalendar | CalendarFile), reply
    return [each.event_id for each in reply.deadlines]


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("upcoming", ["old", "china", "court", "eu"]),
        ("upcoming next 365 days", ["old", "china", "court", "eu", "china"]),
        ("upcoming china", ["china"]),
        ("upcoming us china", ["china"]),
        ("upcoming us", ["china", "court", "eu"]),
        ("upcoming france", ["eu"]),
        ("upcoming japan", ["old"]),
        ("upcoming mexico", []),
        ("upcoming steel", ["china", "china"]),
        ("upcoming court-rulings", ["court"]),
        ("upcoming rulings china", []),
        ("upcoming talks", []),
        ("changes", ["old", "old"]),
        ("changes japan", ["old", "old"]),
        ("changes china", []),
        ("upcoming ics", ["old", "china", "court", "eu", "china"]),
        ("upcoming ics china", ["china", "china"]),
        ("upcoming court-rulings ics", ["court"]),
    ],
)
async def test_a_calendar_has_the_deadlines_that_it_asks_for(
    dated: Commands, text: str, events: list[str]
) -> None:
    assert await events_in(dated, text) == events


async def test_a_topic_leaves_out_duties_and_no_topic_keeps_them(dated: Commands) -> None:
    whole, courts = await dated.type("upcoming us"), await dated.type("upcoming us courts")
    assert isinstance(whole, RateCalendar)
    assert isinstance(courts, RateCalendar)
    assert whole.items
    assert not courts.items
    assert courts.topics == {Topic.COURT_RULING}
    file = await dated.type("upcoming courts ics")
    assert isinstance(file, CalendarFile)
    assert not file.entries


async def test_the_button_of_an_alert_makes_a_file_of_the_deadlines_of_its_event(
    dated: Commands,
) -> None:
    file = await dated.click(Verb.DEADLINE_FILE, "china")
    assert isinstance(file, CalendarFile)
    assert file.entries == ()
    assert file.about == "Notice china"
    assert [each.on for each in file.deadlines] == [SOON, FAR]
    gone = await dated.click(Verb.DEADLINE_FILE, "unknown")
    assert isinstance(gone, CalendarFile)
    assert gone.deadlines == ()


async def test_other_questions_keep_their_words(dated: Commands) -> None:
    reply = await dated.type("us china on 2026-11-01")
    assert isinstance(reply, RateAnswers)
