"""The process that a chaos run with bundles kills: it plans stories and sends their messages.

    python -m tests.chaos.bundle_process JOB

JOB is a `BundleJob` as JSON. SIGTERM stops the process cleanly.
"""

import asyncio
import logging
import signal
import sys
from contextlib import suppress
from datetime import timedelta

import sqlalchemy as sa

from bot.alerts.dispatcher import Dispatcher, DispatchTimes
from bot.store import tables
from bot.store.engine import Database
from bot.store.store import Store
from bot.values import Frozen
from tests.chaos.bundles import BundleLoad, FastClock
from tests.chaos.faulty_slack import TEAM
from tests.chaos.sending import open_dispatcher

_LEASE_S = 15.0
"""Real seconds; the clock of the leases runs faster."""
_LOOK_S = 0.05


class BundleJob(Frozen):
    """The task of one process: the database, the Web API, the load, and the clock."""

    database: str
    api_url: str
    channels: int
    stories: int
    gap_s: float
    """Simulated seconds between two stories."""
    clock: FastClock
    pace_s: float = 0.02
    send_timeout_s: float = 2.0
    log: str = ""
    """The log file for warnings; if it is empty, they go to stderr."""


async def run(job: BundleJob, load: BundleLoad) -> None:
    """Plans stories and sends their messages until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    database = Database(job.database)
    store = Store.of(database, TEAM)
    times = DispatchTimes(
        send_timeout_s=job.send_timeout_s,
        lease_s=_LEASE_S * job.clock.speed,
        longest_sleep_s=_LOOK_S,
    )
    async with open_dispatcher(
        store, job.api_url, job.clock.now, job.pace_s, times=times
    ) as dispatcher:
        await store.outbox.release_all(job.clock.now())
        publishing = asyncio.create_task(_publish(store, load, dispatcher, job))
        await dispatcher.run(stop)
        publishing.cancel()
        with suppress(asyncio.CancelledError):
            await publishing
    await database.close()


async def _publish(store: Store, load: BundleLoad, dispatcher: Dispatcher, job: BundleJob) -> None:
    """Plans the stories that earlier processes did not plan, each at its time."""
    (done,) = await store.database.column(sa.select(sa.func.count()).select_from(tables.stories))
    for number in range(done, load.stories):
        wait = load.due_at(number) - job.clock.now()
        await asyncio.sleep(max(wait.total_seconds() / job.clock.speed, 0))
        await load.publish(store, number, job.clock.now)
        dispatcher.wake()


def make_load(job: BundleJob) -> BundleLoad:
    """The load of a job."""
    return BundleLoad(job.channels, job.stories, timedelta(seconds=job.gap_s))


if __name__ == "__main__":
    given = BundleJob.model_validate_json(sys.argv[1])
    if given.log:
        logging.basicConfig(filename=given.log, level=logging.WARNING)
    asyncio.run(run(given, make_load(given)))
