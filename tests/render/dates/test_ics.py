"""The calendar file is valid iCalendar and has one event per change."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar, Event, vText

from bot.news.deadlines.events import list_deadlines
from bot.news.deadlines.model import DeadlineKind
from bot.rates.calendar.entries import CalendarEntry, Doubt, DoubtKind, list_entries
from bot.rates.ledger import Ledger
from bot.rates.model.changes import Change, ChangeKind
from bot.rates.model.measure import DutyRate, Source
from bot.rates.question.query import QueryKind, RateQuery
from bot.render import words
from bot.render.dates.ics import render_calendar_file
from bot.text.dates import format_day
from tests.news.deadlines.made import deadline, notice
from tests.shipped import PARTIES

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def read_events(content: bytes) -> list[Event]:
    return [part for part in Calendar.from_ical(content).walk("VEVENT") if isinstance(part, Event)]


def upcoming_for(ledger: Ledger, partner: str | None = None) -> tuple[CalendarEntry, ...]:
    return list_entries(RateQuery(kind=QueryKind.UPCOMING, partner=partner), ledger, NOW.date())


def write_and_read(changes: tuple[CalendarEntry, ...], now: datetime = NOW) -> list[Event]:
    return read_events(render_calendar_file(changes, "Upcoming tariff dates", PARTIES, now))


@pytest.mark.parametrize("partner", [None, "CN", "EU"])
def test_every_change_is_an_all_day_event(ledger: Ledger, partner: str | None) -> None:
    changes = upcoming_for(ledger, partner)
    events = write_and_read(changes)
    assert changes
    assert [event.decoded("dtstart") for event in events] == [change.on for change in changes]
    for event, change in zip(events, changes, strict=True):
        assert event["dtstart"].params["VALUE"] == "DATE"
        assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(days=1)
        assert event.decoded("dtstamp") == NOW
        said = str(event["description"])
        assert words.describe_change(change.change) in said
        assert f"Legal basis: {change.legal_basis}" in said
        assert change.source.text in said
        checked = change.as_of and f"Sources last checked {format_day(change.as_of)}."
        assert (checked in said) if checked else ("last checked" not in said)
        assert str(event.get("url", "")) == (change.source.url or "")


def test_every_event_has_a_different_uid(ledger: Ledger) -> None:
    uids = [str(event["uid"]) for event in write_and_read(upcoming_for(ledger))]
    assert len(set(uids)) == len(uids)


def test_a_changed_event_keeps_its_uid_and_gets_a_newer_revision(ledger: Ledger) -> None:
    """If the rate or the date of the last check changes, the same event gets a new revision."""
    [change] = [
        one for one in upcoming_for(ledger) if one.key.startswith("us-cn-301-legacy-chips ")
    ]
    assert change.as_of is not None
    read_later = change.as_of + timedelta(days=30)
    higher = Change(ChangeKind.BEGINS, DutyRate(Decimal(20)))
    later = change.model_copy(update={"change": higher, "as_of": read_later, "doubts": ()})
    before, after = (
        write_and_read((change,))[0],
        write_and_read((later,), NOW + timedelta(days=40))[0],
    )
    assert before["uid"] == after["uid"]
    assert after.decoded("sequence") - before.decoded("sequence") == 30
    assert after.decoded("last-modified") > before.decoded("last-modified")
    assert (str(before["status"]), str(after["status"])) == ("TENTATIVE", "CONFIRMED")


def test_a_file_for_one_economy_has_the_same_events_as_the_file_for_all(ledger: Ledger) -> None:
    every = {str(event["uid"]) for event in write_and_read(upcoming_for(ledger))}
    some = {str(event["uid"]) for event in write_and_read(upcoming_for(ledger, "CN"))}
    assert some < every


# No byte order mark: the icalendar library drops it at the beginning of a text, which is harmless.
texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff")
    | st.sampled_from('\n,;:\\"^'),
    min_size=1,
)


def normalized(text: str) -> str:
    """The text with backslashes replaced, because the icalendar library does not preserve them."""
    return " ".join(text.replace("\\", "\u2216").split())


@example("\\N", "\\N", "\\n", "\\\\N", "\n")
@given(what=texts, measure=texts, basis=texts, source=texts, doubt=texts)
def test_any_text_is_read_back_unchanged(
    what: str, measure: str, basis: str, source: str, doubt: str
) -> None:
    change = CalendarEntry(
        key=measure,
        on=date(2027, 1, 1),
        change=Change(ChangeKind.MILESTONE, text=what),
        measure=measure,
        imposer="US",
        partners=("CN", "WORLD"),
        legal_basis=basis,
        source=Source(text=source, url="https://gazette.example/a,b;c?d=1"),
        as_of=date(2026, 10, 2),
        doubts=(Doubt(DoubtKind.CAVEAT, doubt),),
    )
    content = render_calendar_file((change,), what, PARTIES, NOW)
    # The icalendar library does not unescape this property.
    escaped = what.replace("\\", "\u2216")
    assert str(Calendar.from_ical(content)["name"]) == vText(escaped).to_ical().decode()
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    [event] = read_events(content)
    assert normalized(f"United States on China, all countries: {measure}: {what}") == normalized(
        str(event["summary"])
    )
    for said in (what, measure, basis, source, doubt):
        assert normalized(said) in normalized(str(event["description"]))
    assert str(event["url"]) == "https://gazette.example/a,b;c?d=1"


kinds = st.sampled_from(DeadlineKind)
days = st.dates(date(2026, 1, 1), date(2028, 1, 1))


@given(st.lists(st.tuples(kinds, days, st.booleans()), max_size=8), st.text(max_size=80))
def test_every_deadline_is_an_all_day_event_with_the_words_of_its_notice(
    given_deadlines: list[tuple[DeadlineKind, date, bool]], title: str
) -> None:
    stated = [deadline(kind, day, is_computed=computed) for kind, day, computed in given_deadlines]
    found = list_deadlines([notice("a", *stated, title=title)])
    events = read_events(render_calendar_file((), "Deadlines", PARTIES, NOW, found))
    assert [event.decoded("dtstart") for event in events] == [each.on for each in found]
    for event, each in zip(events, found, strict=True):
        assert event.decoded("dtend") - each.on == timedelta(days=1)
        assert each.deadline.quote in str(event["description"])
        assert str(event["url"]) == each.link
        is_sure = str(event["status"]) == "CONFIRMED"
        assert is_sure is not each.deadline.is_computed


def test_a_file_with_changes_and_deadlines_has_different_uids(ledger: Ledger) -> None:
    found = list_deadlines(
        [notice("a", *(deadline(kind, date(2027, 1, 12)) for kind in DeadlineKind))]
    )
    changes = upcoming_for(ledger)
    events = read_events(render_calendar_file(changes, "All", PARTIES, NOW, found))
    assert len({str(event["uid"]) for event in events}) == len(changes) + len(DeadlineKind)
    said = [str(event["summary"]) for event in events]
    assert "Comments close: Notice a" in said
