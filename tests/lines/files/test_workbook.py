"""Workbooks are read, and broken or harmful ones are refused with the place of the problem."""

import io
from collections.abc import Sequence
from typing import Any

import openpyxl
import pytest

from bot.errors import LinesRefused
from bot.lines.files.limits import MAX_BYTES, MAX_ROWS
from bot.lines.files.reading import read_file
from bot.lines.model import MAX_LINES
from bot.lines.validation import ImportedRow
from tests.lines.files.hostile import HEADER, TABLE, row, text_cell, workbook

CELLS = (ImportedRow(2, "8507.60.00", "CN", "cells"),)


def saved(*sheets: Sequence[Sequence[Any]], merge: str = "", hide_first: bool = False) -> bytes:
    """A workbook as openpyxl writes it, with these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for rows in sheets:
        sheet = book.create_sheet()
        for each in rows:
            sheet.append(list(each))
        if merge:
            sheet.merge_cells(merge)
    if hide_first:
        book.worksheets[0].sheet_state = "hidden"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def read(content: bytes) -> tuple[ImportedRow, ...]:
    return read_file("lines.xlsx", content).rows


def refuse(content: bytes, name: str = "lines.xlsx") -> LinesRefused:
    with pytest.raises(LinesRefused) as caught:
        read_file(name, content)
    return caught.value


def test_the_rows_below_the_header_are_read() -> None:
    assert read(workbook()) == CELLS


def test_titles_above_the_header_and_empty_rows_are_skipped() -> None:
    table = [["Imports 2026"], [], ["SKU", "HTS Code", "Country of Origin"], []]
    rows = read(
        saved([*table, ["A-1", "8507.60.00", "China"], [None], ["A-2", "0101.21.00", "DE"]])
    )
    assert rows == (
        ImportedRow(5, "8507.60.00", "China", "A-1"),
        ImportedRow(7, "0101.21.00", "DE", "A-2"),
    )


def test_a_code_that_is_a_number_keeps_its_digits() -> None:
    rows = read(saved([HEADER, [85076000, "CN", 17], [8507600010.0, "CN", None]]))
    assert [(one.code, one.label) for one in rows] == [("85076000", "17"), ("8507600010", "")]


def test_the_first_visible_sheet_with_a_header_is_read() -> None:
    table = [HEADER, ["8507.60.00", "CN", "cells"]]
    notes = [["read me"], ["first"]]
    assert read(saved(notes, table)) == CELLS
    hidden = [HEADER, ["0101.21.00", "DE", "horses"]]
    assert read(saved(hidden, table, hide_first=True)) == CELLS


@pytest.mark.parametrize("value", ["=B2", '=HYPERLINK("http://x.example","8507.60.00")'])
@pytest.mark.parametrize(("column", "place"), [(0, "A3"), (1, "B3"), (2, "C3")])
def test_a_formula_in_the_table_is_named_with_its_cell(column: int, place: str, value: str) -> None:
    cells = ["8507.60.00", "CN", "cells"]
    formula = [value if at == column else text for at, text in enumerate(cells)]
    error = refuse(saved([HEADER, cells, formula]))
    assert error.thing == f"lines.xlsx, cell {place}"
    assert "formula" in error.cause


def test_a_formula_outside_the_table_does_not_matter() -> None:
    rows = read(saved([[*HEADER, "total"], ["8507.60.00", "CN", "cells", "=SUM(A1:A2)"]]))
    assert rows == CELLS


def test_merged_cells_in_the_table_are_named() -> None:
    table = [HEADER, ["8507.60.00", "CN", "cells"], ["0101.21.00", None, "horses"]]
    error = refuse(saved(table, merge="B2:B3"))
    assert error.thing == "lines.xlsx, cells B2:B3"
    assert "merged" in error.cause


def test_a_merged_title_does_not_matter() -> None:
    table = [["Imports", None, None], HEADER, ["8507.60.00", "CN", "cells"]]
    assert read(saved(table, merge="A1:C1")) == (CELLS[0]._replace(row=3),)


@pytest.mark.parametrize(
    "rows",
    [
        [["product", "price"], ["cells", 3]],
        [["HTS code", "price"], ["8507.60.00", 3]],
        [["only text"]],
    ],
)
def test_wrong_columns_are_refused_with_what_was_found(rows: list[list[object]]) -> None:
    error = refuse(saved(rows))
    assert "header" in error.cause
    assert str(rows[0][0]) in error.cause


def test_an_empty_workbook_is_refused() -> None:
    assert "no rows" in refuse(saved([])).cause
    assert "no rows" in refuse(saved([HEADER])).cause


def test_more_rows_than_a_list_may_have_are_refused() -> None:
    table: list[Sequence[object]] = [HEADER, *([["8507.60.00", "CN", ""]] * (MAX_LINES + 1))]
    assert f"{MAX_LINES:,}" in refuse(saved(table)).cause
    assert len(read(saved(table[:-1]))) == MAX_LINES


def test_a_cell_far_below_the_table_ends_the_reading() -> None:
    far = row(999_999_999, ("8507.60.00", "CN", ""))
    assert f"{MAX_ROWS:,}" in refuse(workbook(TABLE + far)).cause


def test_a_cell_far_to_the_right_takes_no_memory() -> None:
    far = f'<row r="3">{text_cell("XFD3", "x")}</row>'
    assert read(workbook(TABLE + far)) == CELLS
    assert refuse(workbook(TABLE + far.replace("XFD3", "AAAAAAAA3"))).cure


def test_macros_are_refused() -> None:
    assert "macros" in refuse(workbook(more={"xl/vbaProject.bin": b"x"})).cause
    assert "macros" in refuse(workbook(), "lines.xlsm").cause


@pytest.mark.parametrize("name", ["lines.xls", "lines.xlsb", "lines.ods", "lines.pdf", "lines.exe"])
def test_files_of_other_kinds_are_refused_by_their_names(name: str) -> None:
    assert ".xlsx" in refuse(workbook(), name).cure


def test_an_old_or_encrypted_workbook_is_refused_by_its_content() -> None:
    ole = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600)
    assert "encrypted" in refuse(ole).cause
    assert "encrypted" in refuse(ole, "lines.csv").cause


def test_a_file_of_50_mb_is_refused_before_it_is_read() -> None:
    assert "50.0 MB" in refuse(bytes(50_000_000)).cause
    assert "MB" in refuse(bytes(MAX_BYTES + 1), "lines.csv").cause


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = workbook(more={"xl/sharedStrings.xml": bytes(400_000_000)})
    assert len(bomb) < MAX_BYTES
    assert "unpacks to 400 MB" in refuse(bomb).cause
    many = workbook(more={f"xl/media/{at}.png": b"" for at in range(1_001)})
    assert "parts" in refuse(many).cause


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_xml_with_entities_is_refused(doctype: str) -> None:
    assert "not allowed" in refuse(workbook(doctype=doctype)).cause


def test_xml_in_another_encoding_cannot_hide_entities() -> None:
    part = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    content = workbook(more={"xl/sharedStrings.xml": part.encode("utf-16")})
    assert "not allowed" in refuse(content).cause


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 no archive",
        workbook()[:-40],
        workbook().replace(b"xl/workbook.xml", b"xl/workbxxk.xml"),
        workbook(rows="<row>"),
        workbook(rows='<row r="x"><c r="1A"/></row>'),
    ],
    ids=["no archive", "cut off", "without a part", "broken XML", "wrong places"],
)
def test_damaged_workbooks_are_refused(content: bytes) -> None:
    assert refuse(content).cure


def test_another_archive_is_no_workbook() -> None:
    assert refuse(workbook().replace(b"[Content_Types].xml", b"[Content_Typos].xml")).cause
