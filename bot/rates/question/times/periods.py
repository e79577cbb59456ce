"""Finds the day or the period in a question: `2025-04-15`, `July 2026`, `last year`, `since June`.

    2025-04-15, 15 April 2025, April 15     a day
    July 2026, 2026-07, Q3 2026, 2027       a month, a quarter, a year
    last month, this year, next 30 days     relative to today
    in 30 days, tomorrow, next Friday       a day relative to today
    early 2025, end of 2026                 a third, or the last day, of a period
    since June, after 2026-06-01            from a day on
    until March, before 2026-06-01          up to a day
    between May and July 2026               from one day to another
    2026-03-01 vs today                     the same, and each day by itself
    on aug 1 25 & feb 1 26 & now            the same
    september last year, by spring          a month, a season
    before and after 2025-11-01             from the day before to that day

A month or day without a year is the one in the tense of the question. If the question has no
tense, it is the nearer one; if neither is clearly nearer, the question is unclear. A day such as
03/04/2025 is unclear too, but 02/23/26 has only one reading.
"""

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from enum import IntEnum
from typing import NamedTuple

from bot.errors import QueryError, UnclearQuestion
from bot.rates.question.times.holidays import spell_out_holidays
from bot.rates.question.times.numeric_days import CURE, NUMERIC_DAY, read_numeric_day
from bot.rates.question.times.relative import COUNT, UNIT, WEEKDAYS, read_relative
from bot.rates.question.times.time_spelling import (
    LAST,
    NEXT,
    ORDINAL,
    SINCE,
    UNTIL,
    YEAR,
    add_months,
    spell_out_times,
)
from bot.text.months import MONTH, MONTHS

_A_DAY = timedelta(days=1)
_LONGEST_COMPARED = timedelta(days=31)
"""The two ends of a month stand for it if a question compares it with other times. A longer time
may have too many changes for that."""
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_TIME = re.compile(
    "|".join(
        (
            r"(?P<iso>\b(?P<iy>(?:19|20)\d\d)(?P<sep>[-/])(?P<im>\d{1,2})(?P=sep)(?P<id>\d{1,2})\b(?![-/.]\d))",
            rf"(?P<iso_month>\b(?P<my>{YEAR})-(?P<mm>0[1-9]|1[0-2])\b(?!-))",
            rf"(?P<unclear>{NUMERIC_DAY.pattern})",
            rf"(?P<day_first>\b(?P<d1>\d{{1,2}}){ORDINAL}\s+(?:of\s+)?(?P<n1>{MONTH})\b\.?"
            rf"(?:,?\s+(?P<y1>\d{{4}})\b)?)",
            rf"(?P<month_first>\b(?P<n2>{MONTH})\.?\s+(?P<d2>\d{{1,2}}){ORDINAL}\b(?!\.\d)"
            rf"(?:,?\s+(?P<y2>\d{{4}})\b)?)",
            rf"(?P<month>\b(?P<n3>{MONTH})\b\.?(?:,?\s+(?:of\s+)?(?P<y3>{YEAR})\b)?)",
            rf"(?P<quarter>\b(?P<q>[qh])(?P<qn>[1-4])\b(?:\s*[/ -]?\s*(?P<qy>{YEAR})\b)?"
            rf"|\b(?P<qy2>{YEAR})\s*[/-]?\s*(?P<q2>[qh])(?P<qn2>[1-4])\b"
            rf"|\b(?P<nth>first|second|third|fourth|[1-4](?:st|nd|rd|th))\s+(?P<kind>quarter|half)\b"
            rf"(?:\s+(?:of\s+)?(?P<qy3>{YEAR})\b)?)",
            rf"(?P<ago>\b(?P<an>{COUNT})\s+(?P<au>{UNIT})\s+ago\b)",
            rf"(?P<ahead>\b(?:in|within)\s+(?:the\s+)?(?P<hn>{COUNT})\s+(?P<hu>{UNIT})\b"
            rf"|\b(?P<hn2>{COUNT})\s+(?P<hu2>{UNIT})\s+(?:from\s+now|from\s+today|ahead)\b)",
            rf"(?P<counted>\b(?P<cw>{LAST}|{NEXT})\s+(?P<cn>{COUNT})\s+(?P<cu>{UNIT})\b)",
            rf"(?P<relative>\b(?P<rw>{LAST}|{NEXT}|this|current)\s+"
            rf"(?P<ru>day|week|fortnight|month|quarter|half|year)\b)",
            rf"(?P<named>\b(?P<nw>{LAST}|{NEXT}|this)\s+(?P<wd>{'|'.join(WEEKDAYS)})\b)",
            r"(?P<word>\b(?:day\s+after\s+tomorrow|day\s+before\s+yesterday|tomorrow|yesterday|today"
            r"|tonight|right\s+now|year[- ]to[- ]date|ytd|(?:the\s+)?year[- ]end|eoy)\b)",
            rf"(?P<year>(?<![\w$.,/-])(?P<yy>{YEAR})\b(?![\w%]|[.,/-]\d))",
        )
    )
)
_NOT_A_YEAR = re.compile(
    r"(?:\b(?:hs|hts|htsus|cn|heading|subheading|chapter|code|codes|value|valued|worth|section|rev"
    r"|usd|article|regulation|no)\b\.?:?\s*|\$\s*)$"
)
_OF_A_NAME = re.compile(
    r"\s*(?:counter[- ]?measures?|counter[- ]?tariffs?|retaliation|retaliatory|usd|dollars|"
    r"cc|kg|tons?|tonnes|units|pieces)\b"
)
"""Words after the date that is part of the name of a duty: the March 2025 countermeasure."""
_HEAD = re.compile(
    r"\b(?P<word>before-after|dated|since|after|from|starting|beginning|effective|until|till|through|thru|before|by"
    r"|up to|on|as of|as at|at|in|during|over|within|for|between|of|throughout|is due|due)\s+"
    r"(?:the\s+(?:month\s+of\s+|year\s+)?|year\s+|all\s+of\s+|whole\s+)?$"
    r"|\b(?:the|all of|whole|entire)\s+$"
)
_PART = re.compile(
    r"\b(?P<part>early|mid|late|(?:the\s+)?(?:very\s+)?(?:end|close|start|beginning|middle)\s+of)"
    r"(?:\s+|-)(?:the\s+)?$"
)
_TO = re.compile(r"\s*(?:-|to|until|till|through|thru|and)\s*(?:the\s+)?")
_SEPARATOR = (
    r"(?:vs\.?|versus|compared (?:to|with)|or|&|,|,? ?and(?= (?:now|today|currently|tomorrow)\b))"
)
_VERSUS = re.compile(rf"\s*{_SEPARATOR}\s*(?:and\s+)?(?:on\s+|as of\s+|in\s+)?(?:the\s+)?")
"""Between two times that a question compares."""
_AND_ON = re.compile(
    rf"\s*(?:{_SEPARATOR}|and\b|/)\s*(?:and\s+)?(?:on\s+|as of\s+|in\s+)?(?:the\s+)?"
)
_OPEN = SINCE | UNTIL | {"before", "after", "between", "before-after"}
_ON = frozenset({"on", "as of", "as at", "at", "dated"})
_NOW = re.compile(r"(?:now|currently|current rate)\b")
_NOW_VERSUS = re.compile(
    r"\b(?:now|nowadays|currently)\s+(?:vs\.?|versus|compared (?:to|with)|against)\s+(?:[io]n\s+)?$"
)
"""Today, as the first time that a question names: `now vs a year ago`."""
_AND_NOW = re.compile(
    r"(?:\b(?:and|vs\.?|versus|than|but)|[-,&;?])\s*(?:what (?:is|about) )?(?:it )?(?:is )?"
    r"(?:now|nowadays|currently|present)\b(?=\s*(?:[?.!,;]|$))"
)
"""Today, as the second time that a question names: `q3 2025 rate - and now?`."""
_BOTH_SIDES = re.compile(
    r"\b(?:(?:just )?(?:before|pre)[- ]*(?:and|or|&|/|vs\.?|versus)[- ]*(?:after|post)"
    r"|after *(?:and|or|&|/|vs\.?|versus) *before)\b"
)
_RANGE_END = re.compile(
    rf"\s*(?:-|to|until|till|through|thru|and)\s*(?:\d{{1,2}}{ORDINAL}\s+)?(?P<name>{MONTH})\.?"
    rf"(?:\s+\d{{1,2}}{ORDINAL})?,?\s+(?P<year>{YEAR})\b"
)
_TO_TODAY = re.compile(r"\b(?:until|till|to|through) today\b")
_WEEK_OF = re.compile(r"\b(?:(?:in|during|for)\s+)?(?:the\s+)?week(?:\s+(?:of|commencing))?\s*$")
_MODAL = frozenset({"may", "march", "mar", "dec", "sep"})
"""Month names that are words or codes of economies too."""
_HEAD_CHARACTERS = 40
_MONTH_HEADS = frozenset(
    str.split(
        "since after from starting beginning effective until till through thru before by "
        "in during of between for throughout before-after"
    )
) | {"up to", "as of"}
_AROUND = "before-after"
"""Replaces `before and after`: from the day before the period to its last day."""
_QUICK = re.compile(
    rf"\d|\b(?:{MONTH}|{LAST}|{NEXT}|this|current|ago|today|tonight|tomorrow|yesterday|right now"
    r"|quarter|half|ytd|year|eoy|in a)\b"
)
"""A quick check: most questions have no time."""


class Tense(IntEnum):
    """Whether a question is about the past or the future, for months without a year."""

    PAST = -1
    UNKNOWN = 0
    FUTURE = 1


class Period(NamedTuple):
    """The days that a question is about. None at an end: the period is open there."""

    first: date | None
    last: date | None
    is_named_on: bool = False
    """Whether `on` or `as of` stands before a single day."""
    days: tuple[date, ...] = ()
    """Two or more days that the question names one by one; `first` and `last` are their ends."""

    @property
    def day(self) -> date | None:
        """The day, if the period is a single day."""
        return self.first if self.first == self.last else None


class _Found(NamedTuple):
    first: date
    last: date
    start: int
    end: int
    head: str = ""
    """The preposition before it."""


def take_period(
    text: str, today: date, tense: Tense = Tense.UNKNOWN, *, loose: bool = False
) -> tuple[Period | None, str]:
    """The first period in the text, and the text without it and its preposition.

    The text must be in lower case. `loose`: a month alone counts without a preposition. Raises
    QueryError for an impossible date (31 June 2025), and UnclearQuestion for a date with two
    readings.
    """
    text = spell_out_times(spell_out_holidays(text, today), today)
    if not _QUICK.search(text):
        return None, text
    if tense is Tense.UNKNOWN and _TO_TODAY.search(text):
        tense = Tense.PAST
    text = _BOTH_SIDES.sub(_AROUND, text)
    found = _find_next(text, 0, today, tense, loose)
    if found is None:
        return None, text
    if (week := _WEEK_OF.search(text[: found.start])) and found.first == found.last:
        monday = found.first - timedelta(days=found.first.weekday())
        end = monday + timedelta(days=6)
        return Period(monday, end), _cut(text, week.start(), found.end)
    if before := _NOW_VERSUS.search(text[: found.start]):
        times = [_Found(today, today, before.start(), before.end()), found]
        if days := _pick_days(times, today):
            return Period(days[0], days[-1], days=days), _cut(text, before.start(), found.end)
    if found.head != "between" and (others := _find_others(text, found, today, tense)):
        times = [found, *others]
        first, last = min(one.first for one in times), max(one.last for one in times)
        return Period(first, last, days=_pick_days(times, today)), _cut(
            text, found.start, others[-1].end
        )
    joint = _TO.match(text, found.end)
    if joint and found.head not in {*_ON, "since"}:
        other = _find_next(text, joint.end(), today, tense, True, at_start=True)
        if other is not None:
            first = found.first
            one_by_one = "and" in joint.group() and found.head in {"", "at"}
            if one_by_one and first == found.last < other.first == other.last:
                # '1 march 2026 and 1 june 2026'
                rest = _cut(text, found.start, other.end)
                return Period(first, other.last, days=(first, other.last)), rest
            if first > other.last:
                # 'november to february 2027': the year stands only after the last month.
                first = add_months(first, -12)
            return Period(first, other.last), _cut(text, found.start, other.end)
    distant = _find_distant(text, found, today, tense)
    if distant is not None:
        rest = _cut(_cut(text, distant.start, distant.end), found.start, found.end)
        if days := _pick_days((found, distant), today):
            return Period(days[0], days[-1], days=days), rest
        if distant.first > found.last or distant.last < found.first:
            # 'q3 2025, and now': all changes between the two.
            first, last = min(found.first, distant.first), max(found.last, distant.last)
            return Period(first, last), rest
    return _build_period(found), _cut(text, found.start, found.end)


def _find_others(text: str, found: _Found, today: date, tense: Tense) -> list[_Found]:
    """More times that the question names one by one: `2026-03-01 vs today`, `on 1 may, 1 june`."""
    others: list[_Found] = []
    at = found.end
    while joint := (_AND_ON if found.head in _ON or others else _VERSUS).match(text, at):
        if now := _NOW.match(text, joint.end()):
            other: _Found | None = _Found(today, today, now.start(), now.end())
        else:
            other = _find_next(text, joint.end(), today, tense, True, at_start=True)
        if other is None:
            break
        others.append(other)
        at = other.end
    return others


def _find_distant(text: str, found: _Found, today: date, tense: Tense) -> _Found | None:
    """Another time in the text: `higher today than in may 2025`, `on 6 may, and what is it today`.

    None after an open period, whose other words may be about its end.
    """
    if found.head in _OPEN:
        return None
    other = _find_next(text, found.end, today, tense, loose=False)
    now = _AND_NOW.search(text, found.end)
    if other is None and now is not None:
        return _Found(today, today, now.start(), now.end())
    return other


def _pick_days(times: Sequence[_Found], today: date) -> tuple[date, ...]:
    """The days that stand for the times: the two ends of a month, so that a change
    inside it shows, up to today. Empty if a time is longer, or if all are the same day."""
    if any(one.last - one.first > _LONGEST_COMPARED for one in times):
        return ()
    days: set[date] = set()
    for one in times:
        if one.head == "before":
            days.add(one.first - _A_DAY)
        else:
            days |= {one.first, max(one.first, min(one.last, today))}
    return tuple(sorted(days)) if len(days) > 1 else ()


def read_day(text: str, today: date) -> date:
    """The day that the text names: `2025-12-31`, `tomorrow`, `in 30 days`, `4 Dec`.

    Raises QueryError for any other text, and for a month or a year.
    """
    lowered = " ".join(text.lower().split())[:100]
    period, rest = take_period(lowered, today, loose=True)
    if period is None or rest.strip():
        raise QueryError(text.strip()[:100] or "the day", "not a day we can read", CURE)
    if period.day is None:
        raise QueryError(text.strip()[:100], "more than one day", CURE)
    return period.day


def _build_period(found: _Found) -> Period:
    first, last = found.first, found.last
    if found.head in SINCE:
        return Period(first, None)
    if found.head == _AROUND:
        return Period(first - _A_DAY, last)
    if found.head == "after":
        return Period(last + _A_DAY, None)
    if found.head in UNTIL:
        return Period(None, last)
    if found.head == "before":
        return Period(None, first - _A_DAY)
    return Period(first, last, found.head in _ON)


def _cut(text: str, start: int, end: int) -> str:
    return f"{text[:start]} {text[end:]}"


def _find_next(
    text: str, at: int, today: date, tense: Tense, loose: bool, *, at_start: bool = False
) -> _Found | None:
    """The first time at or after `at`, or only at `at` if `at_start`."""
    while match := _TIME.match(text, at) if at_start else _TIME.search(text, at):
        before = text[max(0, match.start() - _HEAD_CHARACTERS) : match.start()]
        part = _PART.search(before)
        start = match.start() - (len(before) - part.start() if part else 0)
        before = text[max(0, start - _HEAD_CHARACTERS) : start]
        head = _HEAD.search(before)
        name = (head["word"] or "") if head else ""
        if _is_time(match, text, name, loose or at_start or part is not None):
            since = tense or (Tense.PAST if name == "since" else Tense.UNKNOWN)
            span = _read(match, text, today, since)
            if span is not None:
                first, last = _take_part(*span, part["part"]) if part else span
                left = start - (len(before) - head.start() if head else 0)
                return _Found(first, last, left, match.end(), name)
        if at_start:
            return None
        at = match.end()
    return None


def _is_time(match: re.Match[str], text: str, head: str, loose: bool) -> bool:
    """Whether the match means a time, and is not a code, an amount or part of a name."""
    if _OF_A_NAME.match(text, match.end()):
        return False
    if match["year"]:
        return not _NOT_A_YEAR.search(text[max(0, match.start() - 16) : match.start()])
    if match["month"] and not match["y3"]:
        if head in _MONTH_HEADS:
            return True
        is_last = not text[match.end() :].strip(" .?!")
        return is_last if match["n3"] in _MODAL else loose or is_last
    if match["month_first"] and not match["y2"]:
        # 'may 5' is a day, 'may 10% be due' is not.
        return text[match.end() : match.end() + 1] != "%"
    return True


def _read(match: re.Match[str], text: str, today: date, tense: Tense) -> tuple[date, date] | None:
    """The first and the last day of the match."""
    if match["iso"]:
        return _one(_build_day(match["iy"], int(match["im"]), match["id"], match.group()))
    if match["unclear"]:
        return _one(read_numeric_day(match.group(), text))
    if match["iso_month"]:
        return _month(int(match["my"]), int(match["mm"]))
    if match["day_first"] or match["month_first"]:
        year: str | int | None
        name, day, year = (
            (match["n1"], match["d1"], match["y1"])
            if match["day_first"]
            else (match["n2"], match["d2"], match["y2"])
        )
        year = year or _find_later_year(match, text, MONTHS[name])
        if year:
            return _one(_build_day(year, MONTHS[name], day, match.group()))
        options = _list_days(today.year, MONTHS[name], day, match.group())
        return _choose([_one(each) for each in options], match, text, today, tense)
    if match["month"]:
        year = match["y3"] or _find_later_year(match, text, MONTHS[match["n3"]])
        if year:
            return _month(int(year), MONTHS[match["n3"]])
        years = range(today.year - 1, today.year + 2)
        months = [_month(year, MONTHS[match["n3"]]) for year in years]
        return _choose(months, match, text, today, tense)
    if match["quarter"]:
        return _read_quarter(match, text, today, tense)
    if match["year"]:
        return date(int(match["yy"]), 1, 1), date(int(match["yy"]), 12, 31)
    return read_relative(match, today)


def _find_later_year(match: re.Match[str], text: str, month: int) -> int | None:
    """The year of a month that ends a range, for the month at its start: may to july 2026."""
    end = _RANGE_END.match(text, match.end())
    if end is None:
        return None
    return int(end["year"]) - (MONTHS[end["name"]] < month)


def _read_quarter(
    match: re.Match[str], text: str, today: date, tense: Tense
) -> tuple[date, date] | None:
    letter = match["q"] or match["q2"] or match["kind"][0]
    ordinal = match["qn"] or match["qn2"] or match["nth"]
    number = _ORDINALS.get(ordinal) or int(ordinal[0])
    size = 3 if letter == "q" else 6
    if number * size > 12:
        return None
    year = match["qy"] or match["qy2"] or match["qy3"]

    def build(year: int) -> tuple[date, date]:
        first = date(year, (number - 1) * size + 1, 1)
        return first, add_months(first, size) - _A_DAY

    if year:
        return build(int(year))
    years = range(today.year - 1, today.year + 2)
    return _choose([build(each) for each in years], match, text, today, tense)


def _take_part(first: date, last: date, part: str) -> tuple[date, date]:
    """A third of the period for `early`, `mid` and `late`, or its first or last day."""
    if part.endswith("of") and ("end" in part or "close" in part):
        return _one(last)
    if part.endswith("of") and "middle" not in part:
        return _one(first)
    place = {"early": 0, "late": 2}.get(part, 1)
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if months % 3 == 0:
        start = add_months(first, months // 3 * place)
        return start, add_months(start, months // 3) - _A_DAY
    third = (last - first).days // 3
    return first + timedelta(third * place), last if place == 2 else first + timedelta(
        third * (place + 1) - 1
    )


def _one(day: date) -> tuple[date, date]:
    return day, day


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _build_day(year: str | int, month: int, day: str, thing: str) -> date:
    try:
        return date(int(year), month, int(day))
    except ValueError:
        raise QueryError(thing, "not a date", CURE) from None


def _list_days(year: int, month: int, day: str, thing: str) -> list[date]:
    """The day in the years around this year; 29 February only in leap years."""
    number = int(day)
    found = [
        date(each, month, number)
        for each in range(year - 4, year + 5)
        if 1 <= number <= monthrange(each, month)[1]
    ]
    if not found:
        raise QueryError(thing, "not a date", CURE)
    return found


def _choose(
    spans: Sequence[tuple[date, date]],
    match: re.Match[str],
    text: str,
    today: date,
    tense: Tense,
) -> tuple[date, date]:
    """The span that a question of this tense means. Raises UnclearQuestion if two are as likely."""
    for first, last in spans:
        if first <= today <= last:
            return first, last
    past = [each for each in spans if each[1] < today]
    future = [each for each in spans if each[0] > today]
    if tense is Tense.PAST or not future:
        return past[-1]
    if tense is Tense.FUTURE or not past:
        return future[0]
    gone, ahead = today - past[-1][1], future[0][0] - today
    if gone <= ahead / 2:
        return past[-1]
    if ahead <= gone / 2:
        return future[0]
    raise _ask(match, text, [past[-1], future[0]])


def _ask(match: re.Match[str], text: str, spans: Sequence[tuple[date, date]]) -> UnclearQuestion:
    """The error for a date without a year. Its options name the year."""
    named = match.group().strip(" .,")
    options = []
    for first, last in spans:
        day = first.isoformat() if first == last else f"{named} {first.year}"
        options.append((day.capitalize(), _replace(text, match, day)))
    return UnclearQuestion(named, f"Which year do you mean by {named}?", options, CURE)


def _replace(text: str, match: re.Match[str], words: str) -> str:
    return " ".join(f"{text[: match.start()]} {words} {text[match.end() :]}".split())
