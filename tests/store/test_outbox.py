import asyncio
from datetime import datetime, timedelta

from bot.alerts.delivery import Delivery, DeliveryState, Thread
from bot.store.next_delivery import STUBBORN_AFTER
from bot.store.outbox import Outbox
from bot.store.stories import EVENT_STORIES
from tests.store.examples import NOON, TEAM, delivery, minutes, story
from tests.store.opened import Store, open_store

LEASE_S = 60.0
HOUR = minutes(60)


def _story_ids(deliveries: tuple[Delivery, ...]) -> list[str]:
    return [" ".join(each.story_ids) for each in deliveries]


async def _claim(store: Store, now: datetime = NOON, limit: int = 10) -> tuple[Delivery, ...]:
    return await store.outbox.claim(now, limit, LEASE_S)


async def test_a_queued_delivery_is_claimed_once_and_unchanged(store: Store) -> None:
    queued = delivery("ruling", reason="court rulings, naming JP")
    await store.queue(queued)
    assert await _claim(store) == (
        queued.model_copy(
            update={"state": DeliveryState.RESERVED, "attempts": 1, "claimed_at": NOON}
        ),
    )
    assert await _claim(store) == ()


async def test_the_same_delivery_is_not_queued_twice(store: Store) -> None:
    await store.queue(delivery("ruling"))
    await store.queue(delivery("ruling", reason="another reason"), delivery("ruling"))
    assert (await store.outbox.counts())[DeliveryState.QUEUED] == 1


async def test_a_conversation_gets_one_message_at_a_time_in_order(store: Store) -> None:
    await store.queue(delivery("a"), delivery("b"), delivery("a", "C2"), delivery("c"))
    assert [each.conversation for each in await _claim(store)] == ["C1", "C2"]
    assert await _claim(store) == ()
    await store.outbox.confirm(delivery("a").id, "1.1", NOON)
    assert _story_ids(await _claim(store)) == ["b"]


async def test_a_claim_respects_its_limit_and_takes_the_earliest_due_first(store: Store) -> None:
    await store.queue(*(delivery("a", f"C{number}") for number in range(9)))
    assert [each.conversation for each in await _claim(store, limit=2)] == ["C0", "C1"]


async def test_a_retry_delays_later_messages_of_its_conversation(store: Store) -> None:
    await store.queue(delivery("a"), delivery("b"))
    await _claim(store)
    await store.outbox.retry(delivery("a").id, NOON + HOUR, "Slack is away")
    assert await _claim(store) == ()
    assert await store.outbox.next_due(NOON) == NOON + HOUR
    again = await _claim(store, NOON + HOUR)
    assert _story_ids(again) == ["a"]
    assert (again[0].attempts, again[0].error, again[0].uncertain) == (2, "Slack is away", False)


async def test_a_message_that_keeps_failing_stops_blocking_its_channel(store: Store) -> None:
    await store.queue(delivery("bad"), delivery("stay", kind="follow_up", event_id="bad"))
    await store.queue(delivery("good"))
    for attempt in range(STUBBORN_AFTER):
        assert _story_ids(await _claim(store, NOON + attempt * HOUR)) == ["bad"]
        due_at = NOON + (attempt + 1) * HOUR
        await store.outbox.retry(delivery("bad").id, due_at, "internal error")
    late = NOON + (STUBBORN_AFTER - 0.5) * HOUR
    assert _story_ids(await _claim(store, late)) == ["good"]
    await store.outbox.confirm(delivery("good").id, "1.1", late)
    assert await _claim(store, late) == ()


async def test_a_digest_blocks_no_message_before_its_hour(store: Store) -> None:
    await store.queue(delivery("digest", kind="digest", due_at=NOON + HOUR), delivery("a"))
    assert _story_ids(await _claim(store)) == ["a"]
    await store.outbox.confirm(delivery("a").id, "1.1", NOON)
    assert await store.outbox.next_due(NOON) == NOON + HOUR
    await store.queue(delivery("b"))
    assert _story_ids(await _claim(store, NOON + HOUR)) == ["digest"]


async def _start_sending(store: Store, *claimed: Delivery) -> list[bool]:
    starts = (store.outbox.start_sending(each.id, each.claimed_at) for each in claimed)
    return await asyncio.gather(*starts)


async def test_after_its_lease_expires_a_delivery_that_was_being_sent_is_uncertain(
    store: Store,
) -> None:
    await store.queue(delivery("a"))
    assert await _start_sending(store, *await _claim(store)) == [True]
    end = NOON + timedelta(seconds=LEASE_S)
    assert await store.outbox.next_due(NOON) == end
    assert await _claim(store, end - timedelta(seconds=1)) == ()
    again = await _claim(store, end)
    assert (again[0].uncertain, again[0].attempts) == (True, 2)


async def test_a_start_queues_deliveries_claimed_by_a_dead_process_again(store: Store) -> None:
    await store.queue(*(delivery("a", f"C{number}") for number in range(1, 4)))
    claimed = await _claim(store, limit=2)
    await _start_sending(store, claimed[0])
    assert await store.outbox.release_all(NOON) == 2
    assert {each.conversation: each.uncertain for each in await _claim(store)} == {
        "C1": True,
        "C2": False,
        "C3": False,
    }


async def test_a_delivery_is_not_sent_after_its_claim_ended(store: Store) -> None:
    await store.queue(*(delivery("a", f"C{number}") for number in range(3)))
    late, ended, current = await _claim(store)
    await store.outbox.put_back(ended.id, NOON)
    await store.outbox.put_back(late.id, NOON)
    await _claim(store, NOON + minutes(0.5), limit=1)
    assert await _start_sending(store, late, ended, current) == [False, False, True]
    assert await _start_sending(store, current) == [False]


async def test_an_uncertain_delivery_stays_uncertain_until_it_is_sent(store: Store) -> None:
    await store.queue(delivery("a"))
    await _claim(store)
    await store.outbox.retry(delivery("a").id, NOON, "no answer", uncertain=True)
    await _claim(store)
    await store.outbox.retry(delivery("a").id, NOON, "rate limited")
    assert (await _claim(store))[0].uncertain


async def test_a_delivery_that_was_put_back_has_no_extra_attempt(store: Store) -> None:
    await store.queue(delivery("a"))
    await _claim(store)
    await store.outbox.put_back(delivery("a").id, NOON)
    again = (await _claim(store))[0]
    assert (again.attempts, again.uncertain) == (1, False)


async def test_a_delivery_can_be_confirmed_after_its_lease_expired(store: Store) -> None:
    await store.queue(delivery("a"))
    await _claim(store)
    await store.outbox.release_all(NOON)
    await store.outbox.confirm(delivery("a").id, "1.1", NOON)
    assert await _claim(store) == ()
    assert [each.ts for each in await store.outbox.sent(TEAM, "C1", "a")] == ["1.1"]


async def test_a_held_delivery_that_was_posted_after_its_lease_counts_as_sent(
    store: Store,
) -> None:
    await store.queue(delivery("a"))
    [claimed] = await _claim(store)
    await store.outbox.hold(claimed, NOON + HOUR, "is_archived", NOON, uncertain=False)
    await store.outbox.confirm(claimed.id, "1.1", NOON)
    assert [each.ts for each in await store.outbox.sent(TEAM, "C1", "a")] == ["1.1"]


async def test_a_held_delivery_changes_by_no_other_late_outcome(store: Store) -> None:
    await store.queue(delivery("a"))
    [claimed] = await _claim(store)
    await store.outbox.hold(claimed, NOON + HOUR, "is_archived", NOON, uncertain=False)
    await store.outbox.give_up(claimed.id, "late answer")
    assert (await store.outbox.counts())[DeliveryState.HELD] == 1


async def test_an_event_is_alerted_anew_after_its_alert_was_dropped(store: Store) -> None:
    await store.queue(delivery("a"))
    assert await store.outbox.drop(delivery("a").id)
    assert await store.outbox.alerted(["a"]) == frozenset()


async def test_a_sent_delivery_is_never_queued_again(store: Store) -> None:
    await store.queue(delivery("a"))
    await _claim(store)
    await store.outbox.confirm(delivery("a").id, "1.1", NOON)
    await store.outbox.retry(delivery("a").id, NOON, "late answer")
    await store.outbox.give_up(delivery("a").id, "late answer")
    await store.outbox.confirm(delivery("a").id, "2.2", NOON)
    assert await store.outbox.release_all(NOON) == 0
    assert [each.ts for each in await store.outbox.sent(TEAM, "C1", "a")] == ["1.1"]


async def test_a_delivery_that_was_given_up_is_reported_and_does_not_block_the_next(
    store: Store,
) -> None:
    await store.queue(delivery("a"), delivery("b"))
    await _claim(store)
    await store.outbox.give_up(delivery("a").id, "channel_not_found")
    assert _story_ids(await _claim(store)) == ["b"]
    failed = await store.outbox.failed()
    assert [(each.id, each.error) for each in failed] == [(delivery("a").id, "channel_not_found")]
    counts = await store.outbox.counts()
    assert counts == dict.fromkeys(DeliveryState, 0) | {
        DeliveryState.RESERVED: 1,
        DeliveryState.FAILED: 1,
    }


async def _first_ts(store: Store, conversation: str) -> str | None:
    found = await store.outbox.first_message("a", TEAM, conversation)
    return found.ts if found is not None else None


async def test_the_first_message_of_an_event_is_its_alert(store: Store) -> None:
    await store.queue(delivery("a"), delivery("b", kind="follow_up", event_id="a"))
    assert await _first_ts(store, "C1") is None
    for ts in ("1.1", "2.2"):
        await store.outbox.confirm((await _claim(store))[0].id, ts, NOON)
    assert await _first_ts(store, "C1") == "1.1"
    assert await _first_ts(store, "C2") is None


async def test_the_first_message_of_an_event_is_never_one_for_a_follower(store: Store) -> None:
    follow_up = delivery("b", "U1", kind="follow_up", event_id="a", for_follower=True)
    await store.queue(follow_up, delivery("c", "U1", event_id="a"))
    for ts in ("1.1", "2.2"):
        await store.outbox.confirm((await _claim(store))[0].id, ts, NOON)
    assert await _first_ts(store, "U1") == "2.2"


async def test_an_event_counts_as_alerted_once_its_alert_is_queued(store: Store) -> None:
    followed = delivery("b", "U1", kind="follow_up", event_id="a", for_follower=True)
    await store.queue(delivery("a"), followed)
    assert await store.outbox.alerted(["a", "b"]) == {Thread("a", TEAM, "C1")}


async def test_a_follow_up_in_place_of_a_failed_alert_counts_as_the_alert(store: Store) -> None:
    follow_up = delivery("b", kind="follow_up", event_id="a")
    await store.queue(delivery("a"), follow_up)
    await store.outbox.give_up((await _claim(store))[0].id, "invalid_blocks")
    assert await store.outbox.alerted(["a"]) == {Thread("a", TEAM, "C1")}
    await store.outbox.confirm((await _claim(store))[0].id, "2.2", NOON)
    assert await store.outbox.alerted(["a"]) == {Thread("a", TEAM, "C1")}
    assert await _first_ts(store, "C1") == "2.2"


async def test_an_empty_outbox_has_nothing_due(store: Store) -> None:
    assert await store.outbox.next_due(NOON) is None
    await store.queue(delivery("a"))
    assert await store.outbox.next_due(NOON) == NOON


async def test_later_stories_are_added_to_the_queued_digest(store: Store) -> None:
    digest = delivery("a", kind="digest", event_id="", due_at=NOON + HOUR)
    await store.queue(digest)
    await store.queue(digest.model_copy(update={"story_ids": ("b", "a")}))
    assert _story_ids(await _claim(store, NOON + HOUR)) == ["a b"]


async def test_a_story_added_while_the_digest_is_sent_goes_into_a_second_digest(
    store: Store,
) -> None:
    digest = delivery("a", kind="digest", event_id="", due_at=NOON)
    await store.queue(digest)
    await _claim(store)
    await store.queue(digest.model_copy(update={"story_ids": ("b",)}))
    await store.outbox.confirm(digest.id, "1.1", NOON)
    assert _story_ids(await _claim(store)) == ["b"]


async def test_the_stories_of_a_digest_are_returned_in_its_order(store: Store) -> None:
    await store.add_stories(story("a"), story("b"))
    digest = delivery("a", kind="digest", event_id="", story_ids=("b", "gone", "a"))
    assert [each.id for each in await store.outbox.stories(digest)] == ["b", "a"]


async def test_a_message_about_an_event_is_rendered_from_all_stories_of_the_event(
    store: Store,
) -> None:
    hours = [NOON + HOUR * number for number in range(3)]
    await store.add_stories(
        story("late", event_id="first", published=hours[2]),
        story("first", published=hours[0]),
        story("later", event_id="first", published=hours[1]),
        story("other"),
    )
    for kind in ("alert", "follow_up", "update"):
        found = await store.outbox.stories(delivery("later", kind=kind, event_id="first"))
        assert [each.id for each in found] == ["first", "later", "late"]


async def test_a_long_event_is_rendered_from_its_first_story_the_newest_and_its_own(
    store: Store,
) -> None:
    number = EVENT_STORIES + 10
    await store.add_stories(
        *(
            story(f"s{place:03}", event_id="s000", published=NOON + minutes(place))
            for place in range(number)
        )
    )
    found = await store.outbox.stories(delivery("s003", kind="follow_up", event_id="s000"))
    assert [each.id for each in found[:3]] == ["s000", "s003", "s011"]
    assert len(found) == EVENT_STORIES + 1


async def test_two_processes_never_claim_the_same_message(address: str, store: Store) -> None:
    other = open_store(address)
    await store.queue(*(delivery(about, f"C{number}") for about in "ab" for number in range(20)))
    halves = await asyncio.gather(
        *(each.outbox.claim(NOON, 3, LEASE_S) for each in (store, other) * 10)
    )
    claimed = [each.id for half in halves for each in half]
    assert len(claimed) == len(set(claimed)) == 20
    await other.database.close()


async def test_deliveries_of_another_team_are_not_claimed(store: Store) -> None:
    here, there = delivery("a"), delivery("b", team="T2", id="there")
    refused = delivery("c", "C3", team="T2", id="refused")
    await store.queue(refused)
    await _claim(store)
    await store.outbox.give_up("refused", "is_archived")
    await store.queue(here, there)
    outbox = Outbox(store.database, store.stories, TEAM)
    assert await outbox.counts() == dict.fromkeys(DeliveryState, 0) | {DeliveryState.QUEUED: 1}
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


async def test_setting_the_clock_back_delays_only_digests(store: Store) -> None:
    day = minutes(24 * 60)
    put_off, dead, behind = delivery("a"), delivery("b", "C2"), delivery("c")
    await store.queue(put_off, dead, behind)
    await store.queue(delivery("d", "C3", kind="digest", due_at=NOON + 2 * day))
    await _claim(store, NOON + day)
    await store.outbox.retry(put_off.id, NOON + day + HOUR, "Slack is away")
    assert _story_ids(await _claim(store)) == ["a", "b"]
    await store.outbox.confirm(put_off.id, "1.1", NOON)
    assert _story_ids(await _claim(store)) == ["c"]


async def test_an_hour_of_retry_after_is_respected(store: Store) -> None:
    await store.queue(delivery("a"))
    await _claim(store)
    await store.outbox.retry(delivery("a").id, NOON + HOUR, "rate limited")
    assert await _claim(store, NOON + minutes(59)) == ()
