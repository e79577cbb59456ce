"""Polls feeds with the bot's scheduler, pipeline, poller and topic rules on SQLite, without Slack.

All feeds are on one host here, so the limit per host is raised and requests have no delay.
"""

import asyncio
import os
import random
import subprocess
import sys
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from time import perf_counter

from bench.polled.lag import measured
from bench.polled.turns import answer, arguments, turns
from bot.feeds.http.limits import FetchLimits
from bot.feeds.model import Feed, PollOutcome
from bot.feeds.polling.poller import Poller
from bot.feeds.polling.scheduler import PollScheduler
from bot.pipeline import IntakeResult, Pipeline, PipelineRules
from bot.runtime.config.folder import ConfigFolder
from bot.runtime.gc_tuning import freeze_startup_objects
from bot.runtime.settings import Settings
from bot.store.engine import Database
from bot.store.pipeline_store import PipelineStore
from bot.store.store import Store
from bot.store.upgrade import upgrade

LIMITS = FetchLimits(
    user_agent="Tariffwire-bench/1.0 (+https://tariffwire.example/bench)",
    poll_s=0.001,
    spacing_s=0.0,
    fetches_per_host=50,
    fetches_at_once=50,
    allowed_networks=(ip_network("127.0.0.1/32"),),
)


def clock() -> datetime:
    """The current time in UTC."""
    return datetime.now(UTC)


class Tally:
    """Counts the results of polls as they finish, without storing them."""

    def __init__(self) -> None:
        self.read = self.unchanged = self.new_entries = 0
        self._left = 0
        self._done = asyncio.Event()

    async def all_of(self, polls: Collection[asyncio.Future[IntakeResult | None]]) -> None:
        """Counts the results of these polls; returns when all of them have finished."""
        self._left = len(polls)
        for poll in polls:
            poll.add_done_callback(self._count)
        del polls, poll
        await self._done.wait()

    def _count(self, poll: asyncio.Future[IntakeResult | None]) -> None:
        taken = poll.result()
        if taken is not None:
            outcome = taken.round.outcome
            self.read += outcome is PollOutcome.READ
            self.unchanged += outcome in (PollOutcome.NOT_MODIFIED, PollOutcome.SAME_BODY)
            self.new_entries += len(taken.entries)
        self._left -= 1
        if not self._left:
            self._done.set()


def _create_database(url: str) -> None:
    """Creates the database in another process, so that its memory is not measured."""
    environment = {**os.environ, "DATABASE_URL": url}
    command = [sys.executable, "-m", "bot", "db", "upgrade"]
    # The parent reads results from the standard output of this process.
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)


async def main() -> None:
    """Opens the store, then polls every feed once per turn."""
    addresses, folder = arguments()
    url = f"sqlite:///{folder / 'bench.db'}"
    _create_database(url)
    await upgrade(url)
    database = Database(url)
    store = Store.of(database)
    pipeline_store = PipelineStore(store)
    poller = Poller(LIMITS, clock, random.random)
    reader = ConfigFolder(Settings()).reader
    rules = PipelineRules(max_age=timedelta(days=2))
    pipeline = Pipeline(poller, reader, pipeline_store, rules)
    listed = [
        Feed(id=f"press{number}", title=f"Press {number}", url=address)
        for number, address in enumerate(addresses)
    ]
    scheduler = PollScheduler(
        listed,
        store.feeds,
        pipeline.run,
        clock,
        lambda: None,
        polls_per_host=LIMITS.polls_per_host,
    )
    freeze_startup_objects()
    async with measured() as lag:
        for _ in turns():
            # Waiting for input blocked the loop. The sleep lets `lag` see that block, then reset.
            await asyncio.sleep(0.1)
            lag.clear()
            tally = Tally()
            began = perf_counter()
            await tally.all_of(await scheduler.poll_due())
            wall_s = perf_counter() - began
            answer(wall_s, tally.read, tally.unchanged, tally.new_entries, lag.longest_ms)
    await scheduler.stop()
    await poller.close()
    await database.close()
