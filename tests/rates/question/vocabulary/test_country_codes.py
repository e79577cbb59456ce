"""Tests that codes of economies that are words too are read as codes in lists and after `from`."""

from datetime import date

import pytest

from bot.parties import Parties
from bot.rates.ledger import Ledger
from bot.rates.question.parse import parse_query
from bot.rates.question.vocabulary.country_codes import flag_codes

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("toys from IN/VN/MY", {"IN", "VN", "MY"}),
        ("toys vn / th / my", {"VN", "TH", "MY"}),
        ("toys origin JP + KR + DE", {"JP", "KR", "DE"}),
        ("toys cn,in,vn,id", {"CN", "IN", "VN", "ID"}),
        ("coffee from IN LK ET GH CI", {"IN", "LK", "ET", "GH", "CI"}),
        ("shoes from IT and ES", {"IT", "ES"}),
        ("toys from MY", {"MY"}),
    ],
)
def test_codes_that_are_words_are_economies_in_lists(
    text: str, expected: set[str], parties: Parties, ledger: Ledger
) -> None:
    query = parse_query(text, parties, TODAY, ledger.reader)
    assert {query.partner, *query.versus} == expected


@pytest.mark.parametrize(
    "text",
    [
        "toys from my supplier in china",
        "AD/CVD on steel from china",
        "is it in force",
        "RATE ON TOYS FROM MY SUPPLIER",
        "duty on steel or aluminum",
    ],
)
def test_words_that_are_codes_elsewhere_stay_words(text: str, parties: Parties) -> None:
    assert flag_codes(text, parties) == text
