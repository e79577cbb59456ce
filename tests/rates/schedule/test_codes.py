"""Harmonized System codes in a text, in every spelling."""

import pytest

from bot.errors import UnclearQuestion
from bot.rates.ledger import Ledger
from bot.rates.question.parse import parse_query
from bot.rates.schedule.codes import extract_codes
from tests.rates.schedule.made import DAY


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("HS72.10", ["7210"]),
        ("hs-7616", ["7616"]),
        ("HTS 940161", ["940161"]),
        ("hts#9401.61", ["940161"]),
        ("HTS no. 8541.43.0010", ["8541430010"]),
        ("HS 85.07.60", ["850760"]),
        ("HS6 850760", ["850760"]),
        ("HSN 8507", ["8507"]),
        ("ch84", ["84"]),
        ("chapters 61-63", ["61", "62", "63"]),
        ("chapter 72 to 73", ["72", "73"]),
        ("8471300100 / 8517.13.00.00 / 8542.31", ["8471300100", "8517130000", "854231"]),
        ("8504.40.9540,8504.40.9570", ["8504409540", "8504409570"]),
        ("in 2026 and 2027", []),
    ],
)
def test_codes_are_found(text: str, codes: list[str]) -> None:
    assert list(extract_codes(text)[0]) == codes


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "HS72.10 s korea, HS 7306 turkiye, hs-7616 bahrain",
            [("KR", "7210"), ("TR", "7306"), ("BH", "7616")],
        ),
        ("9401.61 vietnam / 9403.50 malaysia", [("VN", "940161"), ("MY", "940350")]),
    ],
)
def test_codes_that_each_have_an_origin_get_a_button_each(
    text: str, found: list[tuple[str, str]], ledger: Ledger
) -> None:
    with pytest.raises(UnclearQuestion) as raised:
        parse_query(text, ledger.parties, DAY, ledger.reader, ledger.cards)
    offered = [
        parse_query(question, ledger.parties, DAY, ledger.reader, ledger.cards)
        for _, question in raised.value.options
    ]
    assert [one.imposer for one in offered] == ["US"] * len(found)
    assert [(one.partner, *extract_codes(one.product or "")[0]) for one in offered] == found


def test_a_number_of_a_code_leaves_no_goods_out(ledger: Ledger) -> None:
    query = parse_query("us china hts no. 8541.43", ledger.parties, DAY, ledger.reader)
    assert extract_codes(query.product or "")[0] == ("854143",)
