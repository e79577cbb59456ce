"""CSV files of usual programs are read, whatever their encoding, delimiter and header."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import LinesRefused
from bot.lines.files.reading import read_file
from bot.lines.model import MAX_LINES
from bot.lines.validation import ImportedColumns, ImportedRow


def read(text: str, encoding: str = "utf-8") -> tuple[ImportedRow, ...]:
    return read_file("lines.csv", text.encode(encoding)).rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
def test_usual_encodings_are_read(encoding: str) -> None:
    text = "code,origin,label\n8507.60.00,Türkiye,Zubehör für Geräte\n"
    assert read(text, encoding) == (ImportedRow(2, "8507.60.00", "Türkiye", "Zubehör für Geräte"),)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_usual_delimiters_are_found(delimiter: str) -> None:
    rows = [("code", "origin", "label"), ("8507.60.00", "CN", "x"), ("0101.21.00", "DE", "y")]
    text = "\r\n".join(delimiter.join(one) for one in rows)
    assert [(one.code, one.origin, one.label) for one in read(text)] == rows[1:]


def test_a_line_that_states_the_delimiter_is_followed() -> None:
    assert read("sep=;\ncode;origin\n8507.60.00;CN\n") == (ImportedRow(3, "8507.60.00", "CN"),)


@pytest.mark.parametrize(
    "header",
    [
        "HTS Code,Country of Origin,Description",
        "hts_number,coo,sku",
        "Tariff code,ORIGIN,Part no.",
        "HS-Code,Country,Product name",
        "Commodity Code,Made in,Item",
    ],
)
def test_headers_have_several_spellings(header: str) -> None:
    assert read(f"{header}\n8507.60.00,CN,cells\n") == (
        ImportedRow(2, "8507.60.00", "CN", "cells"),
    )


def test_other_columns_and_another_order_do_not_matter() -> None:
    text = "SKU,Price,Origin,Qty,HTS\nA-1,3.50,China,7,8507.60.00\n"
    assert read(text) == (ImportedRow(2, "8507.60.00", "China", "A-1"),)


def test_the_better_of_two_columns_with_codes_is_used() -> None:
    text = "HS code,HTS code,origin\n8507.60,8507.60.00,CN\n"
    assert read(text)[0].code == "8507.60.00"


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("HTS,Origin\n8507.60.00,CN\n", ImportedColumns("HTS", "Origin")),
        ("8507.60.00,CN,x\n", ImportedColumns("column 1", "column 2", "column 3")),
        (
            "HS code,HTS code,origin,SKU,EAN,Old\n"
            "8507.60,8507.60.00,CN,a,4006381333931,8507.80.00\n",
            ImportedColumns("HTS code", "origin", "SKU", ("HS code", "Old")),
        ),
        (
            f"{'code' * 30},tariff code,made\x07in\n1,8507.60.00,CN\n",
            ImportedColumns("tariff code", "madein"),
        ),
    ],
)
def test_the_columns_that_were_read_are_named(text: str, columns: ImportedColumns) -> None:
    assert read_file("lines.csv", text.encode()).columns == columns


def test_a_file_without_a_header_has_code_origin_label() -> None:
    assert read("8507.60.00,CN,cells\n0101.21.00,DE\n") == (
        ImportedRow(1, "8507.60.00", "CN", "cells"),
        ImportedRow(2, "0101.21.00", "DE"),
    )


def test_quotes_that_keep_a_zero_are_removed() -> None:
    text = 'code,origin\n"=""0101210000""",DE\n'
    assert read(text)[0].code == "0101210000"


def test_a_label_may_have_delimiters_and_line_ends() -> None:
    assert read('code,origin,label\n8507.60.00,CN,"a, b\nc"\n')[0].label == "a, b\nc"


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "a,b\nc,d\n", "code,price\n8507.60.00,3\n", "code,origin\n", "8507.60.00\n"],
)
def test_files_without_lines_are_refused(text: str) -> None:
    with pytest.raises(LinesRefused) as caught:
        read(text)
    assert caught.value.cure


def test_more_rows_than_a_list_may_have_are_refused() -> None:
    row = "8507.60.00,CN\n"
    assert len(read("code,origin\n" + row * MAX_LINES)) == MAX_LINES
    with pytest.raises(LinesRefused, match="5,000"):
        read("code,origin\n" + row * (MAX_LINES + 1))


@pytest.mark.parametrize("content", [b"\x00\x01\x02", b'code,origin\n"' + b"x" * 200_000])
def test_other_content_is_refused(content: bytes) -> None:
    with pytest.raises(LinesRefused):
        read_file("lines.csv", content)


@given(st.binary(max_size=400), st.sampled_from(["a.csv", "a.xlsx", "a.txt"]))
def test_any_bytes_are_read_or_refused(content: bytes, name: str) -> None:
    try:
        found = read_file(name, content)
    except LinesRefused:
        return
    assert found.rows
