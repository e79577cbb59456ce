from datetime import timedelta

from bot.alerts.sending.held import HELD_FOR, next_try
from tests.store.examples import NOON, minutes


def test_a_conversation_is_tried_less_and_less_often_for_a_day() -> None:
    now, waits = NOON, []
    while (then := next_try(NOON, now)) is not None:
        waits.append(then - now)
        now = then
    assert waits[:6] == [minutes(each) for each in (5, 5, 10, 20, 40, 60)]
    assert set(waits[5:]) == {timedelta(hours=1)}
    assert HELD_FOR <= now - NOON < HELD_FOR + timedelta(hours=1)


def test_a_clock_that_was_set_back_shortens_the_wait() -> None:
    assert next_try(NOON, NOON - timedelta(days=3)) == NOON - timedelta(days=3) + minutes(5)
