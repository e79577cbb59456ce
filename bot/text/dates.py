"""Formats dates for readers. JSON and ids have ISO 8601 dates instead."""

from datetime import date

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HALF_A_YEAR = 180


def format_day(day: date) -> str:
    """The date as `24 Feb 2026`, in English in every locale."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def format_short_day(day: date, today: date) -> str:
    """The date without the year, if it is less than about half a year from `today`: `4 Dec`."""
    if abs((day - today).days) < _HALF_A_YEAR:
        return f"{day.day} {_MONTHS[day.month - 1]}"
    return format_day(day)
