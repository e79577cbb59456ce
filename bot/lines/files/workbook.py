"""Reads the rows of an XLSX workbook, after checks that keep memory and time small.

    bytes | a zip archive of few, small parts? | no macros, no DTD | find the sheet and its columns
          | formulas and merged cells in the table are named | rows

A workbook is never calculated: a formula has no value here, so its cell is named in an error.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from bot.errors import LinesRefused
from bot.lines.files.columns import FileColumns, FileRow, clean_cell, find_columns, take_rows
from bot.lines.files.limits import MAX_COLUMNS, MAX_ROWS, OLD_OFFICE
from bot.lines.validation import ImportedFile

_MAX_PARTS = 1_000
_MAX_UNPACKED = 25_000_000
"""Maximum bytes of all parts of the archive together, unpacked."""
_CHUNK = 1_000_000
_OVERLAP = 300
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}\d{1,7}):([A-Z]{1,3}\d{1,7})"')
_CELL = re.compile(r"([A-Z]+)(\d+)")
_MAX_MERGED = 10_000
_AS_VALUES = "Copy the cells, paste them as values, and import the file again"
_SAVE_AS = "Open it in Excel or LibreOffice and save it as .xlsx or .csv"


class _MergedRange(NamedTuple):
    text: str
    """As sheets write it: `A3:A5`."""
    first_row: int
    last_row: int
    first_column: int
    last_column: int


class _SheetCell(NamedTuple):
    row: int
    column: int
    """From 0."""
    text: str
    is_formula: bool


def read_workbook(name: str, content: bytes) -> ImportedFile:
    """The lines of the first visible sheet with a header; raises LinesRefused."""
    if content.startswith(OLD_OFFICE):
        cause = "is encrypted, or in the format of Excel before 2007"
        raise LinesRefused(name, cause, "Save it as .xlsx without a password")
    merged = _check_archive(name, content)
    # Imported on first use, because it takes 10 MB and most imports are pasted text or CSV.
    import openpyxl

    try:
        book = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, keep_links=False, data_only=False
        )
        try:
            return _read_book(name, book, merged)
        finally:
            book.close()
    except LinesRefused:
        raise
    except Exception as error:
        # openpyxl raises errors of many classes for files that are not what they seem.
        raise LinesRefused(name, "is not a workbook that can be read", _SAVE_AS) from error


def _check_archive(name: str, content: bytes) -> dict[str, list[_MergedRange]]:
    """The merged cells of each part with a sheet; raises LinesRefused for a harmful archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {one.filename for one in parts}
            if "[Content_Types].xml" not in names:
                raise LinesRefused(name, "is not a workbook", _SAVE_AS)
            if any("vbaproject" in one.lower() for one in names):
                raise LinesRefused(name, "contains macros", "Save it as .xlsx, without macros")
            if any(one.lower().endswith(".bin") and "workbook" in one.lower() for one in names):
                raise LinesRefused(name, "is a binary workbook", _SAVE_AS)
            unpacked = sum(one.file_size for one in parts)
            if len(parts) > _MAX_PARTS or unpacked > _MAX_UNPACKED:
                cause = f"unpacks to {unpacked / 1_000_000:.0f} MB in {len(parts)} parts"
                raise LinesRefused(name, cause, "Keep only the sheet with the lines")
            if any(one.flag_bits & 1 for one in parts):
                raise LinesRefused(name, "is encrypted", "Save it without a password")
            return {
                one.filename: _check_part(name, archive, one)
                for one in parts
                if one.filename.lower().endswith((".xml", ".rels"))
            }
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as error:
        raise LinesRefused(name, "is not a workbook, or is damaged", _SAVE_AS) from error


def _check_part(name: str, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> list[_MergedRange]:
    """The merged cells that the part names; raises LinesRefused if its XML defines entities."""
    found: dict[str, _MergedRange] = {}
    rest = b""
    with archive.open(part) as file:
        # `file` ends after the size that the archive states, so no part is larger than that.
        while chunk := file.read(_CHUNK):
            text = rest + chunk
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text or b"\0" in text:
                raise LinesRefused(name, f"has XML that is not allowed ({part.filename})", _SAVE_AS)
            for match in _MERGED.finditer(text):
                one = _make_range(match[1].decode(), match[2].decode())
                found[one.text] = one
            if len(found) > _MAX_MERGED:
                raise LinesRefused(name, f"has more than {_MAX_MERGED:,} merged cells", _SAVE_AS)
            rest = text[-_OVERLAP:]
    return list(found.values())


def _make_range(first: str, last: str) -> _MergedRange:
    rows, columns = zip(_split(first), _split(last), strict=True)
    return _MergedRange(f"{first}:{last}", rows[0], rows[1], columns[0], columns[1])


def _split(cell: str) -> tuple[int, int]:
    """The number of the row, from 1, and of the column, from 0."""
    match = _CELL.fullmatch(cell)
    if match is None:
        return 0, 0
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]), column - 1


def _read_book(name: str, book: Any, merged: dict[str, list[_MergedRange]]) -> ImportedFile:
    refused: LinesRefused | None = None
    for sheet in book.worksheets:
        if getattr(sheet, "sheet_state", "visible") != "visible":
            continue
        cells = list(_list_cells(name, sheet))
        rows = tuple(_list_rows(cells))
        try:
            columns = find_columns(name, rows)
        except LinesRefused as error:
            refused = refused or error
            continue
        path = str(getattr(sheet, "_worksheet_path", "")).lstrip("/")
        _check_table(name, cells, columns, merged.get(path, []))
        return take_rows(name, rows, columns)
    raise refused or LinesRefused(name, "has no visible sheet", _SAVE_AS)


def _list_cells(name: str, sheet: Any) -> Iterator[_SheetCell]:
    """The cells with content. A sheet states its size itself, so that is not relied on."""
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), 1):
        if number > MAX_ROWS:
            raise LinesRefused(name, f"has cells below row {MAX_ROWS:,}", "Delete the empty rows")
        for column, cell in enumerate(row):
            if cell.value is not None:
                is_formula = cell.data_type == "f"
                yield _SheetCell(number, column, _format_value(cell.value), is_formula)


def _list_rows(cells: list[_SheetCell]) -> Iterator[FileRow]:
    by_row: dict[int, dict[int, str]] = {}
    for one in cells:
        by_row.setdefault(one.row, {})[one.column] = one.text
    for row, texts in by_row.items():
        yield FileRow(row, tuple(texts.get(place, "") for place in range(max(texts) + 1)))


def _format_value(value: object) -> str:
    """The text of a cell. A code that is a number has no decimals."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return clean_cell(str(value))


def _check_table(
    name: str, cells: list[_SheetCell], columns: FileColumns, merged: list[_MergedRange]
) -> None:
    """Raises LinesRefused if the table has a formula or merged cells."""
    places = {columns.code, columns.origin, columns.label} - {None}
    for one in cells:
        if one.is_formula and one.row > columns.header and one.column in places:
            where = f"{name}, cell {_write_cell(one.row, one.column)}"
            raise LinesRefused(where, "has a formula, which is not calculated", _AS_VALUES)
    last = max((one.row for one in cells), default=0)
    for each in merged:
        in_columns = any(each.first_column <= (place or 0) <= each.last_column for place in places)
        if in_columns and each.last_row > columns.header and each.first_row <= last:
            where = f"{name}, cells {each.text}"
            raise LinesRefused(where, "are merged", "Unmerge them and fill in each row")


def _write_cell(row: int, column: int) -> str:
    letters, rest = "", column + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"
