"""Answers to questions in words."""

from datetime import date

from bot.rates.answer.build import answer_query
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer
from bot.rates.question.parse import override_query, parse_query


def ask(
    text: str,
    ledger: Ledger,
    today: date,
    *,
    on: date | None = None,
    product: str | None = None,
) -> tuple[Answer, ...]:
    """The answers to a question in words; a separate day or product overrides the text's.

    A question about the calendar (`upcoming`, `changes`) has no answers here.
    """
    query = parse_query(text, ledger.parties, today, ledger.reader)
    return answer_query(override_query(query, on, product), ledger, today)
