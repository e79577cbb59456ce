"""Writes a table as XLSX or CSV, whose texts no program takes for formulas."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from bot.lines.table import Cell
from bot.text.single_line import to_single_line

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_WIDTHS = (6, 60)
"""The least and the greatest width of a column, in characters."""


def neutralize(text: str) -> str:
    """The text with an apostrophe in front if a program would take it for a formula.

    The characters are those of OWASP's page on CSV injection. The text is on one line.
    """
    is_formula = text.startswith(_FORMULA_SIGNS) or text.strip().startswith(_FORMULA_SIGNS)
    line = to_single_line(text)
    return f"'{line}" if is_formula else line


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The table as CSV in UTF-8, with the mark by which Excel recognizes it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    for row in rows:
        writer.writerow([_format(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _format(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return neutralize(cell) if isinstance(cell, str) else str(cell)


def write_xlsx(title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The table as a workbook with one sheet, a frozen header and a filter."""
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    kept = [list(row) for row in rows]
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for place, name in enumerate(header):
        texts = [name, *(_format(row[place]) for row in kept)]
        width = min(max(_WIDTHS[0], *map(len, texts)) + 2, _WIDTHS[1])
        sheet.column_dimensions[get_column_letter(place + 1)].width = width
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(header))}{len(kept) + 1}"

    def make(cell: Cell, *, bold: bool = False) -> object:
        value: Any = neutralize(cell) if isinstance(cell, str) else cell
        made: Any = WriteOnlyCell(sheet, value)
        if isinstance(cell, str):
            # Never a formula, whatever the text is.
            made.data_type = "s"
        if bold:
            made.font = Font(bold=True)
        return made

    sheet.append([make(name, bold=True) for name in header])
    for row in kept:
        sheet.append([make(cell) for cell in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
