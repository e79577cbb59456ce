"""Pasted text is read line by line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import LinesRefused
from bot.lines.files.pasted import MAX_CHARACTERS, read_pasted
from bot.lines.model import MAX_LINES
from bot.lines.validation import ImportedRow
from tests.shipped import PARTIES


@pytest.mark.parametrize(
    ("line", "code", "origin", "label"),
    [
        ("8507.60.00 CN batteries", "8507.60.00", "CN", "batteries"),
        ("8507.60.00 China", "8507.60.00", "China", ""),
        ("8507 60 00 South Korea - cells, 12 V", "8507 60 00", "South Korea", "cells, 12 V"),
        ("HTS 8507.60.0010 de", "HTS 8507.60.0010", "de", ""),
        ("85076000\tVietnam\tcar batteries", "85076000", "Vietnam", "car batteries"),
        ("8507.60.00,CN,hello, world", "8507.60.00", "CN", "hello, world"),
        ("8507.60.00;CN;a", "8507.60.00", "CN", "a"),
        ("8507.60.00: Chian batteries", "8507.60.00", "Chian", "batteries"),
        ("8507.60.00", "8507.60.00", "", ""),
    ],
)
def test_a_line_has_code_origin_and_label(line: str, code: str, origin: str, label: str) -> None:
    assert read_pasted(line, PARTIES) == (ImportedRow(1, code, origin, label),)


def test_a_header_and_empty_lines_are_skipped() -> None:
    text = "code origin label\n\n8507.60.00 CN\n\nno code here\n"
    assert [one.row for one in read_pasted(text, PARTIES)] == [3, 5]


def test_a_correction_has_no_header() -> None:
    rows = read_pasted("\tCN\tcells\n7208.39.00 CN", PARTIES, has_header=False)
    assert [(one.row, one.code) for one in rows] == [(1, ""), (2, "7208.39.00")]


@pytest.mark.parametrize("text", ["", "  \n", "batteries from China", "x" * (MAX_CHARACTERS + 1)])
def test_a_text_without_codes_is_refused(text: str) -> None:
    with pytest.raises(LinesRefused):
        read_pasted(text, PARTIES)


def test_more_lines_than_a_list_may_have_are_refused() -> None:
    with pytest.raises(LinesRefused, match="5,000"):
        read_pasted("8507.60.00 CN\n" * (MAX_LINES + 1), PARTIES)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        rows = read_pasted(text, PARTIES)
    except LinesRefused:
        return
    assert all(1 <= one.row <= len(text.splitlines()) for one in rows)
