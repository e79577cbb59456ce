"""The process that a chaos run kills: it queues stories and sends their messages.

    python -m tests.chaos.sending_process JOB

JOB is a `SendingJob` as JSON. The process starts like the bot: it releases the claims of its
predecessor, then runs the dispatcher. SIGTERM stops it cleanly.
"""

import asyncio
import logging
import signal
import sys
from contextlib import suppress

from sqlalchemy import func, select

from bot.alerts.delivery import DeliveryState
from bot.alerts.sending.dispatcher import Dispatcher
from bot.slack.api.call_limiter import CallLimiter, MethodLimits
from bot.store.engine import Database
from bot.store.store import Store
from bot.store.tables import stories
from bot.values import Frozen
from tests.chaos.faulty_slack import TEAM
from tests.chaos.load import Load, clock
from tests.chaos.sending import open_dispatcher

_ENDED = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.DROPPED)


class SendingJob(Frozen):
    """The task of one process: the database, the Web API, the load, and the settings."""

    database: str
    api_url: str
    channels: int
    stories: int
    updates: bool = False
    """Whether alerts are edited."""
    pace_s: float = 1.0
    """Seconds between two messages of one conversation."""
    send_timeout_s: float = 30.0
    backlog: int = 5_000
    """The process queues the next story when fewer messages than this are unsent."""
    log: str = ""
    """The log file for warnings; if it is empty, they go to stderr."""


async def run(job: SendingJob) -> None:
    """Queues stories and sends their messages until SIGTERM."""
    load = Load(job.channels, job.stories, updates=job.updates)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    database = Database(job.database)
    store = Store.of(database, TEAM)
    limiter = CallLimiter(MethodLimits())
    async with open_dispatcher(
        store, job.api_url, clock, job.pace_s, job.send_timeout_s, limiter
    ) as dispatcher:
        await store.outbox.release_all(clock())
        publishing = asyncio.create_task(_publish(store, load, dispatcher, job.backlog))
        await dispatcher.run(stop)
        publishing.cancel()
        with suppress(asyncio.CancelledError):
            await publishing
    await database.close()


async def _publish(store: Store, load: Load, dispatcher: Dispatcher, backlog: int) -> None:
    """Queues the stories that earlier processes did not queue."""
    while True:
        counts = await store.outbox.counts()
        (published,) = await store.database.column(select(func.count()).select_from(stories))
        if published == load.stories:
            return
        if sum(counts.values()) - sum(counts[state] for state in _ENDED) < backlog:
            await load.publish(store, published)
            dispatcher.wake()
        else:
            await asyncio.sleep(0.2)


if __name__ == "__main__":
    given = SendingJob.model_validate_json(sys.argv[1])
    if given.log:
        logging.basicConfig(filename=given.log, level=logging.WARNING)
    asyncio.run(run(given))
