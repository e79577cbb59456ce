"""Confirmations that nothing changed are kept, and an undone one no longer stands."""

from datetime import date, timedelta

from bot.proposals.approval.audit import Operator
from bot.proposals.approval.data_checks import DataCheck
from tests.store.examples import NOON
from tests.store.opened import Store

ANNA, BEN = Operator(id="U1", name="Anna"), Operator(id="U2", name="Ben")
FIRST = DataCheck(imposer="US", on=date(2025, 5, 12), by=ANNA, at=NOON)


async def test_a_day_is_confirmed_once(store: Store) -> None:
    again = FIRST.model_copy(update={"by": BEN})

    assert [await store.data_checks.add(one) for one in (FIRST, again)] == [True, False]
    assert await store.data_checks.standing() == (FIRST,)


async def test_the_newest_confirmation_of_an_economy_is_undone(store: Store) -> None:
    second = FIRST.model_copy(update={"on": date(2025, 5, 13), "at": NOON + timedelta(days=1)})
    other = FIRST.model_copy(update={"imposer": "CN"})
    for one in (FIRST, second, other):
        await store.data_checks.add(one)
    later = NOON + timedelta(days=2)
    undone = second.model_copy(update={"undone_by": BEN, "undone_at": later})

    assert await store.data_checks.undo("US", BEN, later) == undone
    assert await store.data_checks.standing() == (FIRST, other)
    assert await store.data_checks.every() == (FIRST, undone, other)
    assert await store.data_checks.undo("EU", BEN, later) is None
    assert await store.data_checks.add(second)
