"""Reads lines from pasted text: `8507.60.00 CN batteries`, one line of text for each.

The parts are separated by blanks, or by tabs, semicolons or commas as in text copied from a sheet.
"""

import re
from collections.abc import Iterator

from bot.errors import LinesRefused
from bot.lines.files.columns import clean_cell
from bot.lines.model import MAX_LINES
from bot.lines.validation import ImportedRow
from bot.parties import Parties

MAX_CHARACTERS = 1_000_000
"""Maximum characters of a pasted text."""
_DELIMITERS = "\t;,|"
_CODE = re.compile(
    r"\s*((?:(?:htsus|hts|hs)\b[\s:#]*)?\d{2,10}(?:[.\-]\d+)*(?:\s\d{2,4}(?!\d))*)\s*(.*)",
    re.IGNORECASE,
)
_MOST_WORDS = 5
"""Maximum words in the name of an economy."""


def read_pasted(text: str, parties: Parties, *, has_header: bool = True) -> tuple[ImportedRow, ...]:
    """The rows of a pasted text; raises LinesRefused for a text without rows, or with too many.

    If it may have a header, text above the first code makes no rows.
    """
    if len(text) > MAX_CHARACTERS:
        raise LinesRefused("The text", f"has more than {MAX_CHARACTERS:,} characters", "Split it")
    rows = tuple(_list_rows(text, parties, has_header=has_header))
    if not rows:
        cure = "Write one line per row, such as: 8507.60.00 CN batteries"
        raise LinesRefused("The text", "has no tariff codes", cure)
    if len(rows) > MAX_LINES:
        cause = f"has more than {MAX_LINES:,} rows with lines"
        raise LinesRefused("The text", cause, f"A list has at most {MAX_LINES:,} lines")
    return rows


def _list_rows(text: str, parties: Parties, *, has_header: bool) -> Iterator[ImportedRow]:
    seen_code = not has_header
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        row = _read_line(number, line, parties)
        if seen_code or any(letter.isdigit() for letter in row.code):
            seen_code = True
            yield row


def _read_line(number: int, line: str, parties: Parties) -> ImportedRow:
    for delimiter in _DELIMITERS:
        first, found, rest = line.partition(delimiter)
        if found and " " not in first.strip():
            origin, _, label = rest.partition(delimiter)
            return ImportedRow(number, clean_cell(first), clean_cell(origin), clean_cell(label))
    match = _CODE.fullmatch(line)
    if match is None:
        code, _, rest = line.strip().partition(" ")
    else:
        code, rest = match[1], match[2]
    origin, label = _split_origin(rest.strip(" \t:,;-–—"), parties)
    return ImportedRow(number, code, origin, clean_cell(label))


def _split_origin(rest: str, parties: Parties) -> tuple[str, str]:
    """The economy at the beginning, by the longest name that is known, and the text after it."""
    words = rest.split()
    for size in range(min(_MOST_WORDS, len(words)), 0, -1):
        name = " ".join(words[:size]).strip(" ,;:-–—")
        if parties.find(name) is not None:
            return name, " ".join(words[size:]).strip(" ,;:-–—")
    return (words[0].strip(",;:"), " ".join(words[1:])) if words else ("", "")
