from decimal import Decimal

import pytest

from bot.rates.schedule.model import parse_percent
from tests.rates.schedule.made import line, lines

LINES = lines(
    line("85076000", "3.4%", 'Batteries, "lithium-ion"'),
    line("85078000"),
    line("04021005", "3.3¢/kg"),
)


def test_a_line_is_found_by_its_code_and_by_its_statistical_numbers() -> None:
    for code in ("85076000", "8507600010"):
        found = LINES.find(code)
        assert found is not None
        assert (found.general, found.description) == ("3.4%", 'Batteries, "lithium-ion"')
        assert found.percent == Decimal("3.4")


@pytest.mark.parametrize("code", ["8507", "850760", "85076001", "99999999", "00000000"])
def test_a_heading_or_an_unknown_code_is_not_a_line(code: str) -> None:
    assert LINES.find(code) is None


def test_a_heading_lists_its_lines_in_the_order_of_their_codes() -> None:
    assert LINES.list_codes("8507") == ["85076000", "85078000"]
    assert LINES.list_codes("04") == ["04021005"]
    assert LINES.list_codes("9001") == []


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        ("Free", "0"),
        ("6.8%", "6.8"),
        ("25%", "25"),
        ("3.3¢/kg", None),
        ("13.2¢/kg + 14.9%", None),
        ("", None),
    ],
)
def test_only_a_duty_that_is_purely_ad_valorem_is_a_percent(text: str, percent: str | None) -> None:
    assert parse_percent(text) == (None if percent is None else Decimal(percent))
