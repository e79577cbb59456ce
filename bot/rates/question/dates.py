"""Finds the date in a question."""

import re
from datetime import date, timedelta

from bot.errors import QueryError
from bot.text.months import MONTH, MONTHS

_DAYS = (
    re.compile(r"\b(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b"),
    re.compile(
        rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m>{MONTH})\.?,?\s+(?P<y>\d{{4}})\b"
    ),
    re.compile(rf"\b(?P<m>{MONTH})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})\b"),
)
_OTHER_DAYS = re.compile(
    r"\b(?:[0-3]?\d\.[0-3]?\d\.20\d\d|[0-3]?\d/[0-3]?\d/(?:20)?\d\d|tomorrow)(?!\w)"
)
"""Days that are ambiguous or relative: 31.12.2025, 12/31/2025."""
_CURE = "Write it as 2025-12-31"
# A quick check: most questions have no date.
_YEAR = re.compile(r"\d{4}")
_YESTERDAY = re.compile(r"\byesterday\b")


def take_day(text: str, today: date) -> tuple[date | None, str]:
    """The first date in the text, and the text without the date and its preposition (`on`).

    The text must be in lower case. Raises QueryError for an impossible date (31 June 2025).
    """
    for pattern in _DAYS if _YEAR.search(text) else ():
        match = pattern.search(text)
        if match:
            return _build_day(match), _remove_match(text, match)
    match = _YESTERDAY.search(text)
    if match:
        return today - timedelta(days=1), _remove_match(text, match)
    return None, text


def refuse_other_days(text: str) -> None:
    """Raises QueryError if the text has a day in a form that `take_day` does not read."""
    if match := _OTHER_DAYS.search(text):
        raise QueryError(match.group(), "not a day we can read", _CURE)


def _remove_match(text: str, match: re.Match[str]) -> str:
    head = re.sub(r"\b(?:on|as of|at|since|in)\s*$", " ", text[: match.start()])
    return f"{head} {text[match.end() :]}"


def _build_day(match: re.Match[str]) -> date:
    month = match["m"]
    number = int(month) if month.isdigit() else MONTHS[month]
    try:
        return date(int(match["y"]), number, int(match["d"]))
    except ValueError:
        raise QueryError(match.group(), "not a date", _CURE) from None
