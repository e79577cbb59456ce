"""A database that goes and comes back: told once at each end, and no fault of ours."""

import logging
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from bot.errors import StoreError, StoreUnavailable
from bot.store.engine import Database
from bot.store.outage import Outage
from tests.store.conftest import on_postgresql
from tests.store.opened import Store


def _ask(connection: Connection) -> object:
    return connection.execute(text("SELECT 1")).scalar()


async def test_an_outage_is_told_once_when_it_begins_and_once_when_it_is_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    file = tmp_path / "bot.db"
    file.mkdir()
    database = Database(f"sqlite:///{file}", Outage())
    for _ in range(3):
        with pytest.raises(StoreUnavailable, match="unable to open"):
            await database.write(_ask)
        with pytest.raises(StoreUnavailable, match="unable to open"):
            await database.rows(text("SELECT 1"))
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "nothing is lost" in caplog.text
    file.rmdir()
    for _ in range(3):
        assert await database.write(_ask) == 1
    assert [record.levelname for record in caplog.records] == ["ERROR", "INFO"]
    assert "can be written again" in caplog.text
    assert "Traceback" not in caplog.text
    await database.close()


@on_postgresql
async def test_a_connection_that_the_server_ends_is_an_outage(store: Store) -> None:
    with pytest.raises(StoreUnavailable):
        await store.database.write(
            lambda connection: connection.execute(
                text("SELECT pg_terminate_backend(pg_backend_pid())")
            )
        )
    assert await store.database.write(_ask) == 1


@pytest.mark.parametrize("wrong", ["SELECT * FROM nowhere", "SELECT nothing FROM once", "SELECT ("])
async def test_a_statement_at_fault_is_no_outage(
    store: Store, wrong: str, caplog: pytest.LogCaptureFixture
) -> None:
    database = Database(store.database.url.render_as_string(hide_password=False), Outage())
    with pytest.raises(StoreError) as raised:
        await database.rows(text(wrong))
    assert not isinstance(raised.value, StoreUnavailable)
    assert caplog.records == []
    await database.close()
