"""Tests that an economy that a question marks as the importing one stays it, in any wording."""

from datetime import date
from decimal import Decimal

import pytest

from bot.errors import UnclearQuestion
from bot.parties import Parties
from bot.rates.ledger import Ledger
from bot.rates.question.parse import parse_query

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("text", "imposer", "partner"),
    [
        ("what do mexico's new tariffs mean for a korean company with steel", "MX", "KR"),
        ("machinery duty in germany if i bring in machinery from the united states", "DE", "US"),
        ("what do we pay if we bring furniture into the uk from china", "GB", "CN"),
        ("german company importing machinery from the us, what duty", "DE", "US"),
        ("what does canada charge on steel bars from the us", "CA", "US"),
        ("canada's new import tariffs on chinese steel", "CA", "CN"),
    ],
)
def test_a_named_importer_wins_over_the_us(
    text: str, imposer: str, partner: str, parties: Parties, ledger: Ledger
) -> None:
    query = parse_query(text, parties, TODAY, ledger.reader)
    assert (query.imposer, query.partner) == (imposer, partner)


def test_options_about_retaliation_keep_goods_and_value(parties: Parties, ledger: Ledger) -> None:
    text = "canada and eu retaliation on american whiskey worth $5,000"
    with pytest.raises(UnclearQuestion) as raised:
        parse_query(text, parties, TODAY, ledger.reader)
    asked = [
        parse_query(command, parties, TODAY, ledger.reader) for _, command in raised.value.options
    ]
    assert [one.imposer for one in asked] == ["CA", "EU"]
    assert {(one.product, one.value) for one in asked} == {("whiskey", Decimal(5000))}


def test_options_about_origins_keep_the_day(parties: Parties, ledger: Ledger) -> None:
    with pytest.raises(UnclearQuestion) as raised:
        parse_query("china and india toys on 2025-05-01", parties, TODAY, ledger.reader)
    for _, command in raised.value.options:
        assert parse_query(command, parties, TODAY, ledger.reader).on == date(2025, 5, 1)
