"""Stores line lists and what their owners know about the duties. Every read names the owner."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.alerts.delivery import Delivery, DeliveryKind
from bot.lines.model import LineKey, LineList, ListedLine, ListOwner
from bot.lines.reports import KnownList, KnownTotals, ListReport, format_totals, parse_totals
from bot.store import tables
from bot.store.engine import AnyRow, Database, execute_many
from bot.store.queueing import put_deliveries

_lists, _list = tables.line_lists, tables.line_lists.c
_lines, _line = tables.listed_lines, tables.listed_lines.c
_FIRST_REVISIONS = 2**30
"""The first revision of a list is at most this, so that it grows within a column of 32 bits."""


_REPORT = '{"about":{"kind":"changed duties",'
"""How the content of a message about changed duties begins."""


class LineLists:
    """The tables of line lists and of their lines."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, owner: ListOwner) -> LineList:
        """The list of the owner; an empty one of revision 0 if there is none."""
        return await self._database.read(lambda connection: _read(connection, owner))

    async def revision(self, owner: ListOwner) -> int:
        """The revision of the owner's list; 0 if there is none."""
        query = sa.select(_list.revision).where(*_is_of(_lists, owner))
        found = await self._database.column(query)
        return int(found[0]) if found else 0

    async def count(self, owner: ListOwner) -> int:
        """The number of the owner's lines."""
        query = sa.select(sa.func.count()).select_from(_lines)
        [number] = await self._database.column(query.where(*_is_of(_lines, owner)))
        return int(number)

    async def known(self, owner: ListOwner) -> KnownList:
        """The list with what the owner knows about the duties on its lines."""
        return await self._database.read(lambda connection: _read_known(connection, owner))

    async def save(
        self,
        before: LineList,
        lines: Sequence[ListedLine],
        totals: Mapping[LineKey, KnownTotals],
        by: str,
        now: datetime,
    ) -> int:
        """Replaces the lines of a list; returns its new revision, or 0 if someone has changed the
        list since `before`.

        `totals` has the known totals of the new lines. Lines that stay keep theirs. `by` is the
        person who imported it; empty for the command line.
        """

        def write(connection: sa.Connection) -> int:
            revision = self._take_revision(connection, before, by, now)
            if not revision:
                return 0
            owner = before.owner
            query = sa.select(_line.code, _line.origin, _line.totals)
            kept = {
                (row.code, row.origin): row.totals
                for row in connection.execute(query.where(*_is_of(_lines, owner)))
            }
            connection.execute(sa.delete(_lines).where(*_is_of(_lines, owner)))
            formatted = _Formatter()
            rows = [
                {
                    **owner._asdict(),
                    **one.model_dump(),
                    "position": position,
                    "totals": kept.get(one.key) or formatted.format(totals.get(one.key)),
                }
                for position, one in enumerate(lines)
            ]
            execute_many(connection, sa.insert(_lines), rows)
            return revision

        return await self._database.write(write)

    async def remove(self, owner: ListOwner) -> int:
        """Deletes the list of the owner, and the reports about it in the outbox; returns how many
        lines it had."""

        def write(connection: sa.Connection) -> int:
            connection.execute(sa.delete(_lists).where(*_is_of(_lists, owner)))
            is_sent_there = tables.deliveries.c.conversation == owner.place
            _erase_reports(connection, owner.team, is_sent_there)
            return connection.execute(sa.delete(_lines).where(*_is_of(_lines, owner))).rowcount

        return await self._database.write(write)

    async def remove_team(self, team: str) -> int:
        """Deletes all lists of a workspace that removed the app, and the reports about them in the
        outbox; returns how many lists there were."""

        def write(connection: sa.Connection) -> int:
            connection.execute(sa.delete(_lines).where(_line.team == team))
            _erase_reports(connection, team)
            return connection.execute(sa.delete(_lists).where(_list.team == team)).rowcount

        return await self._database.write(write)

    async def owners(self, team: str) -> tuple[ListOwner, ...]:
        """The owners of the workspace's lists, without their lines, in order."""
        query = sa.select(_list.team, _list.place).where(_list.team == team)
        rows = await self._database.rows(query.order_by(_list.place))
        return tuple(ListOwner(row.team, row.place) for row in rows)

    def _take_report(self, connection: sa.Connection, report: ListReport) -> bool:
        owner, before = report.known.list.owner, report.known
        is_same = (
            *_is_of(_lists, owner),
            _list.revision == before.list.revision,
            _list.reports == before.reports,
        )
        # The update locks the row, so that no import changes the list meanwhile.
        take = sa.update(_lists).where(*is_same).values(reports=before.reports + 1)
        if connection.execute(take).rowcount == 0:
            return False
        formatted = _Formatter()
        rows = [
            {"b_code": key.code, "b_origin": key.origin, "b_totals": formatted.format(totals)}
            for key, totals in report.totals.items()
        ]
        is_line = (_line.code == sa.bindparam("b_code"), _line.origin == sa.bindparam("b_origin"))
        change = sa.update(_lines).where(*_is_of(_lines, owner), *is_line)
        execute_many(connection, change.values(totals=sa.bindparam("b_totals")), rows)
        return True

    async def queue_report(self, report: ListReport, message: Delivery) -> bool:
        """Saves what a report tells the owner, and queues its message, in one transaction.

        False, and changes nothing, if it was saved before or the list changed since.
        """

        def write(connection: sa.Connection) -> bool:
            if not self._take_report(connection, report):
                return False
            put_deliveries(self._database, connection, (message,))
            return True

        return await self._database.write(write)

    async def save_report(self, report: ListReport) -> bool:
        """Saves what a report tells the owner, without a message; False like `queue_report`."""
        return await self._database.write(lambda connection: self._take_report(connection, report))

    def _take_revision(
        self, connection: sa.Connection, before: LineList, by: str, now: datetime
    ) -> int:
        """Gives the list its next revision; 0 if someone has changed it since `before`."""
        is_first = before.revision == 0
        # A counter from 1 would repeat the revisions of a list that the owner has removed.
        revision = 1 + (secrets.randbelow(_FIRST_REVISIONS) if is_first else before.revision)
        values = {"revision": revision, "changed_by": by, "changed_at": now}
        if is_first:
            row = {**before.owner._asdict(), **values, "reports": 0}
            add = self._database.insert(_lists).values(row)
            is_saved = connection.execute(add.on_conflict_do_nothing()).rowcount > 0
        else:
            is_same = (*_is_of(_lists, before.owner), _list.revision == before.revision)
            change = sa.update(_lists).where(*is_same).values(values)
            is_saved = connection.execute(change).rowcount > 0
        return revision if is_saved else 0


class _Formatter:
    """Formats known totals; most lines of a list have the totals of others."""

    def __init__(self) -> None:
        self._known: dict[KnownTotals, str] = {}

    def format(self, totals: KnownTotals | None) -> str:
        if totals is None:
            return ""
        if totals not in self._known:
            self._known[totals] = format_totals(totals)
        return self._known[totals]


def _read(connection: sa.Connection, owner: ListOwner) -> LineList:
    found = _read_list(connection, owner)
    if found is None:
        return LineList(owner)
    rows = _read_rows(connection, owner, _line.label)
    return LineList(owner, _make_lines(rows), found.revision)


def _read_known(connection: sa.Connection, owner: ListOwner) -> KnownList:
    found = _read_list(connection, owner)
    if found is None:
        return KnownList(LineList(owner), {})
    rows = _read_rows(connection, owner, _line.label, _line.totals)
    # Most lines of a list have the totals of others.
    parsed = {row.totals: parse_totals(row.totals) for row in rows if row.totals}
    totals = {LineKey(row.code, row.origin): parsed[row.totals] for row in rows if row.totals}
    return KnownList(LineList(owner, _make_lines(rows), found.revision), totals, found.reports)


def _read_list(connection: sa.Connection, owner: ListOwner) -> AnyRow | None:
    query = sa.select(_list.revision, _list.reports).where(*_is_of(_lists, owner))
    return connection.execute(query).one_or_none()


def _read_rows(
    connection: sa.Connection, owner: ListOwner, *columns: sa.Column[str]
) -> Sequence[AnyRow]:
    query = sa.select(_line.code, _line.origin, *columns).where(*_is_of(_lines, owner))
    return connection.execute(query.order_by(_line.position)).all()


def _make_lines(rows: Sequence[AnyRow]) -> tuple[ListedLine, ...]:
    return tuple(ListedLine(code=row.code, origin=row.origin, label=row.label) for row in rows)


def _erase_reports(connection: sa.Connection, team: str, *which: sa.ColumnElement[bool]) -> None:
    """Deletes the messages about changed duties, which have lines with their labels."""
    row = tables.deliveries.c
    is_report = row.content.startswith(_REPORT, autoescape=True)
    is_notice = row.kind == DeliveryKind.NOTICE.value
    connection.execute(
        sa.delete(tables.deliveries).where(row.team == team, is_notice, is_report, *which)
    )


def _is_of(table: sa.Table, owner: ListOwner) -> tuple[sa.ColumnElement[bool], ...]:
    return (table.c.team == owner.team, table.c.place == owner.place)
