"""A question while it is parsed, and the vocabulary that it is parsed with."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from bot.parties import Parties
from bot.rates.cards.index import CardIndex
from bot.rates.question.parties import TokenizedQuestion
from bot.rates.question.product.reader import ProductReader
from bot.rates.question.query import HOME, Uncovered
from bot.rates.question.times.periods import Period
from bot.rates.question.wording import NOISE, Intent
from bot.text.plain import cut

_MAX_LABEL = 70
"""Maximum characters of the label of a question that is offered."""
WORDS_OF_SENTENCE = 6
"""Number of words from which a question is a sentence."""
_COMMAS = re.compile(r"(?:\s*,)+")


class Vocabulary(NamedTuple):
    """What words of a question may mean."""

    parties: Parties
    reader: ProductReader | None
    cards: CardIndex | None
    today: date
    """The day from which relative dates count."""

    @property
    def has_home(self) -> bool:
        """Whether the assumed importing country exists."""
        return HOME in self.parties


class Question(NamedTuple):
    """A question whose time, value and other markers were taken from its text."""

    words: TokenizedQuestion
    period: Period | None
    percent: Decimal | None
    uncovered: tuple[Uncovered, ...]
    intent: Intent
    retaliation: dict[str, object]
    """The fields of the query of a question about retaliation; empty for all others."""
    value: Decimal | None = None
    """The entered value in dollars."""


def cut_label(text: str) -> str:
    """The label of a question that is offered, cut at a word if it is too long."""
    return cut(text, _MAX_LABEL)


def trim_product(rest: Sequence[str]) -> str | None:
    """The words as a text, without small words at its two ends; None if nothing is left."""
    words = [word for word in rest if word != "->"]
    while words and words[0] in NOISE:
        words.pop(0)
    while words and words[-1] in NOISE:
        words.pop()
    # 'face' alone is the verb of 'what india faces', not a mask.
    if not words or words == ["face"]:
        return None
    return _COMMAS.sub(",", " ".join(words))


def split_product(product: str | None) -> list[str]:
    """The words of a product that `trim_product` joined."""
    return (product or "").replace(",", " ").split()


def list_law_imposers(product: str | None, reader: ProductReader | None) -> frozenset[str]:
    """The economies that impose the law or the duty that the product names instead of goods."""
    if reader is None or not product or reader.names_goods(product):
        return frozenset()
    return reader.list_imposers(product)
