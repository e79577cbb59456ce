"""Phrases around the goods: containers, remarks, clauses about a shipment, and named times."""

from datetime import date

import pytest

from bot.errors import UnclearQuestion
from bot.parties import Parties
from bot.rates.ledger import Ledger
from bot.rates.question.parse import parse_query
from bot.rates.question.query import QueryKind, RateQuery
from tests.rates.question.test_understanding import TODAY


def read(text: str, parties: Parties, ledger: Ledger) -> RateQuery:
    return parse_query(text, parties, TODAY, ledger.reader, ledger.cards)


@pytest.mark.parametrize(
    ("text", "goods"),
    [
        ("aluminium cans of beer from germany", ("beer",)),
        ("glass bottles of wine from italy", ("wine",)),
        ("bags of rice from thailand", ("rice",)),
        ("mexican beer in aluminum cans", ("beer",)),
        ("my client ships denim jackets from bangladesh", ("coats",)),
        ("frozen shrimps from ecuador", ("shrimp",)),
        ("electric scooters made in china", ("e-bikes",)),
        ("bags of leather from italy", ("luggage",)),
        ("stainless steel kitchen sinks from china (we heard that steel counts)", ("steel-sinks",)),
        ("stainless steel bolts from china", ("screws",)),
        ("furniture from vietnam when our container was entered", ("furniture",)),
        ("wooden tables from vietnam", ("tables",)),
        ("cotton sheets from india", ("bed-linen",)),
        ("plastic housewares from china", ("plastic-tableware",)),
        ("coffee beans from brazil", ("coffee",)),
        ("batteries aa china", ("primary-batteries",)),
    ],
)
def test_the_goods_of_a_phrase_are_found(
    text: str, goods: tuple[str, ...], parties: Parties, ledger: Ledger
) -> None:
    product = read(text, parties, ledger).product
    assert product is not None
    assert ledger.reader.read_any(product).goods == goods


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("us china week of 10 november 2025", date(2025, 11, 10), date(2025, 11, 16)),
        ("us china since last summer", date(2026, 6, 1), TODAY),
        ("us china last winter", date(2025, 12, 1), date(2026, 2, 28)),
    ],
)
def test_a_named_time_is_a_period(
    text: str, since: date, until: date, parties: Parties, ledger: Ledger
) -> None:
    asked = read(text, parties, ledger)
    assert (asked.since, asked.until) == (since, until)


def test_liberation_day_is_a_day(parties: Parties, ledger: Ledger) -> None:
    assert read("us china on liberation day", parties, ledger).on == date(2025, 4, 2)


def test_a_list_of_three_economies_compares_origins(parties: Parties, ledger: Ledger) -> None:
    asked = read("china, vietnam, india toys", parties, ledger)
    assert (asked.kind, asked.imposer, asked.partner) == (QueryKind.COMPARE, "US", "CN")
    assert asked.versus == ("VN", "IN")


def test_production_that_moves_compares_both_origins(parties: Parties, ledger: Ledger) -> None:
    text = "moving production of backpacks from china to cambodia, what would we save"
    asked = read(text, parties, ledger)
    assert (asked.imposer, asked.partner, asked.versus) == ("US", "CN", ("KH",))


@pytest.mark.parametrize(
    ("text", "imposer", "partner"),
    [
        ("does column 2 apply to russian goods", "US", "RU"),
        ("do we pay anything on books printed in china", "US", "CN"),
        (
            "our supplier in guangdong asks for more, what is the duty on chairs from china",
            "US",
            "CN",
        ),
        ("irish butter tariff us", "US", "IE"),
        ("drone dji china tariff", "US", "CN"),
        ("china's duty on books", "CN", "WORLD"),
    ],
)
def test_the_economy_that_charges_is_found(
    text: str, imposer: str, partner: str, parties: Parties, ledger: Ledger
) -> None:
    asked = read(text, parties, ledger)
    assert (asked.imposer, asked.partner) == (imposer, partner)


def test_two_economies_that_charge_are_asked_about(parties: Parties, ledger: Ledger) -> None:
    with pytest.raises(UnclearQuestion) as raised:
        read("what does china and eu charge on cars", parties, ledger)
    assert [text for _, text in raised.value.options] == [
        "tariffs by 🇨🇳 cars",
        "tariffs by 🇪🇺 cars",
    ]


def test_a_choice_of_goods_has_all_goods(parties: Parties, ledger: Ledger) -> None:
    with pytest.raises(UnclearQuestion) as raised:
        read("capers from china", parties, ledger)
    assert raised.value.options[-1] == ("All goods", "🇨🇳 all goods")
