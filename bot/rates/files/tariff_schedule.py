"""The files of a tariff schedule: reads and writes its lines, and finds mistakes in its lists."""

import csv
import json
import re
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from io import StringIO
from typing import NamedTuple

from bot.rates.schedule.lines import TariffLines
from bot.rates.schedule.model import (
    LINE_DIGITS,
    AdditionalHeading,
    FormerLine,
    MembershipGroup,
    MembershipKind,
    ScheduleHeader,
    TariffLine,
)

HEADER, LINES, HEADINGS = "schedule.yaml", "lines.csv", "headings.csv"
FORMER = "former.csv"
"""The file with the lines as they were before an import changed their duties; it may be missing."""
"""The names of the files in the folder of a schedule."""
MEMBERSHIP = "membership"
"""The folder with the files of the lists."""

_COLUMNS = TariffLine._fields
_FORMER_COLUMNS = ("to", *_COLUMNS)
_COLUMN_ROW = ",".join(_COLUMNS)
_HEADING_COLUMNS = ("heading", "measures", "from", "to", "general", "description")
_HEADING = re.compile(r"99\d\d\.\d\d\.\d\d")
_DESCRIPTION_CUT = 160


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


def parse_former(text: str) -> tuple[FormerLine, ...] | RowProblem:
    """The former lines of a file, or its first mistake."""
    rows = list(csv.reader(text.splitlines()))
    if not rows or tuple(rows[0]) != _FORMER_COLUMNS:
        return RowProblem(
            1, "has other columns", f"Begin the file with {','.join(_FORMER_COLUMNS)}"
        )
    found = []
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(_FORMER_COLUMNS):
            return RowProblem(number, f"has {len(row)} of {len(_FORMER_COLUMNS)} fields")
        try:
            last = date.fromisoformat(row[0])
        except ValueError:
            return RowProblem(number, "has a day that is not written as 2025-05-14")
        if not re.fullmatch(r"[0-9]{8}", row[1]):
            return RowProblem(number, f"'{row[1]}' is not a code of {LINE_DIGITS} digits")
        found.append(FormerLine(last, TariffLine(*row[1:])))
    return tuple(found)


def format_former(former: Iterable[FormerLine]) -> str:
    """The text of a file of former lines, sorted by last day and code."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_FORMER_COLUMNS)
    writer.writerows([one.to.isoformat(), *one.line] for one in sorted(former))
    return out.getvalue()


def parse_headings(text: str, known: Collection[str]) -> tuple[AdditionalHeading, ...] | RowProblem:
    """The headings of a file, or its first mistake. `known` has the ids of all measures."""
    rows = list(csv.reader(text.splitlines()))
    if not rows or tuple(rows[0]) != _HEADING_COLUMNS:
        return RowProblem(
            1, "has other columns", f"Begin the file with {','.join(_HEADING_COLUMNS)}"
        )
    found = []
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(_HEADING_COLUMNS):
            return RowProblem(number, f"has {len(row)} of {len(_HEADING_COLUMNS)} fields")
        heading, measures, first, last, general, description = row
        if not _HEADING.fullmatch(heading):
            return RowProblem(number, f"'{heading}' is not a heading such as 9903.88.03")
        if unknown := [one for one in measures.split() if one not in known]:
            return RowProblem(number, f"no measure is called '{unknown[0]}'", "Check the spelling")
        try:
            days = date.fromisoformat(first), date.fromisoformat(last) if last else None
        except ValueError:
            return RowProblem(number, "has a day that is not written as 2025-05-14")
        found.append(
            AdditionalHeading(heading, tuple(measures.split()), *days, general, description)
        )
    return tuple(found)


def format_headings(headings: Iterable[AdditionalHeading]) -> str:
    """The text of a file of headings, sorted by heading and first day."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEADING_COLUMNS)
    for one in sorted(headings, key=lambda one: (one.heading, one.from_)):
        last = one.to.isoformat() if one.to else ""
        measures = " ".join(one.measures)
        writer.writerow(
            [one.heading, measures, one.from_.isoformat(), last, one.general, one.description]
        )
    return out.getvalue()


def update_header(text: str, revision: str | None, in_force: date | None) -> str:
    """The text of `schedule.yaml` with another revision and first day. None leaves a value."""
    for name, value in (("revision", revision), ("in_force", in_force)):
        if value is not None:
            # A JSON string is also a YAML string, with quotes and line breaks escaped.
            row = f"{name}: {json.dumps(str(value), ensure_ascii=False)}"
            text = re.sub(rf"(?m)^{name}:.*$", row.replace("\\", r"\\"), text)
    return text


def cut_description(text: str) -> str:
    """The description of a heading, cut to 160 characters."""
    if len(text) <= _DESCRIPTION_CUT:
        return text
    return f"{text[: _DESCRIPTION_CUT - 1].rstrip(' ,;')}…"


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
    """The first name of `lists` or `in_transit` that is no measure, schedule or group; or empty."""
    owned = (name for owners in header.lists.values() for name in owners)
    under_way = (name for one in header.in_transit for name in one.measures)
    return next((name for name in (*owned, *under_way) if name not in references), "")
