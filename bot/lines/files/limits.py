"""Refuses files that are too large or of another kind, before they are read."""

from bot.errors import LinesRefused

MAX_BYTES = 5_000_000
"""Maximum bytes of a file. 5,000 lines with their labels take less than one million."""
OLD_OFFICE = bytes.fromhex("D0CF11E0A1B11AE1")
"""How files of Office before 2007 and encrypted ones begin."""
MAX_ROWS = 20_000
"""Maximum rows of a sheet that are looked at, with empty ones."""
MAX_COLUMNS = 200
"""Maximum columns that are looked at."""

_SAVE_AS = "Save it as .xlsx or .csv and import that file"
_REFUSED = {
    "xls": ("is in the format of Excel before 2007", _SAVE_AS),
    "xlsm": ("may contain macros", _SAVE_AS),
    "xltm": ("may contain macros", _SAVE_AS),
    "xlam": ("may contain macros", _SAVE_AS),
    "xlsb": ("is a binary workbook", _SAVE_AS),
    "ods": ("is an OpenDocument sheet", _SAVE_AS),
    "numbers": ("is an Apple Numbers document", _SAVE_AS),
    "pdf": ("is a PDF", _SAVE_AS),
}
_KINDS = ("csv", "tsv", "txt", "xlsx")


def check_file(name: str, size: int) -> None:
    """Raises LinesRefused if a file with this name and number of bytes is not to be read."""
    ending = get_ending(name)
    if ending in _REFUSED:
        raise LinesRefused(name, *_REFUSED[ending])
    if ending not in _KINDS:
        raise LinesRefused(name, "is neither a .csv nor an .xlsx file", _SAVE_AS)
    if size > MAX_BYTES:
        cause = f"has {size / 1_000_000:.1f} MB, more than the {MAX_BYTES // 1_000_000} MB allowed"
        raise LinesRefused(name, cause, "Keep the columns of code, origin and label only")


def get_ending(name: str) -> str:
    """The ending of a file name, in lower case: `xlsx`."""
    return name.rpartition(".")[2].lower() if "." in name else ""
