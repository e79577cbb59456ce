"""Finds the days in a sentence of a notice, with their times of day.

stated    "January 12, 2027", "12 January 2027", "2027-01-12", "February 3 and 4, 2027"; and
          "1/12/2027" in notices of US authorities, because elsewhere it may be 1 December
year      "January 12" of a notice of November 2026 is in 2027, because a deadline is ahead; "March
          3" of a notice of 20 March may be past or a year ahead, so it is no day
computed  "within 30 days of publication", "on the twentieth day following that of its
          publication": from the day of publication, if that is known
time      "by 11:59 p.m. EST on January 12", "on 12 January at 23:45 Brussels time"
"""

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from itertools import islice
from typing import NamedTuple

from bot.text.calendar_days import CALENDAR_DAY, make_day
from bot.text.months import MONTHS

_MOST_DAYS = 40
"""Maximum days of a sentence."""
_LONGEST_AHEAD = timedelta(days=3 * 366)
_LONGEST_AHEAD_WITHOUT_YEAR = timedelta(days=270)
_NEAR = 90
"""Characters before and after a day in which its time of day is."""

_COUNTS = {
    "first": 1,
    "third": 3,
    "fifth": 5,
    "seventh": 7,
    "tenth": 10,
    "twentieth": 20,
    "thirtieth": 30,
    "seven": 7,
    "ten": 10,
    "fourteen": 14,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty-five": 45,
    "sixty": 60,
    "ninety": 90,
}
_PUBLICATION = (
    r"(?:the\s+)?(?:date\s+of\s+)?(?:its|the|this\snotice's)?\s*publication\b"
    r"(?:\s+of\s+(?:this|the)\s+[a-z]{1,14}(?:\s[a-z]{1,14})?(?=\s|\W|$))?"
    r"(?:\s+(?:thereof\s+)?in\s+the\s+(?P<journal>federal\sregister|official\sjournal))?"
)
_COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(_COUNTS)})"
_COMPUTED = (
    rf"(?:{_COUNT}\s+(?:calendar\s+)?days?\s+(?:of|after|from|following)\s+{_PUBLICATION}"
    rf"|(?:the\s+)?(?:(?P<ordinal>{'|'.join(_COUNTS)})\s+)?(?P<after>day)\s+(?:following|after)\s+"
    r"(?:that\s+of\s+|the\s+(?:date|day)\s+of\s+)?(?:its\s+|the\s+)?publication\b"
    r"(?:\s+(?:thereof\s+)?in\s+the\s+(?P<journal2>federal\sregister|official\sjournal))?"
    r"|(?:(?:the\s+)?(?P<same>date|day)\s+of|(?P<upon>upon))\s+(?:its\s+|the\s+)?publication\b"
    r"(?:\s+(?:thereof\s+)?in\s+the\s+(?P<journal3>federal\sregister|official\sjournal))?)"
)
_NUMERIC = r"(?P<m4>\d{1,2})/(?P<d4>\d{1,2})/(?P<y4>\d{4})(?![\d/])"
_DAY = re.compile(rf"(?<![\w/-])(?:{_COMPUTED}|{_NUMERIC}|{CALENDAR_DAY})")
_YEAR_OF_RANGE = re.compile(
    r"\s?(?:-|to|and|&|through|or)\s?\d{1,2}(?:st|nd|rd|th)?,?\s(?P<year>\d{4})\b"
)
_ZONE = (
    r"(?:\(?(?P<zone>(?:(?:u\.?s\.?\s)?eastern(?:\s(?:standard|daylight))?(?:\stime)?"
    r"|(?:brussels|london|local|washington|uk)(?:,?\sd\.?c\.?)?\stime|[ec]e?s?t|edt|est|et"
    r"|bst|gmt|utc|cest|cet))\b\)?)?"
)
_TIME = re.compile(
    r"(?<![\d:.])(?:(?P<noon>12(?::00)?\s)?noon\b|(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?\s?"
    r"(?P<half>[ap])\.?m\b\.?|(?P<hour24>\d{1,2}):(?P<minute24>\d{2})(?![\d:]))"
    rf"(?:\s*,?\s?{_ZONE})?"
)


class FoundDay(NamedTuple):
    """A day in a sentence, from `start` to `end`."""

    start: int
    end: int
    day: date | None
    """None if the year or the day of publication is not certain."""
    at: time | None = None
    zone: str = ""
    is_computed: bool = False
    has_year: bool = True


class Publication(NamedTuple):
    """When a notice was published."""

    day: date | None = None
    """None if the notice has no date."""
    counts: bool = False
    """Whether days count from `day`: the notice is in a journal, and `day` is that of the issue."""
    journal: str = ""
    """The name of the journal in lower case: `federal register`."""
    is_american: bool = False
    """Whether the notice is of a US authority, which writes the month first: 1/12/2027."""


def find_days(sentence: str, folded: str, publication: Publication) -> list[FoundDay]:
    """The days in a sentence in their order. `folded` is the sentence after `fold_case`."""
    every = _DAY.finditer(folded)
    certain = (match for match in every if publication.is_american or match["m4"] is None)
    matches = list(islice(certain, _MOST_DAYS))
    found = []
    for place, match in enumerate(matches):
        first = matches[place - 1].end() if place else 0
        last = matches[place + 1].start() if place + 1 < len(matches) else len(sentence)
        day, is_computed = _read_day(match, folded, publication)
        at, zone = _find_time(sentence, folded, match, first, last)
        has_year = is_computed or _find_year(match, folded) is not None
        found.append(FoundDay(match.start(), match.end(), day, at, zone, is_computed, has_year))
    return found


def _read_day(
    match: re.Match[str], folded: str, publication: Publication
) -> tuple[date | None, bool]:
    """The day, and whether it is computed from the day of publication."""
    given = match.groupdict()
    if given["count"] or given["after"] or given["same"] or given["upon"]:
        return _compute_day(given, publication), True
    return _read_calendar_day(given, _find_year(match, folded), publication.day), False


def _find_year(match: re.Match[str], folded: str) -> str | None:
    """The stated year of a calendar day, if any: also that of "February 3 and 4, 2027"."""
    later = _YEAR_OF_RANGE.match(folded, match.end())
    stated = match["y"] or match["y2"] or match["y3"] or match["y4"]
    return stated or (later["year"] if later else None)


def _compute_day(given: Mapping[str, str | None], publication: Publication) -> date | None:
    named = given["journal"] or given["journal2"] or given["journal3"]
    if publication.day is None or not publication.counts:
        return None
    if named is not None and named.replace("\xa0", " ") != publication.journal:
        return None
    count = given["count"] or given["ordinal"]
    days = 0 if given["same"] or given["upon"] else 1
    if count is not None:
        days = int(count) if count.isdigit() else _COUNTS[count]
    return publication.day + timedelta(days=days)


def _read_calendar_day(
    given: Mapping[str, str | None], stated: str | None, published: date | None
) -> date | None:
    """The day, if it is not before the publication and its year is certain."""
    month = given["m"] or given["m2"] or given["m3"] or given["m4"] or ""
    number = int(month) if month.isdigit() else MONTHS[month]
    day = int(given["d"] or given["d2"] or given["d3"] or given["d4"] or 0)
    if stated is not None:
        made = make_day(int(stated), number, day)
        if made is None or published is None:
            return made
        return made if published <= made <= published + _LONGEST_AHEAD else None
    if published is None:
        return None
    candidates = (make_day(year, number, day) for year in (published.year, published.year + 1))
    near = (
        one
        for one in candidates
        if one is not None and published <= one <= published + _LONGEST_AHEAD_WITHOUT_YEAR
    )
    return next(near, None)


def _find_time(
    sentence: str, folded: str, day: re.Match[str], first: int, last: int
) -> tuple[time | None, str]:
    """The time of day next to a day, between the days before and after it."""
    has_next = last < len(folded)
    before = list(_TIME.finditer(folded, max(first, day.start() - _NEAR), day.start()))[-1:]
    after = list(islice(_TIME.finditer(folded, day.end(), min(last, day.end() + _NEAR)), 1))
    # A time between two days is that of the nearer one.
    if before and first and before[0].start() - first < day.start() - before[0].end():
        before = []
    if after and has_next and last - after[0].end() < after[0].start() - day.end():
        after = []
    for match in (*before, *after):
        at = _read_time(match)
        if at is not None:
            zone = match["zone"]
            return at, sentence[match.start("zone") : match.end("zone")] if zone else ""
    return None, ""


def _read_time(match: re.Match[str]) -> time | None:
    if match["hour24"] is not None:
        hour, minute = int(match["hour24"]), int(match["minute24"])
    elif match["hour"] is None:
        return time(12)
    else:
        hour, minute = int(match["hour"]), int(match["minute"] or 0)
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"] == "p" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None
