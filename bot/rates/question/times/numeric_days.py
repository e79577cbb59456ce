"""Reads days such as 03/04/2025, whose month and day are in either order.

All such days of a question have the same order, so one that has a single reading settles the
others: `11/9/25 vs 11/20/25`.
"""

import re
from calendar import monthrange
from datetime import date

from bot.errors import QueryError, UnclearQuestion

CURE = "Write it as 2025-12-31"
NUMERIC_DAY = re.compile(r"(?<![\w./])[0-3]?\d(?P<us>[./])[0-3]?\d(?P=us)(?:20)?\d\d(?![\w./])")


def read_numeric_day(numbers: str, text: str) -> date:
    """The day that the numbers mean in the text.

    Raises UnclearQuestion for 03/04/2025, with both days as options.
    """
    days = _list_readings(numbers)
    if not any(days):
        raise QueryError(numbers, "not a date", CURE)
    every = [_list_readings(one.group()) for one in NUMERIC_DAY.finditer(text)]
    fitting = [order for order in (0, 1) if all(each[order] for each in every)]
    orders = fitting or [order for order in (0, 1) if days[order]]
    known = {order: day for order in orders if (day := days[order]) is not None}
    if len(set(known.values())) == 1:
        return next(iter(known.values()))
    options = [
        (f"{day.day} {day:%b %Y}", _write_all_days(text, order)) for order, day in known.items()
    ]
    raise UnclearQuestion(numbers, f"Which day do you mean by {numbers}?", options, CURE)


def _list_readings(numbers: str) -> tuple[date | None, date | None]:
    """The day if it stands before the month, and if the month stands first; None if impossible."""
    one, two, year = (int(part) for part in re.split(r"[./]", numbers))
    year += 2000 if year < 100 else 0

    def build(month: int, day: int) -> date | None:
        possible = 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]
        return date(year, month, day) if possible else None

    return build(two, one), build(one, two)


def _write_all_days(text: str, order: int) -> str:
    """The text with all its numeric days read in one order."""

    def write(match: re.Match[str]) -> str:
        day = _list_readings(match.group())[order]
        return match.group() if day is None else day.isoformat()

    return " ".join(NUMERIC_DAY.sub(write, text).split())
