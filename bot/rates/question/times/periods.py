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
    more than in May 2026                   the same
    on aug 1 25 & feb 1 26 & now            the same
    september last year, by spring          a month, a season
    before and after 2025-11-01             from the day before to that day

`spans` reads each single time, and here they become one period.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from bot.errors import QueryError
from bot.rates.question.times.holidays import spell_out_holidays
from bot.rates.question.times.numeric_days import CURE
from bot.rates.question.times.spans import Tense, TimeSpan, find_span
from bot.rates.question.times.time_spelling import (
    LAST,
    NEXT,
    SINCE,
    UNTIL,
    add_months,
    spell_out_times,
)
from bot.text.months import MONTH

_A_DAY = timedelta(days=1)
_LONGEST_COMPARED = timedelta(days=31)
"""The two ends of a month stand for it if a question compares it with other times. A longer time
may have too many changes for that."""
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
_THAN = re.compile(
    r"\b(?:compared (?:to|with)|relative to|than|vs\.?|versus)\s+"
    r"(?:(?:it was|they were|back)\s+)?(?:[io]n\s+)?$"
)
"""Before the only time of a question, which compares it with today: `more than in may 2025`."""
_AND_NOW = re.compile(
    r"(?:\b(?:and|vs\.?|versus|than|but)|[-,&;?])\s*(?:what (?:is|about) )?(?:it )?(?:is )?"
    r"(?:now|nowadays|currently|present)\b(?=\s*(?:[?.!,;]|$))"
)
"""Today, as the second time that a question names: `q3 2025 rate - and now?`."""
_BOTH_SIDES = re.compile(
    r"\b(?:(?:just )?(?:before|pre)[- ]*(?:and|or|&|/|vs\.?|versus)[- ]*(?:after|post)"
    r"|after *(?:and|or|&|/|vs\.?|versus) *before)\b"
)
_TO_TODAY = re.compile(r"\b(?:until|till|to|through) today\b")
_WEEK_OF = re.compile(r"\b(?:(?:in|during|for)\s+)?(?:the\s+)?week(?:\s+(?:of|commencing))?\s*$")
_AROUND = "before-after"
"""Replaces `before and after`: from the day before the period to its last day."""
_QUICK = re.compile(
    rf"\d|\b(?:{MONTH}|{LAST}|{NEXT}|this|current|ago|today|tonight|tomorrow|yesterday|right now"
    r"|quarter|half|ytd|year|eoy|in a)\b"
)
"""A quick check: most questions have no time."""


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
    found = find_span(text, 0, today, tense, loose)
    if found is None:
        return None, text
    if (week := _WEEK_OF.search(text[: found.start])) and found.first == found.last:
        monday = found.first - timedelta(days=found.first.weekday())
        end = monday + timedelta(days=6)
        return Period(monday, end), _cut(text, week.start(), found.end)
    if before := _NOW_VERSUS.search(text[: found.start]):
        return _compare_with_today(found, today), _cut(text, before.start(), found.end)
    if found.head != "between" and (others := _find_others(text, found, today, tense)):
        times = [found, *others]
        first, last = min(one.first for one in times), max(one.last for one in times)
        return Period(first, last, days=_pick_days(times, today)), _cut(
            text, found.start, others[-1].end
        )
    joint = _TO.match(text, found.end)
    if joint and found.head not in {*_ON, "since"}:
        other = find_span(text, joint.end(), today, tense, True, at_start=True)
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
    if found.head not in _OPEN and (than := _THAN.search(text[: found.start])):
        return _compare_with_today(found, today), _cut(text, than.start(), found.end)
    return _build_period(found), _cut(text, found.start, found.end)


def _compare_with_today(found: TimeSpan, today: date) -> Period:
    """The days of the time and today. For a long time, all changes between the two."""
    if days := _pick_days([found, TimeSpan(today, today, 0, 0)], today):
        return Period(days[0], days[-1], days=days)
    return Period(min(found.first, today), max(found.last, today))


def _find_others(text: str, found: TimeSpan, today: date, tense: Tense) -> list[TimeSpan]:
    """More times that the question names one by one: `2026-03-01 vs today`, `on 1 may, 1 june`."""
    others: list[TimeSpan] = []
    at = found.end
    while joint := (_AND_ON if found.head in _ON or others else _VERSUS).match(text, at):
        if now := _NOW.match(text, joint.end()):
            other: TimeSpan | None = TimeSpan(today, today, now.start(), now.end())
        else:
            other = find_span(text, joint.end(), today, tense, True, at_start=True)
        if other is None:
            break
        others.append(other)
        at = other.end
    return others


def _find_distant(text: str, found: TimeSpan, today: date, tense: Tense) -> TimeSpan | None:
    """Another time in the text: `higher today than in may 2025`, `on 6 may, and what is it today`.

    None after an open period, whose other words may be about its end.
    """
    if found.head in _OPEN:
        return None
    other = find_span(text, found.end, today, tense, loose=False)
    now = _AND_NOW.search(text, found.end)
    if other is None and now is not None:
        return TimeSpan(today, today, now.start(), now.end())
    return other


def _pick_days(times: Sequence[TimeSpan], today: date) -> tuple[date, ...]:
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


def _build_period(found: TimeSpan) -> Period:
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
