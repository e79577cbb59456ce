"""Grades the age of the data, and describes it: `🔴 Checked 2 Oct 2026, 58 days ago`."""

from datetime import date
from enum import StrEnum

from bot.rates.data_age import is_old
from bot.text.dates import format_day

_FRESH_DAYS = 8


class Freshness(StrEnum):
    """How old the data of an answer or a card is."""

    GREEN = "green"
    """Checked less than eight days ago, or after the day that is asked about."""
    AMBER = "amber"
    """Checked less than 31 days ago."""
    RED = "red"
    """Checked longer ago, never checked, or a scheduled day has passed since the check."""


MARKS = {Freshness.GREEN: "🟢", Freshness.AMBER: "🟡", Freshness.RED: "🔴"}


def find_freshness(checked: date | None, day: date, *, passed: bool) -> Freshness:
    """The grade on the day. `passed` is whether a scheduled day has come since the check."""
    if checked is None or passed or is_old(checked, day):
        return Freshness.RED
    return Freshness.GREEN if (day - checked).days < _FRESH_DAYS else Freshness.AMBER


def describe_check(checked: date | None, age_days: int, verb: str = "checked") -> str:
    """When the data was checked: `checked 7 Oct 2026, 54 days ago`. It begins with the verb.

    A negative age, of a check after the day that is asked about, is left out.
    """
    if checked is None:
        return "never checked"
    if age_days < 0:
        return f"{verb} {format_day(checked)}"
    age = {0: "today", 1: "yesterday"}.get(age_days, f"{age_days} days ago")
    return f"{verb} {format_day(checked)}, {age}"


def format_chip(freshness: Freshness, check: str) -> str:
    """The mark of the grade and the text of `describe_check`, as the start of a line."""
    return f"{MARKS[freshness]} {check[:1].upper()}{check[1:]}"


def describe_freshness(checked: date, day: date, *, passed: bool) -> str:
    """The grade and the age on the day in one line: `🔴 Checked 2 Oct 2026, 58 days ago`."""
    check = describe_check(checked, (day - checked).days)
    return format_chip(find_freshness(checked, day, passed=passed), check)
