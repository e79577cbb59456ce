from datetime import date

import pytest
from pydantic import ValidationError

from bot.rates.files.tariff_schedule import (
    find_group_problems,
    find_header_problem,
    find_row_problem,
    format_lines,
    parse_lines,
)
from bot.rates.schedule.model import MembershipGroup
from tests.rates.schedule.made import group, header, line

ROWS = (
    line("01012100", "Free", 'Horses: "Purebred", for breeding'),
    line("85076000", "3.4%", "Lithium-ion batteries"),
)
TEXT = format_lines(reversed(ROWS))


def test_lines_that_are_written_are_read_again() -> None:
    assert find_row_problem(TEXT) is None
    assert tuple(parse_lines(TEXT)) == ROWS


@pytest.mark.parametrize(
    ("text", "row", "cause"),
    [
        ("", 1, "other columns"),
        (TEXT.replace("general", "base"), 1, "other columns"),
        (TEXT + "85078000,Free\n", 4, "2 of 6 fields"),
        (TEXT + "8507.80.00,Free,Free,,,Other\n", 4, "not a code of 8 digits"),
        (TEXT + "85076000,Free,Free,,,Other\n", 4, "does not come after 85076000"),
    ],
)
def test_the_first_mistake_in_the_lines_is_found_with_its_row(
    text: str, row: int, cause: str
) -> None:
    found = find_row_problem(text)
    assert found is not None
    assert found.row == row
    assert cause in found.cause


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (group("unknown", "8205"), "list"),
        (group("tools", "8205", source="nowhere"), "source"),
        (group("tools", "8205", to=date(2025, 1, 1)), "to"),
        (group("tools", "8205", kind="conditional"), "question"),
        (group("tools", "8205", claim=True), "claim"),
        (group("tools", "8205", "8205"), "codes"),
        (group("tools"), "codes"),
    ],
)
def test_each_mistake_in_a_group_is_found_with_its_field(
    wrong: MembershipGroup, field: str
) -> None:
    right = group("tools", "8205")
    found = list(find_group_problems([right, wrong], header(), {"tools"}))
    assert [(one.place, one.field) for one in found] == [(1, field)]


def test_a_list_of_the_header_belongs_to_known_measures() -> None:
    made = header(lists={"free": ["steel", "tools"]})
    assert find_header_problem(made, {"steel": (), "tools": ()}) == ""
    assert find_header_problem(made, {"steel": ()}) == "tools"


def test_an_exception_for_goods_under_way_names_known_measures() -> None:
    made = header(
        in_transit=[
            {
                "measures": ["steel"],
                "loaded_before": date(2026, 2, 1),
                "entered_before": date(2026, 3, 1),
                "source": {"text": "Note 1"},
            }
        ]
    )
    assert find_header_problem(made, {"steel": ()}) == ""
    assert find_header_problem(made, {"tools": ()}) == "steel"


@pytest.mark.parametrize("codes", ["82", "8205100", "8205.10", "8205 abcd", "82051000301"])
def test_a_group_names_codes_of_four_to_ten_digits(codes: str) -> None:
    with pytest.raises(ValidationError, match="not a code"):
        MembershipGroup.model_validate({**group("tools").model_dump(by_alias=True), "codes": codes})
