"""Parses the publication dates of entries, and rejects those that cannot be true.

text -> comments removed -> time of day and zone -> the rest is the day -> credible?

Many feeds do not follow RFC 822 or ISO 8601. A date is used if its day is clear: year first, a
month as a name in any order with day and year, or numbers of which only one can be the month.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bot.feeds.parsing.month_names import MONTH_NUMBERS, fold_name

# Feeds did not exist before this date, so an earlier date is an epoch or a mistake.
_EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
_MAX_AHEAD = timedelta(days=1)
_MAX_OFFSET_MIN = 15 * 60
_MONTHS_IN_YEAR = 12
_CENTURY_FROM = 69
"""Two digits from 69 mean a year of the 20th century, as in RFC 2822 software."""

_COMMENT = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_EPOCH = re.compile(r"(\d{10})(?:\d{3}|\.\d+)?")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(.*))?")
_AFTERNOON = frozenset({"下午", "午後", "오후"})
_HALF = r"a\.?m\b\.?|p\.?m\b\.?"
_CLOCK = re.compile(
    rf"""(?P<before>上午|午前|오전|下午|午後|오후|(?:{_HALF}))?\s*
    (?<![\d:+-])(?P<hour>\d\d?)
    (?:
      \s?[:h时時点시]\s?(?P<minute>\d\d)(?:[:分분]\s?(?P<second>\d\d)(?:[.,]\d+)?)?(?![\d:])[分秒분초]?
      (?:\s*(?P<after>{_HALF}))?
      |\s?(?P<only>{_HALF})
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_OFFSET = re.compile(
    r"\s*(?:(?:GMT|UTC?|Z)\s?)?([+\-\u2212])(\d\d?)(?::?(\d\d))?(?![\d:])(?:\s[A-Z]{3,5}\b)?",
    re.IGNORECASE,
)
_ZONE = re.compile(r"\s*([A-Z]{1,5})\b", re.IGNORECASE)
# Minutes east of UTC. Names that stand for several zones, such as IST, are left out. CST is the
# American one, as in RFC 822.
_ZONES = {
    **dict.fromkeys(("Z", "UT", "UTC", "GMT", "WET"), 0),
    **dict.fromkeys(("CET", "MET", "MEZ", "BST", "WEST"), 60),
    **dict.fromkeys(("CEST", "MEST", "MESZ", "EET", "SAST"), 120),
    **dict.fromkeys(("EEST", "MSK", "TRT"), 180),
    **dict.fromkeys(("PKT",), 300),
    **dict.fromkeys(("WIB", "ICT"), 420),
    **dict.fromkeys(("HKT", "SGT", "PHT", "MYT", "AWST"), 480),
    **dict.fromkeys(("JST", "KST"), 540),
    **dict.fromkeys(("AEST",), 600),
    **dict.fromkeys(("AEDT",), 660),
    **dict.fromkeys(("NZST",), 720),
    **dict.fromkeys(("NZDT",), 780),
    **dict.fromkeys(("BRT", "ART"), -180),
    **dict.fromkeys(("EDT",), -240),
    **dict.fromkeys(("EST", "CDT"), -300),
    **dict.fromkeys(("CST", "MDT"), -360),
    **dict.fromkeys(("MST", "PDT"), -420),
    **dict.fromkeys(("PST", "AKDT"), -480),
    **dict.fromkeys(("AKST",), -540),
    **dict.fromkeys(("HST",), -600),
}
_SEASONAL_ZONES = {"ET": -300, "CT": -360, "MT": -420, "PT": -480}
"""Zones whose offset depends on the season; their dates are rough."""
_YEAR_FIRST = re.compile(
    r"(?:[^\W\d_]+\.?,?\s+)?(\d{4})\D{1,2}(\d\d?)\D{1,2}(\d\d?)\s?[日일]?"
    r"(?:\s?(?:星期|周|週).|\s?.曜日?|\s?.요일)?\s*(.*)"
)
_YEAR_LAST = re.compile(r"(?:[^\W\d_]+\.?,?\s+)?(\d\d?)\s?([./-])\s?(\d\d?)\s?\2\s?(\d{4})\s*[,.]?")
_WORD = re.compile(r"\d+|[^\W\d_]+")
_DAY_WITHOUT_TIME_ZONE = frozenset({"", "Z", "UTC", "GMT"})


class _Clock(NamedTuple):
    """A time of day. Without a time, it is midnight UTC."""

    hour: int = 0
    minute: int = 0
    second: int = 0
    offset_min: int = 0
    is_exact: bool = False
    """Whether the text has a time of day and a known zone."""


def parse_publication_date(text: str, now: datetime) -> tuple[datetime | None, bool]:
    """The date in UTC, and whether it is rough: it has no time of day or no known time zone.

    The date is None if the text contains no date, an ambiguous one (02/11/2026), or one that cannot
    be true because it is before 1995 or more than a day after `now`.
    """
    text = unicodedata.normalize("NFKC", " ".join(text.split())[:100])
    date, is_rough = _parse(text) or (None, False)
    if date is None or not _EARLIEST <= date <= now + _MAX_AHEAD:
        return None, False
    return date, is_rough


def _parse(text: str) -> tuple[datetime | None, bool] | None:
    if epoch := _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(epoch.group(1)), UTC), False
    text = _expand_compact(_COMMENT.sub(" ", text).strip())
    split = _split_off_clock(text)
    if split is None:
        return None
    clock, rest = split
    rest = rest.strip(" ,;|·-–—")
    return (
        _parse_year_first(rest, clock)
        or _parse_year_last(rest, clock)
        or _parse_month_name(rest, clock)
    )


def _expand_compact(text: str) -> str:
    """ISO 8601 without separators, such as 20250505T120000Z, with them."""
    compact = _COMPACT.fullmatch(text)
    if compact is None:
        return text
    year, month, day, hour, minute, second, zone = compact.groups()
    time = f"T{hour}:{minute}:{second or '00'}{zone}" if hour else ""
    return f"{year}-{month}-{day}{time}"


def _split_off_clock(text: str) -> tuple[_Clock, str] | None:
    """The time of day with its zone, and the text without them; None if the time is impossible."""
    found = _CLOCK.search(text)
    if found is None:
        return _Clock(), text
    hour = int(found["hour"])
    half = (found["before"] or found["after"] or found["only"] or "").lower()
    if half:
        is_afternoon = half.startswith("p") or half in _AFTERNOON
        if hour <= 12:
            hour = hour % 12 + (12 if is_afternoon else 0)
    start, stop = found.span()
    # ISO 8601 has a T between day and time.
    start -= text[:start].endswith(("T", "t")) and text[start - 2 : start - 1].isdigit()
    offset_min, is_known = 0, False
    if offset := _OFFSET.match(text, stop):
        sign, hours, minutes = offset.groups()
        offset_min = (int(hours) * 60 + int(minutes or 0)) * (1 if sign == "+" else -1)
        is_known, stop = True, offset.end()
        if abs(offset_min) > _MAX_OFFSET_MIN:
            return None
    elif zone := _ZONE.match(text, stop):
        name = zone.group(1).upper()
        is_known = name in _ZONES
        offset_min = _ZONES.get(name, _SEASONAL_ZONES.get(name, 0))
        is_unknown_name = zone.group(1).isupper() and fold_name(name) not in MONTH_NUMBERS
        if is_known or name in _SEASONAL_ZONES or is_unknown_name:
            stop = zone.end()
    clock = _Clock(hour, int(found["minute"] or 0), int(found["second"] or 0), offset_min, is_known)
    return clock, f"{text[:start]} {text[stop:]}"


def _parse_year_first(rest: str, clock: _Clock) -> tuple[datetime | None, bool] | None:
    match = _YEAR_FIRST.fullmatch(rest)
    if match is None:
        return None
    year, month, day, zone = match.groups()
    offset = _OFFSET.fullmatch(zone)
    if offset:
        sign, hours, minutes = offset.groups()
        shift = (int(hours) * 60 + int(minutes or 0)) * (1 if sign == "+" else -1)
        clock = clock._replace(offset_min=shift)
    elif zone.upper() not in _DAY_WITHOUT_TIME_ZONE:
        return None
    return _convert_to_utc(int(year), int(month), int(day), clock)


def _parse_year_last(rest: str, clock: _Clock) -> tuple[datetime | None, bool] | None:
    """The date in numbers, if only one of them can be the month.

    Dates with dots have the day first in all languages that write them with dots.
    """
    match = _YEAR_LAST.fullmatch(rest)
    if match is None:
        return None
    first, separator, second, year = match.groups()
    day, month = int(first), int(second)
    if month > _MONTHS_IN_YEAR and separator != ".":
        day, month = month, day
    elif day <= _MONTHS_IN_YEAR and day != month and separator != ".":
        return None
    return _convert_to_utc(int(year), month, day, clock)


def _parse_month_name(rest: str, clock: _Clock) -> tuple[datetime | None, bool] | None:
    """The date with a month as a name. Other words, such as the day of the week, are ignored."""
    words = _WORD.findall(rest)
    months = [at for at, word in enumerate(words) if fold_name(word) in MONTH_NUMBERS]
    if len(months) > 1 and months[0] == 0:
        # `mar.` at the start is also Tuesday in French, Italian and Spanish.
        months = months[1:]
    numbers = [at for at, word in enumerate(words) if word.isdecimal()]
    if len(months) != 1 or len(numbers) != 2:
        return None
    month = MONTH_NUMBERS[fold_name(words[months[0]])]
    first, second = (words[at] for at in numbers)
    if len(first) == 4:
        day, year = second, int(first)
    elif len(second) == 4:
        day, year = first, int(second)
    elif len(second) == 2 and numbers[0] < months[0] < numbers[1]:
        day, year = first, int(second)
        year += 1900 if year >= _CENTURY_FROM else 2000
    else:
        return None
    return _convert_to_utc(year, month, int(day), clock)


def _convert_to_utc(year: int, month: int, day: int, clock: _Clock) -> tuple[datetime | None, bool]:
    """The moment in UTC, and whether it is rough; None for a day or time that does not exist."""
    try:
        # Second 60 is a leap second.
        second = min(clock.second, 59)
        local = datetime(year, month, day, clock.hour, clock.minute, second, tzinfo=UTC)
        return local - timedelta(minutes=clock.offset_min), not clock.is_exact
    except (ValueError, OverflowError):
        return None, False
