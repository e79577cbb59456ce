"""What comes as an iCalendar file (RFC 5545), for Outlook, Google Calendar and the like.

An event lasts the whole day on which something takes effect, ends or falls due. Its UID follows
from the change's key, so that a second import updates the events instead of doubling them.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Calendar, Event, vText

from bot.parties import WORLD, Parties
from bot.rates.calendar.entries import CalendarEntry
from bot.render import words
from bot.values import digest

_PRODUCT = "-//Tariffwire//Tariffs ahead//EN"
_MAX_PARTNERS = 6
_LIKE_A_BACKSLASH = "\u2216"
_FIRST_DAY = date(2020, 1, 1)
"""Days are counted from here for the number of a revision."""


def render_calendar_file(
    changes: Iterable[CalendarEntry], title: str, parties: Parties, now: datetime
) -> bytes:
    """The file, its lines folded and its text escaped; `now` is the moment it is made, in UTC."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    # The library escapes what it knows to be text, and these are not among it.
    calendar.add("name", vText(_replace_backslashes(title)))
    # For programs that do not know NAME, which is newer (RFC 7986).
    calendar.add("x-wr-calname", vText(_replace_backslashes(title)))
    for change in changes:
        calendar.add_component(_build_event(change, parties, now))
    return bytes(calendar.to_ical())


def build_uid(key: str) -> str:
    """The event's UID, from the name of the change."""
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
    # A known date does not make its owner busy.
    event.add("transp", "TRANSPARENT")
    event.add("status", "TENTATIVE" if change.doubts else "CONFIRMED")
    if change.source.url:
        event.add("url", change.source.url)
    if change.as_of is not None:
        # Reading the sources again may change the entry: each day of reading is a revision.
        event.add("sequence", max((change.as_of - _FIRST_DAY).days, 0))
        event.add("last-modified", datetime.combine(change.as_of, time(), UTC))
    return event


def _replace_backslashes(text: str) -> str:
    """The text with letters like backslashes for backslashes.

    icalendar writes and reads a backslash before an N as the end of a line, whatever stands before.
    """
    return text.replace("\\", _LIKE_A_BACKSLASH)


def _describe(change: CalendarEntry, parties: Parties) -> str:
    partners = ", ".join(_get_name(code, parties) for code in change.partners)
    read = change.as_of
    lines = [
        f"{words.describe_change(change.change)} on {change.on}",
        f"{change.measure}, by {_get_name(change.imposer, parties)} on {partners}",
        f"Legal basis: {change.legal_basis}",
        *map(words.describe_doubt, change.doubts),
        " ".join(filter(None, (f"Source: {change.source.text}", change.source.url))),
        f"As of {read}, when the sources were last checked." if read else "",
    ]
    return "\n".join(filter(None, lines))


def _format_pair(change: CalendarEntry, parties: Parties) -> str:
    names = [_get_name(code, parties) for code in change.partners[:_MAX_PARTNERS]]
    left = len(change.partners) - _MAX_PARTNERS
    more = f" and {left} more" if left > 0 else ""
    return f"{_get_name(change.imposer, parties)} on {', '.join(names)}{more}"


def _get_name(code: str, parties: Parties) -> str:
    if code == WORLD:
        return "all partners"
    return parties.get(code).name if code in parties else code
