"""Properties of a step of a history."""

from datetime import date
from decimal import Decimal

from bot.rates.model.history import Step
from tests.rates.made import SOURCE, ruling

DAY = date(2026, 6, 1)


def test_a_step_moves_the_total_unless_it_is_a_ruling_or_a_ban() -> None:
    step = Step(DAY, Decimal(10), SOURCE)
    assert step.moves_total
    assert not step._replace(ruling=ruling(DAY)).moves_total
    assert not step._replace(banned=True).moves_total
