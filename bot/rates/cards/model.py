"""The schema of cards, `config/rates/cards/*.yaml`.

A card names measures and legal events of the ledger instead of repeating their rates and dates.
"""

import re

from pydantic import Field, field_validator, model_validator

from bot.rates.files.schema import Slug
from bot.rates.model.measure import Day, Source
from bot.values import Frozen

_PERCENT = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)\s*%")
_LIMIT = re.compile(r"(?:up to|at most)\s+\d+(?:\.\d+)?\s*%", re.IGNORECASE)


class CardFact(Frozen):
    """A fact that the ledger does not have, with its day and its source."""

    text: str = Field(min_length=1, max_length=300)
    label: str = Field(default="", max_length=60)
    """What the fact is about, if it is one of several: `Unliquidated`."""
    on: Day
    """The day of the fact or of the document that states it."""
    source: Source
    quoted: bool = False
    """Whether the percentages in the text are not rates of the card's measures."""


class CardRow(Frozen):
    """One row of the table of rates: some measures under a common name."""

    what: str = Field(min_length=1, max_length=60)
    measures: tuple[str, ...] = Field(min_length=1)
    """Measures, schedules or groups."""

    @field_validator("what")
    @classmethod
    def _states_no_rate(cls, what: str) -> str:
        if "%" in what:
            raise ValueError("a rate is computed from the measures; leave it out")
        return what


class Card(Frozen):
    """What is known about a law or a topic."""

    id: Slug
    title: str = Field(min_length=1, max_length=100)
    names: tuple[str, ...] = ()
    """Names that people type. The id and the title are names too."""
    duty_names: tuple[str, ...] = ()
    """More names, which are also names of a duty: its rate answers a question with an economy."""
    group: str = Field(min_length=1)
    """The heading under which the list of cards shows it."""
    economies: tuple[str, ...] = ()
    """The only economies, other than the United States, that a question about the card may name.

    `eu deal` does not name the deal with the US in a question about a deal of the EU and India.
    """
    law: Slug | None = None
    """The card of the law that this card is a part of."""
    what: str = Field(min_length=1, max_length=500)
    """What it is, in one to three short sentences."""
    source: Source
    """The source of `what`: the statute, for a law."""
    as_of: Day
    """The day on which the card's own texts were last checked."""
    yields_to_rates: bool | None = None
    """Whether the rates of goods answer a question that names the card and an economy.

    Without it, they do if the card is about duties: it has a legal basis, measures or rows, or it
    is a part of a law.
    """
    yields_to_goods: bool = False
    """Whether the rates answer a question that names the card, an economy and goods."""
    covered: bool = True
    """Whether the ledger has the duties of the card."""
    bases: tuple[str, ...] = ()
    """Legal bases. All measures on these bases belong to the card."""
    measures: tuple[str, ...] = ()
    """More measures that belong to the card: measures, schedules or groups."""
    rows: tuple[CardRow, ...] = ()
    """The table of rates. Without rows and `state`, each measure or schedule is a row."""
    fees: bool = False
    """Whether the table has the customs fees of the tariff schedule."""
    checks: bool = False
    """Whether the table has the days on which the rates of each economy were last checked."""
    state: CardFact | None = None
    """The present state, where the measures do not state it."""
    events: tuple[str, ...] = ()
    """Ids of legal events, in addition to those that affect the measures of the card."""
    points: tuple[CardFact, ...] = ()
    dates: tuple[CardFact, ...] = ()
    """Coming days that the ledger's calendar does not have."""
    see: tuple[Slug, ...] = ()
    """Related cards."""
    example: str = ""
    """A question about rates, for a button."""

    @model_validator(mode="after")
    def _has_a_state(self) -> "Card":
        known = self.bases or self.measures or self.rows or self.events
        if self.state is None and not known:
            raise ValueError("a card without measures and events needs a state")
        return self

    @property
    def answers_before_rates(self) -> bool:
        """Whether the card, if not named by one of its `duty_names`, answers a question that also
        names an economy or goods."""
        if self.yields_to_rates is not None:
            return not self.yields_to_rates
        return not (self.bases or self.measures or self.rows or self.law)

    def list_facts(self) -> tuple[CardFact, ...]:
        """All facts of the card with a day and a source."""
        return (*((self.state,) if self.state else ()), *self.points, *self.dates)


class CardsFile(Frozen):
    """The content of a file of cards."""

    cards: tuple[Card, ...]


def list_percents(text: str) -> tuple[str, ...]:
    """The percentages in a text, except the limits that a law sets (`up to 15%`)."""
    return tuple(_PERCENT.findall(_LIMIT.sub("", text)))
