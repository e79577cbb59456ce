"""The bot's own way of polling, Watch + Pipeline + Poller + topics, on real SQLite.

Left out of the bot are only Slack and the schedule's clock. All feeds are on one host here, so the
bounds per host and between two requests, which are made for other people's servers, are lifted.
"""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from time import perf_counter

from bench.polled.turns import answer, arguments, turns
from bot.feeds import due
from bot.feeds.limits import FetchLimits
from bot.feeds.poll import Poller
from bot.library import Library
from bot.news.entry import Feed, FeedState, Outcome
from bot.news.same import join
from bot.pipeline import Pipeline, Taken
from bot.settings import Settings
from bot.store.engine import Database
from bot.store.events import Events
from bot.store.feeds import Feeds
from bot.store.outbox import Outbox
from bot.store.shelf import Shelf
from bot.store.stories import Stories
from bot.store.subscriptions import Subscriptions
from bot.store.upgrade import upgrade
from bot.watch import Watch

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
    return due.is_due(due.begun(state, feed), now)


async def main() -> None:
    """Opens the store, then polls every feed once each turn."""
    addresses, folder = arguments()
    url = f"sqlite:///{folder / 'bench.db'}"
    await upgrade(url)
    database = Database(url)
    feeds, stories, events = Feeds(database), Stories(database), Events(database)
    subscriptions, outbox = Subscriptions(database), Outbox(database, stories)
    shelf = Shelf(database, feeds, stories, subscriptions, events, outbox)
    poller = Poller(LIMITS, clock, random.random)
    reader = Library(Settings()).reader
    pipeline = Pipeline(poller, reader, join, shelf, timedelta(days=2), 8, UTC)
    listed = [
        Feed(id=f"press{number}", title=f"Press {number}", url=address)
        for number, address in enumerate(addresses)
    ]
    watch = Watch(listed, feeds, pipeline.take, is_due, clock, lambda: None)
    for _ in turns():
        began = perf_counter()
        taken = await asyncio.gather(*await watch.poll_due())
        _tell(perf_counter() - began, taken)
    await watch.stop()
    await poller.close()
    await database.close()


def _tell(wall_s: float, taken: Sequence[Taken | None]) -> None:
    kept = [each for each in taken if each is not None]
    outcomes = [each.round.outcome for each in kept]
    unchanged = sum(each in (Outcome.NOT_MODIFIED, Outcome.SAME_BODY) for each in outcomes)
    new_entries = sum(len(each.entries) for each in kept)
    answer(wall_s, outcomes.count(Outcome.READ), unchanged, new_entries)
