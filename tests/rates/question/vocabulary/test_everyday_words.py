"""Ordinary words of a sentence are no goods, and an answer does not mention them."""

import pytest

from bot.errors import QueryError
from bot.parties import Parties
from bot.rates.ledger import Ledger
from bot.rates.question.parse import parse_query
from tests.rates.question.test_understanding import TODAY


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("would you mind telling me the tariff on t-shirts from bangladesh?", "t-shirts"),
        ("i'm a reporter, could you confirm what we pay on medicines from ireland", "medicines"),
        ("my shipment of toys from china should clear next week", "toys"),
        ("does the eu still retaliate against the us? a short answer would be appreciated", None),
        ("a brief overview of us japan would be great", None),
        ("when would you expect the china tariffs to clear", None),
        ("briefs from china", "briefs"),
        ("what is the us duty on lead from china", "lead"),
        ("duty on lead from china and zinc", "lead and zinc"),
        ("does this lead to higher duties on toys from china", "toys"),
        ("lead time for toys from china", "toys"),
        ("what is the us duty on ship from korea now", "ship"),
        ("can we ship toys from china to the us", "toys"),
        ("i saw toys from china in the news", "toys"),
    ],
)
def test_ordinary_words_do_not_count(
    text: str, product: str | None, parties: Parties, ledger: Ledger
) -> None:
    asked = parse_query(text, parties, TODAY, ledger.reader, ledger.cards)
    assert asked.product == product
    if product is not None:
        assert not ledger.reader.read_any(product).unknown


@pytest.mark.parametrize("text", ["us nowhere", "us whenever"])
def test_an_ordinary_word_alone_is_not_understood(
    text: str, parties: Parties, ledger: Ledger
) -> None:
    with pytest.raises(QueryError):
        parse_query(text, parties, TODAY, ledger.reader, ledger.cards)
