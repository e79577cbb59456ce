"""Parses the publication dates of entries, and rejects those that cannot be true."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

# Feeds did not exist before this date, so an earlier date is an epoch or a mistake.
_EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
_MAX_AHEAD = timedelta(days=1)
_MAX_OFFSET_S = 15 * 3600
_RFC822 = re.compile(
    r"(?:[^\W\d]+\.?,?\s+)?(\d{1,2}\s+[A-Za-z]{3,}\.?\s+(?:\d{2}|[12]\d{3})(?:\s.*)?)", re.DOTALL
)
_COMMENT = re.compile(r" ?\([^()]*\)$")
# The time zones of RFC 822 without its military letters. _OTHER_ZONES has the names that European
# and Asian feeds use.
_ZONE = re.compile(r"(?:\b(?:UTC?|GMT|Z|[ECMP][SD]T)|[+-]\d{4})$", re.IGNORECASE)
_OTHER_ZONES = {
    **dict.fromkeys(("CET", "MET", "BST"), "+0100"),
    **dict.fromkeys(("CEST", "MEST"), "+0200"),
    **dict.fromkeys(("HKT", "SGT"), "+0800"),
    **dict.fromkeys(("JST", "KST"), "+0900"),
}
_ZONE_NAME_OR_COLON = re.compile(r"(?<= )([A-Z]{3,4})$|(?<=[+-]\d\d):(?=\d\d$)")
_ISO = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:[T\s]+(\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?)?(.*)")
_YEAR_FIRST = re.compile(r"(\d{4})\D(\d\d?)\D(\d\d?)\D?(?:\s+(\d\d?):(\d\d)(?::(\d\d))?)?\s*")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)?")


def parse_publication_date(text: str, now: datetime) -> tuple[datetime | None, bool]:
    """The date in UTC, and whether it is rough: it has no time of day or no known time zone.

    The date is None if the text contains no date, an ambiguous one (02/11/2026), or one that cannot
    be true because it is before 1995 or more than a day after `now`.
    """
    text = " ".join(text.split())[:100]
    date, is_rough = (
        _parse_rfc822(text) or _parse_iso(text) or _parse_year_first(text) or (None, False)
    )
    if date is None or not _EARLIEST <= date <= now + _MAX_AHEAD:
        return None, False
    return date, is_rough


def _parse_rfc822(text: str) -> tuple[datetime | None, bool] | None:
    match = _RFC822.fullmatch(_COMMENT.sub("", text))
    if match is None:
        return None
    numeric = _ZONE_NAME_OR_COLON.sub(lambda zone: _normalize_offset(zone.group(1)), match.group(1))
    parts = parsedate_tz(numeric if ":" in numeric else f"{numeric} 00:00:00")
    if parts is None:
        return None
    is_exact = ":" in text and _ZONE.search(numeric)
    return _convert_to_utc(parts[0:6], parts[9] or 0), not is_exact


def _normalize_offset(zone: str | None) -> str:
    return _OTHER_ZONES.get(zone, zone) if zone else ""


def _parse_iso(text: str) -> tuple[datetime | None, bool] | None:
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    *numbers, rest = match.groups()
    zone, hour = rest.strip(), numbers[3]
    offset_s = 0
    if offset := _OFFSET.fullmatch(zone):
        sign, hours, minutes = offset.groups()
        offset_s = (int(hours) * 3600 + int(minutes or 0) * 60) * (-1 if sign == "-" else 1)
    elif zone.upper() not in ("", "Z", "UTC", "GMT"):
        return None
    return _convert_to_utc([int(n or 0) for n in numbers], offset_s), not (zone and hour)


def _parse_year_first(text: str) -> tuple[datetime | None, bool] | None:
    match = _YEAR_FIRST.fullmatch(text)
    return (_convert_to_utc([int(n or 0) for n in match.groups()], 0), True) if match else None


def _convert_to_utc(numbers: Sequence[int], offset_s: int) -> datetime | None:
    year, month, day, hour, minute, second = numbers
    if abs(offset_s) > _MAX_OFFSET_S:
        return None
    try:
        local = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
        return local - timedelta(seconds=offset_s)
    except (ValueError, OverflowError):
        return None
