"""The results of commands about line lists, as values."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date

from bot.commands.lines.grammar import LinesRequest
from bot.commands.request import Reply
from bot.lines.difference import ImportMode, ListDifference
from bot.lines.effects import LineEffect
from bot.lines.model import LineList, ListedLine
from bot.lines.table import LineRow
from bot.lines.validation import CheckedRows, ImportedColumns, ImportedRow, WrongRow


class ProposedImport(Reply):
    """What an import would do to a list. Nothing is saved yet."""

    before: LineList
    mode: ImportMode
    checked: CheckedRows
    difference: ListDifference
    columns: ImportedColumns | None = None
    """The columns of the file; None for pasted text."""


class LineTable(Reply):
    """The lines of a list that pass the filters, with their duties."""

    lines: LineList
    rows: tuple[LineRow, ...]
    day: date
    ended: tuple[WrongRow, ...] = ()
    """The lines that the schedule no longer has, among all lines of the list."""
    checked: Mapping[str, date] = field(default_factory=dict)
    """The days on which the duties were last checked, by the codes of origins of the rows."""


class TouchedLines(Reply):
    """The lines of a list that a message touches: `touches 3 of your 41 lines`."""

    count: int
    """The number of lines in the list."""
    touched: tuple[ListedLine, ...]
    effects: tuple[LineEffect, ...] = ()
    """The changes of their duties, by day; empty if the message is about news, which are no law."""


class LinesPage(Reply):
    """A page of a list, as a command asks for it."""

    table: LineTable
    wanted: LinesRequest
    dependent: int = 0
    """The number of subscriptions that send nothing without the list."""


class LinesToImport(Reply):
    """The person may import lines: the platform opens its form."""

    wanted: LinesRequest


class PendingReview(Reply):
    """An import that waits for its confirmation."""

    key: str
    proposed: ProposedImport
    rows: tuple[ImportedRow, ...]


class SavedLines(Reply):
    """An import was saved."""

    proposed: ProposedImport
    for_channel: bool


class RemovedLines(Reply):
    """The list or some of its lines were deleted or, if this is not confirmed, would be."""

    lines: int
    """The number of lines that are deleted; 0 if the list has none of them."""
    wanted: LinesRequest
    silenced: int = 0
    """The number of subscriptions that send nothing without the list."""
    some: tuple[ListedLine, ...] = ()
    """The lines that are deleted; empty for the whole list."""
    left: int = 0
    """The number of the other lines."""


class LinesRefusal(Reply):
    """Why a list is not shown, read or saved, in a sentence."""

    cause: str
