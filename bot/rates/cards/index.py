"""Finds the cards that a text names.

The steps, in order:
1. Write law names in one way: `s232`, `sec. 232`, `§ 232` and `232` become `section 232`.
   `car tariffs` becomes `section 232 car` if that is all of a name.
2. A card is named if the text has all words of one of its names, in any order. Question words such
   as `what` and `tariff` do not count. A name with such a word, as `import quota`, stands in the
   text as it is. A name of such words alone, as `who pays`, is the whole text. A name that is a
   part of a longer name in the text is not counted.
3. Cards that answer before rates come first, then the cards with the longest names. Of two names
   with the same length, that of a card about an economy comes first, then the name whose card is a
   part of the other card, then the first in the files.
4. The first of these cards is the answer, unless the text is a question about rates or the
   calendar. A card about duties does not answer a text that names an economy other than the United
   States, or the United States and goods: its rate does.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from bot.parties import WORLD, Parties
from bot.rates.cards.model import Card
from bot.rates.question.parties import TokenizedQuestion, normalize_question
from bot.rates.question.stemming import stem_words
from bot.rates.question.vocabulary.everyday_words import is_everyday

_LAW = re.compile(r"\b(?:s|sec|sect|sections?)(?:\b\.?[\s-]*)?(?=\d{3}\b)|§+\s*(?=\d)")
_SECTION = re.compile(r"\bsection (\d{3})\b")
_SECTOR = re.compile(r"(?!.*\bus\b).*[a-z] (?:tariffs?|dut(?:y|ies))\b(?! on\b).*")
_SECTOR_LAW = frozenset(stem_words("section 232"))
_SECTION_WORD = frozenset(stem_words("section"))
_HEADING = re.compile(r"(?<![\d.])(99\d\d)[. ]?(\d\d)[. ]?(\d\d)(?!\.?\d)")
"""A heading of chapter 99."""
_DOCUMENT = re.compile(
    r"\b(?:executive order|exec order|e\.?o\.?|order)s?\s*(?:no\.?|number|#)?\s*"
    r"(?P<of>1[34]\d{3})\b"
    r"|\b(?:proclamation|proc)s?\.?\s*(?:no\.?|number|#)?\s*(?P<by>1[01]\d{3}|9\d{3})\b"
)
"""The number of an executive order or a proclamation."""
_CHAPTER_99, _ORDERS = "chapter-99", "presidential-orders"
"""The ids of the cards for headings and for orders that no other card is about."""
_DOTS = re.compile(r"\b(?:[a-z]\.){2,}")
_STOP = frozenset(
    stem_words(
        "a about act actually after again all also am an and any anyone anything apply are "
        "article as at be because been before being by can card cards charge charged collect "
        "collected could currently customs did do does doing done duties duty each effect end "
        "ended ends entail ever exactly explain explained find for force from get give given "
        "go going gone good goods got had happen happened happening has have hello hey hi "
        "history hit how i if import imported importer importers imports in info information "
        "into is it its just keep know last latest law laws legal like live look me mean "
        "meaning means mine more my need news next no now of on one ongoing or our out over "
        "overview paid pay paying pays please pls possible present rate rates really right "
        "rule rules said say says see should show so some source sources stand stands "
        "start started state status still stop such summary take tariff tariffs tell than "
        "thank thanks that the their them then there these they thing things this those to "
        "today topic trade under until up update updates us use used valid want was way we "
        "were what when where whether which who why will with work works would yes yet you "
        "your"
    )
)
"""Words that a question about any law may have. They are in no name."""
_CALENDAR = frozenset({"upcoming", "calendar"})
_COMPARISON = frozenset({"compare", "comparison", "versus", "vs"})
_OF_RATES = frozenset({"change", "changed", "changes", "table", "not", "without"})
"""Words of a question about rates or their changes."""
_LIST = frozenset({"cards", "all cards", "laws", "topics", "laws and topics", "which laws"})
_AT_HOME = frozenset({WORLD, "US"})
_SIMILAR = 84
"""Minimum similarity of a misspelt name and a card's name, from 0 to 100."""
_SUGGESTIONS = 3


def normalize_card_name(name: str) -> frozenset[str]:
    """The words of a name or a question, without those that every question may have."""
    return frozenset(_list_words(name))


def key_card_name(name: str) -> frozenset[str]:
    """The words by which two names are the same: all of them, if any question may have each."""
    every = frozenset(stem_words(_normalize(name)))
    return every - _STOP or every


def _list_words(text: str) -> list[str]:
    return [word for word in stem_words(_normalize(text)) if word not in _STOP]


def _normalize(text: str) -> str:
    lowered = _DOTS.sub(lambda found: found[0].replace(".", ""), normalize_question(text))
    return _LAW.sub("section ", lowered)


class _Split(NamedTuple):
    all: list[str]
    inside: list[str]
    outside: list[str]


class _Name(NamedTuple):
    """A name of a card."""

    card: Card
    words: frozenset[str]
    phrase: tuple[str, ...] = ()
    """All its words, if some of them are words that every question may have; otherwise empty."""

    answers_before_rates: bool = False

    def is_in(self, asked: frozenset[str], phrases: str) -> bool:
        """Whether a text has the name. `phrases` are the words of the text between spaces."""
        return self.words <= asked and (not self.phrase or f" {' '.join(self.phrase)} " in phrases)


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
        self._parties, self._names_goods = parties, names_goods
        self._headings, self._documents = headings, documents
        self._names: list[_Name] = []
        self._spelled: dict[str, str] = {}
        self._whole: dict[Sequence[str], str] = {}
        """The ids of the cards whose names have only words that every question may have."""
        owners: dict[str, str] = {}
        for card in self.all:
            for name in list_card_names(card):
                every = stem_words(_normalize(name))
                words = [word for word in every if word not in _STOP]
                if not words:
                    self._whole.setdefault(every, card.id)
                    continue
                phrase = () if len(words) == len(every) else every
                first = card.answers_before_rates and name not in card.duty_names
                self._names.append(_Name(card, frozenset(words), phrase, first))
                self._spelled.setdefault(" ".join(words), name)
                owners.setdefault(" ".join(words), card.id)
        self._owners: Mapping[str, str] = owners
        self._law_numbers = frozenset(
            number
            for name in self._names
            if len(name.words) == 2 and name.words > _SECTION_WORD
            for number in name.words - _SECTION_WORD
        )
        """The numbers of laws, which questions also use without `section`: `robots 232`."""
        self._sectors = frozenset(one.words for one in self._names if one.words > _SECTOR_LAW)
        self._places = {card.id: place for place, card in enumerate(self.all)}

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of all names, as `stem_words` returns them."""
        return frozenset(word for name in self._spelled for word in name.split())

    def find(self, text: str) -> str | None:
        """The id of the card that answers the text, or None."""
        if heading := self.find_heading(text):
            chapter = _CHAPTER_99 if _CHAPTER_99 in self.by_id else None
            return self._headings.get(heading, chapter)
        if (number := _find_document(text)) in self._documents:
            return self._documents[number]
        if (whole := self._whole.get(stem_words(_normalize(text)))) is not None:
            return whole
        found = self._find_names(text)
        if not found or self._asks_for_a_rate(text, found):
            return None
        return found[0].card.id

    def find_heading(self, text: str) -> str:
        """The first heading of chapter 99 in the text, with its dots; empty if there is none."""
        found = _HEADING.search(text)
        return "" if found is None else ".".join(found.groups())

    def find_all(self, text: str) -> tuple[str, ...]:
        """The ids of all cards that the text names, also if a rate answers it."""
        named = dict.fromkeys(one.card.id for one in self._find_names(text))
        if self.find_heading(text):
            named.pop(_CHAPTER_99, None)
        if _find_document(text) in self._documents:
            named.pop(_ORDERS, None)
        return tuple(named)

    def _find_names(self, text: str) -> list[_Name]:
        """The names in the text, in the order in which their cards are shown."""
        asked = frozenset(
            word
            for word in normalize_card_name(text)
            if word in self.words or not is_everyday(word)
        )
        if not asked.isdisjoint(self._law_numbers):
            asked |= _SECTION_WORD
        elif asked | _SECTOR_LAW in self._sectors and _SECTOR.fullmatch(_normalize(text).strip()):
            asked |= _SECTOR_LAW
        phrases = f" {' '.join(stem_words(_normalize(text)))} "
        # Each name is compared, because its words may stand anywhere in a sentence.
        named = [one for one in self._names if one.words and one.is_in(asked, phrases)]
        named = [
            one
            for one in named
            if not any(one.words < other.words for other in named)
            and not self._is_in_an_economy(text, one)
            and not self._names_others(text, one.card)
        ]
        return sorted(
            named,
            key=lambda one: (
                not one.answers_before_rates,
                -len(one.words),
                not one.card.economies,
                one.card.law is None,
                self._places[one.card.id],
            ),
        )

    def list_economies(self, text: str) -> tuple[str, ...]:
        """The economies that a text about a card names, without the United States.

        Those in the name of the card, as in `china exclusions`, come last.
        """
        names = frozenset[str]().union(*(one.words for one in self._find_names(text)))
        words = self._split(text, names)
        found = [*self._list_codes(words.outside), *self._list_codes(words.all)]
        return tuple(dict.fromkeys(one for one in found if one not in _AT_HOME))

    def is_list(self, text: str) -> bool:
        """Whether the text asks for the list of all cards."""
        return bool(self.all) and " ".join(_normalize(text).split()) in _LIST

    def is_question_word(self, word: str) -> bool:
        """Whether a question about any law may have the word, so that no name needs it."""
        return _STOP.issuperset(stem_words(word))

    def suggest(self, text: str) -> tuple[str, ...]:
        """The names of cards that a misspelt text may mean; empty if it means something else."""
        asked = " ".join(_list_words(text))[:80]
        if len(asked) < 4 or self._names_a_rate(text, frozenset()):
            return ()
        # Imported on first use, because only misspelt names need it.
        from rapidfuzz import fuzz, process
        from rapidfuzz.distance import OSA

        near = process.extract(asked, list(self._spelled), scorer=fuzz.ratio, limit=8)
        found = {
            self._owners[spelled]: self._spelled[spelled]
            for spelled, score, _ in reversed(near)
            if (score >= _SIMILAR or OSA.distance(asked, spelled) <= len(asked) // 5)
            and _same_numbers(asked, spelled)
        }
        return tuple(reversed(found.values()))[:_SUGGESTIONS]

    def find_unknown_law(self, text: str) -> str:
        """The law that the text names, `section 233`, if no card is about it; otherwise empty."""
        found = _SECTION.search(" ".join(_list_words(text)))
        if found is None or self._names_a_rate(text, frozenset(found[0].split())):
            return ""
        known = any(frozenset(found[0].split()) <= one.words for one in self._names)
        return "" if known else found[0]

    def get_all(self, ids: Iterable[str]) -> tuple[Card, ...]:
        """The cards with these ids, in this order."""
        return tuple(self.by_id[one] for one in ids)

    def list_parts(self, card_id: str) -> tuple[Card, ...]:
        """The cards that are a part of this card."""
        return tuple(card for card in self.all if card.law == card_id)

    def _asks_for_a_rate(self, text: str, found: Sequence[_Name]) -> bool:
        """Whether the rates of goods or the calendar answer the text, and not the first card."""
        tokens = frozenset(_normalize(text).split())
        if not _CALENDAR.isdisjoint(tokens):
            return True
        first = found[0]
        if first.answers_before_rates:
            return self._names_goods_of_an_economy(text, first)
        is_one = len({one.card.id for one in found}) == 1
        if is_one and not _COMPARISON.isdisjoint(tokens):
            return True
        return self._names_a_rate(text, first.words)

    def _names_a_rate(self, text: str, name: frozenset[str]) -> bool:
        """Whether the text asks for changes, or its words outside a name are about a rate.

        They are if they name an economy, or goods of the United States.
        """
        tokens = frozenset(_normalize(text).split())
        if not tokens.isdisjoint(_CALENDAR | _OF_RATES):
            return True
        words = self._split(text, name)
        # All words are compared, because a name may be a part of an economy's: `cape verde`.
        codes, own = self._find_codes(words.all), self._find_codes(words.inside)
        if not codes - own <= _AT_HOME:
            return True
        rest = " ".join(words.outside)
        return "us" in tokens and bool(own or (rest and self._names_goods(rest)))

    def _names_goods_of_an_economy(self, text: str, name: _Name) -> bool:
        """Whether a text with the name of a card that answers before rates asks for a rate anyway.

        It does if the name is one of goods, as in `us china capes`, or if the card yields to goods.
        """
        words = self._split(text, name.words)
        if not self._find_codes(words.all):
            return False
        goods = [*name.words] if len(name.words) == 1 else []
        if name.card.yields_to_goods:
            goods += [one for one in words.outside if not is_everyday(one)]
        return any(map(self._names_goods, goods))

    def _is_in_an_economy(self, text: str, name: _Name) -> bool:
        """Whether the name is a part of the name of an economy: `cape verde`."""
        words = self._split(text, name.words)
        apart = self._find_codes(words.inside) | self._find_codes(words.outside)
        return not self._find_codes(words.all) <= apart

    def _names_others(self, text: str, card: Card) -> bool:
        """Whether the text names an economy that the card is not about."""
        if not card.economies:
            return False
        words = self._split(text, frozenset())
        return not self._find_codes(words.all) <= {*card.economies, *_AT_HOME}

    def _split(self, text: str, name: frozenset[str]) -> _Split:
        """The words of a text, inside and outside a name, without question words."""
        kept = [(token, stem_words(token)) for token in _normalize(text).split()]
        kept = [(token, stems) for token, stems in kept if not stems or not _STOP.issuperset(stems)]
        is_inside = [bool(stems) and name.issuperset(stems) for _, stems in kept]
        every = [token for token, _ in kept]
        return _Split(
            every,
            [token for token, inside in zip(every, is_inside, strict=True) if inside],
            [token for token, inside in zip(every, is_inside, strict=True) if not inside],
        )

    def _list_codes(self, tokens: Sequence[str]) -> Sequence[str]:
        return TokenizedQuestion(" ".join(tokens), self._parties).codes

    def _find_codes(self, tokens: Sequence[str]) -> frozenset[str]:
        return frozenset(self._list_codes(tokens))


def _find_document(text: str) -> str:
    """The number of the executive order or proclamation in the text; empty if there is none."""
    found = _DOCUMENT.search(_normalize(text))
    return "" if found is None else found["of"] or found["by"]


def list_card_names(card: Card) -> tuple[str, ...]:
    """All names of a card."""
    return tuple(
        dict.fromkeys((card.id.replace("-", " "), card.title, *card.names, *card.duty_names))
    )


def _same_numbers(one: str, two: str) -> bool:
    """Whether two texts have the same numbers: Section 232 is not a misspelt Section 233."""
    return re.findall(r"\d+", one) == re.findall(r"\d+", two)
