"""The pattern of a calendar day in a text in lower case, for news and notices."""

from datetime import date

from bot.text.months import MONTH

CALENDAR_DAY = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?(?:the\s+)?(?:"
    r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m2>{MONTH})\b\.?(?:,?\s+(?P<y2>\d{{4}}))?"
    rf"|(?P<m3>{MONTH})\.?\s+(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<y3>\d{{4}}))?)"
)
"""Matches `2026-12-01`, `1 December 2026` and `Dec. 1`, also after the name of a weekday.

The year is in one of the groups y, y2 and y3, the month in m, m2 or m3, the day in d, d2 or d3.
"""


def make_day(year: int, month: int, day: int) -> date | None:
    """The date; None if there is no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None
