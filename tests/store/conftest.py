"""A fresh database for each test: SQLite, and also PostgreSQL if a server is configured."""

import os
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.store.engine import Database
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


@pytest.fixture(params=BACKENDS)
def address(request: pytest.FixtureRequest, blank_file: Path, tmp_path: Path) -> str:
    if request.param == "sqlite":
        file = tmp_path / "bot.db"
        shutil.copyfile(blank_file, file)
        return f"sqlite:///{file}"
    renew: Callable[[], str] = request.getfixturevalue("renew_postgres")
    return renew()


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
