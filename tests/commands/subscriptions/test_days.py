from datetime import date

import pytest

from bot.commands.subscriptions.days import read_day

TODAY = date(2026, 11, 30)
"""A Monday."""


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("tomorrow", date(2026, 12, 1)),
        ("until 5 Dec", date(2026, 12, 5)),
        ("december 5th", date(2026, 12, 5)),
        ("5 Jan", date(2027, 1, 5)),
        ("31 August", date(2027, 8, 31)),
        ("5 Nov 2027", date(2027, 11, 5)),
        ("2026-12-24", date(2026, 12, 24)),
        ("24 Dec 2026", date(2026, 12, 24)),
        ("monday", date(2026, 12, 7)),
        ("tue", date(2026, 12, 1)),
        ("2 weeks", date(2026, 12, 14)),
        ("for a week", date(2026, 12, 7)),
        ("3 days", date(2026, 12, 3)),
    ],
)
def test_a_day_may_be_written_in_these_ways(text: str, day: date) -> None:
    assert read_day(text, TODAY) == day


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-11-30", "31 Feb", "2030-01-01", "5 xyz", "5 Nov", "30 November"]
)
def test_no_day_to_come_is_no_day(text: str) -> None:
    assert read_day(text, TODAY) is None
