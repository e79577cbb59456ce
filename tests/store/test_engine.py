import asyncio
import os
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot.errors import StoreError
from bot.store import tables
from bot.store.engine import Database, parse_url
from tests.store.conftest import BACKENDS, POSTGRES
from tests.store.examples import feed
from tests.store.opened import Store


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("sqlite:////tmp/x.db", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite:////tmp/x.db", "sqlite+aiosqlite"),
        ("postgres://u:p@host/name", "postgresql+asyncpg"),
        ("postgresql://u:p@host/name", "postgresql+asyncpg"),
        ("postgresql+asyncpg://u:p@host/name", "postgresql+asyncpg"),
    ],
)
def test_every_common_form_of_an_address_is_taken(given: str, driver: str) -> None:
    assert parse_url(given).drivername == driver


def test_a_hosts_sslmode_becomes_what_the_driver_knows() -> None:
    url = parse_url("postgres://u:p@host/name?sslmode=require")
    assert dict(url.query) == {"ssl": "require"}


@pytest.mark.parametrize("given", ["mysql://u:hunter2@host/name", "no address", "sqlite://"])
def test_an_unusable_address_is_refused_without_repeating_its_password(given: str) -> None:
    with pytest.raises(StoreError, match="DATABASE_URL") as raised:
        parse_url(given)
    assert "hunter2" not in str(raised.value)


@pytest.mark.skipif(POSTGRES not in os.environ, reason=f"{POSTGRES} names no database to use")
def test_postgresql_runs_every_test_that_sqlite_does() -> None:
    assert BACKENDS == ["sqlite", "postgresql"]


async def test_sqlite_is_set_up_to_survive_a_power_cut(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'deep' / 'er' / 'bot.db'}")
    async with database.read() as connection:
        settings = {
            name: (await connection.execute(text(f"PRAGMA {name}"))).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    await database.close()
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


async def test_a_block_that_fails_leaves_nothing_behind(store: Store) -> None:
    insert = store.database.insert(tables.feeds)

    async def fail_after_writing() -> None:
        async with store.database.write() as connection:
            await connection.execute(insert.values(id="wire", data=feed().model_dump_json()))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_after_writing()
    assert await store.feeds.added() == ()


async def test_writers_take_turns_and_readers_do_not_wait(store: Store) -> None:
    count = select(tables.feeds.c.id)

    async def add(number: int) -> None:
        # Reads first and writes then: what a deferred transaction could not be upgraded from.
        async with store.database.write() as connection:
            await connection.execute(count)
            await asyncio.sleep(0)
            row = {"id": f"feed{number}", "data": feed().model_dump_json()}
            await connection.execute(store.database.insert(tables.feeds).values(row))

    await asyncio.gather(*(add(number) for number in range(20)), store.feeds.added())
    assert len(await store.feeds.added()) == 20


async def test_a_database_without_tables_says_how_to_make_them(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    with pytest.raises(StoreError, match="tariffwire db upgrade"):
        async with database.read() as connection:
            await connection.execute(select(tables.feeds))
    await database.close()


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    file = tmp_path / "bot.db"
    file.write_text("not a database at all, but long enough to be looked at" * 20)
    database = Database(f"sqlite:///{file}")
    with pytest.raises(StoreError, match=r"bot\.db: file is not a database"):
        async with database.read() as connection:
            await connection.execute(select(tables.feeds))
    await database.close()
