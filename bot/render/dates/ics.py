"""Renders upcoming changes and deadlines as an iCalendar file (RFC 5545), for Outlook and Google
Calendar.

Each change and each deadline is an all-day event. The event's UID is a hash of its key, so a second
import updates the event instead of adding another one.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Calendar, Event, vText

from bot.news.deadlines.events import EventDeadline
from bot.parties import Parties
from bot.rates.calendar.entries import CalendarEntry
from bot.render import words
from bot.render.dates.deadlines import describe_when, label_deadline
from bot.text.dates import format_day
from bot.values import digest

_PRODUCT = "-//Tariffwire//Upcoming tariff dates//EN"
_MAX_PARTNERS = 6
_BACKSLASH_LOOKALIKE = "\u2216"
_FIRST_DAY = date(2020, 1, 1)
"""An event's SEQUENCE is the number of days from this date to its last check."""


def render_calendar_file(
    changes: Iterable[CalendarEntry],
    title: str,
    parties: Parties,
    now: datetime,
    deadlines: Iterable[EventDeadline] = (),
) -> bytes:
    """The file as bytes, with folded lines and escaped text. `now` (aware) is used as DTSTAMP."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    # icalendar does not treat these two properties as text, so vText escapes their values.
    calendar.add("name", vText(_replace_backslashes(title)))
    # Programs that do not support NAME (RFC 7986) read X-WR-CALNAME.
    calendar.add("x-wr-calname", vText(_replace_backslashes(title)))
    for change in changes:
        calendar.add_component(_build_event(change, parties, now))
    for deadline in deadlines:
        calendar.add_component(_build_deadline(deadline, now))
    return bytes(calendar.to_ical())


def build_uid(key: str) -> str:
    """The UID of the event of a change or a deadline, from its key."""
    return f"{digest(key)}@tariffwire"


def _build_event(change: CalendarEntry, parties: Parties, now: datetime) -> Event:
    event = Event()
    event.add("uid", build_uid(change.key))
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", change.on)
    event.add("dtend", change.on + timedelta(days=1))
    what = words.describe_change(change.change)
    event.add(
        "summary",
        _replace_backslashes(f"{_format_pair(change, parties)}: {change.measure}: {what}"),
    )
    event.add("description", _replace_backslashes(_describe(change, parties)))
    event.add("categories", ["Tariffs"])
    # The event does not block time in the calendar.
    event.add("transp", "TRANSPARENT")
    event.add("status", "TENTATIVE" if change.doubts else "CONFIRMED")
    if change.source.url:
        event.add("url", change.source.url)
    if change.as_of is not None:
        # A later check of the sources may change the event, so it gets a higher SEQUENCE.
        event.add("sequence", max((change.as_of - _FIRST_DAY).days, 0))
        event.add("last-modified", datetime.combine(change.as_of, time(), UTC))
    return event


def _build_deadline(one: EventDeadline, now: datetime) -> Event:
    event = Event()
    event.add("uid", build_uid(one.key))
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", one.on)
    event.add("dtend", one.on + timedelta(days=1))
    event.add("summary", _replace_backslashes(f"{label_deadline(one.deadline)}: {one.title}"))
    lines = [
        f"{label_deadline(one.deadline)} on {describe_when(one.deadline)}",
        f"In the words of the notice: {one.deadline.quote}",
        " ".join(filter(None, (f"Source: {one.source}, {one.title}", one.link))),
    ]
    event.add("description", _replace_backslashes("\n".join(lines)))
    event.add("categories", ["Deadlines"])
    event.add("transp", "TRANSPARENT")
    event.add("status", "TENTATIVE" if one.deadline.is_computed else "CONFIRMED")
    if one.link:
        event.add("url", one.link)
    # A later notice may change the event, so it gets a higher SEQUENCE.
    event.add("sequence", max((one.published.date() - _FIRST_DAY).days, 0))
    event.add("last-modified", one.published.astimezone(UTC).replace(microsecond=0))
    return event


def _replace_backslashes(text: str) -> str:
    """The text with a lookalike (U+2216) for each backslash.

    icalendar turns a backslash followed by N into a line break, even after another backslash.
    """
    return text.replace("\\", _BACKSLASH_LOOKALIKE)


def _describe(change: CalendarEntry, parties: Parties) -> str:
    partners = ", ".join(words.describe_party(code, parties) for code in change.partners)
    lines = [
        f"{words.describe_change(change.change)} on {format_day(change.on)}",
        f"{change.measure}, by {words.describe_party(change.imposer, parties)} on {partners}",
        f"Legal basis: {change.legal_basis}",
        *map(words.describe_doubt, change.doubts),
        " ".join(filter(None, (f"Source: {change.source.text}", change.source.url))),
        f"Sources last checked {format_day(change.as_of)}." if change.as_of else "",
    ]
    return "\n".join(filter(None, lines))


def _format_pair(change: CalendarEntry, parties: Parties) -> str:
    names = [words.describe_party(code, parties) for code in change.partners[:_MAX_PARTNERS]]
    left = len(change.partners) - _MAX_PARTNERS
    more = f" and {left} more" if left > 0 else ""
    return f"{words.describe_party(change.imposer, parties)} on {', '.join(names)}{more}"
