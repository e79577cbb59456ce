"""Reads the words that are left of a question as goods, codes, laws and claims.

Only words that a name of the vocabulary has are in the product of a query. The others were not
read, and never make the goods wider or narrower: `cars taken` are cars.
"""

import re
from collections.abc import Sequence

from bot.rates.question.product.goods_words import IGNORED, TAILS
from bot.rates.question.product.parsed import ParsedProduct
from bot.rates.question.product.reader import ProductReader
from bot.rates.question.reading.question import trim_product
from bot.rates.question.stemming import stem_words

_NOT_ALONE = re.compile(r"\b(?:or|not|the|but|if|is|are|was|were) (?:only|just)\b")
_JOIN = re.compile(r"(\b(?:and|or)\b|[,&])")
_JOINS = frozenset({"a", "an", "the", "or", "and", "&", "but", "also", "both", "of", ","})
_COMPARED = frozenset({"than", "more", "less", "taxed", "charged", "ones"})
OF_CLAIMS = frozenset({"claim", "claimed", "claiming", "certificate"})


def keep_names(product: str, reader: ProductReader) -> str:
    """The product without words that no name has, unless it means something else without them."""
    # 'or only in the joint statement' asks for no single duty.
    product = _trim_edges(_trim_joins(_NOT_ALONE.sub(" ", product)))
    wanted = reader.read_any(product)
    if len(wanted.goods) == 1 and len(words := product.replace(",", " ").split()) > 1:
        # 'cars than cars'
        once = " ".join(dict.fromkeys(word for word in words if word not in _COMPARED))
        if _means(reader.read_any(once)) == _means(wanted):
            product = _trim_joins(once)
    if not wanted.unknown or wanted.doubtful or wanted.read_as or wanted.is_unknown:
        return product
    unknown = frozenset(wanted.unknown)
    words = product.replace(",", " , ").split()
    names = [
        word
        for before, word in zip(["", *words], words, strict=False)
        if not (_is_unknown(word, unknown) or (before.isdigit() and word in TAILS))
    ]
    for kept in (names, _split_at_gaps(words, unknown)):
        shorter = trim_product(kept)
        if shorter and _means(reader.read_any(shorter)) == _means(wanted):
            return shorter
    return product


def _trim_joins(product: str) -> str:
    """The product without words at its end that only join it with something else."""
    words = product.split()
    while len(words) > 1 and words[-1] in _JOINS:
        words.pop()
    return " ".join(words).rstrip(",")


def _trim_edges(product: str) -> str:
    """The product without items at its ends that name nothing: `deal and pharma` is pharma."""
    items = _JOIN.split(product)
    while len(items) > 2 and _names_nothing(items[0]):
        items = items[2:]
    while len(items) > 2 and _names_nothing(items[-1]):
        items = items[:-2]
    return "".join(items).strip()


def _names_nothing(item: str) -> bool:
    return all(IGNORED.issuperset(stem_words(word)) for word in item.split())


def _is_unknown(word: str, unknown: frozenset[str]) -> bool:
    stems = stem_words(word)
    return bool(stems) and unknown.issuperset(stems) and word not in OF_CLAIMS


def _split_at_gaps(words: Sequence[str], unknown: frozenset[str]) -> list[str]:
    """The words with a comma for those that no name has."""
    kept: list[str] = []
    for word in words:
        if _is_unknown(word, unknown) and kept[-1:] not in ([], [","]):
            kept.append(",")
        elif not _is_unknown(word, unknown):
            kept.append(word)
    return kept


def _means(wanted: ParsedProduct) -> ParsedProduct:
    return wanted._replace(text="", unknown=())
