"""Properties of an answer and of its parts."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.rates.model.answer import (
    BASE_ID,
    Answer,
    Component,
    Step,
    TotalBasis,
    format_percent,
)
from bot.rates.model.measure import DutyRate, Status
from bot.rates.model.warnings import Choice, Exclusion, Reason
from tests.rates.made import SOURCE, ruling

DAY, DAY_BEFORE = date(2026, 6, 1), date(2026, 5, 31)


def component(**fields: Any) -> Component:
    made = Component("Duty a", "a", "Section 1", Status.IN_FORCE, SOURCE)
    return made._replace(**fields)


def answer(**fields: Any) -> Answer:
    made = Answer("US", "CN", "United States", "China", DAY, None, None, (), (), None, None, (), ())
    return made._replace(**fields)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"from_": DAY, "checked": DAY_BEFORE}, True),
        ({"from_": DAY, "checked": DAY}, False),
        ({"from_": DAY}, False),
        ({"checked": DAY}, False),
        ({"from_": DAY, "checked": DAY_BEFORE, "status": Status.ANNOUNCED}, False),
    ],
)
def test_a_rate_in_force_is_foreseen_if_its_sources_were_read_before_it_began(
    fields: dict[str, Any], expected: bool
) -> None:
    assert component(**fields).is_foreseen is expected


def test_a_component_counts_unless_it_is_excluded() -> None:
    ten = component(rate=DutyRate(Decimal(10)))
    assert (ten.is_counted, ten.percent) == (True, Decimal(10))
    assert not component(exclusion=Exclusion(Reason.ENDED)).is_counted


def test_a_step_moves_the_total_unless_it_is_a_ruling_or_a_ban() -> None:
    step = Step(DAY, Decimal(10), SOURCE)
    assert step.moves_total
    assert not step._replace(ruling=ruling(DAY)).moves_total
    assert not step._replace(banned=True).moves_total


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, False),
        ({"not_counted": (component(),)}, False),
        ({"total_percent": Decimal(0)}, True),
        ({"total_range": (Decimal(0), Decimal(5))}, True),
        ({"components": (component(),)}, True),
        ({"choices": (Choice("steel", Decimal(5)),)}, True),
        ({"banned": True}, True),
    ],
)
def test_an_answer_with_a_number_a_component_or_a_ban_has_content(
    fields: dict[str, Any], expected: bool
) -> None:
    assert answer(**fields).has_content is expected


@pytest.mark.parametrize(
    ("basis", "percent", "expected"),
    [
        (TotalBasis.GOODS, 0, True),
        (TotalBasis.GOODS, 1, False),
        (TotalBasis.GOODS, None, False),
        (TotalBasis.GENERAL, 0, False),
        (TotalBasis.LAYER, 0, False),
    ],
)
def test_a_total_of_zero_on_goods_may_be_incomplete(
    basis: TotalBasis, percent: int | None, expected: bool
) -> None:
    total = None if percent is None else Decimal(percent)
    assert answer(basis=basis, total_percent=total).is_zero_in_data is expected


def test_a_total_includes_the_base_rate_if_it_is_a_component() -> None:
    assert not answer(components=(component(),)).includes_base
    assert answer(components=(component(), component(measure_id=BASE_ID))).includes_base


@pytest.mark.parametrize(
    ("percent", "expected"),
    [
        ("12.50", "12.5"),
        ("145", "145"),
        ("100", "100"),
        ("1E+2", "100"),
        ("10.00", "10"),
        ("0", "0"),
        ("0.0", "0"),
        (None, None),
    ],
)
def test_a_percent_is_written_without_needless_zeros(
    percent: str | None, expected: str | None
) -> None:
    assert format_percent(None if percent is None else Decimal(percent)) == expected
