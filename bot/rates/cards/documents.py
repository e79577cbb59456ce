"""Finds the card about an executive order or a proclamation, by its number."""

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.rates.cards.model import Card
from bot.rates.model.measure import Measure

_NUMBER = r"\d{4,5}"
_DOCUMENT = re.compile(
    rf"\b(?:Executive Orders?|Proclamations?) ({_NUMBER}(?:(?:, and |, | and | to ){_NUMBER})*)"
)
_RANGE = re.compile(rf"({_NUMBER}) to ({_NUMBER})")


def list_document_numbers(text: str) -> Iterator[str]:
    """The numbers of the executive orders and proclamations in the text of a source.

    `Proclamations 11046 to 11048` has three.
    """
    for document in _DOCUMENT.finditer(text):
        for first, last in _RANGE.findall(document[1]):
            yield from map(str, range(int(first), int(last)))
        yield from re.findall(_NUMBER, document[1])


def find_document_cards(
    cards: Sequence[Card], measures: Mapping[str, Sequence[Measure]]
) -> Mapping[str, str]:
    """The id of the card about each document that a source names, by the number of the document.

    The card whose text rests on it comes first, then the card of a rate that rests on it, then a
    card that mentions it. `measures` has the measures of each card, the narrowest card first.
    """
    found: dict[str, str] = {}
    sources = [
        *((card.id, card.source.text) for card in cards),
        *(
            (card_id, period.source.text)
            for card_id, listed in measures.items()
            for measure in listed
            for period in measure.periods
        ),
        *((card.id, fact.source.text) for card in cards for fact in card.list_facts()),
    ]
    for card_id, text in sources:
        for number in list_document_numbers(text):
            found.setdefault(number, card_id)
    return found
