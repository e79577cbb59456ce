"""Every table group on one database, as tests want them."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.alerts.delivery import Delivery
from bot.news.story import Story
from bot.store.engine import Database
from bot.store.entries import Entries
from bot.store.events import Events
from bot.store.feeds import Feeds
from bot.store.outbox import Outbox
from bot.store.shelf import Shelf
from bot.store.stories import Stories
from bot.store.subscriptions import Subscriptions


@dataclass
class Store:
    """Every table group on one database."""

    database: Database
    feeds: Feeds
    entries: Entries
    stories: Stories
    subscriptions: Subscriptions
    events: Events
    outbox: Outbox
    shelf: Shelf

    async def owe(self, *deliveries: Delivery) -> None:
        async with self.database.write() as connection:
            await self.outbox.put(connection, deliveries)

    async def tell(self, stories: Iterable[Story]) -> None:
        async with self.database.write() as connection:
            await self.stories.put(connection, stories)


def open_store(address: str) -> Store:
    database = Database(address)
    feeds, stories, events = Feeds(database), Stories(database), Events(database)
    subscriptions, outbox = Subscriptions(database), Outbox(database, stories)
    shelf = Shelf(database, feeds, stories, subscriptions, events, outbox)
    return Store(database, feeds, Entries(database), stories, subscriptions, events, outbox, shelf)
