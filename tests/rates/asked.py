"""Answers to questions that a test writes in words."""

from datetime import date

from bot.rates.answer.build import answer_query
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer
from bot.rates.question.parse import parse_query
from bot.rates.question.query import override_query


def ask(
    text: str,
    ledger: Ledger,
    today: date,
    *,
    on: date | None = None,
    product: str | None = None,
) -> tuple[Answer, ...]:
    """The answers to `text`. A given day or product replaces the one in the text.

    Questions about the calendar (`upcoming`, `changes`) have no answers here.
    """
    query = parse_query(text, ledger.parties, today, ledger.reader)
    return answer_query(override_query(query, on, product), ledger, today)
