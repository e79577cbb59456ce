"""Finds out how a spreadsheet has probably changed a code. The original code is never guessed.

A spreadsheet that treats a code as a number drops the zeros at its ends, writes separators into it,
or shows it as a power of ten.
"""

import re
from enum import StrEnum


class CodeHint(StrEnum):
    """What a spreadsheet has probably done to a code."""

    POWER_OF_TEN = "power_of_ten"
    """`8.47E+09`: the last digits are lost."""
    SEPARATORS = "separators"
    """`85,076,000`, or a decimal point at the end: `85076000.0`."""
    FIRST_ZERO = "first_zero"
    """`101.21` for `0101.21`."""
    LAST_ZERO = "last_zero"
    """`7208.1` for `7208.10`."""


_POWER_OF_TEN = re.compile(r"\d(?:[.,]\d+)?E\+?\d{1,2}", re.IGNORECASE)
_SEPARATORS = re.compile(
    r"\d{1,3}(?:,\d{3}){2,3}(?:\.0+)?|\d{1,3}(?:\.\d{3}){2,3},0+|(?!\d{8}\.00$)\d{7,10}[.,]0+"
)
"""But `85076000.00` is the same line as a number and as a code of ten digits."""
_NUMBER = re.compile(r"(\d{3,4})(?:[.,](\d{1,6}))?")
_HEADING_DIGITS = 4


def find_hint(written: str) -> CodeHint | None:
    """How a code was probably changed; None if there is no sign of a change.

    `FIRST_ZERO` is a guess from the number of digits: the schedule may not have the heading.
    """
    text = written.strip().lstrip("'")
    if _POWER_OF_TEN.fullmatch(text):
        return CodeHint.POWER_OF_TEN
    if _SEPARATORS.fullmatch(text):
        return CodeHint.SEPARATORS
    number = _NUMBER.fullmatch(text)
    if number is not None:
        heading, rest = number[1], number[2] or ""
        if len(heading) < _HEADING_DIGITS:
            return CodeHint.FIRST_ZERO
        return CodeHint.LAST_ZERO if len(rest) % 2 else None
    if text.isascii() and text.isdigit() and len(text) in (5, 7, 9):
        return CodeHint.FIRST_ZERO
    return None
