"""Reads the rows of a CSV file in any usual encoding and with any usual delimiter."""

import codecs
import csv
import io
import re
from collections.abc import Iterator

from bot.errors import LinesRefused
from bot.lines.files.columns import FileRow, clean_cell
from bot.lines.files.limits import MAX_COLUMNS

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OLDER = ("cp1252", "gb18030", "shift_jis", "euc_kr", "big5", "cp1250", "cp1251", "latin_1")
"""Encodings of older programs, which are guessed by the text that they give."""
_SAMPLE_BYTES = 50_000
_DELIMITERS = "\t;|,"
_SEPARATOR_LINE = re.compile(r"^\ufeff?sep=(.)\r?\n?$", re.IGNORECASE)
_SAVE_AS = "Save it as CSV UTF-8"


def read_csv_rows(name: str, content: bytes) -> tuple[FileRow, ...]:
    """The rows with the texts of their cells; raises LinesRefused if it is no CSV file."""
    text = _decode(name, content)
    if "\0" in text:
        raise LinesRefused(name, "is not a text file", _SAVE_AS)
    delimiter, skipped = _find_delimiter(text)
    try:
        return tuple(_parse(text, delimiter, skipped))
    except csv.Error as error:
        raise LinesRefused(
            name, f"is not a CSV file that can be read ({error})", _SAVE_AS
        ) from error


def _parse(text: str, delimiter: str, skipped: int) -> Iterator[FileRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for number, cells in enumerate(reader, 1):
        if number > skipped:
            yield FileRow(number, tuple(map(clean_cell, cells[:MAX_COLUMNS])))


def _decode(name: str, content: bytes) -> str:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _decode_as(name, content, encoding)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_as(name, content, _guess(content))


def _guess(content: bytes) -> str:
    """The encoding of a text that is not UTF-8."""
    # Imported on first use, because most files are UTF-8.
    from charset_normalizer import from_bytes

    found = from_bytes(content[:_SAMPLE_BYTES], cp_isolation=list(_OLDER)).best()
    return found.encoding if found is not None else _OLDER[0]


def _decode_as(name: str, content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise LinesRefused(name, f"is not text in {encoding}", _SAVE_AS) from error


def _find_delimiter(text: str) -> tuple[str, int]:
    """The delimiter, and the number of lines that only state it: `sep=;`."""
    lines = text.split("\n", 30)[:30]
    if lines and (match := _SEPARATOR_LINE.match(lines[0])):
        return match[1], 1
    filled = [one for one in lines if one.strip()]
    # The delimiter is in most lines; the decimal points and commas of labels are in some.
    counts = {one: sum(one in line for line in filled) for one in _DELIMITERS}
    return max(_DELIMITERS, key=lambda one: counts[one]), 0
