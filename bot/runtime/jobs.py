"""The recurring jobs: what each one does and how often it runs.

A job may be cancelled at any point and run again. All lasting state is in the database, so nothing
is lost if a run is missed or late.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.alerts.notices import offline_trouble, old_data_trouble
from bot.errors import StoreError, StoreUnavailable
from bot.feeds.polling.scheduler import PollScheduler
from bot.pipeline import IntakeResult
from bot.proposals.approval.decisions import report_stale
from bot.runtime.clock_watch import LOOK_S, watch_clock
from bot.runtime.wiring.basics import read_clock
from bot.runtime.wiring.polling import choose_tick_s
from bot.runtime.wiring.services import Services

log = logging.getLogger(__name__)


class JobPlace(StrEnum):
    """Where a job runs if there are several processes."""

    ONE_WORKER = "one worker"
    WEB = "web"
    """The process that receives requests: it prepares answers and renews hub subscriptions."""


@dataclass(frozen=True)
class Job:
    """A coroutine function that runs every `every_s` seconds. Each run is shifted by a random time
    of up to `jitter_s` seconds."""

    name: str
    run: Callable[[], Awaitable[object]]
    every_s: float
    jitter_s: float = 0.0
    place: JobPlace = JobPlace.ONE_WORKER
    reads_states: bool = False
    """Whether it reads the states of the feeds, which only the process that polls has in memory."""
    reads_ledger: bool = False
    """Whether it compares duties with the last report. With an outdated ledger, it would report
    changes a second time."""


def list_jobs(services: Services, *, is_local: bool = False) -> Sequence[Job]:
    """All jobs of a bot in one process. `is_local` says that it runs in the local workspace."""
    tick = choose_tick_s(services.settings)
    poll = Job("poll due feeds", services.scheduler.poll_due, tick, jitter_s=tick / 4)
    return [poll, *list_jobs_without_polls(services, is_local=is_local)]


def list_jobs_without_polls(services: Services, *, is_local: bool = False) -> Sequence[Job]:
    """The jobs other than polls."""
    tick, watches = choose_tick_s(services.settings), services.watches
    offline = OfflineReport(services, is_local=is_local)
    quiet = watches.quiet_weeks.look
    jobs = [
        Job("report problems", partial(report_problems, services), 60.0, reads_states=True),
        Job("report late messages", watches.late_messages.look, 60.0),
        Job("report feeds and rates", watches.look_at_feeds_and_rates, 600.0, reads_states=True),
        Job("send lines about quiet weeks", quiet, tick * 60, reads_states=True),
        Job("report an offline bot", offline.look, tick * 10, reads_states=True),
        Job(
            "count tariff lines",
            partial(count_tariff_lines, services),
            tick * 5,
            place=JobPlace.WEB,
        ),
        Job("report changed duties", services.line_reports.look, tick * 5, reads_ledger=True),
        Job("prune old rows", partial(prune, services), 3600.0),
    ]
    if services.settings.reminders:
        # Runs often, but sends reminders only once a day, at the hour of the digest.
        jobs.append(Job("send reminders", services.reminders.look, tick * 10, reads_ledger=True))
    if services.hubs is not None:
        renew = partial(renew_hubs, services)
        jobs.append(
            Job("renew hub subscriptions", renew, tick * 5, place=JobPlace.WEB, reads_states=True)
        )
    if services.removal is not None:
        jobs.append(Job("finish removals of workspaces", services.removal.look_again, 60.0))
    if services.journal is not None:
        # Runs often, but reads the journal only once an hour.
        jobs.append(Job("read the journal", services.journal.look, tick * 5))
    return jobs


async def report_problems(services: Services) -> None:
    """Logs failing feeds, and sends new notices and proposals to operators."""
    await services.scheduler.log_failing()
    await services.decisions.look()
    others = [report_stale(one) for one in services.decisions.left_out]
    last_checks = services.decisions.list_last_checks()
    ledger, now = services.decisions.ledger, read_clock()
    names = {code: ledger.parties.get(code).name for code in last_checks}
    if old := old_data_trouble(last_checks, names, now, partial(ledger.find_duty_day, now)):
        others.append(old)
    held = await services.store.outbox.held()
    subscriptions = await services.store.subscriptions.every(services.store.outbox.team)
    await services.notices.look(services.scheduler.list_failing(), others, held, subscriptions)
    await services.inbox.look()


class OfflineReport:
    """Says once, in the log and in Slack, that no feed answers. After an answer, says it again."""

    def __init__(self, services: Services, *, is_local: bool) -> None:
        self._services, self._is_local = services, is_local
        self._is_reported = False

    async def look(self) -> None:
        """Reports that no feed answers if this is new; raises StoreError."""
        is_offline = self._services.scheduler.is_offline()
        if is_offline and not self._is_reported:
            # The moment is the same in each process, so that the notice comes once.
            began = (state.failing_since for state in self._services.scheduler.list_failing())
            trouble = offline_trouble(max(filter(None, began), default=read_clock()))
            log.warning("%s", trouble.text)
            await self._services.notices.report(trouble, await self._list_conversations())
        elif self._is_reported and not is_offline:
            log.info("feeds answer again")
        self._is_reported = is_offline

    async def _list_conversations(self) -> tuple[str, ...]:
        """In the local workspace, the subscribed channels, because they stay empty; else none, so
        that only the operators get the notice."""
        if not self._is_local:
            return ()
        outbox, subscriptions = self._services.store.outbox, self._services.store.subscriptions
        found = await subscriptions.every(outbox.team)
        return tuple(dict.fromkeys(each.conversation for each in found))


async def count_tariff_lines(services: Services) -> None:
    """Counts the tariff lines of all pairs, once for each day and each new ledger."""
    await services.slack.service.answers.prepare(read_clock())


async def renew_hubs(services: Services) -> None:
    """Subscribes to the hubs that feeds name, and renews subscriptions that expire soon."""
    named = services.scheduler.list_hubs()
    if services.hubs is not None and named is not None:
        services.hubs.start_sending(named)


async def prune(services: Services) -> None:
    """Deletes rows that are older than the retention period."""
    settings = services.settings
    keep = timedelta(days=settings.keep_days)
    evidence = timedelta(days=settings.keep_evidence_days or settings.keep_days)
    try:
        rows = await services.store.retention.prune(read_clock(), keep, evidence)
    except StoreError as error:
        log.warning("%s; old rows are pruned later", error)
    else:
        if rows:
            log.info("pruned %d rows past retention", rows)


def build_scheduler(jobs: Iterable[Job]) -> AsyncIOScheduler:
    """An APScheduler with these jobs. It is not started yet."""
    scheduler = AsyncIOScheduler(
        timezone="UTC",
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in jobs:
        trigger = IntervalTrigger(seconds=job.every_s, jitter=job.jitter_s or None)
        scheduler.add_job(partial(_run, job), trigger, id=job.name)
    return scheduler


async def _run(job: Job) -> None:
    # APScheduler would log these with a traceback. Canceling at the stop is normal, and
    # `bot.store.outage` logs once that the database cannot be reached.
    with suppress(asyncio.CancelledError, StoreUnavailable):
        await job.run()


def _start_all(scheduler: AsyncIOScheduler, clock: Callable[[], datetime]) -> None:
    """Makes each job due now. After the clock was set back, its next run may be far away."""
    log.warning("the clock was set back; jobs are scheduled again")
    for job in scheduler.get_jobs():
        job.modify(next_run_time=clock())


@asynccontextmanager
async def run_jobs(
    jobs: Iterable[Job],
    polls: PollScheduler[IntakeResult],
    clock: Callable[[], datetime] = read_clock,
    look_s: float = LOOK_S,
) -> AsyncIterator[None]:
    """Runs the jobs within the block. At the end of the block, cancels the polls in progress.

    Every `look_s` seconds, it finds out by the `clock` whether the computer's clock was set back.
    """
    scheduler = build_scheduler(jobs)
    scheduler.start()
    try:
        async with watch_clock(clock, partial(_start_all, scheduler, clock), look_s):
            yield
    finally:
        # `pause` lets a running job finish; `shutdown` would cancel it.
        scheduler.pause()
        await polls.stop()
        scheduler.shutdown(wait=False)
