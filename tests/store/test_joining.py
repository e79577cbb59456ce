"""Workers that read reports of one event at the same time make one event of them, and one alert."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

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
