"""All table groups on one database, with methods that add test data."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from bot.alerts.delivery import Delivery
from bot.feeds.model import Entry
from bot.news.story import Story
from bot.store import store
from bot.store.engine import Database
from bot.store.pipeline_store import PipelineStore
from tests.store.examples import NOON


@dataclass(frozen=True)
class Store(store.Store):
    """All table groups on one database, with methods that add test data."""

    @cached_property
    def pipeline_store(self) -> PipelineStore:
        return PipelineStore(self)

    async def queue(self, *deliveries: Delivery) -> None:
        await self.database.write(lambda connection: self.outbox.put(connection, deliveries))

    async def add_entries(
        self, *entries: Entry, at: datetime = NOON, first_round: bool = False
    ) -> None:
        await self.database.write(
            lambda connection: self.entries.put(connection, entries, at, first_round)
        )

    async def add_revised(self, *entries: Entry, made_story: Collection[str] = ()) -> None:
        await self.database.write(
            lambda connection: self.entries.put_revised(connection, entries, NOON, made_story)
        )

    async def add_stories(self, *stories: Story) -> None:
        await self.database.write(lambda connection: self.stories.put(connection, stories))


def open_store(address: str) -> Store:
    return Store.of(Database(address))
