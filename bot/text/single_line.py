"""Text of any origin on one line."""

import re
import unicodedata

_BLANKS = re.compile(r"\s+")
_UNSEEN = {"Cc", "Cf", "Cs", "Co"}


def single_line(text: str) -> str:
    """The text on one line, without control, bidirectional, zero-width and private characters."""
    if text.isprintable() and "  " not in text:
        # Most text is so, and looking at each letter costs an answer some milliseconds.
        return text.strip()
    spaced = _BLANKS.sub(" ", text)
    if spaced.isprintable():
        return spaced.strip()
    seen = (c for c in spaced if c.isascii() or unicodedata.category(c) not in _UNSEEN)
    return "".join(c for c in seen if c >= " " and c != "\x7f").strip()
