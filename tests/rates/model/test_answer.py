"""Properties of an answer."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.rates.model.answer import Answer, TotalBasis
from bot.rates.model.component import BASE_ID, Component
from bot.rates.model.measure import Status
from bot.rates.model.warnings import Choice
from tests.rates.made import SOURCE

DAY = date(2026, 6, 1)
COMPONENT = Component("Duty a", "a", "Section 1", Status.IN_FORCE, SOURCE)


def answer(**fields: Any) -> Answer:
    made = Answer("US", "CN", "United States", "China", DAY, None, None, (), (), None, None, (), ())
    return made._replace(**fields)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, False),
        ({"not_counted": (COMPONENT,)}, False),
        ({"total_percent": Decimal(0)}, True),
        ({"total_range": (Decimal(0), Decimal(5))}, True),
        ({"components": (COMPONENT,)}, True),
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
    assert not answer(components=(COMPONENT,)).includes_base
    assert answer(components=(COMPONENT, COMPONENT._replace(measure_id=BASE_ID))).includes_base
