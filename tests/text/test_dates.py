"""Dates are formatted for readers."""

from datetime import UTC, date, datetime

import pytest

from bot.text.dates import format_day, format_period


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 2, 24), "24 Feb 2026"),
        (date(2025, 5, 1), "1 May 2025"),
        (date(2025, 12, 31), "31 Dec 2025"),
        (datetime(2026, 1, 9, 23, 5, tzinfo=UTC), "9 Jan 2026"),
    ],
)
def test_a_date_has_its_day_month_and_year(day: date, expected: str) -> None:
    assert format_day(day) == expected


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2025, 1, 1), date(2025, 12, 31), "2025"),
        (date(2025, 4, 1), date(2025, 6, 30), "Q2 2025"),
        (date(2025, 10, 1), date(2025, 12, 31), "Q4 2025"),
        (date(2024, 2, 1), date(2024, 2, 29), "February 2024"),
        (date(2025, 12, 1), date(2025, 12, 31), "December 2025"),
        (date(2025, 2, 1), date(2025, 4, 30), "1 Feb 2025 to 30 Apr 2025"),
        (date(2025, 6, 1), date(2025, 9, 3), "1 Jun 2025 to 3 Sep 2025"),
        (date(2025, 7, 1), date(2026, 6, 30), "1 Jul 2025 to 30 Jun 2026"),
    ],
)
def test_a_period_has_its_usual_name(first: date, last: date, expected: str) -> None:
    assert format_period(first, last) == expected
