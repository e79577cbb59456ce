"""Stores operators' confirmations that nothing in the duties of an imposer changed."""

from datetime import datetime

import sqlalchemy as sa

from bot.proposals.approval.audit import Operator
from bot.proposals.approval.data_checks import DataCheck
from bot.store import tables
from bot.store.engine import Database

_row = tables.data_checks.c


class DataChecks:
    """The table of confirmations. Rows are never deleted; an undone one is marked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, check: DataCheck) -> bool:
        """Saves a confirmation; False if the imposer has one of the same day that stands."""
        same = (_row.imposer == check.imposer, _row.day == check.on.isoformat())
        row = {
            "imposer": check.imposer,
            "day": check.on.isoformat(),
            "at": check.at,
            "undone_at": None,
            "data": check.model_dump_json(),
        }

        def write(connection: sa.Connection) -> bool:
            known = sa.select(_row.seq).where(*same, _row.undone_at.is_(None))
            if connection.execute(known).first() is not None:
                return False
            connection.execute(sa.insert(tables.data_checks).values(row))
            return True

        return await self._database.write(write)

    async def undo(self, imposer: str, by: Operator, at: datetime) -> DataCheck | None:
        """Marks the imposer's newest confirmation that stands as undone, and returns it.

        None if there is no such confirmation.
        """
        standing = (
            sa.select(_row.seq, _row.data)
            .where(_row.imposer == imposer, _row.undone_at.is_(None))
            .order_by(_row.seq.desc())
            .limit(1)
            .with_for_update()
        )

        def write(connection: sa.Connection) -> DataCheck | None:
            found = connection.execute(standing).one_or_none()
            if found is None:
                return None
            check = DataCheck.model_validate_json(found.data)
            undone = check.model_copy(update={"undone_by": by, "undone_at": at})
            change = sa.update(tables.data_checks).where(_row.seq == found.seq)
            connection.execute(change.values(undone_at=at, data=undone.model_dump_json()))
            return undone

        return await self._database.write(write)

    async def standing(self) -> tuple[DataCheck, ...]:
        """The confirmations that are not undone, oldest first."""
        return await self._read(sa.select(_row.data).where(_row.undone_at.is_(None)))

    async def every(self) -> tuple[DataCheck, ...]:
        """All confirmations, also those that are undone, oldest first."""
        return await self._read(sa.select(_row.data))

    async def _read(self, query: sa.Select[tuple[str]]) -> tuple[DataCheck, ...]:
        found = await self._database.column(query.order_by(_row.seq))
        return tuple(map(DataCheck.model_validate_json, found))
