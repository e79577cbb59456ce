"""Checks the rows of an import against the tariff schedule, and names what to use instead.

    row | code of 8 or 10 digits | is it a line today? | origin | merge repeated rows

A code that is no line is named with lines of similar codes. They are candidates only: the schedule
does not say which lines took over the goods of a line that ended. Rows with problems make no
lines, so that the reader can correct them and import the others.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from bot.errors import QueryError
from bot.lines.mangled import CodeHint, find_hint
from bot.lines.model import IMPOSER, MAX_LABEL, LineKey, ListedLine
from bot.parties import WORLD
from bot.rates.answer.select import check_pair
from bot.rates.ledger import Ledger
from bot.rates.model.goods import format_code
from bot.rates.schedule.model import LINE_DIGITS
from bot.rates.schedule.schedule import TariffSchedule
from bot.text.plain import cut
from bot.text.single_line import to_single_line

MAX_CANDIDATES = 5
"""Maximum codes or economies that are named in place of a wrong one."""

_SEPARATORS = re.compile(r"[\s.\-‐-―_/']+")
_PREFIX = re.compile(r"^(?:htsus|hts|hs)(?:\s*code)?[\s:#]*", re.IGNORECASE)
_DIGITS = (8, 10)
_HEADING_DIGITS = 4
_PARENTS = (6, _HEADING_DIGITS)
_LONGEST_SHOWN = 60


class ImportedRow(NamedTuple):
    """A row of a file or of a pasted text, as written."""

    row: int
    """The number of the row in the file, from 1."""
    code: str
    origin: str
    label: str = ""


class ImportedColumns(NamedTuple):
    """The names of the columns of a file that were read, on one line each."""

    code: str
    origin: str
    label: str = ""
    """Empty if the file has no labels."""
    ignored: tuple[str, ...] = ()
    """Other columns that look as if they had codes."""


class ImportedFile(NamedTuple):
    """What was read from a file."""

    rows: tuple[ImportedRow, ...]
    columns: ImportedColumns


class LineProblem(StrEnum):
    """Why a row makes no line."""

    NO_CODE = "no_code"
    NOT_A_CODE = "not_a_code"
    NOT_A_LINE = "not_a_line"
    """The schedule does not have the code."""
    TOO_SHORT = "too_short"
    """The code has too few digits for a line, such as that of a heading."""
    EXPIRED = "expired"
    """The line ended."""
    NOT_GOODS = "not_goods"
    """Codes of chapters 98 and 99 name no goods."""
    NO_ORIGIN = "no_origin"
    UNKNOWN_ORIGIN = "unknown_origin"
    NOT_AN_ORIGIN = "not_an_origin"
    """All countries, or a bloc."""
    IMPORTER = "importer"
    """The importing country itself."""


class WrongRow(NamedTuple):
    """A row that is not a line, with suggestions."""

    row: int
    problem: LineProblem
    text: str
    """The code or the origin as written."""
    instead: tuple[str, ...] = ()
    """Codes in their order, or names of economies with the best first; empty if none is similar."""
    more: int = 0
    """How many further codes or economies are similar."""
    ended: date | None = None
    """The last day of a line that ended, if it is known."""
    hint: CodeHint | None = None
    """What a spreadsheet has probably done to the code."""


class RowNote(StrEnum):
    """A change that the import made to the written values."""

    LEADING_ZERO = "leading_zero"
    """A spreadsheet dropped the zero at the beginning of the code."""
    REPEATED = "repeated"
    """An earlier row has the same code and origin. The labels were joined."""


class NotedRow(NamedTuple):
    """A row that makes a line, although it is not written as the line is."""

    row: int
    note: RowNote
    line: ListedLine


class CheckedRows(NamedTuple):
    """The lines of an import, and the rows that make none."""

    lines: tuple[ListedLine, ...]
    wrong: tuple[WrongRow, ...]
    noted: tuple[NotedRow, ...]


def check_rows(rows: Iterable[ImportedRow], ledger: Ledger, day: date) -> CheckedRows:
    """The lines that the rows name on the day, in their order, without repetitions.

    Raises QueryError if the ledger has no tariff schedule.
    """
    schedule = ledger.find_tariff_schedule(IMPOSER)
    if schedule is None:
        raise QueryError("The tariff schedule", "is not in the rates files")
    checker = _RowChecker(schedule, ledger, day)
    found: dict[LineKey, ListedLine] = {}
    wrong: list[WrongRow] = []
    noted: list[NotedRow] = []
    for row in rows:
        line = checker.check(row)
        if isinstance(line, WrongRow):
            wrong.append(line)
            continue
        if line.code != _read_digits(row.code):
            noted.append(NotedRow(row.row, RowNote.LEADING_ZERO, line))
        if (known := found.get(line.key)) is not None:
            line = known.model_copy(update={"label": _join_labels(known.label, line.label)})
            noted.append(NotedRow(row.row, RowNote.REPEATED, line))
        found[line.key] = line
    return CheckedRows(tuple(found.values()), tuple(wrong), tuple(noted))


_MAY_BE_MANGLED = (LineProblem.NOT_A_CODE, LineProblem.NOT_A_LINE, LineProblem.TOO_SHORT)


class _RowChecker:
    """Checks rows. Codes and origins repeat, so each is checked once."""

    def __init__(self, schedule: TariffSchedule, ledger: Ledger, day: date) -> None:
        self._schedule, self._ledger, self._day = schedule, ledger, day
        self._codes: dict[str, str | WrongRow] = {}
        self._origins: dict[str, str | WrongRow] = {}

    def check(self, row: ImportedRow) -> ListedLine | WrongRow:
        if row.code not in self._codes:
            self._codes[row.code] = self._read_code(row.code)
        code = self._codes[row.code]
        if isinstance(code, WrongRow):
            return code._replace(row=row.row)
        if row.origin not in self._origins:
            self._origins[row.origin] = _read_origin(row.origin, self._ledger)
        origin = self._origins[row.origin]
        if isinstance(origin, WrongRow):
            return origin._replace(row=row.row)
        label = cut(to_single_line(row.label), MAX_LABEL)
        return ListedLine(code=code, origin=origin, label=label)

    def _read_code(self, written: str) -> str | WrongRow:
        code, hint = _read_code(written, self._schedule, self._day), find_hint(written)
        if isinstance(code, str) and hint is CodeHint.SEPARATORS:
            # The digits of the number `9012100.0` are a line, but not the one that is meant.
            return WrongRow(0, LineProblem.NOT_A_CODE, _shorten(written), hint=hint)
        if isinstance(code, str) or code.problem not in _MAY_BE_MANGLED:
            return code
        return code._replace(hint=hint if self._is_possible(hint, written) else None)

    def _is_possible(self, hint: CodeHint | None, written: str) -> bool:
        """Whether the schedule has the heading of the code with the zero that may be missing."""
        if hint is not CodeHint.FIRST_ZERO:
            return True
        heading = f"0{_read_digits(written)}"[:_HEADING_DIGITS]
        return bool(_list_under(self._schedule, heading, self._day))


def _shorten(written: str) -> str:
    return cut(to_single_line(written), _LONGEST_SHOWN)


def _read_digits(written: str) -> str:
    return _SEPARATORS.sub("", _PREFIX.sub("", written.strip()))


def _read_code(written: str, schedule: TariffSchedule, day: date) -> str | WrongRow:
    """The digits of a line of the day, or why there is none."""
    shown = _shorten(written)
    code = _read_digits(written)
    if not code:
        return WrongRow(0, LineProblem.NO_CODE, shown)
    if not (code.isascii() and code.isdigit()) or len(code) not in range(2, 11):
        return WrongRow(0, LineProblem.NOT_A_CODE, shown)
    if len(code) + 1 in _DIGITS and schedule.find_line(f"0{code}", day) is not None:
        code = f"0{code}"
    if code[:2] in ("98", "99"):
        return WrongRow(0, LineProblem.NOT_GOODS, shown)
    if len(code) not in _DIGITS:
        under = _list_under(schedule, code, day)
        problem = LineProblem.TOO_SHORT if under else LineProblem.NOT_A_LINE
        return _name(WrongRow(0, problem, shown), under or _list_similar(schedule, code, day), code)
    if schedule.find_line(code, day) is not None:
        return code
    return _explain_missing(schedule, code, day, 0, shown)


def _explain_missing(
    schedule: TariffSchedule, code: str, day: date, row: int, text: str
) -> WrongRow:
    """Why a code is no line of the day: it ended, or never was one."""
    line = code[:LINE_DIGITS]
    ended = max((one.to for one in schedule.former if one.line.code == line), default=None)
    was_listed = schedule.memberships.has_line(line)
    similar = _list_similar(schedule, code, day)
    is_new = ended is None and not was_listed
    problem = LineProblem.NOT_A_LINE if is_new else LineProblem.EXPIRED
    return _name(WrongRow(row, problem, text, ended=ended), similar, code)


def _list_similar(schedule: TariffSchedule, code: str, day: date) -> list[str]:
    """The lines of the nearest subheading or heading of the code that has any."""
    for size in _PARENTS:
        if size <= len(code) and (found := _list_under(schedule, code[:size], day)):
            return found
    return []


def _list_under(schedule: TariffSchedule, prefix: str, day: date) -> list[str]:
    """The lines under a code."""
    return [one for one in schedule.lines.list_codes(prefix) if schedule.find_line(one, day)]


def _name(wrong: WrongRow, codes: Sequence[str], code: str) -> WrongRow:
    """The row with those of the codes whose numbers are nearest to its code."""

    def measure(one: str) -> int:
        return abs(int(one) - int(code[:LINE_DIGITS].ljust(LINE_DIGITS, "0")))

    nearest = sorted(sorted(codes, key=measure)[:MAX_CANDIDATES])
    instead = tuple(format_code(one) for one in nearest)
    return wrong._replace(instead=instead, more=len(codes) - len(nearest))


def _read_origin(written: str, ledger: Ledger) -> str | WrongRow:
    """The code of the economy, or why there is none."""
    shown = _shorten(written)
    if not shown:
        return WrongRow(0, LineProblem.NO_ORIGIN, shown)
    party = ledger.parties.find(to_single_line(written))
    if party is None:
        return WrongRow(0, LineProblem.UNKNOWN_ORIGIN, shown, ledger.parties.suggest(shown))
    if party.code == WORLD or party.members:
        names = tuple(ledger.parties.get(one).name for one in party.members[:MAX_CANDIDATES])
        more = len(party.members) - len(names)
        return WrongRow(0, LineProblem.NOT_AN_ORIGIN, shown, names, more)
    try:
        check_pair(IMPOSER, party.code, ledger)
    except QueryError:
        return WrongRow(0, LineProblem.IMPORTER, shown)
    return party.code


def _join_labels(first: str, second: str) -> str:
    labels = [one for one in (*first.split("; "), second) if one]
    return cut("; ".join(dict.fromkeys(labels)), MAX_LABEL)


def list_ended(
    lines: Iterable[ListedLine], schedule: TariffSchedule, day: date
) -> Iterator[WrongRow]:
    """The lines of a list that the schedule no longer has on the day, with similar codes. Their
    rows are their places in the list."""
    for place, line in enumerate(lines, 1):
        if schedule.find_line(line.code, day) is None:
            yield _explain_missing(schedule, line.code, day, place, line.written_code)
