"""What the commands about line lists do, for the command line and for Slack.

    rows of a file or a text | check | compare with the list | show | save
    list | duties by the current ledger | table
    new ledger | compare with what each owner knows | reports

Each method names the owner, and reads and changes the list of this owner only. The caller decides
who may act for a channel.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Protocol

from bot.commands.lines.current_duties import CurrentDuties
from bot.commands.lines.replies import LineTable, ProposedImport
from bot.errors import LinesRefused
from bot.lines.difference import ImportMode, compare_lists
from bot.lines.duties import LineDuties
from bot.lines.model import IMPOSER, MAX_LINES, LineKey, LineList, ListedLine, ListOwner
from bot.lines.reports import (
    KnownList,
    KnownTotals,
    ListReport,
    build_report,
    find_known_totals,
)
from bot.lines.table import RowFilter, RowOrder, build_table, filter_rows, sort_rows
from bot.lines.validation import ImportedColumns, ImportedRow, check_rows, list_ended
from bot.rates.ledger import Ledger


class LineListStore(Protocol):
    """The line lists. Every read names the owner."""

    async def get(self, owner: ListOwner) -> LineList: ...

    async def revision(self, owner: ListOwner) -> int: ...

    async def count(self, owner: ListOwner) -> int: ...

    async def known(self, owner: ListOwner) -> KnownList: ...

    async def save(
        self,
        before: LineList,
        lines: Sequence[ListedLine],
        totals: Mapping[LineKey, KnownTotals],
        by: str,
        now: datetime,
    ) -> int:
        """Saves the lines; returns the new revision, or 0 if someone has changed the list since
        `before`."""

    async def remove(self, owner: ListOwner) -> int: ...

    async def remove_team(self, team: str) -> int: ...

    async def owners(self, team: str) -> tuple[ListOwner, ...]: ...

    async def save_report(self, report: ListReport) -> bool: ...


class LineListService:
    """Imports, shows and removes line lists, and finds what changed for them."""

    def __init__(
        self,
        store: LineListStore,
        ledger: Callable[[], Ledger],
        clock: Callable[[], datetime],
    ) -> None:
        self._store, self._clock = store, clock
        self.duties = CurrentDuties(ledger, clock)

    async def propose_import(
        self,
        owner: ListOwner,
        rows: Sequence[ImportedRow],
        mode: ImportMode,
        columns: ImportedColumns | None = None,
    ) -> ProposedImport:
        """What the rows would do to the owner's list; nothing is saved."""
        before = await self._store.get(owner)
        ledger, day = self.duties.basis
        checked = await asyncio.to_thread(check_rows, rows, ledger, day)
        difference = compare_lists(before.lines, checked.lines, mode)
        return ProposedImport(before, mode, checked, difference, columns)

    async def save_import(self, proposed: ProposedImport, by: str = "") -> LineList:
        """Saves an import as it was proposed; returns the list. Wrong rows make no lines.

        `by` is the person who confirms it; empty for the command line. Raises LinesRefused if the
        list became too long, would be empty, or was changed since.
        """
        before, difference = proposed.before, proposed.difference
        if difference.is_too_long:
            cause = f"would have {len(difference.lines):,} lines, more than {MAX_LINES:,}"
            raise LinesRefused("The list", cause, "Remove lines, or replace the list")
        if not difference.lines:
            cause = "would have no lines"
            raise LinesRefused("The list", cause, "Correct the rows, or remove the list instead")
        new = [one.key for one in difference.added]
        totals = await self.duties.use(lambda duties, day: _find_totals(duties, new, day))
        now = self._clock()
        revision = await self._store.save(before, difference.lines, totals, by, now)
        if not revision:
            cause = "was changed in the meantime, so nothing was saved"
            raise LinesRefused("The list", cause, "Import the file again")
        return LineList(before.owner, difference.lines, revision)

    async def show(
        self,
        owner: ListOwner,
        wanted: RowFilter | None = None,
        order: RowOrder = RowOrder.LIST,
    ) -> LineTable:
        """The owner's lines with their duties today, their last and their next change."""
        lines = await self._store.get(owner)

        def build(duties: LineDuties, day: date) -> LineTable:
            rows = filter_rows(build_table(lines.lines, duties, day), wanted or RowFilter())
            ended = tuple(list_ended(lines.lines, duties.schedule, day))
            origins = sorted({one.line.origin for one in rows})
            covered = ((one, duties.ledger.find_coverage(IMPOSER, one)) for one in origins)
            checked = {one: found.checked for one, found in covered if found is not None}
            return LineTable(lines, sort_rows(rows, order), day, ended, checked)

        return await self.duties.use(build)

    async def count(self, owner: ListOwner) -> int:
        """The number of the owner's lines."""
        return await self._store.count(owner)

    async def get(self, owner: ListOwner) -> LineList:
        """The owner's list."""
        return await self._store.get(owner)

    async def remove_lines(self, owner: ListOwner, some: Sequence[ListedLine], by: str) -> None:
        """Deletes some lines of the owner's list, and keeps at least one. Raises LinesRefused if
        the list was changed in the meantime."""
        before, keys = await self._store.get(owner), {one.key for one in some}
        kept = tuple(one for one in before.lines if one.key not in keys)
        if not kept or not await self._store.save(before, kept, {}, by, self._clock()):
            cause = "was changed in the meantime, so nothing was removed"
            raise LinesRefused("The list", cause, "Try again")

    async def remove(self, owner: ListOwner) -> int:
        """Deletes the owner's list; returns how many lines it had."""
        return await self._store.remove(owner)

    async def find_reports(self, team: str) -> tuple[ListReport, ...]:
        """What changed for each list of the workspace since the last report to its owner.

        Call it at the start and after each change of the ledger or the schedule. A report is done
        when `LineLists.queue_report` has queued its message; until then, the next call finds it
        again.
        """
        found = []
        for owner in await self._store.owners(team):
            known = await self._store.known(owner)
            report = await self.duties.use(partial(build_report, known))
            if report.changes:
                found.append(report)
            elif report.totals:
                # Lines of which the owner knows nothing yet: nothing to report.
                await self._store.save_report(report)
        return tuple(found)


def _find_totals(
    duties: LineDuties, keys: Sequence[LineKey], day: date
) -> Mapping[LineKey, KnownTotals]:
    return {key: find_known_totals(duties, key, day) for key in keys}
