"""Figures are written in plain words, with exactly their digits."""

from decimal import Decimal
from typing import Any

import pytest

from bot.news.story import Figure
from bot.slack.views.figures import format_figure, format_percent
from tests.slack.samples import PARTIES


@pytest.mark.parametrize(
    ("figure", "line"),
    [
        ({"from_percent": "145", "to_percent": "30.0"}, "*145% → 30%*"),
        ({"to_percent": "12.50", "product": "steel"}, "steel: *12.5%*"),
        ({"from_percent": "100"}, "*from 100%*"),
        ({"amount_usd": "50000000000"}, "*US$ 50 billion*"),
        ({"amount_usd": "1250000"}, "*US$ 1.25 million*"),
        ({"imposer": "US", "to_percent": "10"}, "by 🇺🇸 United States: *10%*"),
        ({"partner": "XX", "to_percent": "10"}, "on XX: *10%*"),
        ({}, ""),
    ],
)
def test_a_figure_is_written_in_plain_words(figure: dict[str, Any], line: str) -> None:
    assert format_figure(Figure(**figure), PARTIES) == line


def test_a_percentage_keeps_exactly_its_digits() -> None:
    assert format_percent(Decimal(100)) == "100%"
    assert format_percent(Decimal("0.00")) == "0%"
    assert format_percent(Decimal("2.875")) == "2.875%"
