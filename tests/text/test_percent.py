"""Percents as text."""

from decimal import Decimal

import pytest

from bot.text.percent import format_percent


@pytest.mark.parametrize(
    ("percent", "expected"),
    [
        ("12.50", "12.5"),
        ("145", "145"),
        ("100", "100"),
        ("1E+2", "100"),
        ("10.00", "10"),
        ("0", "0"),
        ("0.0", "0"),
        (None, None),
    ],
)
def test_a_percent_is_written_without_needless_zeros(
    percent: str | None, expected: str | None
) -> None:
    assert format_percent(None if percent is None else Decimal(percent)) == expected
