"""Queuing bundles: what is added to a queued one, by one process or by two at the same time."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from bot.alerts.delivery import Delivery, Thread
from bot.alerts.digest import Bundle, BundleKind, make_bundle
from bot.alerts.mutes import MuteKind
from bot.alerts.subscriptions.timing import Frequency, Timing
from bot.store import tables
from bot.store.queueing import MOST_BUNDLED
from bot.store.subscriptions import pause, resume
from tests.store.conftest import on_postgresql
from tests.store.examples import NOON, TEAM, delivery, minutes, quiet_bundle, story, subscription
from tests.store.opened import Store, open_store
from tests.store.test_mutes import missed, mute, save

_WAITING = sa.text(
    "SELECT pid FROM pg_stat_activity"
    " WHERE wait_event_type = 'Lock' AND datname = current_database()"
)
"""The connections that wait for another transaction, on PostgreSQL."""
QUIET_END = NOON + minutes(60)


def digest(*story_ids: str, conversation: str = "C1") -> Delivery:
    return make_bundle(
        Bundle(kind=BundleKind.DAILY), (TEAM, conversation), story_ids, NOON + minutes(60)
    )


async def _read_stories(store: Store) -> list[tuple[str, ...]]:
    return [each.story_ids for each in await store.outbox.unsent(10)]


async def test_a_bundle_has_room_for_some_stories_and_counts_the_others(store: Store) -> None:
    many = tuple(f"s{n}" for n in range(MOST_BUNDLED + 5))
    await store.queue(digest(*many[:10]))
    await store.queue(digest(*many[5:-2]), digest(*many[-2:], conversation="C2"))
    await store.queue(digest(*many[-2:]))
    first, second = await store.outbox.unsent(10)
    assert (first.story_ids, first.left_out) == (many[-MOST_BUNDLED:], 5)
    assert (second.story_ids, second.left_out) == (many[-2:], 0)
    await store.queue(digest(*many, conversation="C3"))
    assert (await store.outbox.unsent(10))[-1].left_out == 5


async def test_a_bundle_that_may_have_been_sent_is_followed_by_a_second_one(store: Store) -> None:
    await store.queue(digest("a"))
    await store.outbox.claim(QUIET_END, 10, 60)
    await store.queue(digest("b"))
    assert await _read_stories(store) == [("a",), ("b",)]


async def test_the_events_of_a_quiet_bundle_are_known_until_it_is_dropped(store: Store) -> None:
    await store.add_stories(story("a"), story("b", event_id="a"), story("c"), story("d"))
    await store.queue(quiet_bundle("a", "c"), digest("d"))
    await store.queue(quiet_bundle("b", conversation="C2"), delivery("d"))
    events = ["a", "b", "c", "d"]
    here, there = Thread("a", TEAM, "C1"), Thread("a", TEAM, "C2")
    known = {here: QUIET_END, there: QUIET_END, Thread("c", TEAM, "C1"): QUIET_END}
    assert await store.outbox.bundled(events) == known
    for each in await store.outbox.claim(QUIET_END, 10, 60):
        await store.outbox.confirm(each.id, "1.1", QUIET_END)
    assert await store.outbox.bundled(events) == known
    dropped = quiet_bundle("d", conversation="C9")
    await store.queue(dropped)
    assert await store.outbox.drop(dropped.id)
    assert await store.outbox.bundled(["d"]) == {}


async def test_a_bundle_that_is_put_back_still_counts_for_its_planned_moment(store: Store) -> None:
    await store.add_stories(story("a"))
    await store.queue(quiet_bundle("a"))
    [claimed] = await store.outbox.claim(QUIET_END, 10, 60)
    await store.outbox.put_back(claimed.id, QUIET_END + minutes(5))
    assert await store.outbox.bundled(["a"]) == {Thread("a", TEAM, "C1"): QUIET_END}


async def test_a_bundle_that_is_queued_again_after_each_send_is_sent_at_most_twice(
    store: Store,
) -> None:
    sent = 0
    for _ in range(4):
        await store.queue(digest("a"))
        for each in await store.outbox.claim(QUIET_END, 10, 60):
            await store.outbox.confirm(each.id, "1.1", QUIET_END)
            sent += 1
    assert sent == 2


@contextmanager
def _statements() -> Iterator[list[tuple[str, Any]]]:
    """The statements that are run, with their parameters."""
    found: list[tuple[str, Any]] = []

    def note(_1: Any, _2: Any, statement: str, given: Any, _3: Any, is_many: bool) -> None:
        found.append((statement, given[0] if is_many else given))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
async def test_no_look_up_of_bundles_and_mutes_reads_a_whole_table(store: Store) -> None:
    await store.add_stories(story("a"), story("b"))
    topic = mute(MuteKind.TOPIC, "tariff")
    with _statements() as statements:
        for name in ("a", "b"):
            await store.queue(digest(name), quiet_bundle(name))
            for each in (mute(), topic):
                await store.mutes.add(each)
                await save(store, missed(each, name))
        await store.outbox.bundled(["a", "b"])
        await store.outbox.alerted(["a", "b"])
        await store.mutes.about(["a", "b"])
        await store.mutes.remove(topic, NOON)
    plans = await store.database.read(lambda connection: _explain(connection, statements))
    assert any("ix_deliveries_unsent" in plan for plan in plans)
    assert [each for each in plans if "SCAN" in each] == []


def _explain(connection: sa.Connection, statements: list[tuple[str, Any]]) -> list[str]:
    """Each step of SQLite's plans of the statements."""
    return [
        f"{row[3]}: {statement}"
        for statement, given in statements
        if statement.startswith(("SELECT", "UPDATE", "DELETE"))
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
    ]


@asynccontextmanager
async def _during(
    store: Store, work: Callable[[sa.Connection], object]
) -> AsyncIterator[Callable[[asyncio.Task[Any]], Any]]:
    """Runs `work` in a transaction that stays open until another one waits for it.

    The block starts that other transaction and waits with the function that it gets.
    """
    done, other_waits = threading.Event(), threading.Event()

    def write(connection: sa.Connection) -> None:
        work(connection)
        done.set()
        assert other_waits.wait(20)

    first = asyncio.create_task(store.database.write(write))
    await asyncio.to_thread(done.wait, 20)

    async def wait_for_other(other: asyncio.Task[Any]) -> None:
        while not await store.database.rows(_WAITING):
            assert not other.done(), "the other transaction did not wait"
            await asyncio.sleep(0.01)

    try:
        yield wait_for_other
    finally:
        other_waits.set()
        await first


@on_postgresql
async def test_two_processes_that_begin_a_bundle_lose_no_story(store: Store, address: str) -> None:
    other = open_store(address)
    put = lambda connection: store.outbox.put(connection, [digest("a")])  # noqa: E731
    async with _during(store, put) as wait_for_other:
        second = asyncio.create_task(other.queue(digest("b"), digest("c", conversation="C2")))
        await wait_for_other(second)
    await second
    assert sorted(await _read_stories(store)) == [("a", "b"), ("c",)]
    await other.database.close()


@on_postgresql
async def test_a_mute_that_ends_while_a_story_is_saved_offers_it_at_once(
    store: Store, address: str
) -> None:
    other, muted = open_store(address), mute(until=NOON + minutes(60 * 24 * 30))
    await store.mutes.add(muted)
    put = lambda connection: store.outbox.put(connection, [missed(muted, "a")], NOON)  # noqa: E731
    async with _during(store, put) as wait_for_other:
        removed = asyncio.create_task(other.mutes.remove(muted, NOON))
        await wait_for_other(removed)
    assert await removed
    assert [each.due_at for each in await store.outbox.unsent(10)] == [NOON]
    await other.database.close()


def _stop(connection: sa.Connection) -> None:
    pause(connection, TEAM, "C1", "is_archived", NOON)


@on_postgresql
@pytest.mark.parametrize("ends", [False, True], ids=["a pause begins", "a pause ends"])
async def test_an_edit_and_a_pause_at_the_same_time_are_both_saved(
    store: Store, address: str, *, ends: bool
) -> None:
    other, own = open_store(address), subscription()
    await store.subscriptions.add(own)
    timing = Timing(frequency=Frequency.WEEKLY)
    if ends:
        await store.database.write(_stop)
    change = (lambda connection: resume(connection, TEAM, "C1", NOON)) if ends else _stop
    async with _during(store, change) as wait_for_other:
        edited = asyncio.create_task(
            other.subscriptions.replace(TEAM, [own.id], own.criteria, timing)
        )
        await wait_for_other(edited)
    assert await edited
    [saved] = await store.subscriptions.every()
    assert (saved.timing, saved.paused_at) == (timing, None if ends else NOON)
    await other.database.close()


@on_postgresql
async def test_two_edits_at_the_same_time_make_no_two_equal_subscriptions(
    store: Store, address: str
) -> None:
    other = open_store(address)
    steel, talks = subscription(words=["steel"]), subscription(words=["talks"])
    for each in (steel, talks):
        await store.subscriptions.add(each)
    wanted = subscription(words=["wine"]).criteria
    lock = lambda connection: _lock(connection, steel.id)  # noqa: E731
    async with _during(store, lock) as wait_for_other:
        edits = [
            asyncio.create_task(each.subscriptions.replace(TEAM, [one.id], wanted, one.timing))
            for each, one in ((store, steel), (other, talks))
        ]
        await wait_for_other(edits[1])
    assert sorted([await each is None for each in edits]) == [False, True]
    assert [each.criteria == wanted for each in await store.subscriptions.every()].count(True) == 1
    await other.database.close()


def _lock(connection: sa.Connection, subscription_id: str) -> None:
    row = tables.subscriptions.c
    connection.execute(sa.select(row.id).where(row.id == subscription_id).with_for_update())
