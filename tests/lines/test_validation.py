"""Rows are checked against the schedule, and wrong ones are named with what to use."""

from datetime import date, timedelta

import pytest

from bot.errors import QueryError
from bot.lines.mangled import CodeHint
from bot.lines.model import MAX_LABEL
from bot.lines.validation import (
    CheckedRows,
    ImportedRow,
    LineProblem,
    RowNote,
    check_rows,
    list_ended,
)
from bot.rates.ledger import Ledger
from bot.rates.schedule.model import FormerLine
from tests.lines.made import LINES, TODAY, listed, schedule
from tests.lines.made import ledger as made_ledger
from tests.rates.schedule.made import line

ENDED = TODAY - timedelta(days=10)


def check(*rows: tuple[str, ...], of: Ledger | None = None) -> CheckedRows:
    given = [ImportedRow(number, *one) for number, one in enumerate(rows, 2)]
    return check_rows(given, of or made_ledger(), TODAY)


@pytest.mark.parametrize(
    "code",
    ["85076000", "8507.60.00", "8507-60-00", "8507 60 00", "HTS 8507.60.00", "'85076000"],
)
def test_codes_are_read_in_usual_spellings(code: str) -> None:
    assert check((code, "CN", "cells")).lines == (listed("85076000", "CN", "cells"),)


@pytest.mark.parametrize("origin", ["CN", "cn", "China", " CHINA ", "CHN", "🇨🇳"])
def test_origins_are_read_in_usual_spellings(origin: str) -> None:
    assert check(("85076000", origin)).lines == (listed("85076000", "CN"),)


def test_a_code_with_ten_digits_is_kept() -> None:
    assert check(("8507.60.0010", "CN")).lines == (listed("8507600010"),)


def test_a_zero_that_a_spreadsheet_dropped_is_added() -> None:
    found = check(("1012100", "CN"), ("101210010", "DE"))
    assert found.lines == (listed("01012100"), listed("0101210010", "DE"))
    assert [(one.row, one.note) for one in found.noted] == [
        (2, RowNote.LEADING_ZERO),
        (3, RowNote.LEADING_ZERO),
    ]


@pytest.mark.parametrize(
    ("code", "problem", "instead"),
    [
        ("", LineProblem.NO_CODE, ()),
        ("batteries", LineProblem.NOT_A_CODE, ()),
        ("85076000101", LineProblem.NOT_A_CODE, ()),
        ("８５０７６０００", LineProblem.NOT_A_CODE, ()),
        ("8507.60.99", LineProblem.NOT_A_LINE, ("8507.60.00",)),
        ("8507.99.00", LineProblem.NOT_A_LINE, ("8507.60.00", "8507.80.00")),
        ("4444.44.44", LineProblem.NOT_A_LINE, ()),
        ("8507.60", LineProblem.TOO_SHORT, ("8507.60.00",)),
        ("0101", LineProblem.TOO_SHORT, ("0101.21.00", "0101.29.00")),
        ("9903.88.15", LineProblem.NOT_GOODS, ()),
    ],
)
def test_a_wrong_code_is_named_with_similar_ones(
    code: str, problem: LineProblem, instead: tuple[str, ...]
) -> None:
    found = check((code, "CN"))
    (wrong,) = found.wrong
    assert (wrong.row, wrong.problem, wrong.instead) == (2, problem, instead)
    assert found.lines == ()


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("8.47E+09", CodeHint.POWER_OF_TEN),
        ("8,5E+9", CodeHint.POWER_OF_TEN),
        ("85,076,000", CodeHint.SEPARATORS),
        ("8,507,600,010.00", CodeHint.SEPARATORS),
        ("85076000.0", CodeHint.SEPARATORS),
        ("7208.3", CodeHint.LAST_ZERO),
        ("8507.600", CodeHint.LAST_ZERO),
        ("101.21", CodeHint.FIRST_ZERO),
        ("1012199", CodeHint.FIRST_ZERO),
        ("8507600", None),
        ("850760001", None),
        ("85081", None),
        ("850.76", None),
        ("8507.60.99", None),
        ("8507.60", None),
        ("4444.44.44", None),
        ("batteries", None),
    ],
)
def test_a_code_that_a_spreadsheet_changed_has_a_hint_and_is_not_guessed(
    code: str, hint: CodeHint | None
) -> None:
    found = check((code, "CN"))
    assert [one.hint for one in found.wrong] == [hint]
    assert found.lines == ()


@pytest.mark.parametrize(
    ("number", "line_of_digits"), [("72085100.0", "07208510"), ("7208510.0", "72085100")]
)
def test_a_number_whose_digits_are_another_line_is_not_guessed(
    number: str, line_of_digits: str
) -> None:
    (wrong,) = check((number, "CN"), of=made_ledger(of=schedule([line(line_of_digits)]))).wrong
    assert (wrong.problem, wrong.hint) == (LineProblem.NOT_A_CODE, CodeHint.SEPARATORS)


def test_ten_digits_with_one_point_are_a_code() -> None:
    assert check(("85076000.00", "CN")).lines == (listed("8507600000"),)


@pytest.mark.parametrize(
    ("origin", "problem", "instead"),
    [
        ("", LineProblem.NO_ORIGIN, ()),
        ("Chian", LineProblem.UNKNOWN_ORIGIN, ("China",)),
        ("Atlantis", LineProblem.UNKNOWN_ORIGIN, ()),
        ("EU", LineProblem.NOT_AN_ORIGIN, ("Germany",)),
        ("US", LineProblem.IMPORTER, ()),
        ("WORLD", LineProblem.NOT_AN_ORIGIN, ()),
    ],
)
def test_a_wrong_origin_is_named_with_similar_ones(
    origin: str, problem: LineProblem, instead: tuple[str, ...]
) -> None:
    (wrong,) = check(("85076000", origin)).wrong
    assert (wrong.problem, wrong.instead) == (problem, instead)


def after_import(*new: str) -> Ledger:
    """The ledger after an import that ended the line of batteries and added others."""
    former = [FormerLine(ENDED, LINES[4])]
    lines = [one for one in LINES if one.code != "85076000"]
    return made_ledger(of=schedule([*lines, *map(line, new)], former=former))


def test_a_line_that_ended_is_named_with_a_similar_code() -> None:
    (wrong,) = check(("8507.60.00", "CN"), of=after_import("85076010")).wrong
    assert wrong.problem is LineProblem.EXPIRED
    assert (wrong.instead, wrong.ended) == (("8507.60.10",), ENDED)


def test_a_line_that_ended_is_named_with_all_similar_codes() -> None:
    of = after_import("85076010", "85076020")
    (wrong,) = check(("8507.60.0010", "CN"), of=of).wrong
    assert wrong.problem is LineProblem.EXPIRED
    assert (wrong.instead, wrong.ended) == (("8507.60.10", "8507.60.20"), ENDED)


def test_the_nearest_of_many_similar_codes_are_named_and_the_others_counted(
    ledger: Ledger, today: date
) -> None:
    rows = [ImportedRow(1, "8541.40.60", "CN"), ImportedRow(2, "8517.12.00", "CN")]
    cells, phones = check_rows(rows, ledger, today).wrong
    assert {"8541.42.00", "8541.43.00"} <= set(cells.instead)
    assert {"8517.13.00", "8517.14.00"} <= set(phones.instead)
    assert cells.instead == tuple(sorted(cells.instead))
    assert cells.more > 0


def test_a_code_that_only_old_lists_name_has_ended(ledger: Ledger, today: date) -> None:
    (wrong,) = check_rows([ImportedRow(1, "0306.19.00", "CN")], ledger, today).wrong
    assert (wrong.problem, wrong.instead) == (LineProblem.EXPIRED, ("0306.19.01",))


def test_lines_of_a_list_that_ended_later_are_named() -> None:
    lines = (listed("01012100"), listed("85076000"))
    assert list(list_ended(lines, schedule(), TODAY)) == []
    later = after_import("85076010").find_tariff_schedule("US")
    assert later is not None
    (found,) = list_ended(lines, later, TODAY)
    assert (found.row, found.text, found.instead) == (2, "8507.60.00", ("8507.60.10",))


def test_rows_that_repeat_a_line_are_merged() -> None:
    found = check(
        ("85076000", "CN", "cells"), ("8507.60.00", "China", "packs"), ("85076000", "cn", "cells")
    )
    assert found.lines == (listed("85076000", "CN", "cells; packs"),)
    assert [one.row for one in found.noted] == [3, 4]


def test_a_label_is_one_short_line_without_controls() -> None:
    (found,) = check(("85076000", "CN", "a\nb\x1b[31m\u202e" + "x" * 300)).lines
    assert found.label.startswith("a b[31m")
    assert len(found.label) <= MAX_LABEL


def test_the_other_rows_are_read_despite_wrong_ones() -> None:
    found = check(("85076000", "CN"), ("1", "CN"), ("01012100", "Chian"), ("01012100", "DE"))
    assert found.lines == (listed("85076000"), listed("01012100", "DE"))
    assert [one.row for one in found.wrong] == [3, 4]


def test_a_ledger_without_a_schedule_cannot_check_rows() -> None:
    from tests.rates import made

    with pytest.raises(QueryError):
        check(("85076000", "CN"), of=made.ledger(made.sheet()))
