"""Facts with their source documents (facts.csv), checked by asking ordinary questions.

The column `percent` has a total, a range (`25 to 50`), `ban` (the goods may not be imported) or
`none` (no total can be given). `warns` has the kind of a warning that the answer must have, and
after a colon a fragment of the warning's values.
"""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bot.rates.answer.build import answer_query
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer
from bot.rates.question.query import QueryKind, RateQuery
from bot.render import words
from bot.render.json import build_warning_json

FACTS = Path(__file__).with_name("facts.csv")
SHARED = Path(__file__).parents[2] / ".." / "shared" / "rates" / "rates_questions.csv"


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _answer(ledger: Ledger, imposer: str, partner: str, product: str, on: str) -> Answer:
    query = RateQuery(
        kind=QueryKind.PAIR,
        imposer=imposer,
        partner=partner,
        product=product or None,
        on=date.fromisoformat(on),
    )
    (only,) = answer_query(query, ledger, date(2026, 11, 24))
    return only


def _total(ledger: Ledger, imposer: str, partner: str, product: str, on: str) -> Decimal | None:
    return _answer(ledger, imposer, partner, product, on).total_percent


@pytest.mark.parametrize(
    "fact",
    list(_rows(FACTS)),
    ids=lambda row: "-".join((row["imposer"], row["partner"], row["product"], row["on"])),
)
def test_a_known_rate_is_answered(fact: dict[str, str], ledger: Ledger) -> None:
    got = _answer(ledger, fact["imposer"], fact["partner"], fact["product"], fact["on"])

    answered = "ban" if got.banned else words.format_total(got) or "none"
    assert answered == fact["percent"], fact["source"]
    if fact["warns"]:
        kind, _, fragment = fact["warns"].partition(": ")
        values = [str(build_warning_json(one)) for one in got.warnings if one.kind == kind]
        assert any(fragment in each for each in values)


def test_the_shared_questions_are_answered_as_expected(ledger: Ledger) -> None:
    if not SHARED.exists():
        pytest.skip("the folder with the questions is missing")

    wrong = {
        row["question_id"]: total
        for row in _rows(SHARED)
        if (total := _total(ledger, row["imposer"], row["target"], row["product"], row["date"]))
        != Decimal(row["expected_percent"])
    }

    assert wrong == {}
