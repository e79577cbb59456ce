"""Finds the columns of code, origin and label in the rows of a file.

Exports have titles above their header, so the first rows are searched for it. A file without a
header has the columns code, origin and label in this order.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from bot.errors import LinesRefused
from bot.lines.model import MAX_LINES
from bot.lines.validation import ImportedColumns, ImportedFile, ImportedRow
from bot.text.folding import fold_case
from bot.text.plain import cut
from bot.text.single_line import to_single_line

_HEADER_ROWS = 15
"""Maximum rows with content that are searched for the header."""
_COLUMNS_SHOWN = 8
_LONGEST_NAME = 40
_SAMPLE = 50
"""Maximum rows that decide whether a column has codes."""
_MOST_IGNORED = 5
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_CODES = (
    *("hts", "htscode", "htsnumber", "htsus", "htsuscode", "hts10", "hts8", "htsno", "usits"),
    *("tariffcode", "tariffline", "tariffnumber", "commoditycode", "hscode", "hsnumber", "hs"),
    *("hs10", "hs8", "harmonizedcode", "harmonisedcode", "customscode", "classification"),
    *("code", "codes", "tariff", "line", "heading", "subheading"),
)
_ORIGINS = (
    *("origin", "countryoforigin", "origincountry", "coo", "origincode", "countryoforigincode"),
    *("country", "countrycode", "iso", "isocode", "madein", "partner", "economy", "ctry", "from"),
)
_LABELS = (
    *("label", "name", "product", "productname", "item", "itemname", "article", "goods"),
    *("description", "productdescription", "sku", "part", "partnumber", "partno", "material"),
    *("reference", "note", "notes", "comment", "text"),
)
_CODE = re.compile(r"^'?(?:hts?(?:us)?\W*)?\d[\d.\s-]{3,}$", re.IGNORECASE)
_DOTTED = re.compile(r"\d{4}\.\d{2}(?:\.\d{2,4})*")
_QUOTED = re.compile(r'^="(.*)"$')
_NEUTRALIZED = re.compile(r"^'(?=[=+\-@\t\r])")


class FileRow(NamedTuple):
    """A row of a file with its number, from 1, and the texts of its cells."""

    row: int
    cells: tuple[str, ...]


class FileColumns(NamedTuple):
    """The places of the columns, from 0, and the number of the header's row."""

    code: int
    origin: int
    label: int | None
    header: int
    """0 if the file has no header."""


def find_columns(name: str, rows: Iterable[FileRow]) -> FileColumns:
    """The columns; raises LinesRefused if the rows have no code or no origin."""
    filled = [one for one in rows if any(one.cells)]
    first = filled[:_HEADER_ROWS]
    if not first:
        raise LinesRefused(name, "has no rows", "Add a row for each line: code, origin, label")
    for one in first:
        names = [_fold(cell) for cell in one.cells]
        code, origin = _find(names, _CODES), _find(names, _ORIGINS)
        if code is not None and origin is not None:
            return FileColumns(code, origin, _find(names, _LABELS), one.row)
    cells = first[0].cells
    if len(cells) > 1 and _CODE.match(cells[0]) and cells[1]:
        return FileColumns(0, 1, 2 if any(len(one.cells) > 2 for one in filled) else None, 0)
    shown = ", ".join(filter(None, cells[:_COLUMNS_SHOWN]))[:200]
    raise LinesRefused(
        name,
        f"has no header with a code and an origin. The first row is: {shown}",
        "Name the columns code, origin and label",
    )


def _fold(name: str) -> str:
    return _NOT_WORD.sub("", fold_case(name))


def _find(names: Sequence[str], known: Sequence[str]) -> int | None:
    """The first of the columns with the best of the known names."""
    return next((names.index(one) for one in known if one in names), None)


def take_rows(name: str, rows: Sequence[FileRow], columns: FileColumns) -> ImportedFile:
    """The rows below the header; raises LinesRefused for more than `MAX_LINES`."""
    found = tuple(islice(_list_rows(rows, columns), MAX_LINES + 1))
    if len(found) > MAX_LINES:
        cause = f"has more than {MAX_LINES:,} rows with lines"
        raise LinesRefused(name, cause, f"A list has at most {MAX_LINES:,} lines")
    if not found:
        raise LinesRefused(name, "has no rows below the header", "Add a row for each line")
    return ImportedFile(found, _name_columns(rows, columns))


def _name_columns(rows: Sequence[FileRow], columns: FileColumns) -> ImportedColumns:
    header = next((one.cells for one in rows if one.row == columns.header), ())
    sample = [one for one in rows if one.row > columns.header][:_SAMPLE]
    used = {columns.code, columns.origin, columns.label}
    width = max((len(one.cells) for one in sample), default=0)
    ignored = (place for place in range(max(width, len(header))) if place not in used)
    like_codes = [one for one in ignored if _has_codes(one, header, sample)]
    return ImportedColumns(
        _name_column(columns.code, header),
        _name_column(columns.origin, header),
        _name_column(columns.label, header) if columns.label is not None else "",
        tuple(_name_column(one, header) for one in like_codes[:_MOST_IGNORED]),
    )


def _name_column(place: int, header: Sequence[str]) -> str:
    """The header of the column; its number, from 1, if it has none: `column 2`."""
    name = to_single_line(header[place]) if place < len(header) else ""
    return cut(name, _LONGEST_NAME) or f"column {place + 1}"


def _has_codes(place: int, header: Sequence[str], sample: Sequence[FileRow]) -> bool:
    """Whether the column has a name for codes, or most of its cells have codes with periods."""
    if place < len(header) and _fold(header[place]) in _CODES:
        return True
    filled = [text for one in sample if (text := _get(one, place))]
    return 2 * sum(bool(_DOTTED.fullmatch(one)) for one in filled) > len(filled)


def _list_rows(rows: Iterable[FileRow], columns: FileColumns) -> Iterator[ImportedRow]:
    for one in rows:
        if one.row <= columns.header:
            continue
        code, origin = _get(one, columns.code), _get(one, columns.origin)
        label = _get(one, columns.label)
        if code or origin:
            yield ImportedRow(one.row, code, origin, label)


def _get(row: FileRow, place: int | None) -> str:
    return row.cells[place] if place is not None and place < len(row.cells) else ""


def clean_cell(text: str) -> str:
    """The text of a cell without the signs by which programs keep it from being a formula.

    Some exports write `="0101210000"` to keep the zero, and Tariffwire's own write `'=A1`.
    """
    text = text.strip()
    if match := _QUOTED.match(text):
        text = match[1]
    return _NEUTRALIZED.sub("", text)
