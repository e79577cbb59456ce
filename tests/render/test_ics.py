"""The calendar file is read by others' programs, and tells each change once."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar, Event, vText

from bot.rates.calendar.entries import CalendarEntry, Doubt, DoubtKind, all_ahead
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Change, ChangeKind
from bot.rates.model.measure import DutyRate, Source
from bot.rates.question.parse import Kind, RateQuery
from bot.render import words
from bot.render.ics import calendar_file
from bot.runtime.config_loader import load_parties
from tests.rates.conftest import CONFIG

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PARTIES = load_parties(CONFIG / "parties.yaml")


def read(content: bytes) -> list[Event]:
    return [part for part in Calendar.from_ical(content).walk("VEVENT") if isinstance(part, Event)]


def ahead_of(ledger: Ledger, partner: str | None = None) -> tuple[CalendarEntry, ...]:
    return all_ahead(RateQuery(kind=Kind.UPCOMING, partner=partner), ledger, NOW.date())


def written(changes: tuple[CalendarEntry, ...], now: datetime = NOW) -> list[Event]:
    return read(calendar_file(changes, "Tariffs ahead", PARTIES, now))


@pytest.mark.parametrize("partner", [None, "CN", "EU"])
def test_every_change_is_an_event_of_one_whole_day(ledger: Ledger, partner: str | None) -> None:
    changes = ahead_of(ledger, partner)
    events = written(changes)
    assert changes
    assert [event.decoded("dtstart") for event in events] == [change.on for change in changes]
    for event, change in zip(events, changes, strict=True):
        assert event["dtstart"].params["VALUE"] == "DATE"
        assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(days=1)
        assert event.decoded("dtstamp") == NOW
        said = str(event["description"])
        assert words.change(change.change) in said
        assert f"Legal basis: {change.legal_basis}" in said
        assert change.source.text in said
        assert (f"As of {change.as_of}" in said) == (change.as_of is not None)
        assert str(event.get("url", "")) == (change.source.url or "")


def test_no_two_events_have_one_uid(ledger: Ledger) -> None:
    uids = [str(event["uid"]) for event in written(ahead_of(ledger))]
    assert len(set(uids)) == len(uids)


def test_written_again_an_event_keeps_its_uid_and_moves_on(ledger: Ledger) -> None:
    """Another rate and sources read anew are the same event, revised."""
    [change] = [one for one in ahead_of(ledger) if one.key.startswith("us-cn-301-legacy-chips ")]
    assert change.as_of is not None
    read_later = change.as_of + timedelta(days=30)
    higher = Change(ChangeKind.BEGINS, DutyRate(Decimal(20)))
    later = change.model_copy(update={"change": higher, "as_of": read_later, "doubts": ()})
    before, after = (
        written((change,))[0],
        written((later,), NOW + timedelta(days=40))[0],
    )
    assert before["uid"] == after["uid"]
    assert after.decoded("sequence") - before.decoded("sequence") == 30
    assert after.decoded("last-modified") > before.decoded("last-modified")
    assert (str(before["status"]), str(after["status"])) == ("TENTATIVE", "CONFIRMED")


def test_one_economys_file_has_the_same_events_as_the_file_of_all(ledger: Ledger) -> None:
    every = {str(event["uid"]) for event in written(ahead_of(ledger))}
    some = {str(event["uid"]) for event in written(ahead_of(ledger, "CN"))}
    assert some < every


# A byte order mark is left out of what it begins by the library, which is no loss to a reader.
texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff")
    | st.sampled_from('\n,;:\\"^'),
    min_size=1,
)


def seen(text: str) -> str:
    """As a reader sees it: a letter like a backslash stands for one."""
    return " ".join(text.replace("\\", "\u2216").split())


@example("\\N", "\\N", "\\n", "\\\\N", "\n")
@given(what=texts, measure=texts, basis=texts, source=texts, doubt=texts)
def test_any_text_survives_the_way_there_and_back(
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
    content = calendar_file((change,), what, PARTIES, NOW)
    # The library reads this one as it stands, escapes and all.
    escaped = what.replace("\\", "\u2216")
    assert str(Calendar.from_ical(content)["name"]) == vText(escaped).to_ical().decode()
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    [event] = read(content)
    assert seen(f"United States on China, all partners: {measure}: {what}") == seen(
        str(event["summary"])
    )
    for said in (what, measure, basis, source, doubt):
        assert seen(said) in seen(str(event["description"]))
    assert str(event["url"]) == "https://gazette.example/a,b;c?d=1"
