"""Replaces letters and signs by plain ones, for matching.

The text keeps its length, so a position in the folded text is the same in the original.
"""

import unicodedata

_TYPOGRAPHY = dict(
    zip(
        "‘’‚‛′`´“”„″«»‐‑‒–—−―\u00a0\u2007\u2009\u202f\u3000⁄∕﹪％",
        "''''''" + "'" + '""""""' + "-------" + "     " + "//%%",
        strict=True,
    )
)

# Cyrillic and Greek letters that look like Latin ones; some texts use them to evade filters.
_LOOKALIKES = dict(
    zip(
        "АВЕЅІЈКМНОРСТУХаеѕіјорсухԁԛԝһΑΒΕΖΗΙΚΜΝΟΡΤΥΧορν",
        "ABESIJKMHOPCTYXaesijopcyxdqwhABEZHIKMNOPTYXopv",
        strict=True,
    )
)


def _build_letter_table() -> dict[str, str]:
    """Maps accented Latin letters to plain ones, and full-width ASCII to ASCII."""
    table = {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i"}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base.isascii():
            table[chr(code)] = base
    table.update((chr(code), chr(code - 0xFEE0)) for code in range(0xFF01, 0xFF5F))
    return table


_TABLE = str.maketrans({**_build_letter_table(), **_LOOKALIKES, **_TYPOGRAPHY})


def fold(text: str) -> str:
    """The text with ASCII letters, quotes, dashes and spaces; same length, same case."""
    return text if text.isascii() else text.translate(_TABLE)


def fold_case(text: str) -> str:
    """Like `fold`, and in lower case; same length as the text."""
    return fold(text).lower()
