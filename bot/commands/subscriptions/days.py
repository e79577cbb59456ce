"""Reads the day until which a subscription pauses: `5 Dec`, `2026-12-05`, `monday`, `2 weeks`."""

import re
from datetime import date, timedelta

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_DAY_MONTH = re.compile(r"(\d{1,2})(?:[a-z]{2})?\.? ([a-z]{3})[a-z]*\.?,?(?: (\d{4}))?")
_MONTH_DAY = re.compile(r"([a-z]{3})[a-z]*\.? (\d{1,2})(?:[a-z]{2})?,?(?: (\d{4}))?")
_SPAN = re.compile(r"(?:for )?(\d{1,3}|a) (day|week|month)s?")
_DAYS = {"day": 1, "week": 7, "month": 30}
LONGEST_PAUSE = timedelta(days=400)
_FARTHEST = timedelta(days=275)
"""How far ahead a day without a year may be. One farther away is a slip: that day has passed."""


def read_day(text: str, today: date) -> date | None:
    """The day after `today` that the text means; None if it means none, or a day too far away."""
    text = " ".join(text.lower().split()).removeprefix("until ")
    try:
        day = _read(text, today)
    except ValueError:
        return None
    return day if day is not None and today < day <= today + LONGEST_PAUSE else None


def _read(text: str, today: date) -> date | None:
    if text == "tomorrow":
        return today + timedelta(days=1)
    if text[:3] in _WEEKDAYS and text.isalpha():
        ahead = (_WEEKDAYS.index(text[:3]) - today.weekday() - 1) % 7 + 1
        return today + timedelta(days=ahead)
    if span := _SPAN.fullmatch(text):
        return today + timedelta(days=_DAYS[span[2]] * int(span[1].replace("a", "1")))
    if named := _DAY_MONTH.fullmatch(text):
        return _find_day(int(named[1]), named[2], named[3], today)
    if named := _MONTH_DAY.fullmatch(text):
        return _find_day(int(named[2]), named[1], named[3], today)
    return date.fromisoformat(text)


def _find_day(number: int, month: str, year: str | None, today: date) -> date:
    """The date; without a year, the next one. Raises ValueError if there is none that is near."""
    at = _MONTHS.index(month) + 1
    if year is not None:
        return date(int(year), at, number)
    day = date(today.year, at, number)
    if day <= today:
        day = date(today.year + 1, at, number)
    if day > today + _FARTHEST:
        raise ValueError(f"{month} {number} has passed")
    return day
