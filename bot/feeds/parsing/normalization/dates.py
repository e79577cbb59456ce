"""When an entry was published, if its feed says so credibly."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

# Before this, there were no feeds: it is a computer's epoch or a slip.
_EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)
_MAX_OFFSET_S = 15 * 3600
_RFC822 = re.compile(
    r"(?:[^\W\d]+\.?,?\s+)?(\d{1,2}\s+[A-Za-z]{3,}\.?\s+(?:\d{2}|[12]\d{3})(?:\s.*)?)", re.DOTALL
)
# What RFC 822 names, its military letters aside, and what publishers in Europe and Asia write.
_ZONE = re.compile(r"(?:\b(?:UTC?|GMT|Z|[ECMP][SD]T)|[+-]\d{4})$", re.IGNORECASE)
_OTHER_ZONES = {
    "CET": "+0100",
    "MET": "+0100",
    "BST": "+0100",
    "CEST": "+0200",
    "MEST": "+0200",
    "HKT": "+0800",
    "SGT": "+0800",
    "JST": "+0900",
    "KST": "+0900",
}
_LAST_WORD = re.compile(r"(?<= )([A-Z]{3,4})$|(?<=[+-]\d\d):(?=\d\d$)")
# What nearly all feeds write, of which nothing has to be guessed.
_USUAL_RFC822 = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?"
    r"([0-9]{2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ([12][0-9]{3}) "
    r"([0-9]{2}):([0-9]{2}):([0-9]{2}) (?:GMT|UTC|([+-])([0-9]{2})([0-9]{2}))"
)
_USUAL_ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?"
    r"(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
)
_MONTHS = {
    name: number
    for number, name in enumerate(
        str.split("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"), start=1
    )
}
_ISO = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:[T\s]+(\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?)?(.*)")
_YEAR_FIRST = re.compile(r"(\d{4})\D(\d\d?)\D(\d\d?)\D?(?:\s+(\d\d?):(\d\d)(?::(\d\d))?)?\s*")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)?")


def moment(text: str, now: datetime) -> tuple[datetime | None, bool]:
    """The date in UTC, and whether it holds only roughly: no time of day or no known zone.

    None where there is none, it is ambiguous (02/11/2026), or it cannot be true: before feeds
    existed, or more than a day after `now`.
    """
    text = " ".join(text.split())[:100]
    found, roughly = (
        _usual(text) or _by_rfc822(text) or _by_iso(text) or _by_year_first(text) or (None, False)
    )
    if found is None or not _EARLIEST <= found <= now + _AHEAD:
        return None, False
    return found, roughly


def _usual(text: str) -> tuple[datetime | None, bool] | None:
    """What the others would make of it, where that takes no more than reading it off."""
    if match := _USUAL_RFC822.fullmatch(text):
        day, month, year, *clock, sign, hours, minutes = match.groups()
        numbers = (int(year), _MONTHS[month], int(day), *map(int, clock))
    elif match := _USUAL_ISO.fullmatch(text):
        *given, sign, hours, minutes = match.groups()
        numbers = tuple(map(int, given))
    else:
        return None
    return _built(numbers, _offset_s(sign, hours, minutes)), False


def _by_rfc822(text: str) -> tuple[datetime | None, bool] | None:
    match = _RFC822.fullmatch(re.sub(r" ?\([^()]*\)$", "", text))
    if match is None:
        return None
    numeric = _LAST_WORD.sub(lambda word: _numeric(word.group(1)), match.group(1))
    parts = parsedate_tz(numeric if ":" in numeric else f"{numeric} 00:00:00")
    if parts is None:
        return None
    sure = ":" in text and _ZONE.search(numeric)
    return _built(parts[0:6], parts[9] or 0), not sure


def _numeric(zone: str | None) -> str:
    return _OTHER_ZONES.get(zone, zone) if zone else ""


def _by_iso(text: str) -> tuple[datetime | None, bool] | None:
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    *numbers, rest = match.groups()
    zone, hour = rest.strip(), numbers[3]
    offset = _OFFSET.fullmatch(zone)
    offset_s = 0
    if offset:
        offset_s = _offset_s(*offset.groups())
    elif zone.upper() not in ("", "Z", "UTC", "GMT"):
        return None
    return _built([int(n or 0) for n in numbers], offset_s), not (zone and hour)


def _offset_s(sign: str | None, hours: str | None, minutes: str | None) -> int:
    """Seconds ahead of UTC; 0 where nothing is given."""
    if sign is None:
        return 0
    ahead = int(hours or 0) * 3600 + int(minutes or 0) * 60
    return -ahead if sign == "-" else ahead


def _by_year_first(text: str) -> tuple[datetime | None, bool] | None:
    match = _YEAR_FIRST.fullmatch(text)
    return (_built([int(n or 0) for n in match.groups()], 0), True) if match else None


def _built(numbers: "tuple[int, ...] | list[int]", offset_s: int) -> datetime | None:
    year, month, day, hour, minute, second = numbers
    if abs(offset_s) > _MAX_OFFSET_S:
        return None
    try:
        local = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
        return local - timedelta(seconds=offset_s) if offset_s else local
    except (ValueError, OverflowError):
        return None
