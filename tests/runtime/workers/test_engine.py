"""Lanes run once at a time and periodic jobs once, however many engines take jobs."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from bot.alerts.sending.lanes import Lane
from bot.runtime.app import run_until_stopped
from bot.runtime.jobs import Job
from bot.runtime.workers.engine import (
    HEARTBEAT_S,
    STALLED_AFTER_S,
    STOP_WITHIN_S,
    TAKE_OVER_S,
    JobEngine,
    LaneJobs,
    Patience,
    find_cron,
)
from bot.store import job_queue
from bot.store.engine import Database, parse_url
from bot.store.message_lanes import MessageLanes
from tests.journeys.workspace_reader import eventually
from tests.store.conftest import address, on_postgresql
from tests.store.examples import TEAM

__all__ = ["address"]


@pytest.mark.parametrize(
    ("every_s", "cron"),
    [
        (0.05, "* * * * * */1"),
        (5, "* * * * * */5"),
        (7, "* * * * * */10"),
        (60, "*/1 * * * *"),
        (600, "*/10 * * * *"),
        (3600, "0 */1 * * *"),
        (90_000, "0 0 * * *"),
    ],
)
def test_an_interval_becomes_a_schedule_that_is_not_more_frequent(
    every_s: float, cron: str
) -> None:
    assert find_cron(every_s) == cron


def test_the_lanes_of_a_worker_that_stops_are_not_taken_over_before_its_jobs_have_ended() -> None:
    # The last heartbeat may be one interval old when the stop begins.
    assert max(STOP_WITHIN_S.values()) + HEARTBEAT_S < STALLED_AFTER_S
    # A worker that was killed is replaced within a minute.
    assert STALLED_AFTER_S + TAKE_OVER_S < 50


@pytest.fixture
async def database(address: str) -> AsyncIterator[Database]:
    opened = Database(address, has_workers=True)
    await opened.write(job_queue.install)
    yield opened
    await opened.close()


class Work:
    """What the jobs of all engines did."""

    def __init__(self) -> None:
        self.drained: Counter[Lane] = Counter()
        self.polled: list[str] = []
        self.running: set[Lane] = set()
        self.overlaps = 0
        self.error: Exception | None = None
        self.ticks: Counter[str] = Counter()
        self.set_back_s = 0.0

    async def drain(self, lane: Lane) -> None:
        self.overlaps += lane in self.running
        self.running.add(lane)
        await asyncio.sleep(0.05)
        self.running.discard(lane)
        self.drained[lane] += 1

    async def poll_host(self, host: str) -> None:
        if self.error is not None:
            raise self.error
        self.polled.append(host)

    @asynccontextmanager
    async def engine(self, database: Database, address: str, name: str) -> AsyncIterator[None]:
        """Runs an engine within the block."""

        async def tick() -> None:
            self.ticks[name] += 1

        rows = MessageLanes(database)
        lanes = LaneJobs(self.drain, self.poll_host, rows.take_over, rows.find_silent)
        jobs = [Job("tick", tick, 1.0)]
        engine = JobEngine(parse_url(address), lanes, jobs, self.read_clock, look_s=0.2)
        async with run_until_stopped(engine.run, asyncio.Event(), name):
            yield

    def read_clock(self) -> datetime:
        return datetime.fromtimestamp(self.read_seconds(), UTC)

    def read_seconds(self) -> float:
        return time.time() - self.set_back_s


@on_postgresql
async def test_two_engines_share_lanes_and_a_periodic_job(database: Database, address: str) -> None:
    work = Work()
    lanes = [Lane(team=TEAM, conversation=f"C{number}") for number in range(30)]
    async with (
        work.engine(database, address, "first"),
        work.engine(database, address, "second"),
    ):
        for _ in range(3):
            await database.write(lambda connection: job_queue.add_missing(connection, lanes))
            await asyncio.sleep(0.03)
        await MessageLanes(database).add_hosts(["feeds.example"])
        began = asyncio.get_running_loop().time()

        async def is_done() -> bool:
            return set(work.drained) == set(lanes) and bool(work.polled) and work.ticks.total() > 2

        assert await eventually(is_done, within_s=20)
        took = asyncio.get_running_loop().time() - began
    assert work.overlaps == 0
    assert work.polled == ["feeds.example"]
    # Two engines that each ran it every second would have run it about twice as often.
    assert work.ticks.total() <= took + 3


@on_postgresql
async def test_periodic_jobs_go_on_after_the_clock_was_set_back(
    database: Database, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work()
    clock = SimpleNamespace(time=work.read_seconds)
    monkeypatch.setattr("procrastinate.periodic.time", clock)
    async with work.engine(database, address, "only"):

        async def has_ticked() -> bool:
            return work.ticks.total() > 0

        assert await eventually(has_ticked, within_s=20)
        work.set_back_s = 3600.0
        await asyncio.sleep(1)
        work.ticks.clear()
        assert await eventually(has_ticked, within_s=20)


@on_postgresql
async def test_a_job_that_fails_is_deleted_and_others_go_on(
    database: Database, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    work = Work()
    work.error = OSError("a bug")
    async with work.engine(database, address, "only"):
        await MessageLanes(database).add_hosts(["feeds.example"])
        lane = Lane(team=TEAM, conversation="C1")
        await database.write(lambda connection: job_queue.add_missing(connection, [lane]))

        async def is_done() -> bool:
            return bool(work.drained) and "a bug" in caplog.text

        assert await eventually(is_done, within_s=20)


@on_postgresql
async def test_jobs_are_taken_again_after_the_connections_were_lost(
    database: Database, address: str
) -> None:
    work = Work()
    end = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )

    async def has_ticked() -> bool:
        return work.ticks.total() > 0

    async with work.engine(database, address, "only"):
        assert await eventually(has_ticked, within_s=20)
        await database.write(lambda connection: connection.exec_driver_sql(end).all())
        await MessageLanes(database).add_hosts(["feeds.example"])

        async def has_polled() -> bool:
            return bool(work.polled)

        assert await eventually(has_polled, within_s=30)


@on_postgresql
async def test_a_worker_of_each_queue_that_sends_no_heartbeat_is_replaced(
    database: Database, address: str
) -> None:
    ids, silence = (
        text("SELECT id FROM procrastinate_workers"),
        text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'"),
    )

    async with Work().engine(database, address, "only"):
        before: set[int] = set()

        async def are_others() -> bool:
            found = set(await database.column(ids))
            return len(found) == 3 and not found & before

        assert await eventually(are_others, within_s=20)
        before.update(await database.column(ids))
        await database.change(silence)
        assert await eventually(are_others, within_s=20)


@on_postgresql
async def test_jobs_of_a_dead_worker_are_taken_over_though_each_periodic_job_is_locked(
    database: Database, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.runtime.workers.engine")
    work = Work()
    lane = Lane(team=TEAM, conversation="C1")
    await database.write(lambda connection: job_queue.add_missing(connection, [lane]))
    for change in (
        "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')",
        "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args)"
        " VALUES ('periodic', 'tick', 'tick', '{}')",
        "UPDATE procrastinate_jobs SET status = 'doing',"
        " worker_id = (SELECT min(id) FROM procrastinate_workers)",
    ):
        await database.change(text(change))
    async with work.engine(database, address, "only"):

        async def is_done() -> bool:
            return bool(work.drained) and work.ticks.total() > 0

        assert await eventually(is_done, within_s=20)
    # The lane and the periodic job.
    assert "2 job(s)" in caplog.text


@on_postgresql
async def test_workers_that_were_suspended_with_this_one_are_not_taken_over(
    database: Database, address: str
) -> None:
    work = Work()
    lane = Lane(team=TEAM, conversation="C1")
    silent = text(
        "UPDATE procrastinate_workers SET last_heartbeat = now() - CAST(:by AS interval)"
        " WHERE id = (SELECT worker_id FROM procrastinate_jobs WHERE lock = :lock)"
    )
    async with work.engine(database, address, "only"):

        async def has_ticked() -> bool:
            return work.ticks.total() > 0

        assert await eventually(has_ticked, within_s=20)
        work.set_back_s = -60.0
        await asyncio.sleep(0.5)
        job = (
            "WITH other AS (INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - interval '1 minute') RETURNING id)"
            " INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args, status, worker_id)"
            " SELECT 'messages', 'drain', :lock, CAST(:args AS jsonb), 'doing', id FROM other"
        )
        await database.change(text(job).bindparams(lock=lane.key, args=lane.model_dump_json()))
        await asyncio.sleep(1)
        assert not work.drained
        await database.change(silent.bindparams(by="1 hour", lock=lane.key))

        async def is_drained() -> bool:
            return work.drained[lane] == 1

        assert await eventually(is_drained, within_s=20)


def test_patience_ends_when_the_others_have_had_time_to_go_on() -> None:
    now = datetime(2026, 11, 30, tzinfo=UTC)
    patience = Patience(now)
    assert patience.begin_look(now) == STALLED_AFTER_S
    patience.end_look(now)
    resumed = now + timedelta(minutes=10)
    assert patience.begin_look(resumed) == STALLED_AFTER_S + 600
    limits = []
    for later_s in range(0, 60, int(TAKE_OVER_S)):
        later = resumed + timedelta(seconds=later_s)
        patience.end_look(later)
        limits.append(patience.begin_look(later))
    assert limits == [STALLED_AFTER_S + 600] * 7 + [STALLED_AFTER_S] * 5


def test_patience_lasts_if_a_short_gap_follows_a_long_one() -> None:
    now = datetime(2026, 11, 30, tzinfo=UTC)
    patience = Patience(now)
    resumed = now + timedelta(minutes=10)
    patience.begin_look(resumed)
    patience.end_look(resumed)
    assert patience.begin_look(resumed + timedelta(seconds=16)) == STALLED_AFTER_S + 616


def test_looks_that_fail_in_an_outage_are_one_gap() -> None:
    now = datetime(2026, 11, 30, tzinfo=UTC)
    patience = Patience(now)
    limits = [patience.begin_look(now + timedelta(seconds=each)) for each in (20, 25, 30)]
    assert limits == [STALLED_AFTER_S + each for each in (20, 25, 30)]


def test_patience_does_not_last_longer_if_the_clock_is_set_back() -> None:
    now = datetime(2026, 11, 30, tzinfo=UTC)
    patience = Patience(now)
    resumed = now + timedelta(minutes=10)
    assert patience.begin_look(resumed) == STALLED_AFTER_S + 600
    patience.end_look(resumed)
    back = resumed - timedelta(hours=1)
    assert patience.begin_look(back) == STALLED_AFTER_S + 600
    later = back + timedelta(seconds=60)
    patience.end_look(later)
    assert patience.begin_look(later) == STALLED_AFTER_S


@on_postgresql
async def test_the_lane_of_a_job_whose_end_could_not_be_saved_is_served_again(
    database: Database, address: str
) -> None:
    work = Work()
    lane = Lane(team=TEAM, conversation="C1")
    for change in (
        "CREATE SEQUENCE ends",
        "CREATE FUNCTION fail_once() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN IF nextval('ends') = 1 THEN RAISE 'lost'; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER fail BEFORE DELETE ON procrastinate_jobs FOR EACH ROW"
        " WHEN (OLD.queue_name = 'messages') EXECUTE FUNCTION fail_once()",
    ):
        await database.change(text(change))
    await database.write(lambda connection: job_queue.add_missing(connection, [lane]))
    async with work.engine(database, address, "only"):

        async def is_served_again() -> bool:
            return work.drained[lane] > 1

        assert await eventually(is_served_again, within_s=30)
    rest = text("SELECT id FROM procrastinate_jobs WHERE queue_name = 'messages'")
    assert await database.column(rest) == []
    assert await database.column(text("SELECT last_value FROM ends")) == [3]
