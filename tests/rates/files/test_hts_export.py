import json
import tracemalloc
from typing import Any

import pytest

from bot.rates.files.hts_export import ExportProblem, normalize_special, parse_export
from bot.rates.schedule.model import TariffLine
from tests.rates.files.exports import export, note, row

TREE = (
    row("8507", 0, "Electric storage batteries:"),
    row(
        "8507.60.00",
        1,
        "Lithium-ion batteries",
        general="3.4%",
        special="Free (A, AU)",
        other="40%",
    ),
    row("8507.60.00.10", 2, "For vehicles"),
    row("", 1, "Parts:"),
    row("8507.90.40.00", 2, "Of <i>lead-acid</i> batteries", general="3.5%", other="40%"),
)


def test_a_line_has_its_duties_and_the_heading_above_a_short_description() -> None:
    found = parse_export(export(*TREE))
    assert found.lines == (
        TariffLine(
            "85076000",
            "3.4%",
            "40%",
            "Free (A,AU)",
            "",
            "Electric storage batteries: Lithium-ion batteries",
        ),
        TariffLine("85079040", "3.5%", "40%", "", "", "Parts: Of lead-acid batteries"),
    )
    assert found.four_digits == {"8507"}


def test_a_long_description_stands_alone_and_is_cut() -> None:
    text = (
        "Portable automatic data processing machines, weighing not more than 10 kg, with a display"
    )
    found = parse_export(
        export(row("8471", 0, "Machines:"), row("8471.30.01", 1, text, general="Free"))
    )
    assert found.lines[0].description == f"{text[:79]}…"


def test_only_footnotes_of_the_general_column_name_headings() -> None:
    notes = [
        note("9903.88.03", "9903.91.01"),
        note("9903.90.08", columns=("other",)),
        note("9903.88.03"),
    ]
    found = parse_export(export(row("8507.60.00", general="3.4%", footnotes=notes)))
    assert found.lines[0].headings == "9903.88.03 9903.91.01"


def test_rows_of_chapter_99_are_headings_with_their_rates() -> None:
    found = parse_export(export(row("9903.88.03", 0, "Articles of China", general="+ 25%")))
    assert found.lines == ()
    assert found.headings[0] == ("9903.88.03", "+ 25%", "Articles of China")


@pytest.mark.parametrize(
    "duty", ["Free", "6.3¢/liter", "The rate applicable to each garment in the ensemble"]
)
def test_a_duty_may_be_in_words(duty: str) -> None:
    assert parse_export(export(row("6103.10.70", general=duty))).lines[0].general == duty


def test_lines_of_chapter_98_are_left_out() -> None:
    found = parse_export(export(RIGHT, row("9801.00.10", general="Free")))
    assert [one.code for one in found.lines] == ["85076000"]


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Free(A,AU)", "Free (A,AU)"),
        ("Free (A, AU)1.5¢/liter(JO)", "Free (A,AU) 1.5¢/liter (JO)"),
        ("", ""),
    ],
)
def test_special_rates_have_the_same_spaces_in_every_line(written: str, normal: str) -> None:
    assert normalize_special(written) == normal
    assert normalize_special(normal) == normal


RIGHT = row("8507.60.00", general="3.4%")


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        ("", 1, "not a list of rows"),
        ("<html>", 1, "not a list of rows"),
        ('{"error": "busy"}', 1, "not a list of rows"),
        ("[]", 1, "no rows"),
        (export(row("8507", 0)), 1, "no line with a duty"),
        (export(RIGHT, RIGHT)[:-3], 3, "ends too early"),
        (export(RIGHT, RIGHT)[:-40], 3, "ends too early"),
        (export(RIGHT).replace("]\n", ""), 3, "ends too early"),
        (export(RIGHT, RIGHT).replace("},\n{", "}\n{"), 3, "no comma"),
        (export(RIGHT) + "[]", 3, "text after the end"),
        (export(RIGHT, 7), 3, "not an object"),
        (export(RIGHT, row("85.07")), 3, "'85.07' is not a code"),
        (export(RIGHT, row("8507", indent=99)), 3, "not an indent"),
        (export(RIGHT, row("8507", general=None)), 3, "'general' is missing"),
        (export(RIGHT, row("8507", other=3)), 3, "'other' is not text"),
        (export(RIGHT, row("8507", footnotes="none")), 3, "'footnotes' is not a list"),
        (export(RIGHT, row("8507.60.00.10", general="5%")), 3, "5% after 3.4%"),
        (export(RIGHT, row("8507.60.00", general="3.4%", other="9%")), 3, "two rows that differ"),
        (export(RIGHT, row("8507.80.00", general="banana")), 3, "'banana' is not a duty"),
        (export(RIGHT, row("8507") | {"indent": "9" * 5000}), 3, "not an indent"),
        (export(RIGHT, row("8507") | {"indent": "١"}), 3, "not an indent"),
        (export(RIGHT).replace('"0"', "9" * 5000), 2, "is not JSON"),
        (export(RIGHT, row("8507", description="a\0b")), 3, "no text"),
        (json.dumps([row("8507", description="\ud800")]), 1, "no text"),
        (export(RIGHT, row("8507", special="x" * 20_001)), 3, "more than 20,000 characters"),
    ],
)
def test_an_export_with_a_mistake_is_refused_with_its_line(
    text: str, line: int, cause: str
) -> None:
    with pytest.raises(ExportProblem) as caught:
        parse_export(text)
    assert caught.value.line == line
    assert cause in caught.value.cause


def test_every_truncated_export_is_refused() -> None:
    whole = export(*TREE).rstrip()
    for size in range(len(whole)):
        with pytest.raises(ExportProblem):
            parse_export(whole[:size])
    assert parse_export(whole).lines


def test_an_export_of_35_000_rows_needs_little_memory() -> None:
    def many() -> list[dict[str, Any]]:
        codes = (f"{number // 10000 + 1:02d}{number % 10000:04d}" for number in range(35_000))
        return [
            row(f"{code[:4]}.{code[4:]}.00", 1, "Of a long description " * 4, general="3.4%")
            for code in codes
        ]

    text = json.dumps(many())
    tracemalloc.start()
    try:
        found = parse_export(text)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found.lines) == 35_000
    assert peak < 100_000_000
