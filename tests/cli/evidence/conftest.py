"""A database, and commands that run on it."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from click.testing import Result

from bot.store.token_cipher import make_key
from tests.cli import runner
from tests.store.opened import Store, open_store

Run = Callable[..., Result]
Fill = Callable[[Callable[[Store], Awaitable[object]]], None]


@pytest.fixture
def address(blank_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    found = f"sqlite:///{shutil.copyfile(blank_file, tmp_path / 'bot.db')}"
    monkeypatch.setenv("DATABASE_URL", found)
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
    return runner.run


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of a bot for many workspaces."""
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET"):
        monkeypatch.setenv(name, "for-many-workspaces")
    monkeypatch.setenv("TARIFFWIRE_TOKEN_KEYS", make_key())
