"""Dates are formatted for readers."""

from datetime import UTC, date, datetime

import pytest

from bot.text.dates import format_day


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
