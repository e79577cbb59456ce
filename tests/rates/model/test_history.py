"""Properties of a step of a history."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.rates.model.history import Step, compute_difference
from tests.rates.made import SOURCE, ruling

DAY = date(2026, 6, 1)


def test_a_step_moves_the_total_unless_it_is_a_ruling_or_a_ban() -> None:
    step = Step(DAY, Decimal(10), SOURCE)
    assert step.moves_total
    assert not step._replace(ruling=ruling(DAY)).moves_total
    assert not step._replace(banned=True).moves_total


@pytest.mark.parametrize(
    ("later", "points"),
    [
        ({"percent": Decimal("22.5")}, Decimal("12.5")),
        ({"percent": Decimal(4)}, -6),
        ({"up_to": Decimal(20)}, None),
        ({"banned": True}, None),
        ({"is_open": True}, None),
        ({"includes_base": True}, None),
    ],
)
def test_two_days_differ_by_points_if_both_totals_are_known(
    later: dict[str, Any], points: Decimal | None
) -> None:
    first, last = date(2026, 6, 15), date(2026, 7, 15)
    before = Step(DAY, Decimal(10), SOURCE)
    history = (before, before._replace(on=date(2026, 7, 1), **later))
    assert compute_difference(history, first, last) == points
    assert compute_difference(history, first, first) == 0
    assert compute_difference(history, date(2026, 5, 1), last) is None
