"""Finds Harmonized System codes in a text: `8507.60`, `HS72.10`, `hs-7616`, `chapter 73`."""

import re

from bot.errors import QueryError
from bot.text.folding import fold_case

_CODE = re.compile(
    r"\b(?:(?:htsus|hts|hsn?(?:-?(?:4|6|8|10)(?=[ :]))?|taric|cn|headings?|subheadings?|chapters?"
    r"|chap|ch|codes?|line)(?:\b|(?=\d))[.:#]?[ -]?\s*(?:codes?\s*|no\.?\s*|number\s*|#)?:?\s*"
    r"(?P<led>\d{2}(?:\.?\d{2}(?:[. -]?\d{2}){0,3})?)"
    r"|(?P<bare>\d{4}(?:[. -]?\d{2}){0,3})(?![a-z%]))(?![\d.]*\d)"
)
_RANGE = re.compile(
    r"\bchapters?\s*(?P<first>\d{2})\s*(?:-|–|to|through|until)\s*(?:chapter\s*)?(?P<last>\d{2})\b"
    r"(?![.\d])"
)
_MOST_CHAPTERS = 10
_NO_GOODS = re.compile(r"\bchapters?\s+(?P<chapter>9[89])\b|\b9[89]\d{2}(?:[. ]?\d{2}){0,3}\b")
# Chapter 20 has headings 2001 to 2009, so 2010 to 2099 are years.
_YEAR = re.compile(r"20[1-9]\d")


def refuse_chapters_without_goods(text: str) -> None:
    """Raises QueryError if the text has a code of chapters 98 or 99, which contain no goods."""
    if match := _NO_GOODS.search(text):
        raise QueryError(
            match.group(),
            "chapters 98 and 99 list special and additional duties, not goods. Look up headings "
            "that we do not know at https://hts.usitc.gov",
            "Ask for the goods' own line, such as 8507.60.00, or for a law, such as section 301",
        )


def extract_codes(text: str) -> tuple[tuple[str, ...], str]:
    """The HS codes in a text, digits only, and the text without them."""
    found: list[str] = []

    def take(match: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", match["led"] or match["bare"])
        if match["bare"] and _YEAR.fullmatch(digits):
            return match.group()
        if not 1 <= int(digits[:2]) <= 97:
            return " "
        found.append(digits)
        return " "

    rest = _CODE.sub(take, _RANGE.sub(_spell_out, fold_case(text)))
    return tuple(dict.fromkeys(found)), rest


def _spell_out(match: re.Match[str]) -> str:
    """All chapters of a range: `chapters 61-63`."""
    chapters = range(int(match["first"]), int(match["last"]) + 1)
    if not 1 < len(chapters) <= _MOST_CHAPTERS:
        return match.group()
    return " ".join(f"chapter {one:02}" for one in chapters)
