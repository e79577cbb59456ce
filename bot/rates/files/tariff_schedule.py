"""The files of a tariff schedule: reads and writes its lines, and finds mistakes in its lists."""

import csv
from collections.abc import Collection, Iterable, Iterator
from io import StringIO
from typing import NamedTuple

from bot.rates.schedule.lines import TariffLines
from bot.rates.schedule.model import (
    LINE_DIGITS,
    MembershipGroup,
    MembershipKind,
    ScheduleHeader,
    TariffLine,
)

HEADER, LINES, MEMBERSHIP = "schedule.yaml", "lines.csv", "membership"
"""The names of the files in the folder of a schedule. The last one is a folder."""

_COLUMNS = TariffLine._fields
_COLUMN_ROW = ",".join(_COLUMNS)


class RowProblem(NamedTuple):
    """A mistake in a row of the lines: the number of the row from 1, its cause and its cure."""

    row: int
    cause: str
    cure: str = ""


class GroupProblem(NamedTuple):
    """A mistake in a group of codes: its place in the file, its field, its cause and its cure."""

    place: int
    field: str
    cause: str
    cure: str = ""


def parse_lines(text: str) -> TariffLines:
    """The lines of a file without mistakes, as `find_row_problem` checks them."""
    return TariffLines(text.splitlines()[1:])


def format_lines(lines: Iterable[TariffLine]) -> str:
    """The text of a file of lines, sorted by code."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(sorted(lines))
    return out.getvalue()


def find_row_problem(text: str) -> RowProblem | None:
    """The first mistake in a file of lines; None if it has none."""
    rows = text.splitlines()
    if not rows or rows[0] != _COLUMN_ROW:
        return RowProblem(1, "has other columns", f"Begin the file with {_COLUMN_ROW}")
    before = ""
    for number, row in enumerate(csv.reader(rows[1:]), start=2):
        if len(row) != len(_COLUMNS):
            return RowProblem(number, f"has {len(row)} of {len(_COLUMNS)} fields")
        code = row[0]
        if len(code) != LINE_DIGITS or not (code.isascii() and code.isdigit()):
            return RowProblem(number, f"'{code}' is not a code of {LINE_DIGITS} digits")
        if code <= before:
            return RowProblem(number, f"{code} does not come after {before}", "Sort the lines")
        before = code
    return None


def find_group_problems(
    groups: Iterable[MembershipGroup], header: ScheduleHeader, known: Collection[str]
) -> Iterator[GroupProblem]:
    """All mistakes in the groups of a file; `known` has the ids of all measures."""
    for place, group in enumerate(groups):
        if group.list not in header.lists and group.list not in known:
            cause = f"'{group.list}' is neither a measure nor a list of {HEADER}"
            yield GroupProblem(place, "list", cause, "Check the spelling")
        if group.source not in header.sources:
            cause = f"no source is called '{group.source}'"
            yield GroupProblem(place, "source", cause, f"Add it to {HEADER}")
        if group.to is not None and group.to < group.from_:
            yield GroupProblem(place, "to", f"{group.to} comes before {group.from_}")
        if group.kind.depends and not group.question:
            cause = f"is {group.kind} and has no question"
            yield GroupProblem(place, "question", cause, "Say what decides")
        if group.claim and group.kind is not MembershipKind.EXEMPT_IF:
            yield GroupProblem(place, "claim", "is only for exempt-if")
        repeated = len(group.codes) - len(set(group.codes))
        if repeated or not group.codes:
            cause = "names a code twice" if repeated else "names no code"
            yield GroupProblem(place, "codes", cause)


def find_header_problem(header: ScheduleHeader, references: Collection[str]) -> str:
    """The first name under `lists` that is not a measure, schedule or group; else empty."""
    names = (name for owners in header.lists.values() for name in owners)
    return next((name for name in names if name not in references), "")
