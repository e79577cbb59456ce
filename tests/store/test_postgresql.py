"""A PostgreSQL server may be set up in ways of its own."""

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
    """Makes a database beside the tests' own, created as told; gives its address."""
    server = create_engine(parse_url(postgres), isolation_level="AUTOCOMMIT")
    other = make_url(postgres).set(database=f"{make_url(postgres).database}_other")

    async def made(how: str) -> str:
        with server.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{other.database}" {how}'))
        return other.render_as_string(hide_password=False)

    yield made
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{other.database}"'))
    server.dispose()


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
async def test_a_database_that_cannot_hold_every_sign_is_refused(
    create: Create, encoding: str
) -> None:
    url = await create(f"ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    with pytest.raises(StoreError, match=rf"keeps text as {encoding}, not as UTF8\. Create one"):
        await upgrade(url)


@pytest.mark.parametrize(
    "setting", ["client_encoding = 'LATIN1'", "DateStyle = 'SQL, DMY'", "TimeZone = 'Asia/Tokyo'"]
)
async def test_what_is_kept_is_read_back_whatever_the_database_is_set_to(
    create: Create, setting: str
) -> None:
    url = await create("")
    await upgrade(url)
    database = Database(url)
    await database.change(text(f'ALTER DATABASE "{make_url(url).database}" SET {setting}'))
    await database.close()
    store = open_store(url)
    told = story("a", title="China\u2019s \u4e2d duty")
    await store.tell(told)
    assert await store.stories.recent(told.seen_at) == (told,)
    [moment] = await store.database.column(select(tables.stories.c.seen_at))
    assert (moment, moment.tzinfo) == (told.seen_at, UTC)
    await store.database.close()
