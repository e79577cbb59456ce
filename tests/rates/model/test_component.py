"""Properties of a component of an answer."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.rates.model.component import Component
from bot.rates.model.measure import DutyRate, Status
from bot.rates.model.warnings import Exclusion, Reason
from tests.rates.made import SOURCE

DAY, DAY_BEFORE = date(2026, 6, 1), date(2026, 5, 31)


def component(**fields: Any) -> Component:
    made = Component("Duty a", "a", "Section 1", Status.IN_FORCE, SOURCE)
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
