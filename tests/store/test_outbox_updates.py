"""Updates in the outbox: how they are combined, and what they wait for."""

from bot.alerts.delivery import Delivery, DeliveryKind, make_delivery
from bot.alerts.sending.ports import BusyTeams
from tests.store.examples import NOON, TEAM, delivery, minutes
from tests.store.opened import Store

LEASE_S = 60.0
LATER = NOON + minutes(1)
KINDS = (DeliveryKind.ALERT, DeliveryKind.UPDATE)


def update(about: str, event_id: str = "a", conversation: str = "C1") -> Delivery:
    """An update of the alert about `event_id`."""
    place, stories = (TEAM, conversation), (about,)
    return make_delivery(
        DeliveryKind.UPDATE, place, about, "", NOON, story_ids=stories, event_id=event_id
    )


def _of_team(team: str, conversation: str, kind: DeliveryKind) -> Delivery:
    about = f"{team} {conversation} {kind}"
    return delivery(about, conversation, id=about, team=team, kind=kind)


async def _claim(store: Store, messages: int = 9) -> list[str]:
    """Claims what can be claimed; returns the kind and the stories of each."""
    claimed = await store.outbox.claim(LATER, messages, LEASE_S, updates=9)
    return [f"{each.kind} {' '.join(each.story_ids)}" for each in claimed]


async def test_updates_of_one_alert_are_combined_until_one_is_claimed(store: Store) -> None:
    await store.queue(update("b"), update("x", "other"))
    await store.queue(update("c"), update("d"), update("e", conversation="C2"))
    assert await _claim(store) == ["update b c d", "update x", "update e"]
    await store.queue(update("f"))
    assert await _claim(store) == []
    await store.outbox.confirm(update("b").id, "1.0", LATER, posted=False)
    assert await _claim(store) == ["update f"]


async def test_an_update_waits_for_its_alert_only(store: Store) -> None:
    await store.queue(delivery("x"), delivery("a"), update("b"), update("c", "sent before"))
    assert await _claim(store) == ["alert x", "update c"]
    await store.outbox.confirm(delivery("x").id, "1.0", NOON)
    assert await _claim(store) == ["alert a"]
    await store.outbox.confirm(delivery("a").id, "2.0", NOON)
    assert await _claim(store) == ["update b"]


async def test_an_update_that_is_queued_or_claimed_blocks_no_message(store: Store) -> None:
    await store.queue(update("b"), delivery("x"))
    assert await _claim(store) == ["alert x", "update b"]
    await store.outbox.confirm(delivery("x").id, "1.0", NOON)
    await store.queue(delivery("y"))
    assert await _claim(store) == ["alert y"]


async def test_an_update_waits_while_messages_are_held_and_is_not_given_up_with_them(
    store: Store,
) -> None:
    await store.queue(delivery("x"), delivery("y"), update("b"))
    (held,) = await store.outbox.claim(NOON, 1, LEASE_S)
    await store.outbox.hold(held, NOON + minutes(60), "is_archived", NOON, uncertain=False)
    assert await _claim(store) == []
    assert await store.outbox.next_due(LATER) == NOON + minutes(60)
    later = NOON + minutes(60)
    (again,) = await store.outbox.claim(later, 9, LEASE_S, updates=9)
    await store.outbox.give_up_held(again, "is_archived", later)
    assert [each.id for each in await store.outbox.failed()] == [
        delivery("y").id,
        delivery("x").id,
    ]
    assert await _claim(store) == ["update b"]


async def test_a_claim_has_a_message_and_an_update_of_each_team_that_is_not_busy(
    store: Store,
) -> None:
    # More of the first team than are read at a time.
    await store.queue(
        *(_of_team("T1", f"C{number}", kind) for number in range(60) for kind in KINDS)
    )
    for team in ("T2", "T3", "T4"):
        await store.queue(
            *(_of_team(team, f"C{number}", kind) for number in (1, 2) for kind in KINDS)
        )
    busy = BusyTeams(messages=frozenset({"T3"}), updates=frozenset({"T1"}))
    claimed = await store.outbox.claim(NOON, 0, LEASE_S, ("T4",), 0, busy)
    assert [(each.team, each.conversation, each.kind) for each in claimed] == [
        ("T1", "C0", DeliveryKind.ALERT),
        ("T2", "C1", DeliveryKind.ALERT),
        ("T2", "C1", DeliveryKind.UPDATE),
        ("T3", "C1", DeliveryKind.UPDATE),
    ]
    claimed = await store.outbox.claim(NOON, 55, LEASE_S, ("T4",), 0, BusyTeams())
    teams = [each.team for each in claimed if each.kind is DeliveryKind.ALERT]
    assert teams == 55 * ["T1"] + ["T2", "T3"]


async def test_the_next_moment_leaves_out_busy_teams(store: Store) -> None:
    await store.queue(update("b"), delivery("x", due_at=LATER))
    assert await store.outbox.next_due(NOON) == NOON
    busy = frozenset({TEAM})
    assert await store.outbox.next_due(NOON, busy=BusyTeams(updates=busy)) == LATER
    assert await store.outbox.next_due(NOON, busy=BusyTeams(busy, busy)) is None


async def test_an_update_that_is_finished_is_neither_sent_nor_failed(store: Store) -> None:
    await store.queue(update("b"))
    assert await _claim(store) == ["update b"]
    await store.outbox.drop_claimed(update("b").id, "the alert was deleted")
    assert await _claim(store) == []
    assert await store.outbox.failed() == ()
    ended = await store.outbox.get(update("b").id)
    assert ended is not None
    assert (ended.state, ended.error) == ("dropped", "the alert was deleted")
