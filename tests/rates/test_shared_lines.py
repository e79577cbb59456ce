"""Scores answers by tariff line against questions that are kept outside the repository.

An answer is right if its total is the expected one, or if its range contains the expected total and
the lists leave the goods of the line open. All other answers are wrong.
"""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.rates.answer.build import answer_query
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer
from bot.rates.question.query import QueryKind, RateQuery
from bot.render.json import build_answer_json
from tests.rates.asked import ask

SHARED = Path(__file__).parents[2] / ".." / "shared"
LINES = SHARED / "rates" / "lines" / "questions.csv"
SAMPLE = SHARED / "cases" / "rates" / "line_sample.csv"
CASES = SHARED / "cases" / "rates" / "lines_and_exemptions.csv"
TODAY = date(2026, 11, 24)
NOT_ON_ANNEX = {"rc112"}
"""HTS 8430.10.00: note 16(c) of 2026 Rev. 6 does not name heading 8430 in Annex I-B."""


class Score(NamedTuple):
    """The number of rows, and the rows with a wrong answer."""

    rows: int
    wrong: dict[str, str]


def rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        pytest.skip("the folder with the questions is missing")
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def answer(ledger: Ledger, partner: str, code: str, on: str) -> Answer:
    query = RateQuery(
        kind=QueryKind.PAIR,
        imposer="US",
        partner=partner,
        product=code,
        on=date.fromisoformat(on),
    )
    (only,) = answer_query(query, ledger, TODAY)
    return only


def test_the_questions_by_line_are_answered_as_expected(ledger: Ledger) -> None:
    wrong = {}
    for row in rows(LINES):
        got = answer(ledger, row["partner"], row["hts"], row["date"])
        if problem := _find_problem(row, got):
            wrong[row["row"]] = f"{row['partner']} {row['hts']} {row['date']}: {problem}"
    assert wrong == {}


def _find_problem(row: dict[str, str], got: Answer) -> str:
    facts = build_answer_json(got)
    base = row["expected_base_percent"]
    if base and (got.base is None or got.base.percent != Decimal(base)):
        return f"base {got.base}, not {base}"
    if row["certainty"] == "depends":
        expected = (Decimal(row["low"]), Decimal(row["high"]))
        return "" if got.added_range == expected else f"{got.added_range}, not {expected}"
    wanted = Decimal(row["expected_additional_percent"])
    added = facts["additional_percent"]
    if added is None:
        return f"{got.added_range or 'none'}, not {wanted}"
    return "" if Decimal(str(added)) == wanted else f"{added}, not {wanted}"


def test_most_answers_of_the_sample_are_right_or_an_allowed_range(ledger: Ledger) -> None:
    score = _score_sample(ledger)
    assert len(score.wrong) <= score.rows * 0.05, score.wrong


def _score_sample(ledger: Ledger) -> Score:
    expected = [row for row in rows(SAMPLE) if row["expected_total"]]
    wrong = {}
    for row in expected:
        got = answer(ledger, row["partner"], row["product"], row["on"])
        if not _agrees(got, Decimal(row["expected_total"])):
            key = f"{row['product']} {row['partner']} {row['on']}"
            layers = [(one.measure_id, str(one.percent)) for one in got.components]
            wrong[key] = f"{row['expected_layers']}: {got.total_percent} {got.total_range} {layers}"
    return Score(len(expected), wrong)


def _agrees(got: Answer, expected: Decimal) -> bool:
    if got.total_range is not None:
        low, high = got.total_range
        return low <= expected <= high
    return got.total_percent == expected


def test_the_cases_of_lines_and_exemptions_are_answered_as_expected(ledger: Ledger) -> None:
    wrong = dict(_list_wrong_cases(ledger))
    assert wrong.keys() == NOT_ON_ANNEX, wrong


def _list_wrong_cases(ledger: Ledger) -> Iterator[tuple[str, str]]:
    for row in rows(CASES):
        question = f"{row['imposer']} {row['partner']}"
        day = date.fromisoformat(row["on"])
        (got,) = ask(question, ledger, TODAY, on=day, product=row["product"])
        if row["expected"].startswith("depends"):
            right = got.total_range is not None
        else:
            right = _agrees(got, Decimal(row["expected"]))
        if not right:
            total = got.total_range or got.total_percent
            yield row["case_id"], f"{question} {row['product']} {day}: {total}, {row['expected']}"
