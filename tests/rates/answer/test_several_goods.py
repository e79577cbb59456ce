"""Questions about several kinds of goods, which have no single total."""

from datetime import date
from decimal import Decimal

import pytest

from bot.rates.answer.build import answer_query
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer
from bot.rates.question.query import QueryKind, RateQuery


def answers(ledger: Ledger, today: date, partner: str, product: str) -> tuple[Answer, ...]:
    query = RateQuery(kind=QueryKind.PAIR, imposer="US", partner=partner, product=product)
    return answer_query(query, ledger, today)


def test_each_kind_of_goods_has_an_answer(ledger: Ledger, today: date) -> None:
    both = answers(ledger, today, "CN", "steel and aluminum")

    assert [one.goods for one in both] == [("steel",), ("aluminum",)]
    for one in both:
        [alone] = answers(ledger, today, "CN", one.product or "")
        assert (one.total_percent, one.total_range) == (alone.total_percent, alone.total_range)


def test_words_that_together_mean_other_goods_are_not_answered_apart(
    ledger: Ledger, today: date
) -> None:
    [one] = answers(ledger, today, "CA", "wine glasses")
    assert one.goods == ("drinking glasses",)


def test_each_code_has_an_answer(ledger: Ledger, today: date) -> None:
    both = answers(ledger, today, "CN", "8544.42 and 7208")
    assert [one.codes for one in both] == [("854442",), ("7208",)]
    assert [one.product for one in both] == ["8544.42", "7208"]


@pytest.mark.parametrize(
    ("product", "alone"),
    [
        ("8544.42 copper cables", "8544.42"),
        ("8544.42.90 cables of copper", "8544.42.90"),
        ("7318.15 steel screws", "7318.15"),
        ("8708.70 aluminum wheels", "8708.70"),
    ],
)
def test_words_next_to_a_code_do_not_change_its_duties(
    product: str, alone: str, ledger: Ledger, today: date
) -> None:
    [one], [code] = (answers(ledger, today, "CN", each) for each in (product, alone))

    assert (one.total_percent, one.total_range) == (code.total_percent, code.total_range)
    assert one.components == code.components


@pytest.mark.parametrize(
    ("product", "parts"),
    [
        ("8544.42.90 / 8544 49 cables copper", ["8544.42.90", "8544.49"]),
        ("8507.60 and toys", ["8507.60", "toys"]),
        ("steel screws 7318.15, furniture", ["7318.15", "furniture"]),
        ("9503 + 9504.50 + bicycles", ["9503", "9504.50", "bicycles"]),
    ],
)
def test_codes_and_other_goods_have_an_answer_each(
    product: str, parts: list[str], ledger: Ledger, today: date
) -> None:
    assert [one.product for one in answers(ledger, today, "CN", product)] == parts


def test_goods_within_a_heading_are_asked_about_alone(ledger: Ledger, today: date) -> None:
    [within], [goods] = (
        answers(ledger, today, "CN", each) for each in ("8703 electric cars", "electric cars")
    )
    assert within.total_percent == goods.total_percent == Decimal(125)


def test_a_claim_applies_to_all_of_the_goods(ledger: Ledger, today: date) -> None:
    steel, parts = answers(ledger, today, "MX", "steel and car parts under usmca")
    assert [str(one.total_percent) for one in (steel, parts)] == ["50", "0"]
    assert (steel.entry.claim, parts.entry.claim) == ("under USMCA", "under USMCA")


def test_goods_of_two_origins_are_compared_by_the_importing_country(
    ledger: Ledger, today: date
) -> None:
    query = RateQuery(
        kind=QueryKind.COMPARE,
        imposer="US",
        partner="KR",
        versus=("JP",),
        product="cars",
        imposer_assumed=True,
    )
    found = answer_query(query, ledger, today)
    assert [(one.imposer, one.partner) for one in found] == [("US", "KR"), ("US", "JP")]
    assert {one.total_percent for one in found} == {Decimal(15)}
