"""Runs jobs of the queue in this process, with Procrastinate.

Each queue has slots of its own, so that slow feeds delay no messages and both delay no periodic
job. A periodic job runs once, in one of the processes. A worker that does not update its heartbeat
for `STALLED_AFTER_S` counts as dead; another one then takes over its lanes.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker
from psycopg import AsyncConnection
from psycopg.conninfo import make_conninfo

from bot.alerts.sending.attempts import wait_for
from bot.alerts.sending.lanes import Lane
from bot.errors import StoreUnavailable
from bot.runtime.clock_watch import watch_clock
from bot.runtime.jobs import Job
from bot.runtime.wiring.basics import read_clock
from bot.store import job_queue
from bot.store.postgresql import LIMIT_WAITS

log = logging.getLogger(__name__)

HEARTBEAT_S = 5.0
STALLED_AFTER_S = 35.0
"""It is longer than a stop takes: a worker that stops sends no heartbeat, but its jobs go on."""
TAKE_OVER_S = 5.0
"""Seconds between two looks for jobs of dead workers."""
_SILENT_AFTER_S = 20.0
"""A worker of this process whose heartbeat is older than this at two looks is replaced."""
_GAP_S = 3 * TAKE_OVER_S
_FORGET_AFTER_S = 24 * 3600.0
"""Procrastinate deletes workers that have been silent for so long. Jobs of a deleted worker count
as jobs of a dead worker, so a worker must not be deleted early."""
_LOOK_S = {job_queue.MESSAGES: 2.0, job_queue.POLLS: 2.0, job_queue.PERIODIC: 0.5}
"""Seconds between two looks at each queue. Notifications of PostgreSQL make a look at once, except
for periodic jobs."""
_RESTART_S = 3.0
STOP_WITHIN_S = {job_queue.MESSAGES: 25.0, job_queue.POLLS: 2.0, job_queue.PERIODIC: 5.0}
"""Jobs of each queue that have not ended so long after a stop are canceled. Most platforms kill a
process after 30 s. A canceled poll is repeated, and a canceled message is looked up in Slack."""
_CONNECTIONS = 4


SLOTS = {job_queue.MESSAGES: 50, job_queue.POLLS: 20, job_queue.PERIODIC: 4}
"""The number of jobs of each queue that run at the same time in one process.

A job of a conversation keeps its slot for about a second after each message, because the
conversation has to wait so long for the next one. Fewer jobs of a workspace post at the same time:
the `Dispatcher` has slots of its own, which are also held during the wait for a turn.
"""


@dataclass(frozen=True)
class LaneJobs:
    """What the jobs of lanes do.

    `take_over(after_s, ended)` gives the lanes of workers that have been silent so long to others,
    and the lanes of these jobs, whose end may not have been saved. `find_silent(ids, after_s)`
    returns those of these workers that have been silent so long.
    """

    drain: Callable[[Lane], Awaitable[object]]
    poll_host: Callable[[str], Awaitable[object]]
    take_over: Callable[[float, Collection[int]], Awaitable[int]]
    find_silent: Callable[[Collection[int], float], Awaitable[Collection[int]]]


class Patience:
    """How long other workers may be silent before they count as dead.

    If this process was suspended, or could not reach the database, the others may have been too.
    After such a gap, the limit is longer by the gap for `STALLED_AFTER_S` seconds, so that they can
    send a heartbeat. Otherwise, their messages would be sent twice. It knows no gap before its own
    start.
    """

    def __init__(self, now: datetime) -> None:
        self._looked_at = self._until = now
        self._gap = self._gap_before = timedelta()

    def begin_look(self, now: datetime) -> float:
        """The limit in seconds, for the look that begins at this time."""
        gap = now - self._looked_at
        if gap < timedelta():
            # The clock was set back.
            self._until += gap
            self._looked_at = now
        if gap > timedelta(seconds=_GAP_S):
            # A worker that was suspended in both gaps was silent for both.
            self._gap = gap + self._gap_before
            self._until = now + timedelta(seconds=STALLED_AFTER_S)
        is_extended = now < self._until
        return STALLED_AFTER_S + (self._gap.total_seconds() if is_extended else 0.0)

    def end_look(self, now: datetime) -> None:
        """Call it after each look that reached the database."""
        self._looked_at = now
        self._gap_before = self._gap if now < self._until else timedelta()


class JobEngine:
    """Takes jobs from the queue and runs them until it is stopped."""

    def __init__(
        self,
        url: sa.URL,
        lanes: LaneJobs,
        periodic: Sequence[Job],
        clock: Callable[[], datetime] = read_clock,
        look_s: float = TAKE_OVER_S,
    ) -> None:
        """Every `look_s` seconds, the engine looks for jobs of dead workers, and finds out by the
        `clock` whether the computer's clock was set back."""
        # At INFO, Procrastinate logs the start and the end of every job.
        logging.getLogger("procrastinate").setLevel(logging.WARNING)
        connector = PsycopgConnector(
            conninfo=_read_address(url),
            min_size=1,
            max_size=_CONNECTIONS,
            configure=_limit_waits,
        )
        self._clock, self._look_s = clock, look_s
        self._take_over, self._find_silent = lanes.take_over, lanes.find_silent
        self._workers: dict[str, Worker] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ended: set[int] = set()
        self._lanes_app = _build_lanes_app(connector, lanes)
        self._periodic_app = _build_periodic_app(connector, periodic)

    async def run(self, stop: asyncio.Event) -> None:
        """Runs jobs until `stop` is set, then waits for running jobs."""
        async with (
            # Both apps use one connector.
            self._lanes_app.open_async(),
            watch_clock(self._clock, self._restart_periodic, self._look_s),
            asyncio.TaskGroup() as group,
        ):
            for app, queue in (
                (self._lanes_app, job_queue.MESSAGES),
                (self._lanes_app, job_queue.POLLS),
                (self._periodic_app, job_queue.PERIODIC),
            ):
                group.create_task(self._run_queue(app, queue, stop))
            group.create_task(self._take_over_lanes(stop))

    def _restart_periodic(self) -> None:
        """Forgets when periodic jobs last ran. Otherwise, none would run until the clock reaches
        that time again. Periodic jobs that run longer than `STOP_WITHIN_S` are canceled."""
        if (task := self._tasks.get(job_queue.PERIODIC)) is not None:
            _stop_worker(task)

    async def _take_over_lanes(self, stop: asyncio.Event) -> None:
        """Gives lanes of dead workers to others.

        This is no job of the queue: a worker that dies while it runs the job would lock it.

        If the database cannot be reached at the end of a job, the queue keeps the job as one that
        runs, and its lane stays locked. So this also frees the lanes of jobs that had ended here at
        the previous look.
        """
        ended: frozenset[int] = frozenset()
        silent: frozenset[int] = frozenset()
        patience = Patience(self._clock())
        while not stop.is_set():
            with suppress(StoreUnavailable):
                taken = await self._take_over(patience.begin_look(self._clock()), ended)
                if taken:
                    log.info("%d job(s) without a live worker were taken over", taken)
                patience.end_look(self._clock())
                self._ended -= ended
                ended = frozenset(self._ended)
                silent = await self._replace_silent(silent)
            await wait_for(stop, self._look_s)

    async def _replace_silent(self, before: Collection[int]) -> frozenset[int]:
        """Replaces the workers of this process that were silent `before` and still are; returns
        those that are silent now.

        Procrastinate 3.10 stops watching a worker's side tasks when the first of them ends. In a
        queue without periodic jobs, that is at the start. So a heartbeat that has failed, for
        example because no connection was free for 30 s, would never be sent again. After an outage,
        all heartbeats are old at the first look. Those that go on are new at the next one.
        """
        queues = {
            worker.worker_id: queue
            for queue, worker in self._workers.items()
            if worker.worker_id is not None and not self._tasks[queue].cancelling()
        }
        silent = frozenset(await self._find_silent(queues, _SILENT_AFTER_S))
        for each in silent.intersection(before):
            log.warning("the worker of the queue %s sends no heartbeat; replaced", queues[each])
            _stop_worker(self._tasks[queues[each]])
        return silent

    async def _note_end(
        self, work: Callable[[], Awaitable[object]], context: JobContext, _: Worker
    ) -> object:
        try:
            return await work()
        finally:
            if context.job.id is not None:
                self._ended.add(context.job.id)

    async def _run_queue(self, app: App, queue: str, stop: asyncio.Event) -> None:
        """Runs the jobs of a queue; starts again if the connection to the database is lost."""
        stopping = asyncio.create_task(stop.wait())
        while not stop.is_set():
            worker = self._workers[queue] = self._make_worker(app, queue)
            running = cast("Coroutine[Any, Any, None]", worker.run())  # type: ignore[no-untyped-call]
            task = self._tasks[queue] = asyncio.create_task(running)
            await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if stop.is_set():
                _stop_worker(task)
            with suppress(asyncio.CancelledError):
                try:
                    await task
                except ConnectorException as error:
                    log.debug("queue %s: %s", queue, error)
            if not stop.is_set() and not task.cancelled():
                log.warning("no jobs of the queue %s are taken for %.0f s", queue, _RESTART_S)
                await wait_for(stop, _RESTART_S)
        stopping.cancel()

    def _make_worker(self, app: App, queue: str) -> Worker:
        return Worker(
            app,
            queues=[queue],
            name=queue,
            concurrency=SLOTS[queue],
            fetch_job_polling_interval=_LOOK_S[queue],
            listen_notify=queue != job_queue.PERIODIC,
            # Canceling a job is not used; the worker looks for it regardless.
            abort_job_polling_interval=60.0,
            shutdown_graceful_timeout=STOP_WITHIN_S[queue],
            delete_jobs="always",
            install_signal_handlers=False,
            worker_middleware=[self._note_end],
            update_heartbeat_interval=HEARTBEAT_S,
            stalled_worker_timeout=_FORGET_AFTER_S,
        )


def _stop_worker(task: asyncio.Task[None]) -> None:
    """Lets the worker end its jobs within `STOP_WITHIN_S`. A second cancellation would end the
    worker at once, and its jobs would go on without it."""
    if not task.cancelling():
        task.cancel()


def _build_lanes_app(connector: PsycopgConnector, lanes: LaneJobs) -> App:
    app = App(connector=connector)

    async def drain(team: str, conversation: str) -> None:
        await _run_quietly(lanes.drain(Lane(team=team, conversation=conversation)))

    async def poll(host: str) -> None:
        await _run_quietly(lanes.poll_host(host))

    app.task(name=job_queue.DRAIN, queue=job_queue.MESSAGES)(drain)
    app.task(name=job_queue.POLL, queue=job_queue.POLLS)(poll)
    return app


def _build_periodic_app(connector: PsycopgConnector, jobs: Sequence[Job]) -> App:
    app = App(connector=connector)
    for job in jobs:
        name = job.name
        task = app.task(name=name, queue=job_queue.PERIODIC, lock=name, queueing_lock=name)
        app.periodic(cron=find_cron(job.every_s))(task(_make_periodic(job)))
    return app


def _make_periodic(job: Job) -> Callable[[int], Awaitable[None]]:
    async def run(timestamp: int) -> None:  # noqa: ARG001 - Procrastinate passes it
        await _run_quietly(job.run())

    return run


async def _run_quietly(work: Awaitable[object]) -> None:
    # `bot.store.outage` logs once that the database cannot be reached.
    with suppress(StoreUnavailable):
        await work


def find_cron(every_s: float) -> str:
    """The schedule with about this interval: the next longer one that divides a minute, an hour or
    a day. The sixth field is that of the seconds."""
    for unit, fields in ((1, "* * * * * */{}"), (60, "*/{} * * * *"), (3600, "0 */{} * * *")):
        most = 24 if unit == 3600 else 60
        for count in range(1, most):
            if most % count == 0 and every_s <= count * unit:
                return fields.format(count)
    return "0 0 * * *"


async def _limit_waits(connection: AsyncConnection[Any]) -> None:
    await connection.execute(LIMIT_WAITS)
    await connection.commit()


def _read_address(url: sa.URL) -> str:
    given: dict[str, Any] = {
        "host": url.host,
        "port": url.port,
        "user": url.username,
        "password": url.password,
        "dbname": url.database,
        **url.query,
    }
    return make_conninfo(**{name: value for name, value in given.items() if value is not None})
