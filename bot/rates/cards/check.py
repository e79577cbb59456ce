"""Compares cards with the ledger.

The rules:
1. each measure on the legal basis of a card is in a row of the card, or of a card that is a part of
   it;
2. each percentage in a text is a rate of one of the card's measures or in the text of one of its
   legal events, unless the text is marked as quoted.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from bot.rates.cards.facts import list_card_events, list_card_measures
from bot.rates.cards.model import Card, list_percents
from bot.rates.ledger import Ledger


class CardProblem(NamedTuple):
    """A card that the ledger contradicts."""

    card: str
    text: str
    is_rate: bool
    """Whether the problem is a percentage, and not a missing measure."""


def find_card_contradictions(ledger: Ledger) -> Iterator[CardProblem]:
    """All contradictions between the cards and the measures and events of the ledger."""
    for card in ledger.cards.all:
        yield from _find_unreached(card, ledger)
        yield from _find_other_rates(card, ledger)


def _find_unreached(card: Card, ledger: Ledger) -> Iterator[CardProblem]:
    """Rule 1."""
    shown = [card, *ledger.cards.list_parts(card.id)]
    if not (card.bases and any(one.rows for one in shown)):
        return
    reached = {
        measure.id for one in shown for row in one.rows for measure in ledger.expand(row.measures)
    }
    for one in shown:
        if not one.rows and not one.bases:
            reached |= {measure.id for measure in list_card_measures(one, ledger)}
    for measure in ledger.measures:
        if measure.legal_basis in card.bases and measure.id not in reached:
            text = f"has no row for {measure.id}, nor has a card that is a part of it"
            yield CardProblem(card.id, text, is_rate=False)


def _find_other_rates(card: Card, ledger: Ledger) -> Iterator[CardProblem]:
    """Rule 2."""
    measures = list_card_measures(card, ledger)
    known = {one.percent for measure in measures for one in measure.periods}
    known |= {one.percent for measure in measures for one in measure.announcements}
    events = list_card_events(card, ledger)
    stated = {Decimal(one) for event in events for one in list_percents(event.what)}
    texts = [card.what, *(one.text for one in card.list_facts() if not one.quoted)]
    for text in texts:
        for percent in list_percents(text):
            if Decimal(percent) not in known | stated:
                stated_rate = f"states {percent}%, which is no rate of its measures"
                yield CardProblem(card.id, stated_rate, is_rate=True)
