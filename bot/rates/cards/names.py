"""The names of cards, and their search in a text.

1. Law names are written in one way: `s232`, `sec. 232`, `§ 232` and `232` become `section 232`.
   `car tariffs` becomes `section 232 car` if that is all of a name.
2. A text names a card if it has all words of one of the card's names, in any order. Question words
   such as `what` and `tariff` are ignored. A name with a question word, such as `import quota`,
   must be in the text in exactly this form. A name of question words only, such as `who pays`, must
   be the whole text.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from bot.rates.cards.model import Card
from bot.rates.question.parties import normalize_question
from bot.rates.question.stemming import stem_words
from bot.text.word_set import WordSet

_LAW = re.compile(r"\b(?:s|sec|sect|sections?)(?:\b\.?[\s-]*)?(?=\d{3}\b)|§+\s*(?=\d)")
_SECTOR = re.compile(r"(?!.*\bus\b).*[a-z] (?:tariffs?|dut(?:y|ies))\b(?! on\b).*")
_SECTOR_LAW = frozenset(stem_words("section 232"))
_SECTION_WORD = frozenset(stem_words("section"))
_DOTS = re.compile(r"\b(?:[a-z]\.){2,}")
QUESTION_WORDS = frozenset(
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
"""Words that a question about any law may have. They do not distinguish names."""


def normalize_card_text(text: str) -> str:
    """The text in lower case, with law names written in one way."""
    lowered = _DOTS.sub(lambda found: found[0].replace(".", ""), normalize_question(text))
    return _LAW.sub("section ", lowered)


def list_name_words(text: str) -> list[str]:
    """The words of a name or a question, in order, without question words."""
    return [word for word in stem_words(normalize_card_text(text)) if word not in QUESTION_WORDS]


def normalize_card_name(name: str) -> frozenset[str]:
    """The words of a name or a question, without question words."""
    return frozenset(list_name_words(name))


def key_card_name(name: str) -> frozenset[str]:
    """The words by which two names are compared: question words only if there are no others."""
    every = frozenset(stem_words(normalize_card_text(name)))
    return every - QUESTION_WORDS or every


def list_card_names(card: Card) -> tuple[str, ...]:
    """All names of a card."""
    return tuple(
        dict.fromkeys((card.id.replace("-", " "), card.title, *card.names, *card.duty_names))
    )


class CardName(NamedTuple):
    """A name of a card."""

    card: Card
    words: frozenset[str]
    phrase: str
    """All its words, if some of them are question words; otherwise empty."""

    answers_before_rates: bool
    place: int
    """Its place among the names of all cards."""

    def is_in(self, words: frozenset[str], phrases: str) -> bool:
        """Whether a text has the name. `phrases` are all words of the text between spaces."""
        return self.words <= words and (not self.phrase or f" {self.phrase} " in phrases)


class CardNames:
    """The names of all cards."""

    def __init__(self, cards: Iterable[Card]) -> None:
        self.whole: dict[Sequence[str], str] = {}
        """The ids of the cards whose names have only question words, by these words."""
        self.spelled: dict[str, str] = {}
        """The other names as they are in the files, by their words."""
        self.owners: dict[str, str] = {}
        """The ids of their cards."""
        self._all: list[CardName] = []
        for card in cards:
            for name in list_card_names(card):
                every = stem_words(normalize_card_text(name))
                words = [word for word in every if word not in QUESTION_WORDS]
                if not words:
                    self.whole.setdefault(every, card.id)
                    continue
                phrase = "" if len(words) == len(every) else " ".join(every)
                first = card.answers_before_rates and name not in card.duty_names
                place = len(self._all)
                self._all.append(CardName(card, frozenset(words), phrase, first, place))
                self.spelled.setdefault(" ".join(words), name)
                self.owners.setdefault(" ".join(words), card.id)
        self._law_numbers = frozenset(
            number
            for name in self._all
            if len(name.words) == 2 and name.words > _SECTION_WORD
            for number in name.words - _SECTION_WORD
        )
        """The numbers of laws, which questions also use without `section`: `robots 232`."""
        self._sectors = frozenset(one.words for one in self._all if one.words > _SECTOR_LAW)
        self._by_word = _index_by_word(self._all)

    @cached_property
    def words(self) -> WordSet:
        """The words of all names, as `stem_words` returns them."""
        return WordSet(word for name in self.spelled for word in name.split())

    def has(self, words: frozenset[str]) -> bool:
        """Whether a name has all these words."""
        return any(words <= one.words for one in self._all)

    def find(self, words: frozenset[str], stems: Sequence[str], text: str) -> list[CardName]:
        """The names in a normalized text. `stems` are its words, `words` all but question words."""
        if not words.isdisjoint(self._law_numbers):
            words |= _SECTION_WORD
        elif words | _SECTOR_LAW in self._sectors and _SECTOR.fullmatch(text.strip()):
            words |= _SECTOR_LAW
        phrases = f" {' '.join(stems)} "
        near = chain.from_iterable(self._by_word.get(word, ()) for word in words)
        return [one for one in near if one.is_in(words, phrases)]


def _index_by_word(names: Iterable[CardName]) -> Mapping[str, Sequence[CardName]]:
    """The names, each by the rarest of its words.

    A text with the name has this word, so a text is compared with few names.
    """
    names = tuple(names)
    count = Counter(chain.from_iterable(one.words for one in names))
    found: dict[str, list[CardName]] = {}
    for one in names:
        rarest = min(one.words, key=lambda word: (count[word], word))
        found.setdefault(rarest, []).append(one)
    return found
