"""Stores which people follow an event."""

from collections.abc import Collection

import sqlalchemy as sa

from bot.alerts.delivery import Thread
from bot.store import tables
from bot.store.engine import Database, chunks

_table, _row = tables.follows, tables.follows.c


class Follows:
    """The table of follows. An event's id is the id of its first story."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def follow(self, team: str, user: str, event_id: str) -> bool:
        """Makes a person follow an event; False if the person follows it already."""
        insert = self._database.insert(_table).values((event_id, team, user))
        return await self._database.change(insert.on_conflict_do_nothing()) > 0

    async def unfollow(self, team: str, user: str, event_id: str) -> bool:
        """Ends a follow; False if there was none."""
        here = (_row.event_id == event_id, _row.team == team, _row.user == user)
        return await self._database.change(sa.delete(_table).where(*here)) > 0

    async def followed(self, team: str, user: str) -> tuple[str, ...]:
        """The ids of the events that a person follows."""
        query = sa.select(_row.event_id).where(_row.team == team, _row.user == user)
        return tuple(await self._database.column(query))

    async def followers(self, event_ids: Collection[str]) -> tuple[Thread, ...]:
        """The people who follow these events; `conversation` is the person's id."""
        found: list[Thread] = []
        for chunk in chunks(event_ids):
            query = sa.select(_row.event_id, _row.team, _row.user).where(_row.event_id.in_(chunk))
            found += [Thread(*row) for row in await self._database.rows(query)]
        return tuple(found)
