"""Made-up cards, and ledgers with them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from bot.rates.cards.facts import CardFacts, RateRow, build_card_facts
from bot.rates.cards.model import Card, CardsFile
from bot.rates.ledger import Ledger
from bot.rates.model.law import LegalEvent
from tests.rates.made import CHECKED, PARTIES, SOURCE, book, sheet, written

TODAY = date(2026, 11, 30)


def fact(text: str = "A fact.", on: date = CHECKED, **fields: Any) -> dict[str, Any]:
    """A fact of a card as a dict in the format of a file of cards."""
    return {"text": text, "on": on, "source": SOURCE} | fields


def card(card_id: str = "law-1", **fields: Any) -> Card:
    """A card with a state, unless `fields` says otherwise."""
    given = {
        "id": card_id,
        "title": f"The act {card_id}",
        "group": "Laws",
        "what": "A law.",
        "source": SOURCE,
        "as_of": CHECKED,
        "state": fact("In force"),
    }
    return Card.model_validate(given | fields)


def card_ledger(
    *cards: Card,
    measures: Iterable[dict[str, Any]] = (),
    legal: Iterable[LegalEvent] = (),
) -> Ledger:
    """A ledger with these cards and measures."""
    files = book(sheet(*measures, bases={"Section 1": ["section 1"]}), legal=legal)
    return Ledger(files._replace(cards={"cards/a.yaml": CardsFile(cards=cards)}), PARTIES)


def facts_of(
    *periods: dict[str, Any],
    day: date = TODAY,
    legal: Iterable[LegalEvent] = (),
    **fields: Any,
) -> CardFacts:
    """The facts of a card with one measure, `us-a`, that has these periods."""
    made = card(measures=("us-a",), **{"state": None} | fields)
    more = {} if periods else {"source": "gazette"}
    ledger = card_ledger(made, measures=[written("us-a", *periods, **more)], legal=legal)
    return build_card_facts(made, ledger, day)


def row_of(*periods: dict[str, Any], day: date = TODAY) -> RateRow:
    """The only row of such a card."""
    (row,) = facts_of(*periods, day=day).rows
    return row
