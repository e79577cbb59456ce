"""Normalizes words for goods: to the singular, and to British spelling."""

import re
from functools import lru_cache

from bot.text.folding import fold_case

_WORD = re.compile(r"[a-z0-9]+")
_SPELLING = {
    "alu": "aluminium",
    "aluminum": "aluminium",
    "color": "colour",
    "fertilizer": "fertiliser",
    "fiber": "fibre",
    "fiberglass": "fibreglass",
    "gray": "grey",
    "jewelry": "jewellery",
    "labor": "labour",
    "mold": "mould",
    "pajama": "pyjama",
    "sulfur": "sulphur",
    "tire": "tyre",
    "xmas": "christmas",
    "yogurt": "yoghurt",
}
_NO_PLURALS = frozenset({"glasses"})
"""Words that mean other goods than their singular: `glasses` are no glass."""
_ES_PLURALS = frozenset({"buses", "gases", "lenses", "viruses", "mangoes"})
_SHORT = frozenset({"alu", "xmas"})
_AMERICAN = {british: american for american, british in _SPELLING.items() if american not in _SHORT}


def respell_as_american(word: str) -> str:
    """The stem in US spelling, which tariff schedules of the United States use."""
    return _AMERICAN.get(word, word)


def stem_words(text: str) -> tuple[str, ...]:
    """The words of the text, singular and in British spelling."""
    words = _WORD.findall(fold_case(text).replace("'s", "").replace("&", " and "))
    return tuple(_stem(word) for word in words)


# Cached, because questions repeat the same words.
@lru_cache(4_000)
def _stem(word: str) -> str:
    """The word as singular in British spelling: tires -> tyre, batteries -> battery."""
    if word in _NO_PLURALS:
        return word
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 4 and (
        word.endswith(("atoes", "sses", "xes", "tzes", "ches", "shes")) or word in _ES_PLURALS
    ):
        word = word[:-2]
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return _SPELLING.get(word, word)
