"""Questions about a law: one row for each of its measures that fall on the partner."""

from datetime import date
from decimal import Decimal

from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer, TotalBasis
from bot.rates.model.measure import Calc
from tests.rates.asked import ask


def one(ledger: Ledger, today: date, pair: str, law: str) -> Answer:
    [answer] = ask(pair, ledger, today, product=law)
    return answer


def test_a_law_on_a_partner_has_a_row_for_each_measure_and_no_total(
    ledger: Ledger, today: date
) -> None:
    found = one(ledger, today, "us on china", "the 301 rate")

    rates = {row.measure_id: row.percent for row in found.rows}
    assert rates["us-cn-301-forced-labor"] == Decimal("12.5")
    assert {rates[f"us-cn-301-list-{each}"] for each in (1, 2, 3)} == {Decimal(25)}
    assert rates["us-cn-301-list-4a"] == Decimal("7.5")
    assert rates["us-cn-301-review-ev"] == 100
    assert "us-cn-301-list-4b" not in rates
    assert found.basis is TotalBasis.LAYER
    assert found.total_percent is None
    assert found.total_range == (Decimal("7.5"), Decimal(100))
    percents = [row.percent for row in found.rows if row.percent is not None]
    assert percents == sorted(percents, reverse=True)


def test_a_partners_own_rates_take_the_place_of_those_for_all_countries(
    ledger: Ledger, today: date
) -> None:
    rows = {row.measure_id: row for row in one(ledger, today, "us on japan", "section 232").rows}

    cars = rows["us-232-autos-jp"]
    assert (cars.percent, cars.calc) == (Decimal(15), Calc.ALL_IN_CEILING)
    assert rows["us-232-steel"].percent == 50
    assert "us-232-autos" not in rows


def test_the_word_only_changes_nothing(ledger: Ledger, today: date) -> None:
    every = one(ledger, today, "us on china", "section 301")
    assert one(ledger, today, "us on china", "section 301 only").rows == every.rows


def test_a_law_with_one_duty_on_all_goods_has_a_total(ledger: Ledger, today: date) -> None:
    found = one(ledger, today, "us on vietnam", "section 301")
    assert (found.total_percent, found.rows) == (Decimal("12.5"), ())


def test_a_law_and_goods_have_the_duty_on_the_goods(ledger: Ledger, today: date) -> None:
    found = one(ledger, today, "us on china on 2026-08-01", "chips, section 301")
    assert (found.total_percent, found.rows) == (Decimal(50), ())


def test_a_law_that_names_each_of_its_lists_has_a_row_for_each(ledger: Ledger, today: date) -> None:
    found = one(ledger, today, "us on canada", "section 338")
    rates = {row.measure_id: (row.percent, row.rate.banned) for row in found.rows}
    assert rates["us-ca-338-alcohol"] == rates["us-ca-338-broad"] == (Decimal(50), False)
    assert rates["us-ca-338-import-ban"] == (None, True)
    assert (found.total_percent, found.banned) == (None, False)
