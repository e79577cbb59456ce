"""Which coroutine runs when. No logic: each job can be cancelled anywhere and run again."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.errors import StoreAway

REPORT_EVERY_S = 60.0
PREPARE_EVERY_S = 5.0
PRUNE_EVERY_S = 3600.0
TEND_EVERY_TICKS = 5
REMIND_EVERY_TICKS = 10
JOURNAL_EVERY_TICKS = 5


def build_schedule(
    poll_due: Callable[[], Awaitable[object]],
    report: Callable[[], Awaitable[object]],
    tend: Callable[[], Awaitable[object]],
    remind: Callable[[], Awaitable[object]],
    prepare: Callable[[], Awaitable[object]],
    prune: Callable[[], Awaitable[object]],
    tick_s: float,
) -> AsyncIOScheduler:
    """A scheduler, not yet started: looks for due feeds every `tick_s` seconds, now and then
    reports on those that fail, tends the subscriptions at hubs, reminds of what takes effect,
    prepares the answers that most ask for and lets go what is old.

    The state that matters is in the database; a tick that is missed or runs late costs nothing.
    """
    scheduler = AsyncIOScheduler(
        timezone="UTC",
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )

    def often(job: Callable[[], Awaitable[object]], every_s: float, name: str) -> None:
        scheduler.add_job(_quietly(job), IntervalTrigger(seconds=every_s), id=name)

    scheduler.add_job(
        _quietly(poll_due),
        IntervalTrigger(seconds=tick_s, jitter=tick_s / 4),
        id="poll what is due",
    )
    often(report, REPORT_EVERY_S, "report failing feeds")
    # All but the first look at or after the digest's hour find that the day's work is done.
    often(remind, tick_s * REMIND_EVERY_TICKS, "remind of what takes effect")
    # All but the first on a day, or with a new ledger, find that they are ready.
    often(prepare, PREPARE_EVERY_S, "prepare what most ask for")
    # All but the first on a day find little or nothing.
    often(prune, PRUNE_EVERY_S, "let go what is old")
    often(tend, tick_s * TEND_EVERY_TICKS, "tend the subscriptions at hubs")
    return scheduler


def add_journal(
    scheduler: AsyncIOScheduler, look: Callable[[], Awaitable[object]], tick_s: float
) -> None:
    """Has an official journal looked at; it knows itself when it is due."""
    every = IntervalTrigger(seconds=tick_s * JOURNAL_EVERY_TICKS)
    scheduler.add_job(_quietly(look), every, id="read the journal")


def _quietly(job: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[None]]:
    """The job, which ends without a word where the scheduler's end cancels it.

    Likewise where the database is away, of which the log tells once by itself.
    """

    async def run() -> None:
        # APScheduler logs either as a job that failed, with its traceback.
        with suppress(asyncio.CancelledError, StoreAway):
            await job()

    return run
