"""Reads the JSON export of the Harmonized Tariff Schedule of the United States.

The export is a list of rows in the order of the schedule:

    {"htsno": "8507.60.00", "indent": "1", "description": "Lithium-ion batteries",
     "general": "3.4%", "special": "Free (A,AU)", "other": "40%", "footnotes": [...]}

A row without `htsno` is a title above the rows that have a higher `indent`. The duty stands on the
row of an 8-digit line, or on the row of its only ten-digit number. Rows of chapter 99 have the
rates of additional duties. Footnotes of other rows name the rows of chapter 99.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from bot.rates.schedule.model import LINE_DIGITS, TariffLine

_LONGEST_DESCRIPTION = 80
_SHORT_DESCRIPTION = 44
"""A description with more characters than this is clear without the title above it."""
_CODE = re.compile(r"(\d{4}(?:\.\d{2}){0,3})?")
_NO_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters, and halves of characters, which cannot be written to a file."""
_TAG = re.compile(r"</?[A-Za-z]+>")
_HEADING = re.compile(r"\b99\d\d\.\d\d\.\d\d\b")
_DUTY = re.compile(r"[0-9]|\b(?:Free|rate)\b")
"""Each duty has a digit or one of these words, as in `The rate applicable to each garment`."""
_SPECIAL_CLASSIFICATION, _ADDITIONAL_DUTIES = "98", "99"
_MAX_INDENT = 30
_LONGEST_FIELD = 20_000
"""Longer texts are not from the schedule. Texts of chapter 99 have a few thousand characters."""


class ExportProblem(ValueError):
    """A mistake in an export, with the number of its line, counted from 1."""

    def __init__(self, line: int, cause: str) -> None:
        self.line, self.cause = line, cause
        super().__init__(f"line {line}: {cause}")


class ExportedHeading(NamedTuple):
    """A heading of chapter 99 with its rate, in the words of the schedule."""

    heading: str
    general: str
    description: str


class HtsExport(NamedTuple):
    """The lines and the headings of chapter 99 in an export."""

    lines: tuple[TariffLine, ...]
    headings: tuple[ExportedHeading, ...]
    four_digits: frozenset[str]
    """The 4-digit headings of which the export has rows."""


class _Row(NamedTuple):
    line: int
    code: str
    """Digits only; empty for a title."""
    indent: int
    description: str
    general: str
    special: str
    other: str
    headings: tuple[str, ...]


def parse_export(text: str) -> HtsExport:
    """The content of an export. Raises ExportProblem for anything that is not a whole export."""
    found: dict[str, TariffLine] = {}
    headings: dict[str, ExportedHeading] = {}
    four_digits: set[str] = set()
    above: list[str] = []
    for row in _read_rows(text):
        del above[row.indent :]
        above += [""] * (row.indent - len(above)) + [row.description]
        if not row.code:
            continue
        four_digits.add(row.code[:4])
        if row.code.startswith(_ADDITIONAL_DUTIES):
            if len(row.code) == LINE_DIGITS:
                heading = f"{row.code[:4]}.{row.code[4:6]}.{row.code[6:]}"
                headings[heading] = ExportedHeading(heading, row.general, row.description)
        elif row.code.startswith(_SPECIAL_CLASSIFICATION):
            # Lines of chapter 98 are declared together with a line of another chapter.
            continue
        elif len(row.code) >= LINE_DIGITS and row.general:
            line = _build_line(row, above[:-1])
            _check_line(row, line, found.get(line.code))
            found.setdefault(line.code, line)
    if not found and not headings:
        raise ExportProblem(1, "has no line with a duty")
    lines = tuple(found[code] for code in sorted(found))
    return HtsExport(lines, tuple(headings.values()), frozenset(four_digits))


def _check_line(row: _Row, line: TariffLine, known: TariffLine | None) -> None:
    """Raises ExportProblem if the duty is none, or is not that of an earlier row of the line."""
    if not _DUTY.search(row.general):
        raise ExportProblem(row.line, f"'{row.general[:40]}' is not a duty")
    if known is None:
        return
    if known.general != line.general:
        cause = f"{line.code} has the duty {line.general} after {known.general}"
        raise ExportProblem(row.line, cause)
    if len(row.code) == LINE_DIGITS and known != line:
        raise ExportProblem(row.line, f"{line.code} has two rows that differ")


def _build_line(row: _Row, above: list[str]) -> TariffLine:
    return TariffLine(
        code=row.code[:LINE_DIGITS],
        general=row.general,
        column2=row.other,
        special=row.special,
        headings=" ".join(row.headings),
        description=_describe(row.description, above),
    )


def _describe(own: str, above: Iterable[str]) -> str:
    """The description of a line in at most 80 characters. If it is short, the nearest title above
    precedes it."""
    own = own.removesuffix(":")
    parents = (one.removesuffix(":") for one in reversed(list(above)))
    parent = next((one for one in parents if one and one != "Other"), "")
    if not parent or len(own) > _SHORT_DESCRIPTION:
        return _cut(own, _LONGEST_DESCRIPTION)
    return f"{_cut(parent, _LONGEST_DESCRIPTION - len(own) - 2)}: {own}"


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip(' ,;')}…"


def _read_rows(text: str) -> Iterator[_Row]:
    """The rows one by one, so that an export of 12 MB needs little memory."""
    decoder = json.JSONDecoder()
    place, line, counted = _skip_space(text, 0), 1, 0
    if text[place : place + 1] != "[":
        raise ExportProblem(_count_lines(text, place), "is not a list of rows in JSON")
    place = _skip_space(text, place + 1)
    if text[place : place + 1] == "]":
        raise ExportProblem(_count_lines(text, place), "has no rows")
    while True:
        line += text.count("\n", counted, place)
        counted = place
        try:
            value, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            # A ValueError that is no JSONDecodeError is a number with thousands of digits.
            at = error.pos if isinstance(error, json.JSONDecodeError) else place
            ends = at >= len(text.rstrip()) or "Unterminated string" in str(error)
            what = "ends too early" if ends else "is not JSON"
            raise ExportProblem(_count_lines(text, at), what) from error
        yield _parse_row(value, line)
        place = _skip_space(text, place)
        mark = text[place : place + 1]
        if mark == "]":
            break
        if mark != ",":
            cause = "ends too early" if not mark else "has no comma between two rows"
            raise ExportProblem(_count_lines(text, place), cause)
        place = _skip_space(text, place + 1)
    if text[place + 1 :].strip():
        raise ExportProblem(_count_lines(text, place), "has text after the end of the list")


def _skip_space(text: str, place: int) -> int:
    while place < len(text) and text[place] in " \t\r\n\ufeff":
        place += 1
    return place


def _count_lines(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _parse_row(value: object, line: int) -> _Row:
    if not isinstance(value, Mapping):
        raise ExportProblem(line, "a row is not an object")
    htsno, indent = _get_text(value, "htsno", line), _get_text(value, "indent", line)
    if not _CODE.fullmatch(htsno):
        raise ExportProblem(line, f"'{htsno[:40]}' is not a code")
    if not re.fullmatch("[0-9]{1,2}", indent) or int(indent) > _MAX_INDENT:
        raise ExportProblem(line, f"'{indent[:40]}' is not an indent")
    return _Row(
        line=line,
        code=htsno.replace(".", ""),
        indent=int(indent),
        description=_get_text(value, "description", line),
        general=_get_text(value, "general", line),
        special=normalize_special(_get_text(value, "special", line)),
        other=_get_text(value, "other", line),
        headings=tuple(dict.fromkeys(_list_headings(value.get("footnotes"), line))),
    )


def _get_text(row: Mapping[str, object], name: str, line: int) -> str:
    """The text of a field without tags, on one line."""
    value = row.get(name)
    if not isinstance(value, str):
        raise ExportProblem(
            line, f"'{name}' is missing" if value is None else f"'{name}' is not text"
        )
    if len(value) > _LONGEST_FIELD:
        raise ExportProblem(line, f"'{name}' has more than {_LONGEST_FIELD:,} characters")
    text = " ".join(_TAG.sub("", value).split())
    if _NO_TEXT.search(text):
        raise ExportProblem(line, f"'{name}' has a character that is no text")
    return text


def normalize_special(text: str) -> str:
    """Special rates with the same spaces in every line: `Free (A,AU) 1.5% (JO)`."""
    return re.sub(r"\)(?=\S)", ") ", re.sub(r"\s*\(\s*", " (", re.sub(r",\s+", ",", text))).strip()


def _list_headings(footnotes: object, line: int) -> Iterator[str]:
    """The headings of chapter 99 in the footnotes of the general column."""
    if footnotes is None:
        return
    if not isinstance(footnotes, list):
        raise ExportProblem(line, "'footnotes' is not a list")
    for note in footnotes:
        if not isinstance(note, Mapping):
            raise ExportProblem(line, "a footnote is not an object")
        columns, value = note.get("columns"), note.get("value")
        if isinstance(columns, list) and "general" in columns and isinstance(value, str):
            yield from _HEADING.findall(value)
