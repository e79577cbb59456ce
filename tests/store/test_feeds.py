import asyncio
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from bot.feeds.model import STATE, FeedState, Validators
from bot.store import tables
from bot.store.feeds import Feeds
from tests.store.examples import NOON, entry, feed, minutes
from tests.store.opened import Store


async def test_an_added_feed_is_read_back_unchanged_and_cannot_be_added_twice(store: Store) -> None:
    court = feed("court", kind="court", topics=["court_ruling"], poll_minutes=2.5)
    assert await store.feeds.add(court)
    assert not await store.feeds.add(feed("court", title="Another"))
    assert await store.feeds.added() == (court,)


async def test_a_removed_feed_leaves_no_state(store: Store) -> None:
    await store.feeds.add(feed())
    await store.feeds.save_state(FeedState(feed_id="wire", failures=3))
    assert await store.feeds.remove("wire")
    assert not await store.feeds.remove("wire")
    assert await store.feeds.states() == {}


async def test_the_last_state_of_each_feed_is_read_back_unchanged(store: Store) -> None:
    first = FeedState(feed_id="wire", validators=Validators(etag='W/"a\u00e9"'), next_poll_at=NOON)
    last = replace(first, failures=2, error="no answer in 30 s")
    other = FeedState(feed_id="court")
    await store.feeds.save_state(first)
    await asyncio.gather(store.feeds.save_state(last), store.feeds.save_state(other))
    assert await store.feeds.states() == {"wire": last, "court": other}
    assert await store.feeds.state("wire") == last
    assert await store.feeds.state("unknown") is None


async def test_lag_is_measured_per_feed_from_publication_to_first_seen(store: Store) -> None:
    late = (entry(f"late{number}", published=NOON - minutes(number)) for number in range(1, 101))
    future = entry("future", "court", published=NOON + minutes(5))
    undated = entry("undated", "paper", published=None)
    await store.add_entries(*late, future, undated)
    lags = await store.feeds.lags(NOON - timedelta(days=1))
    assert (lags["wire"].median_s, lags["wire"].p95_s) == (50 * 60, 95 * 60)
    assert lags["wire"].entries == 100
    assert lags["court"].median_s == 0
    assert "paper" not in lags


async def test_entries_of_a_first_poll_and_old_entries_do_not_count_as_lag(store: Store) -> None:
    await store.add_entries(entry("archive"), first_round=True)
    await store.add_entries(entry("before", "court"), at=NOON - timedelta(days=9))
    assert await store.feeds.lags(NOON - timedelta(days=7)) == {}


async def test_the_lag_of_all_feeds_is_measured_over_all_entries(store: Store) -> None:
    assert await store.feeds.lag(NOON - timedelta(days=1)) is None
    wire = (entry(f"wire{number}", published=NOON - minutes(1)) for number in range(90))
    court = (entry(f"court{n}", "court", published=NOON - minutes(30)) for n in range(10))
    await store.add_entries(*wire, *court)
    lag = await store.feeds.lag(NOON - timedelta(days=1))
    assert lag is not None
    assert (lag.median_s, lag.p95_s, lag.entries) == (60, 1800, 100)


async def test_reading_all_states_includes_changes_by_another_process(store: Store) -> None:
    await store.feeds.save_state(FeedState(feed_id="wire", failures=1))
    there = FeedState(feed_id="wire", failures=2)
    await Feeds(store.database).save_state(there)
    assert await store.feeds.states() == {"wire": there}
    assert await store.feeds.state("wire") == there


async def test_a_state_whose_transaction_failed_is_not_saved(store: Store) -> None:
    before = FeedState(feed_id="wire", failures=1)
    await store.feeds.save_state(before)

    def fail_after_writing(connection: Connection) -> None:
        store.feeds.put_state(connection, replace(before, failures=2))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await store.database.write(fail_after_writing)
    assert await store.feeds.state("wire") == before


async def test_a_cancelled_caller_waits_until_the_state_is_written(store: Store) -> None:
    before = FeedState(feed_id="wire", failures=1)
    await store.feeds.save_state(before)
    begun, go_on = threading.Event(), threading.Event()

    def write_slowly(connection: Connection) -> None:
        begun.set()
        go_on.wait()
        store.feeds.put_state(connection, replace(before, failures=2))

    saving = asyncio.create_task(store.database.write(write_slowly))
    await asyncio.to_thread(begun.wait)
    assert (await store.feeds.states())["wire"] == before
    saving.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await saving
    state = await store.feeds.state("wire")
    assert state is not None
    assert state.failures == 2


async def test_a_removed_feed_has_no_state(store: Store) -> None:
    await store.feeds.add(feed())
    await store.feeds.save_state(FeedState(feed_id="wire"))
    await store.feeds.remove("wire")
    assert await store.feeds.state("wire") is None


async def test_many_states_are_decoded_off_the_event_loop(store: Store) -> None:
    names = {f"feed-{number}" for number in range(600)}
    await asyncio.gather(*(store.feeds.save_state(FeedState(feed_id=name)) for name in names))
    threads = set[int]()

    def decode_and_record_thread(data: str) -> FeedState:
        threads.add(threading.get_ident())
        return STATE.validate_json(data)

    feeds = Feeds(store.database, decode=decode_and_record_thread)
    assert (await feeds.states()).keys() == names
    assert threading.get_ident() not in threads


async def test_unknown_fields_written_by_a_newer_version_are_ignored(store: Store) -> None:
    data = '{"feed_id": "wire", "failures": 3, "invented_later": {"a": 1}}'
    insert = store.database.insert(tables.feed_states)
    await store.database.change(insert.values(feed_id="wire", data=data))
    assert await store.feeds.states() == {"wire": FeedState(feed_id="wire", failures=3)}


@pytest.mark.parametrize(
    "odd",
    [
        "a\0b",
        "\\u0000",
        "\\ \" ' \x7f\x01",
        "\U0001f600\u2028\uffff",
        ":states %s $1",
        "é" * 70_000,
    ],
)
async def test_states_saved_together_are_stored_as_the_same_json_as_alone(
    store: Store, odd: str
) -> None:
    every = [
        FeedState(feed_id="wire", error=odd, window_s=0.1, interval_s=1e300, failures=2**70),
        FeedState(feed_id="court", configured_url=odd, validators=Validators(etag=odd)),
    ]
    for state in every:
        await store.feeds.save_state(state)
    query = select(tables.feed_states.c.feed_id, tables.feed_states.c.data)
    stored = {row[0]: row[1] for row in await store.database.rows(query)}
    assert stored == {state.feed_id: STATE.dump_json(state).decode() for state in every}
    assert await store.feeds.states() == {state.feed_id: state for state in every}
