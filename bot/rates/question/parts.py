"""Splits a question into parts that each have economies and goods of their own.

us china steel vs us china toys    the same economies: several goods in one question
us eu wine vs us japan cars        other economies: a question for each part
steel from canada and mexico       one part, because the second half has no goods
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.parties import Parties
from bot.rates.question.parties import TokenizedQuestion
from bot.rates.question.product.reader import ProductReader
from bot.rates.question.reading.question import trim_product

_JOINS = frozenset({"vs", "vs.", "versus", "and", "or", "&", ",", "than", "compared"})


class QuestionPart(NamedTuple):
    """A part of a question, with its goods in words."""

    words: TokenizedQuestion
    product: str


def list_parts(
    words: TokenizedQuestion, parties: Parties, reader: ProductReader
) -> tuple[QuestionPart, ...]:
    """The parts of the question if two or more have economies and different goods; otherwise none.

    Words between joins that lack goods or economies belong to the part before them, or to the one
    after them if that is the first: `wine and cheese from france and tea from india`.
    """
    runs = list(_split(words.words))
    if len(runs) == 1:
        return ()
    texts: list[list[str]] = []
    is_open = False
    for run in runs:
        if is_open or (texts and _read_part(run, parties, reader) is None):
            texts[-1] += ["and", *run]
        else:
            texts.append(run)
        is_open = _read_part(texts[-1], parties, reader) is None
    parts = [part for text in texts if (part := _read_part(text, parties, reader))]
    goods = {_identify(part.product, reader) for part in parts}
    return tuple(parts) if len(goods) > 1 else ()


def _split(words: Sequence[str]) -> Iterator[list[str]]:
    run: list[str] = []
    for word in words:
        if word not in _JOINS:
            run.append(word)
        elif run:
            yield run
            run = []
    yield run


def _read_part(run: Sequence[str], parties: Parties, reader: ProductReader) -> QuestionPart | None:
    words = TokenizedQuestion(" ".join(run), parties)
    kept = reader.names.drop_everyday_words(words.other_words)
    product = trim_product(kept)
    if not words.codes or product is None or "same" in words.words:
        # 'running shoes from vietnam, and the same shoes from indonesia'
        return None
    return QuestionPart(words, product) if any(_identify(product, reader)) else None


def _identify(product: str, reader: ProductReader) -> tuple[frozenset[str], frozenset[str]]:
    """The goods and the codes of a text, without the goods that a claim alone names: `usmca`."""
    read = reader.read_any(product)
    claimed = {one for claim in read.claims for one in reader.read_any(claim).goods}
    return frozenset(read.goods) - claimed, frozenset(read.codes)
