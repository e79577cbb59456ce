"""The bot's own way of polling, PollScheduler + Pipeline + Poller + topics, on real SQLite.

Left out of the bot are only Slack and the schedule's clock. All feeds are on one host here, so the
bounds per host and between two requests, which are made for other people's servers, are lifted.
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

from bench.polled.turns import answer, arguments, turns
from bot.feeds.http.limits import FetchLimits
from bot.feeds.model import Feed, FeedState, PollOutcome
from bot.feeds.polling import next_poll
from bot.feeds.polling.poller import Poller
from bot.feeds.polling.scheduler import PollScheduler
from bot.news.events.matching import join
from bot.pipeline import Pipeline, Taken
from bot.runtime.config_folder import ConfigFolder
from bot.runtime.gc_tuning import settle, share_one_arena
from bot.runtime.settings import Settings
from bot.store.engine import Database
from bot.store.event_preferences import EventPreferences
from bot.store.feeds import Feeds
from bot.store.outbox import Outbox
from bot.store.pipeline_store import PipelineStore
from bot.store.stories import Stories
from bot.store.subscriptions import Subscriptions
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
    """The present moment in UTC."""
    return datetime.now(UTC)


def is_due(feed: Feed, state: FeedState, now: datetime) -> bool:
    """As in the bot."""
    return next_poll.is_due(next_poll.begun(state, feed), now)


class Tally:
    """Counts what polls brought as they end and keeps none of it, as the bot does."""

    def __init__(self) -> None:
        self.read = self.unchanged = self.new_entries = 0
        self._left = 0
        self._done = asyncio.Event()

    async def all_of(self, polls: Collection[asyncio.Future[Taken | None]]) -> None:
        """Returns when the last of them has ended."""
        self._left = len(polls)
        for poll in polls:
            poll.add_done_callback(self._count)
        del polls, poll
        await self._done.wait()

    def _count(self, poll: asyncio.Future[Taken | None]) -> None:
        taken = poll.result()
        if taken is not None:
            outcome = taken.round.outcome
            self.read += outcome is PollOutcome.READ
            self.unchanged += outcome in (PollOutcome.NOT_MODIFIED, PollOutcome.SAME_BODY)
            self.new_entries += len(taken.entries)
        self._left -= 1
        if not self._left:
            self._done.set()


def _make(url: str) -> None:
    """Makes the database in a process of its own: every start but a bot's first finds one made."""
    environment = {**os.environ, "DATABASE_URL": url}
    subprocess.run([sys.executable, "-m", "bot", "db", "upgrade"], env=environment, check=True)


async def main() -> None:
    """Opens the store, then polls every feed once each turn."""
    share_one_arena()
    addresses, folder = arguments()
    url = f"sqlite:///{folder / 'bench.db'}"
    _make(url)
    await upgrade(url)
    database = Database(url)
    feeds, stories, events = Feeds(database), Stories(database), EventPreferences(database)
    subscriptions, outbox = Subscriptions(database), Outbox(database, stories)
    shelf = PipelineStore(database, feeds, stories, subscriptions, events, outbox)
    poller = Poller(LIMITS, clock, random.random)
    reader = ConfigFolder(Settings()).reader
    pipeline = Pipeline(poller, reader, join, shelf, timedelta(days=2), 8, UTC)
    listed = [
        Feed(id=f"press{number}", title=f"Press {number}", url=address)
        for number, address in enumerate(addresses)
    ]
    watch = PollScheduler(
        listed,
        feeds,
        pipeline.take,
        is_due,
        clock,
        lambda: None,
        polls_per_host=LIMITS.polls_per_host,
    )
    settle()
    for _ in turns():
        tally = Tally()
        began = perf_counter()
        await tally.all_of(await watch.poll_due())
        wall_s = perf_counter() - began
        answer(wall_s, tally.read, tally.unchanged, tally.new_entries)
    await watch.stop()
    await poller.close()
    await database.close()
