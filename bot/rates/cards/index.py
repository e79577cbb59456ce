"""Finds the cards that a text names, and the card that answers it.

The steps, in order:
1. Find the names in the text (`names`). A name that is a part of a longer name in the text, or of
   the name of an economy, is not counted.
2. Cards that answer before rates come first, then the cards with the longest names. Of two names
   with the same length, that of a card about an economy comes first, then the name whose card is a
   part of the other card, then the first in the files.
3. The first of these cards is the answer, unless the text is a question about rates or the
   calendar. A card about duties does not answer a text that names an economy other than the United
   States, or the United States and goods: its rate does.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain
from types import MappingProxyType

from bot.parties import WORLD, Parties
from bot.rates.cards.model import Card
from bot.rates.cards.names import (
    QUESTION_WORDS,
    CardName,
    CardNames,
    list_name_words,
    normalize_card_text,
)
from bot.rates.question.parties import TokenizedQuestion
from bot.rates.question.stemming import stem_words
from bot.rates.question.vocabulary.everyday_words import is_everyday
from bot.text.word_set import WordSet

_HEADING = re.compile(r"(?<![\d.])(99\d\d)[. ]?(\d\d)[. ]?(\d\d)(?!\.?\d)")
"""A heading of chapter 99."""
_DOCUMENT = re.compile(
    r"\b(?:executive order|exec order|e\.?o\.?|order)s?\s*(?:no\.?|number|#)?\s*"
    r"(?P<of>1[34]\d{3})\b"
    r"|\b(?:proclamation|proc)s?\.?\s*(?:no\.?|number|#)?\s*(?P<by>1[01]\d{3}|9\d{3})\b"
)
"""The number of an executive order or a proclamation."""
_SECTION = re.compile(r"\bsection \d{3}\b")
_CALENDAR = frozenset({"upcoming", "calendar"})
_COMPARISON = frozenset({"compare", "comparison", "versus", "vs"})
_OF_RATES = frozenset({"change", "changed", "changes", "table", "not", "without"})
"""Words of a question about rates or their changes."""
_LIST = frozenset({"cards", "all cards", "laws", "topics", "laws and topics", "which laws"})
_AT_HOME = frozenset({WORLD, "US"})
_CHAPTER_99, _ORDERS = "chapter-99", "presidential-orders"
"""The ids of the cards for headings and for orders that no other card is about."""
_SIMILAR = 84
"""Minimum similarity of a misspelled name and a card's name, from 0 to 100."""
_SUGGESTIONS = 3


class CardReading:
    """The cards that a text names, and the card that answers it."""

    def __init__(self, text: str, index: "CardIndex") -> None:
        self.text = text
        self._index = index
        self._normalized = normalize_card_text(text)
        self._tokens = self._normalized.split()
        stemmed = [(token, stem_words(token)) for token in self._tokens]
        self._stems = tuple(chain.from_iterable(stems for _, stems in stemmed))
        self._kept = [
            (token, stems)
            for token, stems in stemmed
            if not stems or not QUESTION_WORDS.issuperset(stems)
        ]

    @property
    def card(self) -> str | None:
        """The id of the card that answers the text, or None."""
        index = self._index
        if self.heading:
            chapter = _CHAPTER_99 if _CHAPTER_99 in index.by_id else None
            return index.headings.get(self.heading, chapter)
        if self._document in index.documents:
            return index.documents[self._document]
        if (whole := index.names.whole.get(self._stems)) is not None:
            return whole
        if not self._names or self._asks_for_a_rate:
            return None
        return self._names[0].card.id

    @property
    def named(self) -> tuple[str, ...]:
        """The ids of all cards that the text names, even if the answer is a rate."""
        named = dict.fromkeys(one.card.id for one in self._names)
        if self.heading:
            named.pop(_CHAPTER_99, None)
        if self._document in self._index.documents:
            named.pop(_ORDERS, None)
        return tuple(named)

    @cached_property
    def heading(self) -> str:
        """The first heading of chapter 99 in the text, with its dots; empty if there is none."""
        found = _HEADING.search(self.text)
        return "" if found is None else ".".join(found.groups())

    @property
    def unknown_law(self) -> str:
        """The law that the text names, `section 233`, if no card is about it; otherwise empty."""
        words = " ".join(word for word in self._stems if word not in QUESTION_WORDS)
        found = _SECTION.search(words)
        if found is None:
            return ""
        law = frozenset(found[0].split())
        return "" if self._index.names.has(law) or self.names_a_rate(law) else found[0]

    @property
    def asks_for_list(self) -> bool:
        """Whether the text asks for the list of all cards."""
        return bool(self._index.all) and " ".join(self._tokens) in _LIST

    @property
    def economies(self) -> tuple[str, ...]:
        """The economies that a text about a card names, without the United States.

        Those in the name of the card, as in `china exclusions`, come last.
        """
        _, outside = self._split(frozenset[str]().union(*(one.words for one in self._names)))
        found = [*self._list_codes(outside), *self._codes]
        return tuple(dict.fromkeys(one for one in found if one not in _AT_HOME))

    def names_a_rate(self, name: frozenset[str] = frozenset()) -> bool:
        """Whether the text asks for changes, or its words outside a name are about a rate.

        They are if they name an economy, or goods of the United States.
        """
        if not (_CALENDAR | _OF_RATES).isdisjoint(self._tokens):
            return True
        inside, outside = self._split(name)
        own = self._list_codes(inside)
        # All words are compared, because a name may be a part of an economy's: `cape verde`.
        if not {*self._codes} - {*own} <= _AT_HOME:
            return True
        rest = " ".join(outside)
        return "us" in self._tokens and bool(own or (rest and self._index.names_goods(rest)))

    @cached_property
    def _names(self) -> Sequence[CardName]:
        """The names in the text, in the order in which their cards are shown."""
        words = frozenset(
            word
            for word in self._stems
            if word not in QUESTION_WORDS
            and (word in self._index.names.words or not is_everyday(word))
        )
        named = self._index.names.find(words, self._stems, self._normalized)
        named = [
            one
            for one in named
            if not any(one.words < other.words for other in named)
            and not self._is_in_an_economy(one)
            and not self._names_others(one.card)
        ]
        return sorted(
            named,
            key=lambda one: (
                not one.answers_before_rates,
                -len(one.words),
                not one.card.economies,
                one.card.law is None,
                one.place,
            ),
        )

    @cached_property
    def _document(self) -> str:
        """The number of the executive order or proclamation in the text; empty if there is none."""
        found = _DOCUMENT.search(self._normalized)
        return "" if found is None else found["of"] or found["by"]

    @property
    def _asks_for_a_rate(self) -> bool:
        """Whether the answer to a text with names is a rate or the calendar, not a card."""
        if not _CALENDAR.isdisjoint(self._tokens):
            return True
        first = self._names[0]
        if first.answers_before_rates:
            return self._names_goods_of_an_economy(first)
        is_one = len({one.card.id for one in self._names}) == 1
        if is_one and not _COMPARISON.isdisjoint(self._tokens):
            return True
        return self.names_a_rate(first.words)

    def _names_goods_of_an_economy(self, name: CardName) -> bool:
        """Whether a text with the name of a card that answers before rates asks for a rate anyway.

        It does if the name is one of goods, as in `us china capes`, or if the card yields to goods.
        """
        if not self._codes:
            return False
        goods = [*name.words] if len(name.words) == 1 else []
        if name.card.yields_to_goods:
            _, outside = self._split(name.words)
            goods += [one for one in outside if not is_everyday(one)]
        return any(map(self._index.names_goods, goods))

    def _is_in_an_economy(self, name: CardName) -> bool:
        """Whether the name is a part of the name of an economy: `cape verde`."""
        if not self._codes:
            return False
        inside, outside = self._split(name.words)
        return not {*self._codes} <= {*self._list_codes(inside), *self._list_codes(outside)}

    def _names_others(self, card: Card) -> bool:
        """Whether the text names an economy that the card is not about."""
        return bool(card.economies) and not {*self._codes} <= {*card.economies, *_AT_HOME}

    @cached_property
    def _codes(self) -> Sequence[str]:
        """The economies that the text names."""
        return self._list_codes([token for token, _ in self._kept])

    def _list_codes(self, tokens: Sequence[str]) -> Sequence[str]:
        return TokenizedQuestion(" ".join(tokens), self._index.parties).codes

    def _split(self, name: frozenset[str]) -> tuple[list[str], list[str]]:
        """The tokens inside and outside a name, without question words."""
        inside: list[str] = []
        outside: list[str] = []
        for token, stems in self._kept:
            (inside if stems and name.issuperset(stems) else outside).append(token)
        return inside, outside


class CardIndex:
    """The cards of a ledger, found by name."""

    def __init__(
        self,
        cards: Iterable[Card],
        parties: Parties,
        names_goods: Callable[[str], bool] = lambda _: False,
        headings: Mapping[str, str] = MappingProxyType({}),
        documents: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """`names_goods` returns whether a text names goods or a code.

        `headings` has the id of the card about each known heading of chapter 99, and `documents` of
        that about each executive order or proclamation, by number.
        """
        self.all = tuple(cards)
        self.by_id: Mapping[str, Card] = {card.id: card for card in self.all}
        self.names = CardNames(self.all)
        self.parties, self.names_goods = parties, names_goods
        self.headings, self.documents = headings, documents

    @property
    def words(self) -> WordSet:
        """The words of all names, as `stem_words` returns them."""
        return self.names.words

    def read(self, text: str) -> CardReading:
        """The cards that the text names."""
        return CardReading(text, self)

    def find(self, text: str) -> str | None:
        """The id of the card that answers the text, or None."""
        return self.read(text).card

    def is_question_word(self, word: str) -> bool:
        """Whether a question about any law may have the word, so that no name needs it."""
        return QUESTION_WORDS.issuperset(stem_words(word))

    def suggest(self, text: str) -> tuple[str, ...]:
        """The names of cards that a misspelled text may mean; empty if it means something else."""
        asked = " ".join(list_name_words(text))[:80]
        if len(asked) < 4 or self.read(text).names_a_rate():
            return ()
        # Imported on first use, because only misspelled names need it.
        from rapidfuzz import fuzz, process
        from rapidfuzz.distance import OSA

        spelled, owners = self.names.spelled, self.names.owners
        near = process.extract(asked, list(spelled), scorer=fuzz.ratio, limit=8)
        found = {
            owners[words]: spelled[words]
            for words, score, _ in reversed(near)
            if (score >= _SIMILAR or OSA.distance(asked, words) <= len(asked) // 5)
            and _same_numbers(asked, words)
        }
        return tuple(reversed(found.values()))[:_SUGGESTIONS]

    def get_all(self, ids: Iterable[str]) -> tuple[Card, ...]:
        """The cards with these ids, in this order."""
        return tuple(self.by_id[one] for one in ids)

    def list_parts(self, card_id: str) -> tuple[Card, ...]:
        """The cards that are a part of this card."""
        return tuple(card for card in self.all if card.law == card_id)


def _same_numbers(one: str, two: str) -> bool:
    """Whether two texts have the same numbers: Section 232 is not a misspelled Section 233."""
    return re.findall(r"\d+", one) == re.findall(r"\d+", two)
