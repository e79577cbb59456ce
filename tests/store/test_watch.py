"""The notes of the watches, and what they read."""

from datetime import timedelta

from bot.alerts.delivery import DeliveryKind
from bot.alerts.watch.incidents import Incident
from bot.alerts.watch.late_messages import Delay, WaitingMessages
from tests.store.examples import NOON, TEAM, delivery, entry, minutes, story
from tests.store.opened import Store


async def test_an_incident_is_kept_until_it_is_deleted(store: Store) -> None:
    first, second = Incident(key="k1", ended="over\nat last"), Incident(key="k2", ended="")
    watch = store.watch
    await watch.put_incident(TEAM, "feeds", "wire", second)
    await watch.put_incident(TEAM, "feeds", "wire", first)
    await watch.put_incident(TEAM, "feeds", "wire_2", second)
    await watch.put_incident(TEAM, "rates", "wire", second)
    await watch.put_incident("T2", "feeds", "wire", second)
    assert await watch.incidents(TEAM, "feeds") == {"wire": first, "wire_2": second}
    await watch.delete_incident(TEAM, "feeds", "wire")
    assert await watch.incidents(TEAM, "feeds") == {"wire_2": second}
    assert await watch.incidents(TEAM, "rates") == {"wire": second}


async def test_a_delay_is_kept_until_it_is_deleted(store: Store) -> None:
    delay = Delay(head="d1", since=NOON, late_since=NOON, longest_s=3.5, cause="slow")
    await store.watch.put_delay(TEAM, "C1", delay)
    assert await store.watch.delays(TEAM) == {"C1": delay}
    await store.watch.delete_delay(TEAM, "C1")
    assert await store.watch.delays(TEAM) == {}


async def test_quiet_weeks_are_switched_for_each_conversation(store: Store) -> None:
    watch = store.watch
    assert await watch.switch_quiet_weeks(TEAM, "C1", on=True)
    assert not await watch.switch_quiet_weeks(TEAM, "C1", on=True)
    assert await watch.switch_quiet_weeks("T2", "C2", on=True)
    assert await watch.quiet_weeks_on(TEAM) == {"C1"}
    assert await watch.switch_quiet_weeks(TEAM, "C1", on=False)
    assert not await watch.switch_quiet_weeks(TEAM, "C1", on=False)
    assert await watch.quiet_weeks_on(TEAM) == frozenset()


async def test_waiting_messages_are_due_or_were_tried(store: Store) -> None:
    first, second = delivery("a", due_at=NOON + minutes(5)), delivery("b")
    await store.queue(
        first,
        second,
        delivery("later", "C2", kind=DeliveryKind.DIGEST, due_at=NOON + timedelta(days=1)),
        delivery("notice", "C3", kind=DeliveryKind.NOTICE),
        delivery("update", "C4", kind=DeliveryKind.UPDATE),
        delivery("digest", "C5", kind=DeliveryKind.DIGEST),
    )
    found = {one.conversation: one for one in await store.watch.waiting(TEAM, NOON)}
    assert found.keys() == {"C1", "C5"}
    assert found["C1"] == WaitingMessages("C1", first.id, NOON, "")
    [digest] = [one for one in await store.outbox.claim(NOON, 9, 60) if one.conversation == "C5"]
    await store.outbox.retry(digest.id, NOON + minutes(9), "no answer", counts=False)
    found = {one.conversation: one for one in await store.watch.waiting(TEAM, NOON)}
    assert found["C5"].error == "no answer"
    assert await store.watch.waiting("T2", NOON) == ()


async def test_conversations_with_news_and_counts(store: Store) -> None:
    await store.queue(delivery("a"), delivery("b", "C2"), delivery("c", "C3"))
    for one in await store.outbox.claim(NOON, 9, 60):
        at = {"C1": NOON, "C2": NOON + minutes(1)}.get(one.conversation)
        if at is not None:
            await store.outbox.confirm(one.id, "1.2", at)
    assert await store.watch.list_conversations_with_news(TEAM, NOON) == {"C2", "C3"}
    await store.add_stories(story("a"), story("b", seen_at=NOON + minutes(1)))
    assert await store.watch.count_stories(NOON) == 1
    await store.add_entries(entry("a"), entry("b"), at=NOON)
    await store.add_entries(entry("c"), at=NOON + minutes(5))
    await store.add_entries(entry("d", "other"), at=NOON)
    assert await store.watch.entry_moments(["wire"]) == {"wire": [NOON, NOON + minutes(5)]}
