"""Workers that read reports of one event at the same time make one event of them, and one alert."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from sqlalchemy import make_url, text

from bot.errors import StoreUnavailable
from bot.news.state import JoinResult
from bot.news.story import Story
from bot.pipeline import Pipeline
from bot.store import job_queue
from bot.store.engine import Database
from tests.store.conftest import on_postgresql
from tests.store.examples import NOON, TEAM, entry, feed, minutes, subscription
from tests.store.opened import Store
from tests.test_pipeline import RULES, PlainReader, Publisher

EVENTS = 15


@pytest.fixture
async def workers(address: str) -> AsyncIterator[list[Store]]:
    opened = [Database(address, has_workers=True) for _ in range(2)]
    await opened[0].write(job_queue.install)
    yield [Store.of(each) for each in opened]
    for each in opened:
        await each.close()


@on_postgresql
async def test_two_workers_make_one_event_of_reports_that_come_at_the_same_time(
    workers: list[Store],
) -> None:
    await workers[0].subscriptions.add(subscription())
    publisher = Publisher()
    pipelines = [
        Pipeline(publisher, PlainReader(), store.pipeline_store, RULES) for store in workers
    ]
    took = []
    for number in range(EVENTS):
        now = NOON + minutes(number)
        for feed_id in ("first", "second"):
            title = f"Tariff of {feed_id} about event{number}"
            name = f"{feed_id}-{number}"
            publisher.publish(entry(name, feed_id, title=title, published=now))
        began = time.monotonic()
        await asyncio.gather(
            *(
                pipeline.run(feed(feed_id), now)
                for pipeline, feed_id in zip(pipelines, ("first", "second"), strict=True)
            )
        )
        took.append(time.monotonic() - began)
    stories = await workers[0].stories.latest(None, EVENTS * 2)
    assert len(stories) == EVENTS * 2
    assert len({each.event_id for each in stories}) == EVENTS
    alerted = await workers[0].outbox.alerted({each.event_id for each in stories})
    assert len(alerted) == EVENTS
    jobs = await workers[0].database.read(
        lambda connection: connection.exec_driver_sql("SELECT lock FROM procrastinate_jobs").all()
    )
    assert sorted(lock for (lock,) in jobs) == [f"{TEAM}:C1", f"{TEAM}:updates"]
    print(f"median {sorted(took)[EVENTS // 2] * 1000:.0f} ms for two polls with a story each")


class Suspended:
    """A join that does not go on until `resumed` is set, like that of a suspended process."""

    def __init__(self) -> None:
        self.began, self.resumed = threading.Event(), threading.Event()

    def join(self, story: Story, recent: Sequence[Story]) -> JoinResult:
        self.began.set()
        assert self.resumed.wait(30)
        return RULES.join(story, recent)


@asynccontextmanager
async def _open_limited(address: str, limit: str) -> AsyncIterator[Store]:
    limits = {"options": f"-c {limit}"}
    url = make_url(address).update_query_dict(limits).render_as_string(hide_password=False)
    database = Database(url, has_workers=True)
    yield Store.of(database)
    await database.close()


@on_postgresql
async def test_a_suspended_worker_stops_no_other_and_its_story_is_read_again(
    workers: list[Store], address: str
) -> None:
    other = workers[0]
    await other.subscriptions.add(subscription())
    publisher, suspended = Publisher(), Suspended()
    for feed_id in ("first", "second"):
        publisher.publish(
            entry(feed_id, feed_id, title=f"Tariff of {feed_id} on event", published=NOON)
        )
    rules = replace(RULES, join=suspended.join)
    async with _open_limited(address, "idle_in_transaction_session_timeout=500") as store:
        pipeline = Pipeline(publisher, PlainReader(), store.pipeline_store, rules)
        running = asyncio.create_task(pipeline.run(feed("first"), NOON))
        assert await asyncio.to_thread(suspended.began.wait, 10)
        of_other = Pipeline(publisher, PlainReader(), other.pipeline_store, RULES)
        async with asyncio.timeout(20):
            await of_other.run(feed("second"), NOON)
        suspended.resumed.set()
        with pytest.raises(StoreUnavailable):
            await running
        assert len(await other.stories.latest(None, 9)) == 1
        # Its recent stories were old. With new ones, it finds the event that the other has begun.
        await pipeline.run(feed("first"), NOON)
    stories = await other.stories.latest(None, 9)
    assert len(stories) == 2
    assert len({each.event_id for each in stories}) == 1
    assert len(await other.outbox.alerted({each.event_id for each in stories})) == 1


@on_postgresql
async def test_a_worker_that_waits_too_long_for_the_lock_reads_the_story_again(
    workers: list[Store], address: str
) -> None:
    publisher = Publisher()
    publisher.publish(entry("first", "first", title="Tariff", published=NOON))
    async with _open_limited(address, "lock_timeout=200") as store:
        pipeline = Pipeline(publisher, PlainReader(), store.pipeline_store, RULES)
        async with workers[0].pipeline_store.joining():
            with pytest.raises(StoreUnavailable):
                await pipeline.run(feed("first"), NOON)
        await pipeline.run(feed("first"), NOON)
    assert len(await workers[0].stories.latest(None, 9)) == 1


@on_postgresql
async def test_no_connection_keeps_locks_without_work(workers: list[Store]) -> None:
    for name in ("idle_in_transaction_session_timeout", "lock_timeout"):
        [limit] = await workers[0].database.column(text(f"SHOW {name}"))
        assert limit != "0"
