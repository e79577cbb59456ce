"""A state of an installation can be used once, within ten minutes."""

from datetime import timedelta

from bot.store.oauth_states import VALID_FOR, OAuthStates
from tests.store.examples import NOON
from tests.store.opened import Store


async def test_a_state_can_be_used_once(store: Store) -> None:
    states = OAuthStates(store.database)
    state, other = await states.issue(NOON), await states.issue(NOON)
    assert state != other
    assert await states.consume(state, NOON)
    assert not await states.consume(state, NOON)
    assert await states.consume(other, NOON)


async def test_an_unknown_state_is_refused(store: Store) -> None:
    states = OAuthStates(store.database)
    await states.issue(NOON)
    assert not await states.consume("unknown", NOON)


async def test_a_state_expires(store: Store) -> None:
    states = OAuthStates(store.database)
    state = await states.issue(NOON)
    assert not await states.consume(state, NOON + VALID_FOR)
    assert await states.consume(state, NOON + VALID_FOR - timedelta(seconds=1))


async def test_there_are_never_more_states_than_the_limit(store: Store) -> None:
    states = OAuthStates(store.database, most=2)
    issued = [await states.issue(NOON + timedelta(seconds=number)) for number in range(4)]
    assert [await states.consume(each, NOON) for each in issued] == [False, False, True, True]
