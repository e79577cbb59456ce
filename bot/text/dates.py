"""Formats dates for readers. JSON and ids have ISO 8601 dates instead."""

from datetime import date, timedelta

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONG_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_HALF_A_YEAR = 180
_YEAR, _QUARTER = 12, 3
"""Months."""


def format_day(day: date) -> str:
    """The date as `24 Feb 2026`, in English in every locale."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def format_period(first: date, last: date) -> str:
    """The days as `2025`, `Q2 2025`, `July 2026`, `1 Jan 2027`, `1 Jun 2025 to 3 Sep 2025`."""
    if first == last:
        return format_day(first)
    after = last + timedelta(days=1)
    months = (after.year - first.year) * 12 + after.month - first.month
    if first.day == after.day == 1 and (first.month - 1) % max(months, 1) == 0:
        if months == _YEAR:
            return f"{first.year}"
        if months == _QUARTER:
            return f"Q{first.month // _QUARTER + 1} {first.year}"
        if months == 1:
            return f"{_LONG_MONTHS[first.month - 1]} {first.year}"
    return f"{format_day(first)} to {format_day(last)}"


def format_yearless_day(day: date) -> str:
    """The date without the year: `24 Feb`."""
    return f"{day.day} {_MONTHS[day.month - 1]}"


def format_short_day(day: date, today: date) -> str:
    """The date without the year, if it is less than about half a year from `today`: `4 Dec`."""
    if abs((day - today).days) < _HALF_A_YEAR:
        return format_yearless_day(day)
    return format_day(day)
