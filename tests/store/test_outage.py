"""A database outage is logged once at its start and once at its end."""

import logging
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from bot.errors import StoreError, StoreUnavailable
from bot.readiness import NotReady, Readiness
from bot.store.engine import Database
from bot.store.monitoring import MonitoringQueries
from bot.store.outage import Outage
from tests.store.conftest import on_postgresql
from tests.store.opened import Store


def _select_one(connection: Connection) -> object:
    return connection.execute(text("SELECT 1")).scalar()


async def test_an_outage_is_logged_once_at_its_start_and_once_at_its_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    file = tmp_path / "bot.db"
    file.mkdir()
    readiness = Readiness()
    database = Database(f"sqlite:///{file}", Outage(readiness))
    for _ in range(3):
        with pytest.raises(StoreUnavailable, match="unable to open"):
            await database.write(_select_one)
        with pytest.raises(StoreUnavailable, match="unable to open"):
            await database.rows(text("SELECT 1"))
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "nothing is lost" in caplog.text
    assert list(readiness.reasons) == [NotReady.DATABASE]
    file.rmdir()
    for _ in range(3):
        assert await database.write(_select_one) == 1
    assert [record.levelname for record in caplog.records] == ["ERROR", "INFO"]
    assert "can be used again" in caplog.text
    assert list(readiness.reasons) == []
    assert "Traceback" not in caplog.text
    await database.close()


async def test_a_process_that_only_reads_sees_the_end_of_an_outage(store: Store) -> None:
    readiness = Readiness()
    outage = Outage(readiness)
    url = store.database.url.render_as_string(hide_password=False)
    database = Database(url, outage)
    readiness.add_probe(NotReady.DATABASE, MonitoringQueries(database).ping)
    for _ in range(2):
        outage.met(StoreUnavailable("bot", "connection failed", "Start it"), is_write=True)
        await database.rows(text("SELECT 1"))
        assert readiness.reasons == (NotReady.DATABASE,)
        assert await readiness.look() == ()
    await database.close()


async def test_a_read_ends_an_outage_that_only_reads_have_met(tmp_path: Path) -> None:
    file = tmp_path / "bot.db"
    file.mkdir()
    readiness = Readiness()
    database = Database(f"sqlite:///{file}", Outage(readiness))
    with pytest.raises(StoreUnavailable):
        await database.rows(text("SELECT 1"))
    assert list(readiness.reasons) == [NotReady.DATABASE]
    file.rmdir()
    # A web process may write nothing for hours.
    await database.rows(text("SELECT 1"))
    assert list(readiness.reasons) == []
    await database.close()


async def test_a_read_does_not_end_an_outage_that_a_write_has_met(tmp_path: Path) -> None:
    file = tmp_path / "bot.db"
    readiness = Readiness()
    database = Database(f"sqlite:///{file}", Outage(readiness))
    await database.write(lambda each: each.execute(text("CREATE TABLE filled (row BLOB)")))

    def fill(connection: Connection) -> None:
        # SQLite then answers as on a full disk.
        connection.execute(text("PRAGMA max_page_count = 1"))
        connection.execute(text("INSERT INTO filled VALUES (zeroblob(1000000))"))

    with pytest.raises(StoreUnavailable, match="full"):
        await database.write(fill)
    await database.rows(text("SELECT 1"))
    assert list(readiness.reasons) == [NotReady.DATABASE]

    def empty(connection: Connection) -> None:
        connection.execute(text("PRAGMA max_page_count = 1000"))
        connection.execute(text("INSERT INTO filled VALUES (1)"))

    await database.write(empty)
    assert list(readiness.reasons) == []
    await database.close()


@on_postgresql
async def test_a_read_does_not_end_an_outage_that_a_held_connection_has_met(store: Store) -> None:
    readiness = Readiness()
    url = store.database.url.render_as_string(hide_password=False)
    database = Database(url, Outage(readiness))

    def fill(connection: Connection) -> None:
        connection.execute(text("DO $$ BEGIN RAISE disk_full; END $$"))

    with pytest.raises(StoreUnavailable):
        async with database.hold_connection() as run:
            await run(fill)
    await database.rows(text("SELECT 1"))
    assert list(readiness.reasons) == [NotReady.DATABASE]
    async with database.hold_connection() as run:
        await run(_select_one)
    assert list(readiness.reasons) == []
    await database.close()


@on_postgresql
async def test_a_connection_closed_by_the_server_counts_as_an_outage(store: Store) -> None:
    with pytest.raises(StoreUnavailable):
        await store.database.write(
            lambda connection: connection.execute(
                text("SELECT pg_terminate_backend(pg_backend_pid())")
            )
        )
    assert await store.database.write(_select_one) == 1


@pytest.mark.parametrize("wrong", ["SELECT * FROM nowhere", "SELECT nothing FROM once", "SELECT ("])
async def test_an_invalid_statement_does_not_count_as_an_outage(
    store: Store, wrong: str, caplog: pytest.LogCaptureFixture
) -> None:
    database = Database(store.database.url.render_as_string(hide_password=False), Outage())
    with pytest.raises(StoreError) as raised:
        await database.rows(text(wrong))
    assert not isinstance(raised.value, StoreUnavailable)
    assert caplog.records == []
    await database.close()
