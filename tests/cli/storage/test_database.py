"""Commands about the database, and what other commands do with an older one."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from bot.cli import main
from bot.errors import StoreError
from bot.runtime.settings import load_settings
from bot.runtime.wiring.basics import lock_data_folder
from bot.store.engine import Database
from bot.store.instance_lock import hold_instance_lock
from bot.store.owner import Owner, claim_database
from bot.store.tables import REVISION
from tests.store.opened import open_store
from tests.store.schemas import create_older


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a database of an earlier version."""
    address = f"sqlite:///{tmp_path / 'bot.db'}"
    create_older(tmp_path / "bot.db")
    monkeypatch.setenv("DATABASE_URL", address)
    monkeypatch.setenv("TARIFFWIRE_DATA_DIR", str(tmp_path))
    return address


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def _revision(address: str) -> str:
    async def read(database: Database) -> str:
        found = await database.column(text("SELECT version_num FROM alembic_version"))
        await database.close()
        return str(found[0])

    return asyncio.run(read(Database(address)))


@pytest.mark.parametrize(
    "command", [("outbox", "list"), ("outbox", "retry", "--all-failed"), ("feeds", "list")]
)
def test_a_command_leaves_an_older_database_as_it_is(older: str, command: tuple[str, ...]) -> None:
    result = run(*command)
    assert result.exit_code == 1
    assert "has the tables of an older version" in result.output
    assert "Stop the bot, then run: tariffwire db upgrade" in result.output
    assert _revision(older) == "0006"


def test_a_database_is_not_upgraded_while_a_bot_works_on_it(older: str) -> None:
    async def upgrade_during_a_run() -> Result:
        store = open_store(older)
        async with hold_instance_lock(store.database, lambda: datetime.now(UTC)):
            result = await asyncio.to_thread(run, "db", "upgrade")
        await store.database.close()
        return result

    result = asyncio.run(upgrade_during_a_run())
    assert (result.exit_code, _revision(older)) == (1, "0006")
    assert "another Tariffwire works on it. Stop it first" in result.output
    with lock_data_folder(load_settings()):
        # A bot of the first release holds this lock only.
        result = run("db", "upgrade")
    assert (result.exit_code, _revision(older)) == (1, "0006")
    assert run("db", "upgrade").exit_code == 0
    assert _revision(older) == REVISION
    assert run("outbox", "list").exit_code == 0


def test_a_database_is_handed_over_to_another_workspace(older: str) -> None:
    async def claim(team: str) -> None:
        store = open_store(older)
        try:
            await claim_database(store.database, Owner(team), datetime.now(UTC))
        finally:
            await store.database.close()

    asyncio.run(claim("T111"))
    assert run("db", "assign", "general").exit_code == 2
    result = run("db", "assign", "T222")
    assert (result.exit_code, result.output) == (0, "the database belongs to workspace T222\n")
    asyncio.run(claim("T222"))
    with pytest.raises(StoreError, match="belongs to workspace T222, not to workspace T111"):
        asyncio.run(claim("T111"))


def test_a_database_is_copied_while_no_bot_works_on_it(older: str, tmp_path: Path) -> None:
    target = f"sqlite:///{tmp_path / 'copy.db'}"
    refused = run("db", "copy", target)
    assert refused.exit_code == 1
    assert "has the tables of an older version" in refused.output
    run("db", "upgrade")

    async def copy_during_a_run() -> Result:
        store = open_store(older)
        async with hold_instance_lock(store.database, lambda: datetime.now(UTC)):
            result = await asyncio.to_thread(run, "db", "copy", target)
        await store.database.close()
        return result

    assert (
        "another Tariffwire works on it. Stop it first" in asyncio.run(copy_during_a_run()).output
    )
    result = run("db", "copy", target)
    assert result.exit_code == 0
    assert "rows; set DATABASE_URL to use the copy" in result.output
    assert _revision(target) == REVISION
