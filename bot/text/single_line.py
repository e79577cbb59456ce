"""Puts untrusted text on one line, and removes what could control a terminal."""

import re
import unicodedata

_UNSEEN = {"Cc", "Cf", "Cs", "Co"}
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters except tabs and line ends, and characters that change the direction of text.
A terminal obeys them."""


def to_single_line(text: str) -> str:
    """The text on one line, without control, format, surrogate and private-use characters."""
    line = " ".join(text.split())
    if line.isprintable():
        return line
    return "".join(c for c in line if unicodedata.category(c) not in _UNSEEN).strip()


def remove_controls(text: str) -> str:
    """The text, also of several lines, without characters that a terminal obeys."""
    return _CONTROLS.sub("", text)


def escape_controls(json_line: str) -> str:
    """A line of JSON that has these characters only as escapes."""
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", json_line)
