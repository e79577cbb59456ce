"""The table of a list is sorted and filtered."""

import pytest

from bot.lines.duties import LineDuties
from bot.lines.table import RowFilter, RowOrder, build_table, filter_rows, sort_rows
from tests.lines.made import TODAY, ledger, listed

LIST = (
    listed("85076000", "CN", "cells"),
    listed("72085100", "DE", "Bleche"),
    listed("01012100", "CN"),
    listed("01012999", "CN", "gone"),
)
ROWS = build_table(LIST, LineDuties(ledger()), TODAY)


def test_each_line_has_its_duty_and_its_changes() -> None:
    assert [one.line for one in ROWS] == list(LIST)
    assert [one.description for one in ROWS] == [
        "Lithium batteries",
        "Plates of steel",
        "Horses",
        "",
    ]
    assert [one.next is not None for one in ROWS] == [False, True, False, False]
    assert [one.last is not None for one in ROWS] == [True, True, True, False]


@pytest.mark.parametrize(
    ("order", "places"),
    [
        (RowOrder.LIST, [0, 1, 2, 3]),
        (RowOrder.CODE, [2, 3, 1, 0]),
        (RowOrder.ORIGIN, [2, 3, 0, 1]),
        (RowOrder.LABEL, [1, 0, 3, 2]),
        (RowOrder.NEXT, [1, 0, 2, 3]),
        (RowOrder.LAST, [0, 1, 2, 3]),
        (RowOrder.DUTY, [0, 1, 2, 3]),
    ],
)
def test_rows_are_sorted(order: RowOrder, places: list[int]) -> None:
    assert sort_rows(ROWS, order) == tuple(ROWS[at] for at in places)


@pytest.mark.parametrize(
    ("wanted", "places"),
    [
        (RowFilter(), [0, 1, 2, 3]),
        (RowFilter(origin="DE"), [1]),
        (RowFilter(text="CELLS"), [0]),
        (RowFilter(text="steel"), [1]),
        (RowFilter(text="0101.2"), [2, 3]),
        (RowFilter(text="zebra"), []),
        (RowFilter(only_changing=True), [1]),
        (RowFilter(origin="CN", text="horses"), [2]),
    ],
)
def test_rows_are_filtered(wanted: RowFilter, places: list[int]) -> None:
    assert filter_rows(ROWS, wanted) == tuple(ROWS[at] for at in places)
