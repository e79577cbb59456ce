"""Which rulings on a measure an answer shows, depending on the day of the question."""

from datetime import date

import pytest

from bot.rates.answer.components import find_rulings
from bot.rates.model.law import Effect, LegalEvent, Ruling
from tests.rates.made import ruling

DAYS = (date(2025, 5, 28), date(2025, 8, 29), date(2025, 11, 5), date(2026, 2, 20))
EFFECTS = (Effect.HELD_UNLAWFUL, Effect.STAYED, Effect.ARGUED, Effect.STRUCK_DOWN)


def event(day: date, effect: Effect) -> LegalEvent:
    return ruling(day).model_copy(update={"effect": effect})


EVENTS = [event(day, effect) for day, effect in zip(DAYS, EFFECTS, strict=True)]


def shown(place: int, *, later: bool) -> Ruling:
    return Ruling(EFFECTS[place], "court", DAYS[place], later)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 5, 27), [shown(3, later=True)]),
        (DAYS[0], [shown(0, later=False), shown(3, later=True)]),
        (DAYS[2], [shown(0, later=False), shown(1, later=False), shown(3, later=True)]),
        (date(2026, 2, 19), [shown(0, later=False), shown(1, later=False), shown(3, later=True)]),
        # From the day on which the measure is struck down, only that last ruling is shown.
        (DAYS[3], [shown(3, later=False)]),
        (date(2026, 12, 1), [shown(3, later=False)]),
    ],
)
def test_a_struck_down_measure_shows_rulings_up_to_the_day_and_the_last(
    day: date, expected: list[Ruling]
) -> None:
    assert find_rulings(EVENTS, day) == tuple(expected)


def test_a_measure_that_was_not_struck_down_shows_its_rulings() -> None:
    day = date(2025, 6, 1)
    assert find_rulings(EVENTS[:3], day) == (shown(0, later=False), shown(1, later=True))
    assert find_rulings([event(day, Effect.UPHELD)], day) == (
        Ruling(Effect.UPHELD, "court", day, False),
    )
    assert find_rulings([event(day, Effect.REFUNDS)], day) == ()
