"""The entered value in a question."""

from datetime import date
from decimal import Decimal

import pytest

from bot.rates.answer.build import answer_query
from bot.rates.ledger import Ledger
from bot.rates.question.parse import parse_query
from bot.rates.question.query import format_query, override_query
from bot.rates.question.value import take_value

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("us china 8507.60.00 value 10000", "10000"),
        ("us china 8507.60.00 $10,000", "10000"),
        ("us china 8507.60.00 usd 25k", "25000"),
        ("us china 8507.60.00 valued at $1.5m", "1500000"),
        ("us china worth 99.95 usd 8507", "99.95"),
        ("us china 8507.60.00 2500 dollars", "2500"),
        ("us china 8507.60.00 value of 25k", "25000"),
        ("us china 8507.60.00 fob value 10.000 usd", "10000"),
        ("us china 8507.60.00 order total $1,200,000", "1200000"),
    ],
)
def test_an_entered_value_is_read_and_taken_out_of_the_text(text: str, value: str) -> None:
    found, rest = take_value(text)
    assert found == Decimal(value)
    assert rest.split()[:2] == ["us", "china"]
    assert "$" not in rest
    assert take_value(rest) == (None, rest)


@pytest.mark.parametrize(
    "text",
    [
        "us china 8507.60.00",
        "us china parcels under $800",
        "us china parcels of up to $800",
        "us china value added tax",
        "us china value 0",
        "us china $99,999,999,999,999",
        "us china value 10%",
        "us china 1000 speakers at $25 each",
        "us china shoes $30/pair",
    ],
)
def test_limits_codes_and_impossible_amounts_are_no_entered_value(text: str) -> None:
    assert take_value(text) == (None, text)


@pytest.mark.parametrize(
    ("text", "value", "product"),
    [
        ("a $25,000 shipment of toys from china", 25_000, "toys"),
        ("USD 10,000 worth of shoes from vietnam", 10_000, "shoes"),
        ("10k worth of toys from china", 10_000, "toys"),
        ("25,000 dollar order of steel tables from india", 25_000, "steel tables"),
        ("$2m of cheese from france", 2_000_000, "cheese"),
    ],
)
def test_words_about_a_value_are_no_product(
    text: str, value: int, product: str, ledger: Ledger
) -> None:
    query = parse_query(text, ledger.parties, TODAY, ledger.reader)
    assert (query.value, query.product) == (Decimal(value), product)


@pytest.mark.parametrize("text", ["eur 10,000 worth of wine", "€25,000 shipment of wine"])
def test_amounts_in_other_currencies_are_no_value_in_dollars(text: str) -> None:
    assert take_value(text) == (None, text)


def test_the_value_survives_in_the_question_of_a_button(ledger: Ledger) -> None:
    query = parse_query("us china 8507.60.00 $12,500", ledger.parties, TODAY, ledger.reader)
    assert (query.value, query.product) == (Decimal(12500), "8507.60.00")
    again = parse_query(format_query(query), ledger.parties, TODAY, ledger.reader)
    assert (again.value, again.product) == (Decimal(12500), "8507.60.00")


def test_an_option_overrides_the_value_in_the_text(ledger: Ledger) -> None:
    query = parse_query("us china 8507.60.00 $5", ledger.parties, TODAY, ledger.reader)
    assert override_query(query, None, None, Decimal(7)).value == 7
    assert override_query(query, None, None).value == 5


@pytest.mark.parametrize(
    ("text", "product", "unread", "total"),
    [
        ("import 1000 t-shirts at $3 each from bangladesh", "t-shirts", ("1000",), "10"),
        ("1,000 cotton t-shirts from bangladesh", "cotton t-shirts", ("1,000",), "10"),
        ("us on china 9503 toys", "9503 toys", (), "12.5"),
        ("us on china lamps 30% aluminum content", "lamps", ("30% aluminum content",), "37.5"),
        ("us on china lamps 30% steel by weight", "lamps", ("30% steel by weight",), "37.5"),
    ],
)
def test_a_quantity_is_no_code_and_a_share_is_no_duty(
    text: str, product: str, unread: tuple[str, ...], total: str, ledger: Ledger
) -> None:
    found = parse_query(text, ledger.parties, TODAY, ledger.reader, ledger.cards)
    assert (found.product, found.unread, found.percent) == (product, unread, None)
    [answer] = answer_query(found, ledger, TODAY)
    assert answer.total_percent == Decimal(total)
