"""A database, and commands that run on it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.store.token_cipher import make_key
from bot.store.upgrade import upgrade
from tests.store.opened import Store, open_store

Run = Callable[..., Result]
Fill = Callable[[Callable[[Store], Awaitable[object]]], None]


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    found = f"sqlite:///{tmp_path / 'bot.db'}"
    monkeypatch.setenv("DATABASE_URL", found)
    asyncio.run(upgrade(found))
    return found


@pytest.fixture
def fill(address: str) -> Fill:
    """Runs a coroutine function on the database."""

    def fill(work: Callable[[Store], Awaitable[object]]) -> None:
        async def run() -> None:
            store = open_store(address)
            await work(store)
            await store.database.close()

        asyncio.run(run())

    return fill


@pytest.fixture
def run(address: str) -> Run:
    return lambda *words: CliRunner().invoke(main, list(words))


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of a bot for many workspaces."""
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET"):
        monkeypatch.setenv(name, "for-many-workspaces")
    monkeypatch.setenv("TARIFFWIRE_TOKEN_KEYS", make_key())
