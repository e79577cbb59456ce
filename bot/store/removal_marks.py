"""Marks of workspace removals that are to be repeated once, as rows of the table `once`.

The second removal deletes what a command or a message in progress saved during the first one. The
marks are in the database, so a restart between the two does no harm, and every process finds
removals that the command line began.
"""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from bot.store import tables
from bot.store.engine import Database

_PREFIX = "removal of workspace "
_row = tables.once.c


class RemovalMark(NamedTuple):
    """A workspace, and when it removed the app."""

    team: str
    at: datetime


class RemovalMarks:
    """The marks of all workspaces."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, mark: RemovalMark, now: datetime) -> None:
        """Saves that the removal is handled `now`. Raises StoreError."""
        insert = self._database.insert(tables.once).values(name=_name(mark), done_at=now)
        await self._database.change(
            insert.on_conflict_do_update(index_elements=[_row.name], set_={"done_at": now})
        )

    async def handled_before(self, moment: datetime) -> tuple[RemovalMark, ...]:
        """The removals that were handled at this moment or before it. Raises StoreError."""
        is_mark = _row.name.startswith(_PREFIX, autoescape=True)
        query = sa.select(_row.name).where(is_mark, _row.done_at <= moment).order_by(_row.done_at)
        return tuple(map(_read, await self._database.column(query)))

    async def delete(self, mark: RemovalMark) -> None:
        """Deletes the mark. Raises StoreError."""
        await self._database.change(sa.delete(tables.once).where(_row.name == _name(mark)))


def _name(mark: RemovalMark) -> str:
    return f"{_PREFIX}{mark.team} at {mark.at.isoformat()}"


def _read(name: str) -> RemovalMark:
    team, _, at = name.removeprefix(_PREFIX).partition(" at ")
    return RemovalMark(team, datetime.fromisoformat(at))
