import asyncio
from datetime import datetime, timedelta

from bot.alerts.delivery import Delivery, DeliveryState, Thread
from bot.store.next_delivery import STUBBORN_AFTER
from bot.store.outbox import Outbox
from tests.store.examples import NOON, TEAM, delivery, minutes, story
from tests.store.opened import Store, open_store

LEASE_S = 60.0
HOUR = minutes(60)


def _about(deliveries: tuple[Delivery, ...]) -> list[str]:
    return [" ".join(each.story_ids) for each in deliveries]


async def _claim(store: Store, now: datetime = NOON, limit: int = 10) -> tuple[Delivery, ...]:
    return await store.outbox.claim(now, limit, LEASE_S)


async def test_what_is_owed_is_claimed_once_and_comes_back_as_it_was(store: Store) -> None:
    owed = delivery("ruling", reason="court ruling stories \u2014 naming JP")
    await store.owe(owed)
    assert await _claim(store) == (
        owed.model_copy(update={"state": DeliveryState.CLAIMED, "attempts": 1, "claimed_at": NOON}),
    )
    assert await _claim(store) == ()


async def test_the_same_message_cannot_be_owed_twice(store: Store) -> None:
    await store.owe(delivery("ruling"))
    await store.owe(delivery("ruling", reason="another reason"), delivery("ruling"))
    assert (await store.outbox.counts())[DeliveryState.OWED] == 1


async def test_a_conversation_gets_one_message_at_a_time_in_order(store: Store) -> None:
    await store.owe(delivery("a"), delivery("b"), delivery("a", "C2"), delivery("c"))
    assert [each.conversation for each in await _claim(store)] == ["C1", "C2"]
    assert await _claim(store) == ()
    await store.outbox.confirm(delivery("a").id, "1.1", NOON)
    assert _about(await _claim(store)) == ["b"]


async def test_no_more_are_claimed_than_asked_for_first_due_first(store: Store) -> None:
    await store.owe(*(delivery("a", f"C{number}") for number in range(9)))
    assert [each.conversation for each in await _claim(store, limit=2)] == ["C0", "C1"]


async def test_a_message_put_off_holds_back_those_behind_it(store: Store) -> None:
    await store.owe(delivery("a"), delivery("b"))
    await _claim(store)
    await store.outbox.retry(delivery("a").id, NOON + HOUR, "Slack is away")
    assert await _claim(store) == ()
    assert await store.outbox.next_due(NOON) == NOON + HOUR
    again = await _claim(store, NOON + HOUR)
    assert _about(again) == ["a"]
    assert (again[0].attempts, again[0].error, again[0].uncertain) == (2, "Slack is away", False)


async def test_a_message_that_keeps_failing_no_longer_silences_its_channel(store: Store) -> None:
    await store.owe(delivery("bad"), delivery("stay", kind="follow_up", event_id="bad"))
    await store.owe(delivery("good"))
    for attempt in range(STUBBORN_AFTER):
        assert _about(await _claim(store, NOON + attempt * HOUR)) == ["bad"]
        due_at = NOON + (attempt + 1) * HOUR
        await store.outbox.retry(delivery("bad").id, due_at, "internal error")
    late = NOON + (STUBBORN_AFTER - 0.5) * HOUR
    assert _about(await _claim(store, late)) == ["good"]
    await store.outbox.confirm(delivery("good").id, "1.1", late)
    assert await _claim(store, late) == ()


async def test_a_digest_holds_back_nothing_until_its_hour(store: Store) -> None:
    await store.owe(delivery("digest", kind="digest", due_at=NOON + HOUR), delivery("a"))
    assert _about(await _claim(store)) == ["a"]
    await store.outbox.confirm(delivery("a").id, "1.1", NOON)
    assert await store.outbox.next_due(NOON) == NOON + HOUR
    await store.owe(delivery("b"))
    assert _about(await _claim(store, NOON + HOUR)) == ["digest"]


async def test_an_expired_lease_is_owed_again_and_uncertain(store: Store) -> None:
    await store.owe(delivery("a"))
    await _claim(store)
    end = NOON + timedelta(seconds=LEASE_S)
    assert await store.outbox.next_due(NOON) == end
    assert await _claim(store, end - timedelta(seconds=1)) == ()
    again = await _claim(store, end)
    assert (again[0].uncertain, again[0].attempts) == (True, 2)


async def test_a_start_owes_again_what_a_dead_process_had_claimed(store: Store) -> None:
    await store.owe(delivery("a"), delivery("b", "C2"))
    await _claim(store, limit=1)
    assert await store.outbox.release_all(NOON) == 1
    assert {each.conversation: each.uncertain for each in await _claim(store)} == {
        "C1": True,
        "C2": False,
    }


async def test_doubt_stays_until_the_message_is_sent(store: Store) -> None:
    await store.owe(delivery("a"))
    await _claim(store)
    await store.outbox.retry(delivery("a").id, NOON, "no answer", uncertain=True)
    await _claim(store)
    await store.outbox.retry(delivery("a").id, NOON, "rate limited")
    assert (await _claim(store))[0].uncertain


async def test_what_was_not_tried_counts_as_no_attempt(store: Store) -> None:
    await store.owe(delivery("a"))
    await _claim(store)
    await store.outbox.put_back(delivery("a").id, NOON)
    again = (await _claim(store))[0]
    assert (again.attempts, again.uncertain) == (1, False)


async def test_what_was_posted_is_sent_even_after_its_lease(store: Store) -> None:
    await store.owe(delivery("a"))
    await _claim(store)
    await store.outbox.release_all(NOON)
    await store.outbox.confirm(delivery("a").id, "1.1", NOON)
    assert await _claim(store) == ()
    assert [each.ts for each in await store.outbox.sent(TEAM, "C1", "a")] == ["1.1"]


async def test_a_sent_message_is_never_owed_again(store: Store) -> None:
    await store.owe(delivery("a"))
    await _claim(store)
    await store.outbox.confirm(delivery("a").id, "1.1", NOON)
    await store.outbox.retry(delivery("a").id, NOON, "late answer")
    await store.outbox.give_up(delivery("a").id, "late answer")
    await store.outbox.confirm(delivery("a").id, "2.2", NOON)
    assert await store.outbox.release_all(NOON) == 0
    assert [each.ts for each in await store.outbox.sent(TEAM, "C1", "a")] == ["1.1"]


async def test_a_refused_message_is_reported_and_lets_the_next_one_through(store: Store) -> None:
    await store.owe(delivery("a"), delivery("b"))
    await _claim(store)
    await store.outbox.give_up(delivery("a").id, "channel_not_found")
    assert _about(await _claim(store)) == ["b"]
    failed = await store.outbox.failed()
    assert [(each.id, each.error) for each in failed] == [(delivery("a").id, "channel_not_found")]
    assert await store.outbox.counts() == {
        DeliveryState.OWED: 0,
        DeliveryState.CLAIMED: 1,
        DeliveryState.SENT: 0,
        DeliveryState.FAILED: 1,
    }


async def test_an_events_thread_is_its_first_message_in_the_conversation(store: Store) -> None:
    await store.owe(delivery("a"), delivery("b", kind="follow_up", event_id="a"))
    assert await store.outbox.thread_ts("a", TEAM, "C1") is None
    for ts in ("1.1", "2.2"):
        await store.outbox.confirm((await _claim(store))[0].id, ts, NOON)
    assert await store.outbox.thread_ts("a", TEAM, "C1") == "1.1"
    assert await store.outbox.thread_ts("a", TEAM, "C2") is None


async def test_an_event_counts_as_alerted_where_its_alert_is_owed(store: Store) -> None:
    await store.owe(delivery("a"), delivery("b", "C2", kind="follow_up", event_id="a"))
    assert await store.outbox.alerted(["a", "b"]) == {Thread("a", TEAM, "C1")}


async def test_nothing_is_due_when_nothing_is_owed(store: Store) -> None:
    assert await store.outbox.next_due(NOON) is None
    await store.owe(delivery("a"))
    assert await store.outbox.next_due(NOON) == NOON


async def test_later_stories_join_the_digest_that_is_owed(store: Store) -> None:
    digest = delivery("a", kind="digest", event_id="", due_at=NOON + HOUR)
    await store.owe(digest)
    await store.owe(digest.model_copy(update={"story_ids": ("b", "a")}))
    assert _about(await _claim(store, NOON + HOUR)) == ["a b"]


async def test_a_story_that_comes_as_the_digest_leaves_gets_a_second_one(store: Store) -> None:
    digest = delivery("a", kind="digest", event_id="", due_at=NOON)
    await store.owe(digest)
    await _claim(store)
    await store.owe(digest.model_copy(update={"story_ids": ("b",)}))
    await store.outbox.confirm(digest.id, "1.1", NOON)
    assert _about(await _claim(store)) == ["b"]


async def test_a_deliverys_stories_come_in_its_order(store: Store) -> None:
    await store.tell(story("a"), story("b"))
    assert [each.id for each in await store.outbox.stories(("b", "gone", "a"))] == ["b", "a"]


async def test_two_processes_never_claim_the_same_message(address: str, store: Store) -> None:
    other = open_store(address)
    await store.owe(*(delivery(about, f"C{number}") for about in "ab" for number in range(20)))
    halves = await asyncio.gather(
        *(each.outbox.claim(NOON, 3, LEASE_S) for each in (store, other) * 10)
    )
    claimed = [each.id for half in halves for each in half]
    assert len(claimed) == len(set(claimed)) == 20
    await other.database.close()


async def test_what_is_owed_to_another_team_waits_for_whoever_reaches_it(store: Store) -> None:
    here, there = delivery("a"), delivery("b", team="T2", id="there")
    refused = delivery("c", "C3", team="T2", id="refused")
    await store.owe(refused)
    await _claim(store)
    await store.outbox.give_up("refused", "is_archived")
    await store.owe(here, there)
    outbox = Outbox(store.database, store.stories, TEAM)
    assert await outbox.counts() == {"owed": 1, "claimed": 0, "sent": 0, "failed": 0}
    assert await outbox.failed() == ()
    assert [each.id for each in await outbox.claim(NOON, 10, LEASE_S)] == [here.id]
    await outbox.confirm(here.id, "1.1", NOON)
    assert await outbox.next_due(NOON) is None
    other = Outbox(store.database, store.stories, "T2")
    assert await other.next_due(NOON) == NOON
    assert [each.id for each in await other.claim(NOON, 10, LEASE_S)] == ["there"]
    late = NOON + timedelta(seconds=LEASE_S)
    assert await outbox.release_all(NOON) == 0
    assert await outbox.claim(late, 10, LEASE_S) == ()
    assert await other.release_all(NOON) == 1


async def test_a_clock_set_back_holds_up_nothing_but_digests(store: Store) -> None:
    day = minutes(24 * 60)
    put_off, dead, behind = delivery("a"), delivery("b", "C2"), delivery("c")
    await store.owe(put_off, dead, behind)
    await store.owe(delivery("d", "C3", kind="digest", due_at=NOON + 2 * day))
    await _claim(store, NOON + day)
    await store.outbox.retry(put_off.id, NOON + day + HOUR, "Slack is away")
    assert _about(await _claim(store)) == ["a", "b"]
    await store.outbox.confirm(put_off.id, "1.1", NOON)
    assert _about(await _claim(store)) == ["c"]


async def test_a_wait_that_slack_may_ask_for_is_kept(store: Store) -> None:
    await store.owe(delivery("a"))
    await _claim(store)
    await store.outbox.retry(delivery("a").id, NOON + HOUR, "rate limited")
    assert await _claim(store, NOON + minutes(59)) == ()
