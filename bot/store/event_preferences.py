"""Stores which people follow an event."""

from collections.abc import Collection

from sqlalchemy import Insert, Table, delete, select

from bot.alerts.delivery import Thread
from bot.store import tables
from bot.store.engine import Database, chunks


class EventPreferences:
    """The table of follows. An event's id is the id of its first story."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def follow(self, team: str, user: str, event_id: str) -> bool:
        """Makes a person follow an event; False if the person follows it already."""
        return await self._put(tables.follows, Thread(event_id, team, user))

    async def unfollow(self, team: str, user: str, event_id: str) -> bool:
        """Ends a follow; False if there was none."""
        return await self._drop(tables.follows, Thread(event_id, team, user))

    async def followed(self, team: str, user: str) -> tuple[str, ...]:
        """The ids of the events that a person follows."""
        follows = tables.follows.c
        query = select(follows.event_id).where(follows.team == team, follows.user == user)
        return tuple(row[0] for row in await self._database.rows(query))

    async def followers(self, event_ids: Collection[str]) -> tuple[Thread, ...]:
        """The people who follow these events; `conversation` is the person's id."""
        return await self._of(tables.follows, event_ids)

    async def _put(self, table: Table, thread: Thread) -> bool:
        return await self._database.change(self._putting(table, thread)) > 0

    def _putting(self, table: Table, thread: Thread) -> Insert:
        return self._database.insert(table).values(tuple(thread)).on_conflict_do_nothing()

    async def _drop(self, table: Table, thread: Thread) -> bool:
        here = [column == value for column, value in zip(table.columns, thread, strict=True)]
        return await self._database.change(delete(table).where(*here)) > 0

    async def _of(self, table: Table, event_ids: Collection[str]) -> tuple[Thread, ...]:
        found: list[Thread] = []
        for chunk in chunks(event_ids):
            query = select(table).where(table.c.event_id.in_(chunk))
            found += [Thread(*row) for row in await self._database.rows(query)]
        return tuple(found)
