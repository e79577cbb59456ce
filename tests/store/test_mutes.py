from datetime import datetime

from bot.alerts.delivery import Delivery, DeliveryKind
from bot.alerts.digest import bundle_of_mute, make_bundle
from bot.alerts.mutes import Mute, MuteKind
from bot.alerts.watch.facts import LateQueue
from bot.values import Topic
from tests.store.examples import NOON, TEAM, delivery, minutes
from tests.store.opened import Store

END = NOON + minutes(60)


def mute(kind: MuteKind = MuteKind.EVENT, subject: str = "ruling", **fields: object) -> Mute:
    given = {"kind": kind, "subject": subject, "team": TEAM, "conversation": "C1", "until": END}
    return Mute.model_validate(given | fields)


def missed(of: Mute, *story_ids: str) -> Delivery:
    """The stories that the mute keeps back, as planned."""
    assert of.until is not None
    return make_bundle(bundle_of_mute(of), (of.team, of.conversation), story_ids, of.until)


async def claim(store: Store, now: datetime = NOON) -> list[tuple[str, ...]]:
    return [each.story_ids for each in await store.outbox.claim(now, 10, 60, updates=10)]


async def save(store: Store, *planned: Delivery) -> None:
    """Saves what was planned a moment ago, as a poll does."""
    await store.database.write(lambda connection: store.outbox.put(connection, planned, NOON))


async def test_mutes_are_listed_until_they_end(store: Store) -> None:
    event, talks = mute(), mute(MuteKind.TOPIC, Topic.NEGOTIATION, until=END + minutes(1))
    assert await store.mutes.add(event)
    assert not await store.mutes.add(event)
    await store.mutes.add(talks)
    await store.mutes.add(mute(conversation="C2"))
    assert await store.mutes.of(TEAM, "C1", NOON) == (event, talks)
    assert await store.mutes.of(TEAM, "C1", END) == (talks,)
    assert len(await store.mutes.every(TEAM, NOON)) == 3
    assert await store.mutes.every("T2", NOON) == ()
    assert set(await store.mutes.about(["other"])) == {talks}
    assert set(await store.mutes.about(["ruling"])) == {event, talks, mute(conversation="C2")}
    assert await store.mutes.remove(event.model_copy(update={"until": None}), NOON)
    assert not await store.mutes.remove(event, NOON)
    assert await store.mutes.of(TEAM, "C1", NOON) == (talks,)


async def test_missed_stories_are_collected_and_due_at_the_end(store: Store) -> None:
    await store.mutes.add(mute())
    await store.queue(missed(mute(), "a"))
    await store.queue(missed(mute(), "b"))
    assert await claim(store, END - minutes(1)) == []
    assert await claim(store, END) == [("a", "b")]


async def test_missed_stories_are_due_at_once_when_the_mute_ends_early(store: Store) -> None:
    other = mute(MuteKind.TOPIC, Topic.TARIFF)
    for each in (mute(), other):
        await store.mutes.add(each)
    await store.queue(missed(mute(), "a"), missed(other, "b"))
    await store.mutes.remove(mute(), NOON)
    assert await claim(store) == [("a",)]


async def test_a_longer_mute_moves_what_was_missed_and_later_stories_join_it(store: Store) -> None:
    longer = mute(until=END + minutes(60))
    await store.mutes.add(mute())
    await store.queue(missed(mute(), "a"))
    await store.mutes.add(longer)
    await store.queue(missed(longer, "b"))
    assert await claim(store, END) == []
    assert await claim(store, END + minutes(60)) == [("a", "b")]


async def test_a_muted_event_keeps_back_its_untried_follow_ups_in_that_conversation(
    store: Store,
) -> None:
    follow_up = {"kind": DeliveryKind.FOLLOW_UP, "event_id": "ruling"}
    await store.queue(
        delivery("ruling"),
        delivery("stay", **follow_up),
        delivery("stay", "C2", **follow_up),
        delivery("other"),
    )
    await store.mutes.add(mute())
    left = []
    for now in (NOON, END):
        while claimed := await store.outbox.claim(now, 10, 60):
            for each in claimed:
                left.append((each.kind, each.conversation, each.story_ids))
                await store.outbox.confirm(each.id, "1.1", NOON)
    assert left == [
        (DeliveryKind.ALERT, "C1", ("ruling",)),
        (DeliveryKind.FOLLOW_UP, "C2", ("stay",)),
        (DeliveryKind.ALERT, "C1", ("other",)),
        (DeliveryKind.DIGEST, "C1", ("stay",)),
    ]


async def test_a_follow_up_that_its_conversation_refuses_stays_held_when_its_event_is_muted(
    store: Store,
) -> None:
    held = delivery("stay", kind=DeliveryKind.FOLLOW_UP, event_id="ruling")
    await store.queue(held)
    [claimed] = await store.outbox.claim(NOON, 10, 60)
    await store.outbox.hold(claimed, NOON + minutes(5), "is_archived", NOON, uncertain=False)
    await store.mutes.add(mute())
    assert await claim(store, NOON + minutes(5)) == [("stay",)]


async def test_a_conversation_that_refuses_messages_is_tried_again_while_it_is_muted(
    store: Store,
) -> None:
    await store.queue(delivery("first"), delivery("second"))
    [claimed] = await store.outbox.claim(NOON, 10, 60)
    await store.outbox.hold(claimed, NOON + minutes(5), "is_archived", NOON, uncertain=False)
    await store.mutes.add(mute(MuteKind.CONVERSATION, ""))
    assert await claim(store, NOON + minutes(4)) == []
    [claimed] = await store.outbox.claim(NOON + minutes(5), 10, 60)
    assert claimed.story_ids == ("first",)
    await store.outbox.confirm(claimed.id, "1.1", NOON + minutes(5))
    assert await claim(store, NOON + minutes(6)) == []
    assert await claim(store, END) == [("second",)]


async def test_a_notice_finds_out_whether_a_muted_conversation_accepts_messages(
    store: Store,
) -> None:
    await store.queue(delivery("waits"), delivery("about the bot", kind=DeliveryKind.NOTICE))
    await store.mutes.add(mute(MuteKind.CONVERSATION, ""))
    [notice] = await store.outbox.claim(NOON, 10, 60)
    await store.outbox.hold(notice, NOON + minutes(5), "is_archived", NOON, uncertain=False)
    assert await claim(store, NOON + minutes(5)) == [("about the bot",)]


async def test_a_mute_stops_what_is_claimed_but_not_sent_yet(store: Store) -> None:
    await store.queue(
        delivery("alert"),
        delivery("about the bot", "C1", kind=DeliveryKind.NOTICE),
        delivery("other", "C2"),
    )
    claimed = await store.outbox.claim(NOON, 10, 60)
    await store.mutes.add(mute(MuteKind.CONVERSATION, ""))
    started = [await store.outbox.start_sending(each.id, each.claimed_at) for each in claimed]
    assert [each.story_ids for each in claimed] == [("alert",), ("other",)]
    assert started == [False, True]
    assert await claim(store, NOON + minutes(0.5)) == [("about the bot",)]
    [alert] = [each for each in await store.outbox.claim(END, 10, 60) if each.event_id == "alert"]
    assert (alert.attempts, alert.late_by) == (1, None)


async def test_a_story_that_was_planned_before_its_mute_ended_is_offered_at_once(
    store: Store,
) -> None:
    await store.mutes.add(mute())
    await store.queue(missed(mute(), "a"))
    await store.mutes.remove(mute(), NOON)
    await save(store, missed(mute(), "b"))
    assert await claim(store) == [("a", "b")]


async def test_a_story_that_was_planned_before_its_mute_was_moved_waits_for_the_new_end(
    store: Store,
) -> None:
    sooner = mute(until=NOON + minutes(30))
    await store.mutes.add(mute())
    await store.queue(missed(mute(), "a"))
    await store.mutes.add(sooner)
    await save(store, missed(mute(), "b"))
    assert await claim(store, NOON + minutes(29)) == []
    assert await claim(store, NOON + minutes(30)) == [("a", "b")]


async def test_what_is_queued_for_a_muted_conversation_waits_for_the_end(store: Store) -> None:
    of_event, whole = mute(until=NOON), mute(MuteKind.CONVERSATION, "")
    await store.queue(
        delivery("alert"),
        delivery("alert", conversation="C2"),
        delivery("due", kind=DeliveryKind.REMINDER),
        delivery("update", kind=DeliveryKind.UPDATE),
        missed(of_event, "missed"),
        delivery("about the bot", kind=DeliveryKind.NOTICE),
        delivery("rate", kind=DeliveryKind.PROPOSAL),
    )
    await store.mutes.add(whole)
    assert await claim(store) == [("alert",), ("about the bot",), ("update",)]
    late = await store.watch.find_late(TEAM, END, END - minutes(1))
    assert late == LateQueue(since=NOON, conversations=1)
    for each in await store.outbox.unsent(10):
        await store.outbox.confirm(each.id, "1.1", NOON) if each.state == "reserved" else None
    await store.outbox.confirm((await store.outbox.claim(NOON, 1, 60))[0].id, "1.2", NOON)
    assert await store.outbox.next_due(NOON) == END
    assert await claim(store, END - minutes(1)) == []
    [alert] = await store.outbox.claim(END, 10, 60)
    assert (alert.story_ids, alert.late_by) == (("alert",), None)


async def test_what_waits_for_the_end_of_a_mute_moves_with_it(store: Store) -> None:
    whole = mute(MuteKind.CONVERSATION, "", until=END + minutes(60 * 24))
    sooner = whole.model_copy(update={"until": END})
    await store.queue(delivery("alert"), delivery("other", "C2", due_at=END))
    await store.mutes.add(whole)
    assert await claim(store) == []
    await store.mutes.add(sooner)
    assert await store.outbox.next_due(NOON) == END
    await store.mutes.remove(whole, NOON + minutes(1))
    [waiting, _] = await store.outbox.unsent(10)
    assert waiting.due_at == NOON + minutes(1)
    assert await claim(store, NOON + minutes(1)) == [("alert",)]
