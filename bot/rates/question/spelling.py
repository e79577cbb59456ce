"""Corrects misspelled words of a question: `upholsterd sofas from chna`.

A word is misspelled if it is in no vocabulary and is no ordinary English word. It is replaced by
the word that differs from it by one letter, or by two letters if it is long. Exchanged neighbors
count as one letter. Of words that are equally near, names of economies come first, then the words
of the grammar, of goods and laws, and last those of the tariff schedule. If two words of the same
kind are equally near, the word stays.
"""

import re
from collections.abc import Callable, Collection, Sequence
from itertools import chain
from typing import NamedTuple

from bot.parties import Parties
from bot.rates.cards.index import CardIndex
from bot.rates.question.product.reader import ProductReader
from bot.rates.question.query import Respelling
from bot.rates.question.stemming import stem_words
from bot.rates.question.vocabulary.everyday_words import is_everyday, is_other_english
from bot.rates.question.wording import GRAMMAR_WORDS, SMALL_WORDS
from bot.text.word_set import WordSet

_WORD = re.compile(r"(?<![\w.$'/-])[a-z]{4,20}(?![\w'/-]|\.\w)")
_DOUBLED = re.compile(r"([a-z])\1+")
_ORDINARY = SMALL_WORDS | {*GRAMMAR_WORDS, "finish"}
"""Words that are not misspelled. `finish` is near the name of an economy."""
_SHORTEST_TARGET, _MEDIUM, _SAFE = 5, 7, 8
_SHORTEST_CUT = 4
_LONG_NAME, _LONG_GOODS = 9, 11
"""Lengths from which a word may have two wrong letters."""


class _Kind(NamedTuple):
    """Words of one kind that a misspelled word may mean."""

    words: Sequence[str]
    may_be: Callable[[str, str], bool]
    """Whether a word may be a misspelling of one of these."""
    long: int | None
    """The length from which two letters may be wrong; None if only one may be."""


def correct_spelling(
    text: str, parties: Parties, reader: ProductReader, cards: CardIndex | None
) -> tuple[str, tuple[Respelling, ...]]:
    """The text, in lower case, with its misspelled words corrected, and these words."""
    found: dict[str, Respelling] = {}
    of_goods = (reader.names.words, *([cards.words] if cards is not None else []))
    vocabularies = (parties.words, *of_goods)

    def correct(match: re.Match[str]) -> str:
        word = match.group()
        if _is_known(word, parties, reader, vocabularies):
            return word
        goods = [*chain.from_iterable(words.starting_with(word[0]) for words in of_goods)]
        named = goods
        if word.endswith("s"):
            named = [f"{one}s" for one in goods if not one.endswith(("s", "y"))]
        kinds = (
            _Kind(parties.words.starting_with(word[:2]), _may_be_name, _LONG_NAME),
            _Kind(GRAMMAR_WORDS, _may_be_name, _LONG_NAME),
            _Kind(named, _may_be_goods, _LONG_GOODS),
            _Kind(reader.headings.words.starting_with(word[0]), _may_be_goods, None),
        )
        nearest = _find_nearest(word, kinds, lambda one: parties.find(one) is not None)
        nearest = nearest or _find_longer(word, goods)
        if nearest is None:
            return word
        found[word] = Respelling(word=word, read_as=nearest)
        return nearest

    return _WORD.sub(correct, text), tuple(found.values())


def _is_known(
    word: str, parties: Parties, reader: ProductReader, vocabularies: Collection[WordSet]
) -> bool:
    if word in _ORDINARY or is_everyday(word) or is_other_english(word):
        return True
    [stem] = stem_words(word) or (word,)
    return (
        parties.find(word) is not None
        or any(word in words or stem in words for words in vocabularies)
        # Last, because the words of the headings are indexed when they are first needed.
        or not reader.headings.words.isdisjoint((word, stem, f"{word}s"))
    )


def _find_nearest(word: str, kinds: Sequence[_Kind], is_name: Callable[[str], bool]) -> str | None:
    """The nearest word, of the first kind that has it, or None.

    `is_name` returns whether a word is the whole name of an economy.
    """
    # Imported on first use, because only misspelled words need it.
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    best: tuple[float, str] | None = None
    for words, may_be, long in kinds:
        alike = process.extract(
            word,
            words,
            scorer=OSA.distance,
            score_cutoff=2 if long is not None and len(word) >= long else 1,
            limit=None,
        )
        found = [(one, far) for one, far, _ in alike if may_be(word, one)]
        distance = min((far for _, far in found), default=None)
        if distance is None or (best is not None and best[0] <= distance):
            continue
        near = {stem_words(one): one for one, far in found if far == distance}
        if len(near) > 1:
            # `turky` is rather `turkey` than a part of `turks and caicos`.
            ending = {stems: one for stems, one in near.items() if one[-1] == word[-1]}
            near = {stems: one for stems, one in ending.items() if is_name(one)} or ending or near
        if len(near) > 1:
            return None
        [nearest] = near.values()
        best = (distance, nearest)
    return best[1] if best is not None else None


def _find_longer(word: str, words: Collection[str]) -> str | None:
    """The only word that this abbreviates: `furnit`."""
    longer = [one for one in words if one.startswith(word)] if len(word) > _SHORTEST_CUT else []
    is_cut = len({stem_words(one) for one in longer}) == 1 and len(longer[0]) > len(word) + 2
    return longer[0] if is_cut else None


def _may_be_name(word: str, target: str) -> bool:
    """Whether the word may be a misspelling of the target, which is a name or of the grammar."""
    exchanged = word[1] == target[:1] and word[0] == target[1:2]
    return len(target) >= _SHORTEST_TARGET and (word[0] == target[0] or exchanged)


def _may_be_goods(word: str, target: str) -> bool:
    """Whether the word may be a misspelling of the target, and is not rather another word.

    A short word with another letter, or with another ending, is another word: `scare`, `panelled`.
    """
    if word[0] != target[0] or len(target) < _SHORTEST_TARGET:
        return False
    if word.startswith(target) or target.startswith(word):
        return False
    if len(word) == len(target):
        return len(word) >= _SAFE or sorted(word) == sorted(target)
    if len(target) < _MEDIUM:
        return _DOUBLED.sub(r"\1", word) == _DOUBLED.sub(r"\1", target)
    return word[-1] == target[-1]
