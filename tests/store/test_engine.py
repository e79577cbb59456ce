import asyncio
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event
from time import sleep

import pytest
from sqlalchemy import Connection, make_url, select, text

from bot.errors import StoreError, StoreUnavailable
from bot.store import tables
from bot.store.engine import Database, parse_url
from tests.store.conftest import BACKENDS, on_postgresql
from tests.store.examples import NOON, feed
from tests.store.opened import Store


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("sqlite:////tmp/x.db", "sqlite"),
        ("sqlite+aiosqlite:////tmp/x.db", "sqlite"),
        ("postgres://u:p@host/name", "postgresql+psycopg"),
        ("postgresql://u:p@host/name", "postgresql+psycopg"),
        ("postgresql+asyncpg://u:p@host/name", "postgresql+psycopg"),
    ],
)
def test_every_common_form_of_an_address_is_accepted(given: str, driver: str) -> None:
    assert parse_url(given).drivername == driver


@pytest.mark.parametrize("word", ["ssl", "sslmode"])
def test_ssl_options_in_an_address_become_sslmode(word: str) -> None:
    url = parse_url(f"postgres://u:p@host/name?{word}=require")
    assert url.query["sslmode"] == "require"
    assert "ssl" not in url.query


def test_connect_timeout_is_ten_seconds_unless_the_address_sets_it() -> None:
    assert parse_url("postgres://u:p@host/name").query["connect_timeout"] == "10"
    assert parse_url("postgres://host/name?connect_timeout=60").query["connect_timeout"] == "60"


async def test_a_server_that_never_responds_is_reported_with_a_cure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        database = Database(f"postgresql://u:hunter2@127.0.0.1:{port}/name?connect_timeout=2")
        with pytest.raises(StoreError, match=r"timeout.*Check DATABASE_URL") as raised:
            await database.rows(text("SELECT 1"))
        await database.close()
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    "given",
    [
        "mysql://u:hunter2@host/name",
        "no address",
        "sqlite://",
        "sqlite:////tmp/x.db?mode=ro",
        "postgres://u:a@hunter2@host/name",
        "postgresql://u:hunter2@host:port/name",
    ],
)
def test_an_unusable_address_is_refused_without_repeating_its_password(given: str) -> None:
    with pytest.raises(StoreError, match="DATABASE_URL") as raised:
        parse_url(given)
    assert "hunter2" not in str(raised.value)


def test_every_store_test_runs_on_postgresql_too(postgres: str) -> None:
    assert postgres.startswith("postgresql://")
    assert ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)] == BACKENDS


async def test_sqlite_is_set_up_to_survive_a_power_cut(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'deep' / 'er' / 'bot.db'}")
    names = ("journal_mode", "synchronous", "foreign_keys")
    settings = [(await database.column(text(f"PRAGMA {name}")))[0] for name in names]
    await database.close()
    assert settings == ["wal", 2, 1]


async def test_a_failed_transaction_is_rolled_back(store: Store) -> None:
    def fail_after_writing(connection: Connection) -> None:
        connection.execute(store.database.insert(tables.feeds).values(_row("wire")))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await store.database.write(fail_after_writing)
    assert await store.feeds.added() == ()


async def test_many_writers_and_readers_can_work_at_once(store: Store) -> None:
    def add(connection: Connection, number: int) -> None:
        # `add` reads before it writes. In a deferred transaction, its write could fail at once.
        connection.execute(select(tables.feeds.c.id))
        sleep(0.001)
        insert = store.database.insert(tables.feeds)
        connection.execute(insert.values(_row(f"feed{number}")))

    writing = (store.database.write(partial(add, number=number)) for number in range(20))
    await asyncio.gather(*writing, *(store.feeds.added() for _ in range(20)))
    assert len(await store.feeds.added()) == 20


async def test_a_cancelled_transaction_ends_before_its_caller_does(store: Store) -> None:
    begun, go_on = Event(), Event()

    def add(connection: Connection) -> None:
        begun.set()
        go_on.wait()
        connection.execute(store.database.insert(tables.feeds).values(_row("wire")))

    task = asyncio.create_task(store.database.write(add))
    await asyncio.to_thread(begun.wait)
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [each.id for each in await store.feeds.added()] == ["wire"]


async def test_a_write_requested_before_the_close_is_completed(store: Store) -> None:
    adding = asyncio.create_task(store.feeds.add(feed("wire")))
    await asyncio.sleep(0)
    await store.database.close()
    assert await adding


async def test_reads_and_writes_cancelled_at_any_point_leave_no_lock(store: Store) -> None:
    for number in range(40):
        task = asyncio.create_task(store.feeds.add(feed(f"feed{number}")))
        other = asyncio.create_task(store.feeds.added())
        await asyncio.sleep(number / 10_000)
        task.cancel()
        other.cancel()
        await asyncio.gather(task, other, return_exceptions=True)
    async with asyncio.timeout(5):
        assert await store.feeds.add(feed("last"))


async def test_a_query_after_the_close_is_a_store_error(store: Store) -> None:
    await store.database.close()
    with pytest.raises(StoreError, match="closed"):
        await store.feeds.added()


@on_postgresql
async def test_a_close_ends_the_transaction_of_a_held_connection(store: Store) -> None:
    database = Database(store.database.url.render_as_string(hide_password=False))

    async def fail() -> None:
        async with database.hold_connection() as run:
            await run(lambda each: each.execute(text("SELECT pg_advisory_xact_lock(77)")))
            await database.close()
            free = await store.database.column(text("SELECT pg_try_advisory_xact_lock(77)"))
            assert free == [True]
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        await fail()


async def test_the_error_for_missing_tables_says_how_to_create_them(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    with pytest.raises(StoreError, match="tariffwire db upgrade"):
        await database.rows(select(tables.feeds))
    await database.close()


async def test_the_error_for_a_missing_postgresql_database_says_to_create_it(postgres: str) -> None:
    url = make_url(postgres).set(database="nowhere")
    database = Database(url.render_as_string(hide_password=False))
    with pytest.raises(StoreError, match=r'"nowhere" does not exist\. Create it'):
        await database.rows(text("SELECT 1"))
    await database.close()


async def test_a_file_that_is_not_a_database_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "bot.db"
    file.write_text("not a database at all, but long enough to be looked at" * 20)
    database = Database(f"sqlite:///{file}")
    with pytest.raises(StoreError, match=r"bot\.db: file is not a database"):
        await database.rows(select(tables.feeds))
    await database.close()


def _row(feed_id: str) -> dict[str, str]:
    return {"id": feed_id, "data": feed(feed_id).model_dump_json()}


async def _write_together(
    database: Database, works: list[Callable[[Connection], object]]
) -> list[object]:
    """Queues several writes while another write is running; returns their results."""
    begun, go_on = Event(), Event()

    def hold(_: Connection) -> None:
        begun.set()
        assert go_on.wait(5)

    first = asyncio.create_task(database.write(hold))
    assert await asyncio.to_thread(begun.wait, 5)
    waiting = [asyncio.create_task(database.write(work)) for work in works]
    await asyncio.sleep(0)
    go_on.set()
    await first
    return await asyncio.gather(*waiting, return_exceptions=True)


def _insert(name: str, transactions: list[object]) -> Callable[[Connection], object]:
    def work(connection: Connection) -> str:
        transactions.append(connection.get_transaction())
        connection.execute(tables.once.insert().values(name=name, done_at=NOON))
        return name

    return work


async def test_writes_that_wait_for_each_other_share_a_transaction_on_sqlite(store: Store) -> None:
    transactions: list[object] = []
    names = [f"mark {number}" for number in range(50)]
    works = [_insert(name, transactions) for name in names]
    assert await _write_together(store.database, works) == names
    assert len(set(transactions)) == (1 if store.database.is_sqlite else 50)


async def test_waiting_writes_fail_together_if_the_database_is_unavailable(
    tmp_path: Path,
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'none.db'}")
    tries: list[int] = []

    def fail(_: Connection) -> None:
        tries.append(1)
        raise StoreUnavailable("test", "gone")

    results = await _write_together(database, [fail] * 64)
    await database.close()
    assert all(isinstance(result, StoreUnavailable) for result in results)
    assert len(tries) == 1


async def test_only_the_caller_of_a_failed_write_gets_its_error(store: Store) -> None:
    names = ["first", "twice", "twice", "last"]
    results = await _write_together(store.database, [_insert(name, []) for name in names])
    assert [isinstance(result, StoreError) for result in results].count(True) == 1
    kept = await store.database.column(select(tables.once.c.name))
    assert sorted(kept) == ["first", "last", "twice"]
