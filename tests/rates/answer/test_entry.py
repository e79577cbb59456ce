"""Claims, headings and dollars of answers about tariff lines, from the shipped schedule."""

from datetime import date
from decimal import Decimal

import pytest

from bot.rates.ledger import Ledger
from bot.rates.model import warnings as kinds
from bot.rates.model.answer import Answer
from bot.rates.model.customs_entry import EntryValue
from bot.rates.model.warnings import Reason
from bot.render import words
from tests.rates.asked import ask

TODAY = date(2026, 11, 24)
ON = date(2026, 10, 7)


def answer(question: str, ledger: Ledger, on: date = ON) -> Answer:
    return ask(question, ledger, TODAY, on=on)[0]


def value_of(one: Answer) -> EntryValue:
    assert one.entry.value is not None
    return one.entry.value


def test_goods_under_usmca_pay_the_special_rate_and_no_forced_labor_duty(ledger: Ledger) -> None:
    one = answer("us mexico 6109.10.00 under usmca", ledger)
    assert one.entry.claim == "under USMCA"
    assert one.total_percent == 0
    assert one.base is not None
    assert (one.base.percent, one.base.column) == (Decimal(0), "USMCA")
    left = {each.measure_id: each.exclusion for each in one.not_counted}
    why = left["us-mx-301-forced-labor"]
    assert why is not None
    assert why.reason is Reason.GOODS_EXEMPT
    assert not one.entry.others


@pytest.mark.parametrize("claim", ["not usmca", "without usmca", "not under usmca", "non-usmca"])
def test_goods_not_under_usmca_pay_in_full(claim: str, ledger: Ledger) -> None:
    one = answer(f"us mexico 6109.10.00 {claim}", ledger)
    assert one.entry.claim == "not under USMCA"
    assert one.total_percent == 10
    assert one.base is not None
    assert one.base.percent == Decimal("16.5")
    assert not one.entry.others


def test_answers_for_canada_and_mexico_give_both_figures(ledger: Ledger) -> None:
    for partner in ("canada", "mexico"):
        for goods in ("6109.10.00", "", "cars"):
            one = answer(f"us {partner} {goods}", ledger)
            (other,) = one.entry.others
            assert other.program == "USMCA"
            assert other.percent != one.total_percent or other.span is not None
    (other,) = answer("us mexico 6109.10.00", ledger).entry.others
    assert other.base is not None
    assert (other.percent, other.base.percent) == (Decimal(0), Decimal(0))
    assert not answer("us vietnam 6109.10.00", ledger).entry.others


def test_usmca_frees_cars_only_in_part_and_parts_wholly(ledger: Ledger) -> None:
    car = answer("us canada 8703.23.01 usmca", ledger)
    assert car.total_range == (Decimal(0), Decimal(25))
    assert len(car.questions) == 1
    assert answer("us canada 8703.23.01 not usmca", ledger).total_percent == 25
    assert answer("us mexico auto parts usmca", ledger).total_percent == 0
    assert answer("us mexico auto parts not usmca", ledger).total_percent == 25


def test_usmca_gives_no_relief_from_metal_duties(ledger: Ledger) -> None:
    for claim in ("usmca", "not usmca"):
        assert answer(f"us canada 7208.10.15 {claim}", ledger).total_percent == 50


def test_the_fentanyl_duty_exempted_usmca_goods_from_7_march_2025(ledger: Ledger) -> None:
    question = "us mexico 6109.10.00 usmca"
    assert answer(question, ledger, date(2025, 3, 6)).total_percent == 25
    assert answer(question, ledger, date(2025, 3, 7)).total_percent == 0


@pytest.mark.parametrize(
    ("question", "column", "base"),
    [
        ("us china 8507.60.00 column 2", "column 2", "40"),
        ("us russia 8507.60.00", "column 2", "40"),
        ("us korea 8507.60.00 korus", "KORUS", "0"),
        ("us korea 8507.60.00 fta", "KORUS", "0"),
        ("us australia 8507.60.00 us-australia fta", "the US-Australia FTA", "0"),
        ("us guatemala 6109.10.00 cafta-dr", "CAFTA-DR", "0"),
        ("us japan 1806.31.00 usjta", "the US-Japan agreement", "2.8"),
        ("us china 8507.60.00", "", "3.4"),
    ],
)
def test_a_claim_or_the_partner_decides_the_column_of_the_base_duty(
    question: str, column: str, base: str, ledger: Ledger
) -> None:
    one = answer(question, ledger)
    assert one.base is not None
    assert (one.base.column, one.base.percent) == (column, Decimal(base))


def test_russian_goods_paid_the_general_column_before_april_2022(ledger: Ledger) -> None:
    one = answer("us russia 8507.60.00", ledger, date(2022, 4, 8))
    assert one.base is not None
    assert one.base.column == ""


def test_a_claim_that_the_partner_or_the_line_cannot_make_is_refused(ledger: Ledger) -> None:
    one = answer("us china 8507.60.00 usmca", ledger)
    assert kinds.ClaimRefused("USMCA") in one.warnings
    assert one.total_range == answer("us china 8507.60.00", ledger).total_range
    line = answer("us japan 8507.60.00 usjta", ledger)
    assert kinds.ClaimRefused("the US-Japan agreement") in line.warnings


@pytest.mark.parametrize(("word", "name"), [("gsp", "GSP"), ("agoa", "AGOA")])
def test_a_program_without_data_is_named_as_not_covered(
    word: str, name: str, ledger: Ledger
) -> None:
    one = answer(f"us kenya 6109.10.00 {word}", ledger)
    assert kinds.ClaimNotCovered(name) in one.warnings
    assert one.total_percent == answer("us kenya 6109.10.00", ledger).total_percent


def test_headings_are_declared_in_filing_order_before_the_line(ledger: Ledger) -> None:
    steel = answer("us china 7208.10.15", ledger)
    assert {each.measure_id for each in steel.components} == {
        *("us-cn-301-review-steel-aluminium", "us-232-steel"),
    }
    assert steel.entry.headings == ("9903.91.01", "9903.82.02", "7208.10.15")
    past = answer("us china 6109.10.00", ledger, date(2025, 12, 1))
    assert past.entry.headings == ("9903.88.15", "9903.01.24", "9903.01.25", "6109.10.00")


def test_a_heading_of_several_lines_has_no_line_to_declare(ledger: Ledger) -> None:
    assert "8507" not in " ".join(answer("us china 8507", ledger).entry.headings)


def test_a_counted_duty_without_a_known_heading_is_named(ledger: Ledger) -> None:
    one = answer("us mexico 6109.10.00", ledger)
    assert [each.id for each in one.entry.unnamed] == ["us-mx-301-forced-labor"]
    assert one.entry.headings == ("6109.10.00",)


def test_dollars_are_those_of_each_duty_the_base_and_the_merchandise_fee(ledger: Ledger) -> None:
    found = value_of(answer("us china 7208.10.15 value 10000", ledger))
    assert {each.measure.id: each.dollars for each in found.duties} == {
        "us-cn-301-review-steel-aluminium": Decimal("2500.00"),
        "us-232-steel": Decimal("5000.00"),
    }
    assert found.base == 0
    assert found.merchandise_fee == Decimal("34.64")
    assert found.harbor_fee == Decimal("12.50")
    assert found.total == (Decimal("7534.64"), Decimal("7534.64"))
    assert not found.not_summed


@pytest.mark.parametrize(
    ("value", "fee"), [("2,501", "34.58"), ("100,000", "346.40"), ("1m", "670.86")]
)
def test_the_merchandise_fee_has_a_minimum_and_a_maximum(
    value: str, fee: str, ledger: Ledger
) -> None:
    found = value_of(answer(f"us vietnam 6109.10.00 ${value}", ledger))
    assert found.merchandise_fee == Decimal(fee)


def test_an_informal_entry_has_no_merchandise_fee(ledger: Ledger) -> None:
    found = value_of(answer("us vietnam 6109.10.00 $2,500", ledger))
    assert (found.merchandise_fee, found.informal_up_to) == (Decimal(0), Decimal(2500))
    assert found.total[0] == sum((one.dollars or 0 for one in found.duties), found.base or 0)
    assert "informal entry" in words.describe_value(found)[-2]


def test_a_low_value_says_until_when_parcels_were_exempt(ledger: Ledger) -> None:
    found = value_of(answer("us france 6109.10.00 $90", ledger))
    assert found.low_value_until == date(2025, 8, 28)
    assert "low-value parcels were exempt only until 28 Aug 2025" in words.describe_value(found)
    assert value_of(answer("us china 6109.10.00 $90", ledger)).low_value_until == date(2025, 5, 1)
    assert value_of(answer("us france 6109.10.00 $801", ledger)).low_value_until is None


def test_goods_under_usmca_pay_no_merchandise_fee(ledger: Ledger) -> None:
    found = value_of(answer("us mexico 6109.10.00 usmca $10,000", ledger))
    assert found.merchandise_fee == 0
    assert set(found.total) == {Decimal(0)}
    assert value_of(answer("us korea 6109.10.00 korus $10,000", ledger)).fee_unsure


def test_a_specific_base_duty_is_named_and_not_summed(ledger: Ledger) -> None:
    one = answer("us brazil 0402.10.50 value 5000", ledger)
    found = value_of(one)
    assert found.base is None
    assert found.not_summed == ("86.5¢/kg",)
    assert found.total[0] == Decimal("1909.58")
    assert any("plus 86.5¢/kg" in line for line in words.describe_value(found))


def test_an_all_in_rate_adds_the_difference_to_the_base_in_dollars(ledger: Ledger) -> None:
    found = value_of(answer("us germany 8703.23.01 $20,000", ledger))
    assert [each.dollars for each in found.duties] == [Decimal("2500.00")]
    assert found.base == Decimal("500.00")
    specific = value_of(answer("us germany 0402.10.50 $1,000", ledger))
    assert specific.duties[0].dollars is None
    assert specific.total == (Decimal("100.00"), Decimal("100.00"))
    assert specific.not_summed == ("the normal (MFN) duty where it is above 10%",)


def test_a_range_in_dollars_has_the_ends_of_the_percents(ledger: Ledger) -> None:
    found = value_of(answer("us mexico 8507.60.00 $10,000", ledger))
    assert found.total == (Decimal("1374.64"), Decimal("2874.64"))


def test_fees_of_days_without_data_are_not_invented(ledger: Ledger) -> None:
    found = value_of(answer("us china 7208.10.15 $100", ledger, date(2026, 9, 30)))
    assert (found.merchandise_fee, found.harbor_fee) == (None, None)


def test_an_import_ban_has_no_dollars(ledger: Ledger) -> None:
    banned = next(
        code
        for group in _list_bans(ledger)
        for code in group
        if answer(f"us canada {code}", ledger).banned
    )
    one = answer(f"us canada {banned} $100", ledger)
    assert one.entry.value is None
    assert one.entry.headings == ()


def _list_bans(ledger: Ledger) -> list[tuple[str, ...]]:
    schedule = ledger.find_tariff_schedule("US")
    assert schedule is not None
    return [one.codes for one in schedule.memberships.groups if one.kind == "ban"]


@pytest.mark.parametrize(
    ("question", "day", "heading"),
    [
        ("us vietnam 6109.10.00", date(2026, 7, 27), "9903.05.85"),
        ("us vietnam 6109.10.00", date(2026, 2, 27), "9903.03.02"),
        ("us india 6109.10.00", date(2025, 9, 16), "9903.01.85"),
        ("us vietnam", date(2025, 10, 4), "9903.01.25"),
    ],
)
def test_goods_under_way_when_a_duty_began_are_named(
    question: str, day: date, heading: str, ledger: Ledger
) -> None:
    one = answer(question, ledger, day)
    named = {each.heading for each in one.warnings if isinstance(each, kinds.InTransit)}
    assert heading in named
    later = answer(question, ledger, date(2026, 8, 1))
    assert not any(isinstance(each, kinds.InTransit) for each in later.warnings)


def test_the_partners_of_agoa_are_those_of_the_ledger(ledger: Ledger) -> None:
    schedule = ledger.find_tariff_schedule("US")
    assert schedule is not None
    [agoa] = [one for one in schedule.header.programs if one.id == "agoa"]
    [named] = [one for one in ledger.measures if one.id == "us-agoa"]
    assert set(agoa.partners) == set(named.partners)


def test_a_claimed_program_is_not_among_the_others(ledger: Ledger) -> None:
    [unclaimed] = answer("us korea 6109.10.00", ledger).entry.programs
    assert (unclaimed.program, unclaimed.covered) == ("KORUS", True)
    assert unclaimed.base is not None
    assert unclaimed.base.high == 0
    assert answer("us korea 6109.10.00 korus", ledger).entry.programs == ()


@pytest.mark.parametrize(
    ("question", "low", "high"),
    [
        # All-in: 10% of the value, whatever the base duty of the line, which is at most 10%.
        ("us italy ceramic tiles", "2586.60", "2586.60"),
        # On top: 10% and a base duty of 0% to 16.6%.
        ("us jordan jeans", "2586.60", "6736.60"),
    ],
)
def test_a_base_duty_that_differs_by_line_is_in_the_dollars(
    question: str, low: str, high: str, ledger: Ledger
) -> None:
    found = value_of(answer(f"{question} $25,000", ledger))
    assert found.total == (Decimal(low), Decimal(high))
    assert found.not_summed == ()


def test_a_base_duty_by_quantity_is_named_with_the_dollars(ledger: Ledger) -> None:
    [oil] = value_of(answer("us tunisia olive oil $25,000", ledger)).not_summed
    assert oil.startswith("the normal (MFN) duty, 5¢/kg")
    [shoes] = value_of(answer("us vietnam shoes $1,000", ledger)).not_summed
    assert shoes == "the normal (MFN) duty, 0% to 48% on lines with a percentage"
