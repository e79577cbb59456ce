"""Puts untrusted text on one line."""

import re
import unicodedata

_BLANKS = re.compile(r"\s+")
_UNSEEN = {"Cc", "Cf", "Cs", "Co"}


def to_single_line(text: str) -> str:
    """The text on one line, without control, format, surrogate and private-use characters."""
    line = _BLANKS.sub(" ", text).strip()
    if line.isprintable():
        return line
    return "".join(c for c in line if unicodedata.category(c) not in _UNSEEN).strip()
