"""The job queue of several workers: Procrastinate's tables in the bot's own PostgreSQL database.

    lane             one conversation, the updates of one workspace, or one feed host
    lock             the lane, so one worker at a time processes it
    queueing lock    the lane, so at most one job of it waits

A job names its lane, and nothing else: what is due in it is read from the tables. So a job that is
lost or runs twice does no harm, and the sweeps (`bot.runtime.workers.jobs`) add what is missing.

Lanes of messages are taken by priority. Each waiting lane of a workspace has a priority one lower
than the lane before. The first one has the same priority as the first lanes of other workspaces.
So a workspace with many waiting lanes does not delay others.

A job is added in the transaction that queues the work. If a job of the lane is already waiting, its
row is locked until that transaction ends. So no worker takes the job before it can see the work.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from importlib.metadata import version
from typing import Any

import sqlalchemy as sa

from bot.alerts.delivery import Delivery
from bot.alerts.sending.lanes import Lane, find_lane
from bot.store.engine import chunks, execute_many

MESSAGES, POLLS, PERIODIC = "messages", "polls", "periodic"
"""The queues. Each has its own slots in a worker, so that slow feeds delay no messages."""

DRAIN, POLL = "drain", "poll"
"""The tasks of the queues `MESSAGES` and `POLLS`."""

LANE_INDEX = """
CREATE INDEX IF NOT EXISTS tariffwire_jobs_lane ON procrastinate_jobs (lock)
    WHERE status IN ('todo', 'doing')
"""
"""The index that each fetch needs. Without it, a fetch reads all waiting jobs."""

TEAM_INDEX = """
CREATE INDEX IF NOT EXISTS tariffwire_jobs_team ON procrastinate_jobs ((args->>'team'), priority)
    WHERE status = 'todo' AND queue_name = 'messages'
"""
"""The index that finds the last waiting lane of a workspace."""

_PLACES = sa.text(
    """
    SELECT team, coalesce(
        (SELECT min(priority) - 1 FROM procrastinate_jobs
            WHERE status = 'todo' AND queue_name = 'messages' AND args->>'team' = team),
        (SELECT max(priority) FROM procrastinate_jobs
            WHERE status = 'todo' AND queue_name = 'messages'),
        0
    ) AS place
    FROM unnest(CAST(:teams AS text[])) AS team
    """
)
"""`teams`: the priority of the next lane of each workspace. It is one lower than that of the last
lane that waits. If none waits, it is the highest priority of all waiting lanes.
"""
_ADD = sa.text(
    """
    INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, priority)
    SELECT :queue, :task, :lane, :lane, CAST(:args AS jsonb), :priority
    WHERE CAST(:due_at AS timestamptz) IS NULL OR CAST(:due_at AS timestamptz) <= now()
    ON CONFLICT (queueing_lock) WHERE status = 'todo'
    DO UPDATE SET priority = procrastinate_jobs.priority
    """
)
_UNFINISHED = sa.text(
    "SELECT lock FROM procrastinate_jobs WHERE lock = ANY(:locks) AND status IN ('todo', 'doing')"
)
_STALLED = sa.text(
    """
    DELETE FROM procrastinate_jobs AS job
    WHERE status = 'doing' AND (
        id = ANY(CAST(:ended AS bigint[])) OR NOT EXISTS (
            SELECT 1 FROM procrastinate_workers AS worker
            WHERE worker.id = job.worker_id
                AND worker.last_heartbeat >= now() - make_interval(secs => :after_s)
        )
    )
    RETURNING queue_name, args
    """
)
_HAS_LIVE_WORKER = sa.text(
    """
    SELECT EXISTS (
        SELECT 1 FROM procrastinate_workers
        WHERE last_heartbeat >= now() - make_interval(secs => :after_s)
    )
    """
)
_FRESH = sa.text(
    """
    SELECT id FROM procrastinate_workers
    WHERE id = ANY(:ids) AND last_heartbeat >= now() - make_interval(secs => :after_s)
    """
)
_VERSION = sa.text("SELECT obj_description(to_regclass('procrastinate_jobs'), 'pg_class')")
_REMOVE = """
DO $$
DECLARE found record;
BEGIN
    DROP TABLE IF EXISTS procrastinate_events, procrastinate_periodic_defers,
        procrastinate_jobs, procrastinate_workers CASCADE;
    FOR found IN
        SELECT oid::regprocedure AS name FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace
            AND starts_with(proname, 'procrastinate_')
    LOOP
        EXECUTE 'DROP FUNCTION ' || found.name || ' CASCADE';
    END LOOP;
    FOR found IN
        SELECT oid::regtype AS name FROM pg_type
        WHERE typnamespace = current_schema()::regnamespace
            AND starts_with(typname, 'procrastinate_') AND typtype IN ('e', 'c')
    LOOP
        EXECUTE 'DROP TYPE ' || found.name || ' CASCADE';
    END LOOP;
END
$$
"""


def install(connection: sa.Connection) -> None:
    """Creates the tables of the queue; replaces those of another version.

    The jobs in them are lost; the sweeps add them again. No worker may run at the same time.
    """
    from procrastinate.schema import SchemaManager

    if is_installed(connection):
        return
    # The driver itself runs several statements at once, and looks for no parameters in them.
    driver: Any = connection.connection.driver_connection
    comment = f"COMMENT ON TABLE procrastinate_jobs IS '{_name_version()}'"
    for statement in (_REMOVE, SchemaManager.get_schema(), LANE_INDEX, TEAM_INDEX, comment):
        driver.execute(statement)


def is_installed(connection: sa.Connection) -> bool:
    """Whether the database has the tables of the queue, of this version."""
    return connection.execute(_VERSION).scalar() == _name_version()


def add_due(connection: sa.Connection, deliveries: Iterable[Delivery]) -> None:
    """Adds a job for the lane of each delivery that is due, in the caller's transaction.

    The sweep adds the lanes of the others once they are due.
    """
    due: dict[Lane, datetime] = {}
    for each in deliveries:
        lane = find_lane(each)
        due[lane] = min(due.get(lane, each.due_at), each.due_at)
    add_lanes(connection, due)


def add_missing(connection: sa.Connection, lanes: Iterable[Lane]) -> int:
    """Adds a job for each lane of messages that has none, waiting or running; returns how many."""
    by_key = {each.key: each for each in lanes}
    for keys in chunks(by_key):
        for key in connection.execute(_UNFINISHED, {"locks": keys}).scalars():
            by_key.pop(key, None)
    add_lanes(connection, dict.fromkeys(by_key.values()))
    return len(by_key)


def add_lanes(connection: sa.Connection, lanes: Mapping[Lane, datetime | None]) -> None:
    """Adds a job for each lane of messages, unless one waits or the lane is not due yet.

    The times say when each is due; None stands for now. The sweep adds lanes once they are due.
    """
    teams = sorted({lane.team for lane in lanes})
    found = connection.execute(_PLACES, {"teams": teams}).all() if teams else ()
    places = {row.team: row.place for row in found}
    rows = []
    # The lanes are sorted, so two transactions cannot wait for each other.
    for lane, due_at in sorted(lanes.items(), key=lambda each: each[0].key):
        row = _make_row(MESSAGES, DRAIN, lane.key, lane.model_dump(), places[lane.team])
        rows.append(row | {"due_at": due_at})
        places[lane.team] -= 1
    execute_many(connection, _ADD, rows)


def add_hosts(connection: sa.Connection, hosts: Iterable[str]) -> None:
    """Adds a job for each feed host, unless one waits; in the caller's transaction."""
    rows = [_make_row(POLLS, POLL, host_key(host), {"host": host}) for host in sorted(hosts)]
    execute_many(connection, _ADD, rows)


def take_over(connection: sa.Connection, after_s: float, ended: Collection[int] = ()) -> int:
    """Replaces the running jobs of workers that have been silent for `after_s` seconds by new ones;
    returns how many. Also replaces those of the jobs `ended` that the queue still has as running.

    They are replaced, not queued again, so that a worker that was only suspended does not end a
    job that another one runs now. Periodic jobs are only deleted: the next one follows.
    """
    given = {"after_s": after_s, "ended": list(ended)}
    stalled = connection.execute(_STALLED, given).all()
    lanes = (Lane(**each.args) for each in stalled if each.queue_name == MESSAGES)
    add_lanes(connection, dict.fromkeys(lanes))
    add_hosts(connection, (each.args["host"] for each in stalled if each.queue_name == POLLS))
    return len(stalled)


def is_worker_alive(connection: sa.Connection, after_s: float) -> bool:
    """Whether a worker has sent a heartbeat within the last `after_s` seconds."""
    return bool(connection.execute(_HAS_LIVE_WORKER, {"after_s": after_s}).scalar())


def find_silent(connection: sa.Connection, workers: Collection[int], after_s: float) -> set[int]:
    """Those of the workers that have sent no heartbeat within the last `after_s` seconds."""
    given = {"ids": list(workers), "after_s": after_s}
    return set(workers).difference(connection.execute(_FRESH, given).scalars())


def host_key(host: str) -> str:
    """The name of a host's lane."""
    return f"host:{host}"


def _name_version() -> str:
    return f"procrastinate {version('procrastinate')}, with 2 indexes of tariffwire"


def _make_row(
    queue: str, task: str, lane: str, args: dict[str, str], priority: int = 0
) -> dict[str, Any]:
    return {
        "queue": queue,
        "task": task,
        "lane": lane,
        "args": json.dumps(args),
        "priority": priority,
        "due_at": None,
    }
