"""A database of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.upgrade import upgrade
from tests.alerts.watch.operators import Operators
from tests.store.opened import Store, open_store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    await upgrade(f"sqlite:///{tmp_path / 'bot.db'}")
    opened = open_store(f"sqlite:///{tmp_path / 'bot.db'}")
    yield opened
    await opened.database.close()


@pytest.fixture
def operators(store: Store) -> Operators:
    return Operators(store)
