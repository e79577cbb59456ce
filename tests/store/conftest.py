"""A fresh database for each test: an SQLite file, and PostgreSQL where one is at hand."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.alerts.delivery import Delivery
from bot.news.story import Story
from bot.store.engine import Database
from bot.store.entries import Entries
from bot.store.events import Events
from bot.store.feeds import Feeds
from bot.store.outbox import Outbox
from bot.store.stories import Stories
from bot.store.subscriptions import Subscriptions
from bot.store.upgrade import upgrade

POSTGRES = "TARIFFWIRE_TEST_POSTGRES"
"""Names an empty PostgreSQL database that the tests may do anything with."""
BACKENDS = ["sqlite", "postgresql"] if os.environ.get(POSTGRES) else ["sqlite"]


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

    async def owe(self, *deliveries: Delivery) -> None:
        async with self.database.write() as connection:
            await self.outbox.put(connection, deliveries)

    async def tell(self, stories: Iterable[Story]) -> None:
        async with self.database.write() as connection:
            await self.stories.put(connection, stories)


def open_store(address: str) -> Store:
    database = Database(address)
    stories = Stories(database)
    return Store(
        database,
        Feeds(database),
        Entries(database),
        stories,
        Subscriptions(database),
        Events(database),
        Outbox(database, stories),
    )


@pytest.fixture(scope="session")
def blank_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An upgraded SQLite file to copy, because migrations take a while."""
    file = tmp_path_factory.mktemp("blank") / "blank.db"
    asyncio.run(upgrade(f"sqlite:///{file}"))
    return file


@pytest.fixture(params=BACKENDS)
async def address(request: pytest.FixtureRequest, blank_file: Path, tmp_path: Path) -> str:
    if request.param == "sqlite":
        file = tmp_path / "bot.db"
        shutil.copyfile(blank_file, file)
        return f"sqlite:///{file}"
    url = os.environ[POSTGRES]
    await _empty(url)
    await upgrade(url)
    return url


@pytest.fixture
async def store(address: str) -> AsyncIterator[Store]:
    opened = open_store(address)
    yield opened
    await opened.database.close()


async def _empty(url: str) -> None:
    database = Database(url)
    async with database.write() as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))
    await database.close()
