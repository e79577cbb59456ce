"""Reads lines from the bytes of a file. Takes up to some seconds of CPU, so call it in a process or
thread of its own (`bot.lines.files.isolated`)."""

from bot.lines.files.columns import find_columns, take_rows
from bot.lines.files.csv_text import read_csv_rows
from bot.lines.files.limits import OLD_OFFICE, check_file
from bot.lines.files.workbook import read_workbook
from bot.lines.validation import ImportedFile

_ZIP = b"PK\x03\x04"


def read_file(name: str, content: bytes) -> ImportedFile:
    """The lines of a CSV or XLSX file. The content decides its kind, not only the name.

    Raises LinesRefused if the file is too large, of another kind, damaged, or has other columns.
    """
    check_file(name, len(content))
    if content.startswith((_ZIP, OLD_OFFICE)):
        return read_workbook(name, content)
    rows = read_csv_rows(name, content)
    return take_rows(name, rows, find_columns(name, rows))
