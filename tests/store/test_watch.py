"""What the watches keep and read."""

from datetime import timedelta

from bot.alerts.delivery import DeliveryKind
from bot.alerts.watch.facts import LateQueue, SilentFeed
from bot.alerts.watch.incidents import Problem
from tests.store.examples import NOON, TEAM, delivery, entry, minutes, story
from tests.store.opened import Store


def _silent(subject: str, key: str) -> Problem:
    about = SilentFeed(feed_id=subject, since=NOON, usual_s=60)
    return Problem(subject=subject, key=key, about=about)


async def test_an_incident_is_kept_until_it_is_deleted(store: Store) -> None:
    first, second, other = _silent("wire", "k1"), _silent("wire", "k2"), _silent("wire_2", "k3")
    watch = store.watch
    await watch.put_incident(TEAM, "feeds", second)
    await watch.put_incident(TEAM, "feeds", first)
    await watch.put_incident(TEAM, "feeds", other)
    await watch.put_incident(TEAM, "rates", second)
    await watch.put_incident("T2", "feeds", second)
    assert await watch.incidents(TEAM, "feeds") == {"wire": first, "wire_2": other}
    await watch.delete_incident(TEAM, "feeds", "wire")
    assert await watch.incidents(TEAM, "feeds") == {"wire_2": other}
    assert await watch.incidents(TEAM, "rates") == {"wire": second}


async def test_quiet_weeks_are_switched_for_each_conversation(store: Store) -> None:
    watch = store.watch
    assert await watch.switch_quiet_weeks(TEAM, "C1", on=True)
    assert not await watch.switch_quiet_weeks(TEAM, "C1", on=True)
    assert await watch.switch_quiet_weeks("T2", "C2", on=True)
    assert await watch.quiet_weeks_on(TEAM) == {"C1"}
    assert await watch.switch_quiet_weeks(TEAM, "C1", on=False)
    assert not await watch.switch_quiet_weeks(TEAM, "C1", on=False)
    assert await watch.quiet_weeks_on(TEAM) == frozenset()


async def test_late_messages_are_counted_from_when_they_were_first_due(store: Store) -> None:
    await store.queue(
        delivery("a", due_at=NOON + minutes(5)),
        delivery("b"),
        delivery("later", "C2", kind=DeliveryKind.DIGEST, due_at=NOON + timedelta(days=1)),
        delivery("notice", "C3", kind=DeliveryKind.NOTICE),
        delivery("update", "C4", kind=DeliveryKind.UPDATE),
        delivery("digest", "C5", kind=DeliveryKind.DIGEST),
    )
    find = store.watch.find_late
    assert await find(TEAM, NOON - minutes(1), NOON) is None
    expected = LateQueue(since=NOON, conversations=2)
    assert await find(TEAM, NOON + minutes(5), NOON) == expected
    for one in await store.outbox.claim(NOON, 9, 60):
        await store.outbox.retry(one.id, NOON + minutes(9), "no answer", counts=False)
    tried = LateQueue(since=NOON, conversations=2, error="no answer")
    assert await find(TEAM, NOON, NOON) == tried
    assert await find("T2", NOON, NOON) is None


async def test_conversations_with_news_and_counts(store: Store) -> None:
    await store.queue(delivery("a"), delivery("b", "C2"), delivery("c", "C3"))
    for one in await store.outbox.claim(NOON, 9, 60):
        at = {"C1": NOON, "C2": NOON + minutes(1)}.get(one.conversation)
        if at is not None:
            await store.outbox.confirm(one.id, "1.2", at)
    found = await store.watch.list_conversations_with_news(TEAM, NOON, NOON)
    assert found == {"C2", "C3"}
    found = await store.watch.list_conversations_with_news(TEAM, NOON, NOON - minutes(1))
    assert found == {"C2"}
    await store.add_stories(story("a"), story("b", seen_at=NOON + minutes(1)))
    assert await store.watch.count_stories(NOON) == 1
    await store.add_entries(entry("a"), entry("b"), at=NOON)
    await store.add_entries(entry("c"), at=NOON + minutes(5))
    await store.add_entries(entry("d", "other"), at=NOON)
    assert await store.watch.entry_moments(["wire"]) == {"wire": [NOON, NOON + minutes(5)]}
