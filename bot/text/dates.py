"""Formats dates for readers. JSON and ids have ISO 8601 dates instead."""

from datetime import date

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def format_day(day: date) -> str:
    """The date as `24 Feb 2026`, in English in every locale."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
