"""The bot works with PostgreSQL databases that have unusual settings."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC

import pytest
from sqlalchemy import create_engine, make_url, select, text

from bot.errors import StoreError
from bot.store import tables
from bot.store.engine import Database, parse_url
from bot.store.upgrade import upgrade
from tests.store.examples import story
from tests.store.opened import open_store

Create = Callable[[str], Awaitable[str]]


@pytest.fixture
async def create(postgres: str) -> AsyncIterator[Create]:
    """A function that creates a second database with the given options; returns its address."""
    server = create_engine(parse_url(postgres), isolation_level="AUTOCOMMIT")
    other = make_url(postgres).set(database=f"{make_url(postgres).database}_other")

    async def create_database(how: str) -> str:
        with server.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{other.database}" {how}'))
        return other.render_as_string(hide_password=False)

    yield create_database
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{other.database}"'))
    server.dispose()


async def test_queries_are_not_compiled(postgres: str) -> None:
    database = Database(postgres)
    assert await database.column(text("SHOW jit")) == ["off"]
    await database.close()


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
async def test_a_database_that_is_not_utf8_is_refused(create: Create, encoding: str) -> None:
    url = await create(f"ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    with pytest.raises(StoreError, match=rf"keeps text as {encoding}, not as UTF8\. Create one"):
        await upgrade(url)


@pytest.mark.parametrize(
    "setting", ["client_encoding = 'LATIN1'", "DateStyle = 'SQL, DMY'", "TimeZone = 'Asia/Tokyo'"]
)
async def test_data_is_read_back_unchanged_with_any_database_setting(
    create: Create, setting: str
) -> None:
    url = await create("")
    await upgrade(url)
    database = Database(url)
    await database.change(text(f'ALTER DATABASE "{make_url(url).database}" SET {setting}'))
    await database.close()
    store = open_store(url)
    reported = story("a", title="China\u2019s \u4e2d duty")
    await store.add_stories(reported)
    assert await store.stories.recent(reported.seen_at) == (reported,)
    [moment] = await store.database.column(select(tables.stories.c.seen_at))
    assert (moment, moment.tzinfo) == (reported.seen_at, UTC)
    await store.database.close()
