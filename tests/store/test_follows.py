from bot.alerts.delivery import Thread
from tests.store.examples import TEAM
from tests.store.opened import Store


async def test_a_person_can_follow_and_unfollow_an_event(store: Store) -> None:
    assert await store.follows.follow(TEAM, "U1", "ruling")
    assert not await store.follows.follow(TEAM, "U1", "ruling")
    await store.follows.follow(TEAM, "U2", "other")
    assert await store.follows.followers(["ruling"]) == (Thread("ruling", TEAM, "U1"),)
    assert await store.follows.unfollow(TEAM, "U1", "ruling")
    assert not await store.follows.unfollow(TEAM, "U1", "ruling")
    assert await store.follows.followers(["ruling"]) == ()
