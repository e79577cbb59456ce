"""Finds the card that a text names.

The steps, in order:
1. Write law names in one way: `s232`, `sec. 232`, `§ 232` and `232` become `section 232`.
   `car tariffs` becomes `section 232 car` if that is all of a name.
2. A card is a candidate if the text has all words of one of its names, in any order. Question
   words such as `what` and `tariff` do not count.
3. The card with the longest name wins. Of two names with the same length, the name whose card is a
   part of the other card wins, then the first in the files.
4. There is no card if the other words name an economy other than the United States, ask for the
   calendar, or name the United States and goods: then the text is a question about rates.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from bot.parties import WORLD, Parties
from bot.rates.cards.model import Card
from bot.rates.question.everyday_words import is_everyday
from bot.rates.question.parties import TokenizedQuestion, normalize_question
from bot.rates.question.stemming import stem_words

_LAW = re.compile(r"\b(?:s|sec|sect|sections?)(?:\b\.?[\s-]*)?(?=\d{3}\b)|§+\s*(?=\d)")
_SECTION = re.compile(r"\bsection (\d{3})\b")
_SECTOR = re.compile(r"(?!.*\bus\b).*[a-z] (?:tariffs|duties)\b(?! on\b).*")
_SECTOR_LAW = frozenset(stem_words("section 232"))
_SECTION_WORD = frozenset(stem_words("section"))
_ORIGIN_RULES = re.compile(r"\brules? of origin\b")
"""A name that would be only `origin`, because any question may have the word `rules`."""
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
_NOT_A_CARD = frozenset(
    str.split(
        "upcoming calendar change changed changes compare comparison versus vs table not without"
    )
)
_LIST = frozenset({"cards", "all cards", "laws", "topics", "laws and topics", "which laws"})
_AT_HOME = frozenset({WORLD, "US"})
_SIMILAR = 84
"""Minimum similarity of a misspelt name and a card's name, from 0 to 100."""
_SUGGESTIONS = 3


def normalize_card_name(name: str) -> frozenset[str]:
    """The words of a name or a question, without those that every question may have."""
    return frozenset(_list_words(name))


def _list_words(text: str) -> list[str]:
    return [word for word in stem_words(_normalize(text)) if word not in _STOP]


def _normalize(text: str) -> str:
    lowered = _DOTS.sub(lambda found: found[0].replace(".", ""), normalize_question(text))
    return _ORIGIN_RULES.sub("originrules", _LAW.sub("section ", lowered))


class CardIndex:
    """The cards of a ledger, found by name."""

    def __init__(
        self,
        cards: Iterable[Card],
        parties: Parties,
        names_goods: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """`names_goods` returns whether a text names goods or a code."""
        self.all = tuple(cards)
        self.by_id: Mapping[str, Card] = {card.id: card for card in self.all}
        self._parties, self._names_goods = parties, names_goods
        self._names: dict[frozenset[str], Card] = {}
        self._spelled: dict[str, str] = {}
        for card in self.all:
            for name in list_card_names(card):
                self._names.setdefault(normalize_card_name(name), card)
                self._spelled.setdefault(" ".join(_list_words(name)), name)
        self._law_numbers = frozenset(
            number
            for name in self._names
            if len(name) == 2 and name > _SECTION_WORD
            for number in name - _SECTION_WORD
        )
        """The numbers of laws, which questions also use without `section`: `robots 232`."""
        self._places = {card.id: place for place, card in enumerate(self.all)}

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of all names, as `stem_words` returns them."""
        return frozenset(word for name in self._spelled for word in name.split())

    def find(self, text: str) -> str | None:
        """The id of the card that the text names, or None."""
        asked = frozenset(
            word
            for word in normalize_card_name(text)
            if word in self.words or not is_everyday(word)
        )
        if not asked.isdisjoint(self._law_numbers):
            asked |= _SECTION_WORD
        elif asked | _SECTOR_LAW in self._names and _SECTOR.fullmatch(_normalize(text).strip()):
            asked |= _SECTOR_LAW
        # Each name is compared, because its words may stand anywhere in a sentence.
        named = [(name, card) for name, card in self._names.items() if name <= asked]
        if not named:
            return None
        name, card = max(
            named,
            key=lambda one: (len(one[0]), one[1].law is not None, -self._places[one[1].id]),
        )
        return None if self._asks_for_a_rate(text, name) else card.id

    def is_list(self, text: str) -> bool:
        """Whether the text asks for the list of all cards."""
        return bool(self.all) and " ".join(_normalize(text).split()) in _LIST

    def suggest(self, text: str) -> tuple[str, ...]:
        """The names of cards that a misspelt text may mean; empty if it means something else."""
        asked = " ".join(_list_words(text))[:80]
        if len(asked) < 4 or self._asks_for_a_rate(text, frozenset()):
            return ()
        # Imported on first use, because only misspelt names need it.
        from rapidfuzz import fuzz, process
        from rapidfuzz.distance import OSA

        near = process.extract(asked, list(self._spelled), scorer=fuzz.ratio, limit=8)
        found = {
            self._names[frozenset(spelled.split())].id: self._spelled[spelled]
            for spelled, score, _ in reversed(near)
            if (score >= _SIMILAR or OSA.distance(asked, spelled) <= len(asked) // 5)
            and _same_numbers(asked, spelled)
        }
        return tuple(reversed(found.values()))[:_SUGGESTIONS]

    def find_unknown_law(self, text: str) -> str:
        """The law that the text names, `section 233`, if no card is about it; otherwise empty."""
        found = _SECTION.search(" ".join(_list_words(text)))
        if found is None or self._asks_for_a_rate(text, frozenset(found[0].split())):
            return ""
        known = any(frozenset(found[0].split()) <= name for name in self._names)
        return "" if known else found[0]

    def list_parts(self, card_id: str) -> tuple[Card, ...]:
        """The cards that are a part of this card."""
        return tuple(card for card in self.all if card.law == card_id)

    def _asks_for_a_rate(self, text: str, name: frozenset[str]) -> bool:
        tokens = _normalize(text).split()
        if not _NOT_A_CARD.isdisjoint(tokens):
            return True
        kept = [(token, stem_words(token)) for token in tokens]
        kept = [(token, stems) for token, stems in kept if not stems or not _STOP.issuperset(stems)]
        inside = [token for token, stems in kept if stems and name.issuperset(stems)]
        outside = [token for token, stems in kept if not stems or not name.issuperset(stems)]
        # All words are compared, because a name may be a part of an economy's: `cape verde`.
        codes, own = self._find_codes([token for token, _ in kept]), self._find_codes(inside)
        if not codes - own <= _AT_HOME:
            return True
        rest = " ".join(outside)
        return "us" in tokens and bool(own or (rest and self._names_goods(rest)))

    def _find_codes(self, tokens: Sequence[str]) -> frozenset[str]:
        return frozenset(TokenizedQuestion(" ".join(tokens), self._parties).codes)


def list_card_names(card: Card) -> tuple[str, ...]:
    """All names of a card."""
    return tuple(dict.fromkeys((card.id.replace("-", " "), card.title, *card.names)))


def _same_numbers(one: str, two: str) -> bool:
    """Whether two texts have the same numbers: Section 232 is not a misspelt Section 233."""
    return re.findall(r"\d+", one) == re.findall(r"\d+", two)
