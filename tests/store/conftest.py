"""A fresh database for each test: SQLite, and also PostgreSQL if a server is configured."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from bot.store.engine import Database
from bot.store.upgrade import upgrade
from tests.conftest import POSTGRES
from tests.store.opened import Store, open_store

_POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgres)
BACKENDS = ["sqlite", _POSTGRESQL] if {POSTGRES, "CI"} & os.environ.keys() else ["sqlite"]


def on_postgresql(test: Callable[..., object]) -> Callable[..., object]:
    """Decorator for tests that use `address` (also indirectly): runs them on PostgreSQL only."""
    marked: Callable[..., object] = pytest.mark.parametrize(
        "address", [_POSTGRESQL], indirect=True
    )(test)
    return marked


@pytest.fixture(scope="session")
def blank_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated SQLite file. Tests copy it, because migrations are slow."""
    file = tmp_path_factory.mktemp("blank") / "blank.db"
    asyncio.run(upgrade(f"sqlite:///{file}"))
    return file


@pytest.fixture(params=BACKENDS)
async def address(request: pytest.FixtureRequest, blank_file: Path, tmp_path: Path) -> str:
    if request.param == "sqlite":
        file = tmp_path / "bot.db"
        shutil.copyfile(blank_file, file)
        return f"sqlite:///{file}"
    url: str = request.getfixturevalue("postgres")
    await _empty(url)
    await upgrade(url)
    return url


@pytest.fixture
async def store(address: str) -> AsyncIterator[Store]:
    opened = open_store(address)
    yield opened
    await opened.database.close()


@pytest.fixture
async def shared(address: str) -> AsyncIterator[Store]:
    """The database of a bot that serves many workspaces."""
    opened = Store.of(Database(address), only_installed=True)
    yield opened
    await opened.database.close()


async def _empty(url: str) -> None:
    database = Database(url)

    def empty(connection: Connection) -> None:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))

    await database.write(empty)
    await database.close()
