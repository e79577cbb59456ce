"""Reads times that count from today: `next 30 days`, `two weeks ago`, `last friday`."""

import re
from datetime import date, timedelta

from bot.errors import QueryError
from bot.rates.question.times.time_spelling import LAST, NEXT, add_months

_CURE = "Write it as 2025-12-31"
_A_DAY = timedelta(days=1)
_DAYS_OF = {"day": 1, "week": 7, "fortnight": 14}
_MONTHS_OF = {"month": 1, "quarter": 3, "half": 6, "year": 12}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBERS = {
    word: number
    for number, word in enumerate(
        str.split("one two three four five six seven eight nine ten"), start=1
    )
} | {"a": 1, "an": 1, "couple": 2, "a couple of": 2, "few": 3}
_MAX_COUNT = 9_999

UNIT = r"days?|weeks?|fortnights?|months?|quarters?|halves|half|years?"
COUNT = rf"\d{{1,4}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))}"


def read_relative(match: re.Match[str], today: date) -> tuple[date, date] | None:
    if match["ago"]:
        return _one(_shift(today, _count(match["an"]), match["au"], -1))
    if match["ahead"]:
        count, unit = match["hn"] or match["hn2"], match["hu"] or match["hu2"]
        day = _shift(today, _count(count), unit, 1)
        # 'within 30 days' is a period, 'in 30 days' a day.
        return (today, day) if match.group().startswith("within") else _one(day)
    if match["counted"]:
        back = match["cw"] in LAST.split("|")
        day = _shift(today, _count(match["cn"]), match["cu"], -1 if back else 1)
        return (day, today) if back else (today, day)
    if match["relative"]:
        step = -1 if match["rw"] in LAST.split("|") else 1 if match["rw"] in NEXT.split("|") else 0
        return _unit(today, match["ru"], step)
    if match["named"]:
        day = today + timedelta(days=WEEKDAYS.index(match["wd"]) - today.weekday())
        if match["nw"] in LAST.split("|") and day >= today:
            day -= timedelta(days=7)
        elif match["nw"] in NEXT.split("|") and day <= today:
            day += timedelta(days=7)
        return _one(day)
    word = " ".join(match["word"].split()).replace("-", " ")
    if word in {"ytd", "year to date"}:
        return date(today.year, 1, 1), today
    if word in {"eoy", "year end", "the year end"}:
        return _one(date(today.year, 12, 31))
    steps = {"day after tomorrow": 2, "tomorrow": 1, "yesterday": -1, "day before yesterday": -2}
    return _one(today + timedelta(days=steps.get(word, 0)))


def _count(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS[word]


def _shift(today: date, count: int, unit: str, sign: int) -> date:
    """The day that is so many units away; the first or last possible date at the ends."""
    name = "half" if unit == "halves" else unit.removesuffix("s")
    try:
        if name in _DAYS_OF:
            return today + timedelta(days=sign * min(count, _MAX_COUNT) * _DAYS_OF[name])
        return add_months(today, sign * count * _MONTHS_OF[name])
    except (OverflowError, ValueError):
        raise QueryError(f"{count} {unit}", "not a time we can read", _CURE) from None


def _unit(today: date, unit: str, step: int) -> tuple[date, date]:
    """The calendar unit that contains today, or the one before or after it."""
    if unit in _DAYS_OF:
        size = timedelta(days=_DAYS_OF[unit])
        first = today if unit == "day" else today - timedelta(days=today.weekday())
        return first + step * size, first + step * size + size - _A_DAY
    months = _MONTHS_OF[unit]
    first = date(today.year, (today.month - 1) // months * months + 1, 1)
    first = add_months(first, step * months)
    return first, add_months(first, months) - _A_DAY


def _one(day: date) -> tuple[date, date]:
    return day, day
