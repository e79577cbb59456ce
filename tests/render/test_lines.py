"""Line lists in words."""

from datetime import date
from decimal import Decimal

import pytest

from bot.lines.difference import ImportMode, compare_lists
from bot.lines.duties import BanExtent, DutyTotal
from bot.lines.effects import LineEffect
from bot.lines.validation import LineProblem, NotedRow, RowNote, WrongRow
from bot.render.lines import (
    describe_change,
    describe_difference,
    describe_note,
    describe_wrong,
    format_total,
    list_differing,
)
from tests.lines.made import listed
from tests.rates.made import PARTIES

TEN = Decimal("10.0")


@pytest.mark.parametrize(
    ("total", "words"),
    [
        (DutyTotal(TEN, Decimal(10)), "10%"),
        (DutyTotal(TEN, Decimal("12.50")), "10% to 12.5%"),
        (DutyTotal(TEN, TEN, ("$1.509/kg",)), "10% + $1.509/kg"),
        (DutyTotal(TEN, TEN, ban=BanExtent.SOME), "10%, some goods banned"),
        (DutyTotal(None, None, ban=BanExtent.ALL), "import ban"),
        (DutyTotal(None, None), "not in our data"),
        (DutyTotal(None, None, is_line=False), "line ended"),
    ],
)
def test_a_total_in_words(total: DutyTotal, words: str) -> None:
    assert format_total(total) == words


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (WrongRow(3, LineProblem.NO_CODE, ""), "row 3: has no tariff code"),
        (
            WrongRow(3, LineProblem.NOT_A_LINE, "8507.60.99", ("8507.60.00",)),
            "row 3: 8507.60.99 is not in the tariff schedule. Similar codes, perhaps other goods: "
            "8507.60.00",
        ),
        (
            WrongRow(4, LineProblem.EXPIRED, "8507.60.00", ("A", "B", "C"), 0, date(2026, 6, 30)),
            "row 4: 8507.60.00 ended on 30 Jun 2026; look up the new code. Similar codes, perhaps "
            "other goods: A, B or C",
        ),
        (
            WrongRow(4, LineProblem.TOO_SHORT, "8507", ("A", "B"), 3),
            "row 4: 8507 is not complete: a line has 8 or 10 digits. Lines under it: A, B and 3 "
            "more",
        ),
        (
            WrongRow(5, LineProblem.UNKNOWN_ORIGIN, "Chian", ("China",)),
            "row 5: 'Chian' is not a country we know. Did you mean China?",
        ),
    ],
)
def test_a_wrong_row_in_words(wrong: WrongRow, words: str) -> None:
    assert describe_wrong(wrong) == words


def test_every_problem_has_words() -> None:
    assert all(describe_wrong(WrongRow(1, one, "x")) != "row 1: " for one in LineProblem)
    assert all(describe_note(NotedRow(1, one, listed("01012100"))) for one in RowNote)


def test_a_difference_in_words() -> None:
    old = [listed("85076000", label="cells"), listed("01012100")]
    new = [listed("85076000", label="packs"), listed("72083900", "DE", "steel")]
    found = compare_lists(old, new, ImportMode.REPLACE)
    assert describe_difference(found) == "1 added, 1 removed, 1 relabeled; 2 lines in the list"
    assert list(list_differing(found)) == [
        "+ 7208.39.00 DE steel",
        "- 0101.21.00 CN",
        "~ 8507.60.00 CN cells -> packs",
    ]


def test_the_ranges_of_a_change_do_not_read_as_a_rise() -> None:
    before, after = DutyTotal(TEN, Decimal(35)), DutyTotal(TEN, TEN)
    change = LineEffect(listed("85076000"), date(2027, 1, 1), before, after)
    words = "8507.60.00 China: 10%–35% → 10% from 1 Jan 2027"
    assert describe_change(change, PARTIES) == words


def test_a_reported_change_in_words() -> None:
    change = LineEffect(
        listed("85076000", label="cells"),
        date(2027, 1, 1),
        DutyTotal(TEN, TEN),
        DutyTotal(Decimal(35), Decimal(35)),
    )
    words = "8507.60.00 China (cells): 10% → 35% from 1 Jan 2027"
    assert describe_change(change, PARTIES) == words
