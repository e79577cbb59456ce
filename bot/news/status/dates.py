"""Finds the day from which a measure applies.

with its own day   "takes effect on Dec. 1", "effective 2026-12-01", "effective immediately",
                   "starting Wednesday"
from a day         "from 1 December", "as of Dec. 1"; not "by 1 December", "said on 1 December"
until a day        "delays tariffs until July 9", "won't start before July 9"; only for a delay
after a rate       "to 15% next Monday"; not "to 15% Monday", which may be past
of a new rate      "from 34% to 84% on 10 April", "to 125% from 12 April", in the text; of several
                   rates, the one that the title names last, or else the last one
of a span          "for 90 days from 14 May", "with effect from 12 April", in the text
of entry           "goods entered since 4 May", "free from 4 May", in the text
after a time       "in 90 days", "within two weeks" does not count

A weekday or a number of days counts from the day of publication. "Next month" is not a day.
"""

import re
from collections.abc import Iterator, Set
from datetime import date, timedelta

from bot.text.calendar_days import CALENDAR_DAY, make_day
from bot.text.folding import fold_case
from bot.text.months import MONTHS

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBERS = {
    "a": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "ten": 10,
    "twelve": 12,
    "thirty": 30,
    "sixty": 60,
    "ninety": 90,
}
_UNITS = {"day": 1, "week": 7}

_NEAR_DAY = (
    r"(?:(?P<now>immediately|today|tonight|at\s+once|with\s+immediate\s+effect)\b|"
    r"(?:at\s+midnight\s+)?(?:on\s+)?(?P<tomorrow>tomorrow)\b|"
    r"(?:at\s+)?(?:midnight\s+|12:01\s+a\.?m\.?\s+)?(?:on\s+)?(?:this\s+|next\s+)?"
    rf"(?P<weekday>{'|'.join(_WEEKDAYS)})\b|"
    r"in\s+(?P<span>\d{1,3}|[a-z]{1,8})\s+(?P<unit>day|week)s?\b)"
)
_DAY = rf"(?:{CALENDAR_DAY}|{_NEAR_DAY})"
_JOIN = r"(?:(?:as\s)?(?:of|on|from|since)\s+(?:and\safter\s)?)?"
_EFFECT = re.compile(
    r"\b(?P<verb>effective|in\sforce|(?:tak(?:e|es|ing)|took|com(?:e|es|ing)|came|go(?:es|ing)?|went)"
    r"\s+(?:into\s+)?(?:effect|force)|(?:start|begin|commenc)(?:s|ing)?|started|began|apply|applies|"
    rf"kick(?:s|ed|ing)?\sin)\s+{_JOIN}{_DAY}"
)
_FROM = re.compile(
    r"(?P<said>\b(?:sa(?:id|ys)|announced|signed|met|meet|told|wrote|posted|published|ruled|talks)\s+)?"
    rf"\b(?:from|as\sof|with\seffect\sfrom|on\sand\safter|(?P<on>on))\s+{_DAY}"
)
_ENTERED = re.compile(
    rf"\b(?:entered|imported|free|apply|applies|paid)\s+(?:since|from|as\sof|on\sor\safter)\s+{_DAY}"
)
# "Raises its levy to 15% next Monday" has no preposition.
_AFTER_RATE = re.compile(rf"(?:%|\bpercent|\bper\scent)\s+(?=next\s|tomorrow\b){_NEAR_DAY}")
_CHANGE = re.compile(
    r"\bto\s(?:[a-z]+\s){0,2}(?P<rate>\d{1,4}(?:\.\d+)?)\s?(?:%|percent\b|per\scent\b|pct\b)"
    r"(?:[\s,]+[a-z]+){0,4}?,?\s(?:on|from|as\sof|effective|(?:starting|beginning)(?:\son)?)\s"
    rf"{CALENDAR_DAY}"
)
_PERCENT = re.compile(r"(\d{1,4}(?:\.\d+)?)\s?(?:%|percent\b|per\scent\b|pct\b)")
_SPAN = re.compile(
    r"\b(?:(?:for|of)\s(?:[a-z0-9]+\s){1,2}(?:days|weeks|months|years?)\s(?:from|as\sof|starting|"
    rf"beginning)|with\seffect\sfrom)\s{CALENDAR_DAY}"
)
_NOT_BEFORE = re.compile(
    rf"(?:\bnot|n['\u2019]t)\s+(?:start|begin|apply|take\seffect)\s+before\s+{CALENDAR_DAY}"
)
_UNTIL = re.compile(
    r"\b(?:delay|postpon|defer|mov|push|put|hold|held|extend|extension|deadline|reprieve)[a-z]*\b"
    rf"[^.;]{{0,120}}?\b(?:to|until|till)\s+{CALENDAR_DAY}"
)
_END = re.compile(
    rf"\b(?P<verb>expires?|expired|ends?|ended|lapses?|lapsed)\s+(?:at\s+midnight\s+)?(?:on\s+)?{_DAY}"
)
_ANY = re.compile(rf"\b(?:on|from|as\sof|starting|beginning|effective)\s+{_DAY}")
_PAST_VERB = re.compile(r"took|came|went|started|began|kicked|expired|ended|lapsed")
_MAX_BACK, _MAX_AHEAD = timedelta(days=60), timedelta(days=500)
"""How far an effective date may be from the date of publication."""


def find_effective_day(sentence: str, rest: str, published: date | None) -> date | None:
    """The first day of the duty, as stated in the sentence, or else in `rest`, the other text.

    A date without a year is taken in the year that brings it nearest to `published`; without
    `published`, only dates with a year count. The result is None if the text has no date, or
    several different dates, unless one is the day of the new rate.
    """
    places = (
        (sentence, _EFFECT),
        (sentence, _FROM),
        (sentence, _AFTER_RATE),
        (rest, _EFFECT),
        (rest, _CHANGE),
        (rest, _SPAN),
        (rest, _ENTERED),
    )
    for text, pattern in places:
        days = set(_find_days(text, pattern, published))
        if pattern is _CHANGE or len(days) > 1:
            changed = _find_change_day(text, sentence, days, published)
            if changed is not None or pattern is not _CHANGE:
                return changed
        elif days:
            return days.pop()
    return None


def _find_change_day(
    text: str, sentence: str, days: Set[date], published: date | None
) -> date | None:
    """The day of the last change to a rate in the text; None if some of the `days` are not those
    of changes.

    If the sentence names rates, only changes to its last rate count: the others are on other goods,
    or past.
    """
    changes = [
        (match["rate"], day)
        for match in _CHANGE.finditer(fold_case(text))
        if (day := _find_calendar_day(match.groupdict(), published)) is not None
    ]
    if not days <= {day for _, day in changes}:
        return None
    rates = _PERCENT.findall(fold_case(sentence))
    new = [day for rate, day in changes if not rates or rate == rates[-1]]
    return new[-1] if new else None


def find_delayed_day(text: str, published: date | None) -> date | None:
    """The day until which a measure is delayed; None if the text states none, or several."""
    days = {
        day for pattern in (_UNTIL, _NOT_BEFORE) for day in _find_days(text, pattern, published)
    }
    return days.pop() if len(days) == 1 else None


def find_entry_day(text: str, published: date | None) -> date | None:
    """The day from which goods enter at another rate: "goods entered since 4 May"; None if there is
    none, or several."""
    days = set(_find_days(text, _ENTERED, published))
    return days.pop() if len(days) == 1 else None


def find_end_day(text: str, published: date | None) -> date | None:
    """The day on which a measure ends: "expires July 22"; None if there is none, or several."""
    days = set(_find_days(text, _END, published))
    return days.pop() if len(days) == 1 else None


def find_stated_day(text: str, published: date | None) -> date | None:
    """The first day that the text gives for an act: "on Tuesday", "from 24 February"."""
    return next(_find_days(text, _ANY, published), None)


def _find_days(text: str, pattern: re.Pattern[str], published: date | None) -> Iterator[date]:
    for match in pattern.finditer(fold_case(text)):
        given = match.groupdict()
        if given.get("said") or (given.get("on") and _is_relative(given)):
            continue
        day = (
            _find_near_day(given, published)
            if _is_relative(given)
            else _find_calendar_day(given, published)
        )
        if day is not None:
            yield day


def _is_relative(given: dict[str, str | None]) -> bool:
    return any(given.get(name) for name in ("now", "tomorrow", "weekday", "span"))


def _find_near_day(given: dict[str, str | None], published: date | None) -> date | None:
    """A day that counts from `published`."""
    if published is None:
        return None
    days: int | None = None
    if given["now"]:
        days = 0
    elif given["tomorrow"]:
        days = 1
    elif weekday := given["weekday"]:
        days = (_WEEKDAYS.index(weekday) - published.weekday()) % 7
        if _PAST_VERB.match(given.get("verb") or "") and days:
            days -= 7
    elif (span := given["span"]) and (unit := given["unit"]):
        number = int(span) if span.isdigit() else _NUMBERS.get(span)
        days = number * _UNITS[unit] if number else None
    return _add_days(published, days) if days is not None else None


def _find_calendar_day(given: dict[str, str | None], published: date | None) -> date | None:
    year = next((int(one) for name in ("y", "y2", "y3") if (one := given[name])), None)
    month = given["m"] or given["m2"] or given["m3"]
    day = int(given["d"] or given["d2"] or given["d3"] or 0)
    if month is None or (published is None and year is None):
        return None
    number = int(month) if month.isdigit() else MONTHS[month]
    if published is None:
        return make_day(year or 0, number, day)
    years = (year,) if year else (published.year - 1, published.year, published.year + 1)
    found = [made for each in years if (made := make_day(each, number, day))]
    # If two years are possible, the earlier day is nearer: at most 60 days before `published`,
    # while the other is at least 305 days after.
    return min((one for one in found if -_MAX_BACK <= one - published <= _MAX_AHEAD), default=None)


def _add_days(day: date, days: int) -> date | None:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None
