"""The numbers for operators agree with the rows."""

from dataclasses import replace

from bot.alerts.delivery import DeliveryKind, DeliveryState
from bot.alerts.mutes import Mute, MuteKind
from bot.feeds.model import FeedState
from bot.store.monitoring import FeedCondition
from tests.store.examples import NOON, TEAM, delivery, minutes, quiet_bundle
from tests.store.opened import Store


async def test_an_empty_database_has_no_backlog(store: Store) -> None:
    backlog = await store.monitoring.count_backlog(NOON)
    assert dict(backlog.by_state) == {}
    assert (backlog.waiting, backlog.oldest_due_at) == (0, None)
    assert await store.monitoring.ping()
    assert dict(await store.monitoring.count_proposals()) == {}
    assert list(await store.monitoring.list_feed_conditions()) == []


async def test_the_backlog_counts_unsent_messages_and_waiting_conversations(store: Store) -> None:
    await store.queue(
        delivery("a", "C1", due_at=NOON - minutes(9)),
        delivery("b", "C1", due_at=NOON - minutes(5)),
        delivery("c", "C2", due_at=NOON - minutes(20)),
        delivery("d", "C3", due_at=NOON + minutes(5)),
        delivery("e", "C4", kind=DeliveryKind.UPDATE, due_at=NOON - minutes(30)),
        quiet_bundle("f", conversation="C5"),
    )
    backlog = await store.monitoring.count_backlog(NOON)
    assert dict(backlog.by_state) == {DeliveryState.QUEUED: 6}
    assert backlog.waiting == 2
    assert backlog.oldest_due_at == NOON - minutes(20)


async def test_sent_held_and_muted_messages_do_not_wait(store: Store) -> None:
    await store.queue(*(delivery(name, name.upper()) for name in ("sent", "held", "muted")))
    claimed = {each.conversation: each for each in await store.outbox.claim(NOON, 9, 60)}
    for each in claimed.values():
        await store.outbox.start_sending(each.id, each.claimed_at)
    await store.outbox.confirm(claimed["SENT"].id, "1.2", NOON)
    await store.outbox.hold(claimed["HELD"], NOON, "is_archived", NOON, False)
    await store.outbox.retry(claimed["MUTED"].id, NOON, "rate limit")
    mute = Mute(
        kind=MuteKind.CONVERSATION, team=TEAM, conversation="MUTED", until=NOON + minutes(60)
    )
    await store.mutes.add(mute)
    backlog = await store.monitoring.count_backlog(NOON + minutes(1))
    assert dict(backlog.by_state) == {DeliveryState.QUEUED: 1, DeliveryState.HELD: 1}
    assert backlog.waiting == 0


async def test_the_condition_of_each_feed_is_read_from_its_state(store: Store) -> None:
    new = FeedState(feed_id="new")
    for state in (
        new,
        replace(new, feed_id="ok", last_poll_at=NOON, next_poll_at=NOON + minutes(5)),
        replace(new, feed_id="failing", last_poll_at=NOON, error="answered 500"),
        replace(new, feed_id="stopped", last_poll_at=NOON, error="gone", stopped=True),
    ):
        await store.feeds.save_state(state)
    found = await store.monitoring.list_feed_conditions()
    assert sorted(found) == [
        FeedCondition("failing", True, False, True),
        FeedCondition("new", False, False, False),
        FeedCondition("ok", False, False, True, NOON + minutes(5)),
        FeedCondition("stopped", True, True, True),
    ]
