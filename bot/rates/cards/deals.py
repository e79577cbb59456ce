"""Finds the deals of the United States that state a percentage."""

from collections.abc import Iterable
from decimal import Decimal

from bot.rates.cards.model import Card, list_percents


def find_deals(partner: str | None, percent: Decimal, cards: Iterable[Card]) -> tuple[Card, ...]:
    """The cards about a deal with this partner alone whose text quotes the percentage."""
    return tuple(
        card
        for card in cards
        if card.economies == (partner,)
        and card.state is not None
        and card.state.quoted
        and percent in map(Decimal, list_percents(card.state.text))
    )
