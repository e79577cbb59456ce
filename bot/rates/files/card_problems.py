"""Finds mistakes in files of cards.

The rules:
1. each economy, measure, legal basis, legal event and card that a card refers to exists, and its
   related cards are not its own parts, which are listed anyway;
2. no id is used twice, and no name belongs to two cards or has no words;
3. a card is a part of a card that is itself no part of another.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from bot.rates.cards.model import Card, CardsFile
from bot.rates.cards.names import key_card_name, list_card_names

_Problem = tuple[tuple[int | str, ...], str, str]


class KnownCards(NamedTuple):
    """The cards of all files, and their names."""

    cards: Mapping[str, Card]
    """The first card with an id, by id."""
    keys: Mapping[str, frozenset[str]]
    """The words by which a name is compared with other names, by name."""
    owners: Mapping[frozenset[str], str]
    """The id of the first card that has a name, by these words."""


def index_cards(files: Mapping[str, CardsFile]) -> KnownCards:
    """The cards of these files, and their names."""
    cards: dict[str, Card] = {}
    keys: dict[str, frozenset[str]] = {}
    owners: dict[frozenset[str], str] = {}
    for one in files.values():
        for card in one.cards:
            cards.setdefault(card.id, card)
            for spelled in list_card_names(card):
                keys[spelled] = key_card_name(spelled)
                owners.setdefault(keys[spelled], card.id)
    return KnownCards(cards, keys, owners)


def find_card_problems(
    file: CardsFile, known: KnownCards, references: Mapping[str, Collection[str]]
) -> Iterator[_Problem]:
    """All mistakes in a file; `references` has the known names of other things by kind."""
    for at, card in enumerate(file.cards):
        if known.cards[card.id] is not card:
            cause = f"'{card.id}' is given twice"
            yield ("cards", at, "id"), cause, "Give each card its own id"
        yield from _check_card(card, ("cards", at), known, references)


def _check_card(
    card: Card,
    loc: tuple[int | str, ...],
    known: KnownCards,
    references: Mapping[str, Collection[str]],
) -> Iterator[_Problem]:
    named = [
        ((field, at), name)
        for field, names in (("names", card.names), ("duty_names", card.duty_names))
        for at, name in enumerate(names)
    ]
    for place, name in (*named, (("title",), card.title), (("id",), card.id.replace("-", " "))):
        words = known.keys[name]
        if not words:
            yield (*loc, *place), f"'{name}' has no words", "Write what people type"
        elif known.owners[words] != card.id:
            cause = f"'{name}' is a name of '{known.owners[words]}' too"
            yield (*loc, *place), cause, "Keep one"
    for field, kind, names in (
        ("economies", "economy", card.economies),
        ("bases", "legal basis", card.bases),
        ("measures", "measure", card.measures),
        ("events", "legal event", card.events),
    ):
        for at, name in enumerate(names):
            if name not in references[kind]:
                yield (*loc, field, at), f"no {kind} is called '{name}'", "Check the spelling"
    for number, row in enumerate(card.rows):
        for at, name in enumerate(row.measures):
            if name not in references["measure"]:
                cause = f"no measure is called '{name}'"
                yield (*loc, "rows", number, "measures", at), cause, "Check the spelling"
    for at, other in enumerate(card.see):
        if other not in known.cards:
            yield (*loc, "see", at), f"no card is called '{other}'", "Check the spelling"
        elif known.cards[other].law == card.id:
            cause = f"'{other}' is a part of this card, so it is named anyway"
            yield (*loc, "see", at), cause, "Remove it"
    if card.law is not None:
        if card.law not in known.cards:
            yield (*loc, "law"), f"no card is called '{card.law}'", "Check the spelling"
        elif (whole := known.cards[card.law]).law is not None:
            cause = f"'{whole.id}' is itself a part of '{whole.law}'"
            yield (*loc, "law"), cause, f"Write law: {whole.law}"
