"""Every table group on one database, as tests want them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot.alerts.delivery import Delivery
from bot.feeds.model import Entry
from bot.news.story import Story
from bot.store.engine import Database
from bot.store.entries import Entries
from bot.store.event_preferences import EventPreferences
from bot.store.feeds import Feeds
from bot.store.outbox import Outbox
from bot.store.pipeline_store import PipelineStore
from bot.store.proposals import Proposals
from bot.store.stories import Stories
from bot.store.subscriptions import Subscriptions
from tests.store.examples import NOON


@dataclass
class Store:
    """Every table group on one database."""

    database: Database
    feeds: Feeds
    entries: Entries
    stories: Stories
    subscriptions: Subscriptions
    events: EventPreferences
    outbox: Outbox
    shelf: PipelineStore
    proposals: Proposals

    async def owe(self, *deliveries: Delivery) -> None:
        await self.database.write(lambda connection: self.outbox.put(connection, deliveries))

    async def see(self, *entries: Entry, at: datetime = NOON, first_round: bool = False) -> None:
        await self.database.write(
            lambda connection: self.entries.put(connection, entries, at, first_round)
        )

    async def see_again(self, *entries: Entry, made_story: Collection[str] = ()) -> None:
        await self.database.write(
            lambda connection: self.entries.put_revised(connection, entries, NOON, made_story)
        )

    async def tell(self, *stories: Story) -> None:
        await self.database.write(lambda connection: self.stories.put(connection, stories))


def open_store(address: str) -> Store:
    database = Database(address)
    feeds, stories, events = Feeds(database), Stories(database), EventPreferences(database)
    subscriptions, outbox = Subscriptions(database), Outbox(database, stories)
    proposals = Proposals(database, outbox)
    shelf = PipelineStore(database, feeds, stories, subscriptions, events, outbox)
    entries = Entries(database)
    return Store(database, feeds, entries, stories, subscriptions, events, outbox, shelf, proposals)
