from bot.alerts.delivery import DeliveryKind, Thread
from tests.store.examples import NOON, TEAM, delivery
from tests.store.opened import Store


async def test_a_person_can_follow_and_unfollow_an_event(store: Store) -> None:
    assert await store.events.follow(TEAM, "U1", "ruling")
    assert not await store.events.follow(TEAM, "U1", "ruling")
    await store.events.follow(TEAM, "U2", "other")
    assert await store.events.followers(["ruling"]) == (Thread("ruling", TEAM, "U1"),)
    assert await store.events.unfollow(TEAM, "U1", "ruling")
    assert not await store.events.unfollow(TEAM, "U1", "ruling")
    assert await store.events.followers(["ruling"]) == ()


async def test_a_muted_event_is_muted_in_one_conversation_only(store: Store) -> None:
    assert await store.events.mute_event(TEAM, "C1", "ruling")
    assert not await store.events.mute_event(TEAM, "C1", "ruling")
    assert await store.events.muted(["ruling", "other"]) == {Thread("ruling", TEAM, "C1")}
    assert await store.events.unmute_event(TEAM, "C1", "ruling")
    assert await store.events.muted(["ruling"]) == frozenset()


async def test_muting_an_event_deletes_its_untried_deliveries_in_that_conversation(
    store: Store,
) -> None:
    follow_up = {"kind": DeliveryKind.FOLLOW_UP, "event_id": "ruling"}
    await store.queue(
        delivery("ruling"),
        delivery("stay", **follow_up),
        delivery("stay", "C2", **follow_up),
        delivery("other"),
    )
    await store.events.mute_event(TEAM, "C1", "ruling")
    left = []
    while claimed := await store.outbox.claim(NOON, 10, 60):
        for each in claimed:
            left.append((each.conversation, each.story_ids))
            await store.outbox.confirm(each.id, "1.1", NOON)
    assert left == [("C1", ("ruling",)), ("C2", ("stay",)), ("C1", ("other",))]
