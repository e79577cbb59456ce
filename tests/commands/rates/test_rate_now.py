"""The present rate of a pair is the one that an answer gives, or none."""

from datetime import date
from decimal import Decimal

import pytest

from bot.commands.rates.rate_now import find_rate_now
from bot.rates.ledger import Ledger
from tests.rates.asked import ask
from tests.rates.conftest import today

__all__ = ["today"]


@pytest.mark.parametrize(
    ("imposer", "partner", "product", "question"),
    [
        ("US", "CN", None, "us on china"),
        ("CN", "US", None, "china on us"),
        ("US", "EU", None, "us on eu"),
        ("US", "JP", "cars", "us on japan cars"),
    ],
)
def test_it_is_the_total_of_the_answer(
    ledger: Ledger, today: date, imposer: str, partner: str, product: str | None, question: str
) -> None:
    found = find_rate_now(ledger, imposer, partner, product, today)
    [answer] = ask(question, ledger, today)
    assert found is not None
    assert (found.percent, found.span) == (answer.total_percent, answer.total_range)
    assert found.checked == answer.checked


@pytest.mark.parametrize(
    ("imposer", "partner", "product"),
    [
        (None, "CN", None),
        ("US", None, None),
        ("US", "XX", None),
        ("US", "CN", "blue unicorn horns"),
        ("FR", "DE", None),
        ("US", "US", None),
    ],
)
def test_there_is_none_if_the_parties_or_the_goods_do_not_decide_one(
    ledger: Ledger, today: date, imposer: str | None, partner: str | None, product: str | None
) -> None:
    assert find_rate_now(ledger, imposer, partner, product, today) is None


def test_a_rate_that_depends_on_the_line_is_a_range(ledger: Ledger, today: date) -> None:
    found = find_rate_now(ledger, "US", "CN", "steel", today)
    assert found is not None
    assert (found.percent is None) != (found.span is None)
    if found.span is not None:
        assert Decimal(0) <= found.span[0] < found.span[1]
