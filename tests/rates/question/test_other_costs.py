"""Questions that name costs, duties and laws which their answer does not include."""

from datetime import date

import pytest

from bot.errors import UnclearQuestion
from bot.rates.ledger import Ledger
from bot.rates.model import warnings as kinds
from bot.rates.question.parse import parse_query
from bot.rates.question.query import Uncovered, format_query
from tests.rates.asked import ask

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("text", "imposer", "partner", "product", "cost"),
    [
        ("vat on us goods into germany", "DE", "US", None, Uncovered.TAXES),
        ("gst on chinese goods into canada", "CA", "CN", None, Uncovered.TAXES),
        ("VAT on shoes from vietnam", "US", "VN", "shoes", Uncovered.TAXES),
        ("excise duty on wine from france", "US", "FR", "wine", Uncovered.TAXES),
        ("ocean freight and duty on toys from china", "US", "CN", "toys", Uncovered.FREIGHT),
        ("exchange rate for steel from japan", "US", "JP", "steel", Uncovered.EXCHANGE),
    ],
)
def test_other_costs_are_no_economy_and_no_goods(
    text: str, imposer: str, partner: str, product: str | None, cost: Uncovered, ledger: Ledger
) -> None:
    found = parse_query(text, ledger.parties, TODAY, ledger.reader, ledger.cards)
    assert (found.imposer, found.partner, found.product) == (imposer, partner, product)
    assert found.uncovered == (cost,)
    again = parse_query(format_query(found), ledger.parties, TODAY, ledger.reader, ledger.cards)
    assert again == found
    said = ask(text, ledger, TODAY)
    assert kinds.AskedNotCovered((cost,)) in said[0].warnings


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("what exchange rate does cbp use for euro invoices this week", "exchange rates"),
        ("how much does a 40ft container from ningbo to long beach cost", "freight costs"),
        ("vat", "VAT and other taxes"),
        ("what is the vat in germany", "VAT and other taxes"),
        ("shipping costs from china", "freight costs"),
    ],
)
def test_a_question_about_other_costs_alone_says_that_they_are_not_covered(
    text: str, thing: str, ledger: Ledger
) -> None:
    with pytest.raises(UnclearQuestion, match="not in our data") as raised:
        parse_query(text, ledger.parties, TODAY, ledger.reader, ledger.cards)
    assert raised.value.thing == thing
    for _, command in raised.value.options:
        parse_query(command, ledger.parties, TODAY, ledger.reader, ledger.cards)


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("softwood lumber from canada ad/cvd plus 232", "softwood lumber"),
        ("steel from china plus 301", "steel"),
        ("aluminum from canada plus section 232 tariffs", "aluminum"),
        ("freight containers from china", "freight containers"),
        ("section 232 and 301 on china", "section 232 and 301"),
    ],
)
def test_a_law_added_to_goods_does_not_replace_them(
    text: str, product: str, ledger: Ledger
) -> None:
    found = parse_query(text, ledger.parties, TODAY, ledger.reader, ledger.cards)
    assert found.product == product


def test_antidumping_duties_on_goods_of_an_origin_give_the_total_of_the_goods(
    ledger: Ledger,
) -> None:
    [said] = ask("antidumping duty on chinese plywood?", ledger, TODAY)
    assert kinds.AskedNotCovered((Uncovered.ANTIDUMPING,)) in said.warnings
    assert said.total_percent is not None or said.total_range is not None
