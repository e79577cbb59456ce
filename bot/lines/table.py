"""The table of a list: each line with its duty today, its last and its next change."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from bot.lines.duties import LineDuties, ListedDuty, TotalChange
from bot.lines.model import ListedLine
from bot.text.folding import fold_case

Cell = str | int | Decimal | date | None
"""A cell of a table that is written to a file."""


class LineRow(NamedTuple):
    """A line with its duty on the day of the table."""

    line: ListedLine
    description: str
    """The goods in the words of the schedule; empty for a line that ended."""
    duty: ListedDuty
    last: TotalChange | None
    """The change to the total of today; None if not known."""
    next: TotalChange | None
    """The first change after today; None if not known."""


class RowOrder(StrEnum):
    """How the rows of a table are sorted."""

    LIST = "list"
    """In the owner's order."""
    CODE = "code"
    ORIGIN = "origin"
    LABEL = "label"
    LAST = "last"
    """The newest change first."""
    NEXT = "next"
    """The nearest change first; lines without one last."""
    DUTY = "duty"
    """The highest total first."""


class RowFilter(NamedTuple):
    """Which rows of a table are shown; empty filters show all."""

    origin: str = ""
    """The code of an economy."""
    text: str = ""
    """A part of the label or of the description, or the beginning of the code."""
    only_changing: bool = False
    """Whether to show only lines with a next change."""
    only_changed: bool = False
    """Whether to show only lines with a last change."""


def build_table(lines: Iterable[ListedLine], duties: LineDuties, day: date) -> tuple[LineRow, ...]:
    """The rows in the order of the lines."""
    return tuple(_build_row(one, duties, day) for one in lines)


def _build_row(line: ListedLine, duties: LineDuties, day: date) -> LineRow:
    found = duties.schedule.find_line(line.code, day)
    return LineRow(
        line,
        found.description if found else "",
        duties.find(line.key, day),
        duties.find_last_change(line.key, day),
        duties.find_next_change(line.key, day),
    )


def filter_rows(rows: Iterable[LineRow], wanted: RowFilter) -> tuple[LineRow, ...]:
    """The rows that pass all filters, in their order."""
    text = fold_case(wanted.text).strip()
    code = re.sub(r"[\s.-]", "", text)
    return tuple(
        one
        for one in rows
        if (not wanted.origin or one.line.origin == wanted.origin)
        and (one.next is not None or not wanted.only_changing)
        and (one.last is not None or not wanted.only_changed)
        and (
            text in fold_case(f"{one.line.label}\n{one.description}")
            or (code.isdigit() and one.line.code.startswith(code))
        )
    )


def select_lines(lines: Iterable[ListedLine], code: str, origin: str) -> tuple[ListedLine, ...]:
    """The lines whose codes begin with the code, of the origin; an empty one admits all."""
    digits = re.sub(r"[\s.-]", "", code)
    return tuple(one for one in lines if one.code.startswith(digits) and origin in ("", one.origin))


def sort_rows(rows: Sequence[LineRow], order: RowOrder) -> tuple[LineRow, ...]:
    """The rows in another order; equal ones keep theirs."""
    if order is RowOrder.LIST:
        return tuple(rows)
    keys = {
        RowOrder.CODE: lambda one: one.line.code,
        RowOrder.ORIGIN: lambda one: (one.line.origin, one.line.code),
        RowOrder.LABEL: lambda one: (not one.line.label, fold_case(one.line.label)),
        RowOrder.LAST: lambda one: -one.last.on.toordinal() if one.last else 0,
        RowOrder.NEXT: lambda one: one.next.on if one.next else date.max,
        RowOrder.DUTY: lambda one: -one.duty.total.high if one.duty.total.high is not None else 1,
    }
    return tuple(sorted(rows, key=keys[order]))
