"""Questions about several kinds of goods, which have no single total."""

from datetime import date
from decimal import Decimal

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
