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
from bot.rates.model.law import EventsFile

_Problem = tuple[tuple[int | str, ...], str, str]


class _Known(NamedTuple):
    references: Mapping[str, Collection[str]]
    cards: Mapping[str, Card]
    owners: Mapping[frozenset[str], str]
    """The id of the first card that has a name."""


def find_card_problems(
    file: str,
    files: Mapping[str, CardsFile],
    events: EventsFile,
    known: Mapping[str, Collection[str]],
) -> Iterator[_Problem]:
    """All mistakes in one of the files; `known` has the known names by kind."""
    every = [(name, card) for name, one in files.items() for card in one.cards]
    owners: dict[frozenset[str], str] = {}
    first: dict[str, tuple[str, Card]] = {}
    for name, card in every:
        first.setdefault(card.id, (name, card))
        for spelled in list_card_names(card):
            owners.setdefault(key_card_name(spelled), card.id)
    references = {**known, "legal event": {one.id for one in events.legal if one.id}}
    known_cards = {card_id: card for card_id, (_, card) in first.items()}
    found = _Known(references, known_cards, owners)
    for at, card in enumerate(files[file].cards):
        if first[card.id] != (file, card):
            cause = f"'{card.id}' is given twice"
            yield ("cards", at, "id"), cause, "Give each card its own id"
        yield from _check_card(card, ("cards", at), found)


def _check_card(card: Card, loc: tuple[int | str, ...], known: _Known) -> Iterator[_Problem]:
    named = [
        ((field, at), name)
        for field, names in (("names", card.names), ("duty_names", card.duty_names))
        for at, name in enumerate(names)
    ]
    for place, name in (*named, (("title",), card.title), (("id",), card.id.replace("-", " "))):
        words = key_card_name(name)
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
            if name not in known.references[kind]:
                yield (*loc, field, at), f"no {kind} is called '{name}'", "Check the spelling"
    for number, row in enumerate(card.rows):
        for at, name in enumerate(row.measures):
            if name not in known.references["measure"]:
                cause = f"no measure is called '{name}'"
                yield (*loc, "rows", number, "measures", at), cause, "Check the spelling"
    for at, other in enumerate(card.see):
        if other not in known.cards:
            yield (*loc, "see", at), f"no card is called '{other}'", "Check the spelling"
        elif known.cards[other].law == card.id:
            cause = f"'{other}' is a part of this card, so it is named anyway"
            yield (*loc, "see", at), cause, "Remove it"
    if card.law is not None:
        whole = known.cards.get(card.law)
        if whole is None:
            yield (*loc, "law"), f"no card is called '{card.law}'", "Check the spelling"
        elif whole.law is not None:
            cause = f"'{whole.id}' is itself a part of '{whole.law}'"
            yield (*loc, "law"), cause, f"Write law: {whole.law}"
