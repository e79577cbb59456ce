"""Measures how long a worker waits for its next job: `python -m bench.queue_fetch`.

Four processes fetch and finish jobs of Procrastinate on PostgreSQL, from a queue with many waiting
jobs, each with a lock of its own (its lane). TARIFFWIRE_TEST_POSTGRES names a server on which the
user may create databases. The result is a Markdown table with one row for each kind of queue.
"""

import argparse
import multiprocessing
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

import psycopg
from procrastinate.schema import SchemaManager
from psycopg import sql

from bot.store.job_queue import LANE_INDEX

WORKERS = 4
_FETCH = "SELECT id FROM procrastinate_fetch_job_v2(NULL, %s)"
_FINISH = "SELECT procrastinate_finish_job_v1(%s, 'succeeded', true)"
_ADD = """
    INSERT INTO procrastinate_jobs
        (queue_name, task_name, lock, queueing_lock, scheduled_at, status)
    SELECT 'lanes', 'drain', %(name)s || n, %(name)s || n, now() + CAST(%(wait)s AS interval),
        CAST(%(status)s AS procrastinate_job_status)
    FROM generate_series(1, %(count)s) AS n
"""


@dataclass(frozen=True)
class Queue:
    """A kind of queue: the numbers of its jobs, and whether it has the index on lanes."""

    name: str
    waiting: int
    not_due: int = 0
    finished: int = 0
    has_index: bool = True


def list_queues(lanes: int) -> tuple[Queue, ...]:
    """The kinds of queues to measure, with so many waiting lanes."""
    return (
        Queue("as shipped", lanes, has_index=False),
        Queue("with an index on lanes", lanes),
        Queue("with the index, as many finished jobs", lanes, finished=lanes),
        Queue("with the index, behind as many jobs that are not due", lanes, not_due=lanes),
        Queue("with the index, 1% of the lanes waiting", lanes // 100),
        Queue("as shipped, 1% of the lanes waiting", lanes // 100, has_index=False),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lanes", type=int, default=100_000)
    parser.add_argument("--fetches", type=int, default=1000, help="the number for each worker")
    parser.add_argument("--seconds", type=float, default=20.0, help="the longest time for a row")
    given = parser.parse_args()
    server = os.environ["TARIFFWIRE_TEST_POSTGRES"]
    print(f"Procrastinate {version('procrastinate')}, {WORKERS} workers\n")
    print("| queue | waiting | fetches | median | p95 | longest |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for queue in list_queues(given.lanes):
        print(_measure(server, queue, given.fetches, given.seconds), flush=True)


def _measure(server: str, queue: Queue, fetches: int, seconds: float) -> str:
    with psycopg.connect(server, autocommit=True) as admin:
        name = f"queue_fetch_{os.getpid()}"
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            address = psycopg.conninfo.make_conninfo(server, dbname=name)
            _fill(address, queue)
            took = sorted(_fetch_in_processes(address, fetches, seconds))
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    p95 = took[len(took) * 95 // 100]
    median = statistics.median(took)
    return (
        f"| {queue.name} | {queue.waiting:,} | {len(took):,} "
        f"| {median * 1000:.1f} ms | {p95 * 1000:.1f} ms | {took[-1] * 1000:.0f} ms |"
    )


def _fill(address: str, queue: Queue) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(SchemaManager.get_schema())
        if queue.has_index:
            connection.execute(LANE_INDEX)
        for status, name, wait, count in (
            ("succeeded", "done", "0", queue.finished),
            ("todo", "later", "1 day", queue.not_due),
            ("todo", "lane", "0", queue.waiting),
        ):
            given = {"status": status, "name": name, "wait": wait, "count": count}
            connection.execute(_ADD, given)
        connection.execute("VACUUM ANALYZE")


def _fetch_in_processes(address: str, fetches: int, seconds: float) -> list[float]:
    context = multiprocessing.get_context("spawn")
    with context.Pool(WORKERS) as pool:
        return [
            each
            for one in pool.starmap(_fetch, [(address, fetches, seconds)] * WORKERS)
            for each in one
        ]


def _fetch(address: str, fetches: int, seconds: float) -> list[float]:
    took: list[float] = []
    with psycopg.connect(address, autocommit=True) as connection:
        row = connection.execute("SELECT * FROM procrastinate_register_worker_v1()").fetchone()
        assert row is not None
        _fetch_one(connection, row[0], lambda _: None)
        ends = time.monotonic() + seconds
        while len(took) < fetches and time.monotonic() < ends:
            if not _fetch_one(connection, row[0], took.append):
                break
    return took


def _fetch_one(
    connection: psycopg.Connection, worker: int, note: Callable[[float], object]
) -> bool:
    started = time.perf_counter()
    row = connection.execute(_FETCH, (worker,)).fetchone()
    note(time.perf_counter() - started)
    if row is None or row[0] is None:
        return False
    connection.execute(_FINISH, (row[0],))
    return True


if __name__ == "__main__":
    main()
