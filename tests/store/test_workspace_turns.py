"""Workers that share a workspace take turns at its pace, and keep its pauses."""

from bot.store.workspace_turns import LONGEST_S, WorkspaceTurns
from tests.store.conftest import on_postgresql
from tests.store.examples import TEAM
from tests.store.opened import Store


@on_postgresql
async def test_turns_follow_each_other_at_the_pace(store: Store) -> None:
    first, second = WorkspaceTurns(store.database), WorkspaceTurns(store.database)
    taken = [await turns.take(TEAM, 2.0) for turns in (first, second, first)]
    assert [is_taken for is_taken, _ in taken] == [True, True, True]
    waits = [wait_s for _, wait_s in taken]
    assert waits[0] == 0
    assert 0 < waits[1] <= 0.5
    assert waits[1] < waits[2] <= LONGEST_S


@on_postgresql
async def test_a_turn_that_is_far_away_is_not_taken(store: Store) -> None:
    turns = WorkspaceTurns(store.database)
    assert await turns.take(TEAM, 0.1) == (True, 0.0)
    is_taken, wait_s = await turns.take(TEAM, 0.1)
    assert not is_taken
    assert 8 < wait_s <= 9
    assert await turns.take("T0OTHER", 0.1) == (True, 0.0)


@on_postgresql
async def test_a_pause_that_one_worker_was_asked_for_holds_for_all(store: Store) -> None:
    first, second = WorkspaceTurns(store.database), WorkspaceTurns(store.database)
    assert await second.take(TEAM, None) == (True, 0.0)
    await first.pause(TEAM, 30.0)
    await first.pause(TEAM, 10.0)
    is_taken, wait_s = await second.take(TEAM, None)
    assert not is_taken
    assert 25 < wait_s <= 30
