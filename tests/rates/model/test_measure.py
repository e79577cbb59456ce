"""Lookups in a made-up measure by day, partner and legal basis."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from bot.parties import WORLD
from bot.rates.model.measure import (
    Calc,
    Exemption,
    Measure,
    RatePeriod,
    Scope,
    Status,
    filter_by_partner,
    has_basis,
)
from tests.rates.made import START, measure, period

MARCH, APRIL, MAY, JUNE = (date(2026, month, 1) for month in (3, 4, 5, 6))
MARCH_31, MAY_31 = date(2026, 3, 31), date(2026, 5, 31)
BEFORE = date(2025, 12, 31)
ONE, TWO = period(10, to=MARCH_31), period(20, **{"from": MAY}, to=MAY_31)
THREE = period(30, **{"from": JUNE})
DUTY = measure("a", ONE, TWO, THREE)


@pytest.mark.parametrize(
    ("day", "on", "before", "after"),
    [
        (BEFORE, None, None, ONE),
        (START, ONE, None, TWO),
        (MARCH_31, ONE, None, TWO),
        (APRIL, None, ONE, TWO),
        (MAY, TWO, ONE, THREE),
        (MAY_31, TWO, ONE, THREE),
        (JUNE, THREE, TWO, None),
        (date(2030, 1, 1), THREE, TWO, None),
    ],
)
def test_the_current_the_last_and_the_next_period_of_a_day_are_found(
    day: date, on: RatePeriod | None, before: RatePeriod | None, after: RatePeriod | None
) -> None:
    assert (DUTY.find_period(day), DUTY.find_period_before(day), DUTY.find_period_after(day)) == (
        on,
        before,
        after,
    )
    assert [each for each in DUTY.periods if each.covers(day)] == ([on] if on else [])


@pytest.mark.parametrize(
    "nothing",
    [
        period(0, to=MARCH_31),
        period(None, to=MARCH_31, banned=True),
        period(10, to=MARCH_31, status=Status.SUSPENDED),
        period(10, to=MARCH_31, status=Status.ANNOUNCED),
        period(10),
    ],
)
def test_periods_that_charged_nothing_or_still_run_are_no_past_rates(nothing: RatePeriod) -> None:
    assert measure("a", nothing).find_period_before(JUNE) is None


@pytest.mark.parametrize(
    ("since", "periods", "day", "expected"),
    [
        (None, (THREE,), MAY, False),
        (MAY, (), MAY, False),
        (MAY, (THREE,), date(2026, 4, 30), False),
        (MAY, (THREE,), MAY, True),
        (MAY, (THREE,), MAY_31, True),
        (MAY, (THREE,), JUNE, False),
    ],
)
def test_a_rate_may_be_unknown_before_the_first_that_is_known(
    since: date | None, periods: tuple[RatePeriod, ...], day: date, expected: bool
) -> None:
    assert measure("a", *periods, charged_since=since).is_rate_unknown(day) is expected


@pytest.mark.parametrize(
    ("partners", "exceptions", "codes", "expected"),
    [
        (("CN",), (), {"CN"}, True),
        (("CN",), (), {"DE", "EU"}, False),
        (("EU",), (), {"DE", "EU"}, True),
        ((WORLD,), (), {"DE", "EU"}, True),
        ((WORLD,), ("EU",), {"DE", "EU"}, False),
        ((WORLD,), ("EU",), {"CN"}, True),
        (("CN",), ("CN",), {"CN"}, True),
    ],
)
def test_a_measure_falls_on_its_partners(
    partners: tuple[str, ...], exceptions: tuple[str, ...], codes: set[str], expected: bool
) -> None:
    one = measure("a", partners=partners, exceptions=exceptions)
    assert filter_by_partner([one], frozenset(codes)) == ((one,) if expected else ())


@pytest.mark.parametrize(
    ("bases", "expected"),
    [
        (("SECTION 1",), True),
        (("Order 5", "section 1"), True),
        (("Order 5",), False),
        ((), False),
    ],
)
def test_a_legal_basis_is_known_in_any_case(bases: tuple[str, ...], expected: bool) -> None:
    one: Measure = measure("a", legal_basis="Section 1 of the Act")
    assert has_basis(one, bases) is expected


@pytest.mark.parametrize(
    ("fields", "day", "codes", "expected"),
    [
        ({}, START, ["CN"], True),
        ({"from": APRIL}, MARCH_31, ["CN"], False),
        ({"from": APRIL}, APRIL, ["CN"], True),
        ({"to": MARCH_31}, MARCH_31, ["CN"], True),
        ({"to": MARCH_31}, APRIL, ["CN"], False),
        ({"from": APRIL, "to": MAY}, JUNE, ["CN"], False),
        ({"partners": ["EU"]}, START, ["DE", "EU"], True),
        ({"partners": ["EU"]}, START, ["CN"], False),
        ({"partners": ["EU"], "to": MARCH_31}, APRIL, ["EU"], False),
    ],
)
def test_an_exemption_holds_for_its_partners_on_its_days(
    fields: dict[str, Any], day: date, codes: list[str], expected: bool
) -> None:
    given = {"scope": Scope(goods=("steel",)), "why": "listed"}
    assert Exemption.model_validate(given | fields).applies_to(day, codes) is expected


def test_a_scope_is_empty_without_goods_and_codes() -> None:
    assert [bool(each) for each in (Scope(), Scope(goods=("a",)), Scope(hs=("72",)))] == [
        *(False, True, True)
    ]


@pytest.mark.parametrize(
    ("calc", "all_in"),
    [(Calc.ADDS, False), (Calc.ALL_IN_CEILING, True), (Calc.ALL_IN_FLOOR, True)],
)
def test_an_all_in_rate_includes_the_base_rate(calc: Calc, all_in: bool) -> None:
    assert period(10, calc=calc).is_all_in is all_in


@pytest.mark.parametrize(
    ("given", "cause"),
    [
        ("2026-01-01T00:00", "'2026-01-01T00:00' is not a day written as 2025-05-14"),
        (20260101, "20260101 is not a day written as 2025-05-14"),
        (1.5, "1.5 is not a day written as 2025-05-14"),
    ],
)
def test_an_impossible_day_is_refused(given: object, cause: str) -> None:
    with pytest.raises(ValidationError, match=cause):
        period(10, to=given)
    assert period(10, to="2026-01-01").to == START
