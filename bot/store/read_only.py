"""Reads the database for commands that need only a part of it, and creates and changes nothing.

Everything is empty if the SQLite file or the tables do not exist yet. The functions raise
StoreError if the database cannot be read.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote

from bot.news.story import Story
from bot.proposals.approval.amendments import Amendment
from bot.proposals.approval.data_checks import DataCheck
from bot.values import Topic

if TYPE_CHECKING:
    from bot.store.store import Store

T = TypeVar("T")
_SQLITE = ("sqlite", "sqlite+aiosqlite")


def approved_rates(address: str) -> tuple[Amendment, ...]:
    """The approved rates in the database at this address, in the order of the decisions."""
    return asyncio.run(_read(address, "proposals", lambda store: store.proposals.approved()))


def data_checks(address: str) -> tuple[DataCheck, ...]:
    """Operators' confirmations of the data in the database at this address, oldest first."""
    return asyncio.run(_read(address, "data_checks", lambda store: store.data_checks.standing()))


class SavedStories:
    """The stories in the database at this address."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def reported_since(self, since: datetime) -> tuple[Story, ...]:
        """Like `Stories.reported_since`."""
        return await _read(
            self._address, "stories", lambda store: store.stories.reported_since(since)
        )

    async def with_deadlines(self, first: date, last: date) -> tuple[Story, ...]:
        """Like `Stories.with_deadlines`."""
        return await _read(
            self._address, "stories", lambda store: store.stories.with_deadlines(first, last)
        )

    async def latest(self, topic: Topic | None, limit: int) -> tuple[Story, ...]:
        """Like `Stories.latest`."""
        return await _read(
            self._address, "stories", lambda store: store.stories.latest(topic, limit)
        )

    async def get(self, story_id: str) -> Story | None:
        """Like `Stories.get`."""
        read = await _read(self._address, "stories", lambda store: store.stories.many([story_id]))
        return next(iter(read), None)

    async def of_event(self, event_id: str) -> tuple[Story, ...]:
        """Like `Stories.of_event`."""
        return await _read(self._address, "stories", lambda store: store.stories.of_event(event_id))


async def _read(
    address: str, table: str, read: "Callable[[Store], Awaitable[tuple[T, ...]]]"
) -> tuple[T, ...]:
    if await asyncio.to_thread(_is_missing, address):
        return ()
    # Imported here, because the import takes 0.3 s, and many commands run without a database.
    from sqlalchemy import inspect

    from bot.store.engine import Database
    from bot.store.store import Store

    database = Database(address)
    try:
        if not await database.with_engine(lambda engine: inspect(engine).has_table(table)):
            return ()
        return await read(Store.of(database))
    finally:
        await database.close()


def _is_missing(address: str) -> bool:
    """Whether the address is that of an SQLite file that does not exist."""
    scheme, _, path = address.partition(":///")
    is_file = scheme in _SQLITE and path not in ("", ":memory:") and "?" not in path
    return is_file and not Path(unquote(path)).exists()
