"""The words and the Harmonized System codes of a text about goods, made alike."""

import re
from collections.abc import Iterator

from bot.text.folding import fold_case

_CODE = re.compile(
    r"\b(?:(?:hts|htsus|hs|cn|heading|subheading|chapter|chap|ch|code)\b\.?\s*(?:code\s*)?"
    r"(?P<led>\d{2}(?:\d{2}(?:[. ]?\d{2}){0,3})?)"
    r"|(?P<bare>\d{4}(?:\.?\d{2}){0,3}))(?![\d.]*\d)"
)
# Headings of chapter 20 end at 2009; what looks like 2025 is a year.
_YEAR = re.compile(r"20[1-9]\d")
_WORD = re.compile(r"[a-z0-9]+")
_SPELLING = {"aluminum": "aluminium", "labor": "labour", "tire": "tyre", "fertilizer": "fertiliser"}


def codes_in(text: str) -> tuple[tuple[str, ...], str]:
    """The codes in a text, as digits, and the text without them."""
    found: list[str] = []

    def take(match: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", match["led"] or match["bare"])
        if match["bare"] and _YEAR.fullmatch(digits):
            return match.group()
        if not 1 <= int(digits[:2]) <= 97:
            return " "
        found.append(digits)
        return " "

    rest = _CODE.sub(take, fold_case(text))
    return tuple(dict.fromkeys(found)), rest


def stems(text: str) -> tuple[str, ...]:
    """The words of the text, each without its plural and in British spelling."""
    return tuple(_singular(word) for word in _words(text))


def _words(text: str) -> Iterator[str]:
    for match in _WORD.finditer(fold_case(text).replace("'s", "").replace("&", " and ")):
        yield match.group()


def _singular(word: str) -> str:
    """A word without its plural, in British spelling: tires -> tyre, batteries -> battery."""
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 4 and word.endswith(("atoes", "ses", "xes", "zes", "ches", "shes")):
        word = word[:-2]
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return _SPELLING.get(word, word)
