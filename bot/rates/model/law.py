"""Court rulings, statutes and talks about measures."""

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from pydantic import Field

from bot.rates.model.measure import Confidence, Day, Source
from bot.values import Frozen


class Effect(StrEnum):
    """The effect of a legal event on measures."""

    FILED = "filed"
    ARGUED = "argued"
    HELD_UNLAWFUL = "held_unlawful"
    STAYED = "stayed"
    """A ruling against the measures was put on hold, so they are still charged."""
    UPHELD = "upheld"
    """A court confirmed the measures."""
    STRUCK_DOWN = "struck_down"
    ENDED = "ended"
    BEGAN = "began"
    INVESTIGATED = "investigated"
    REFUNDS = "refunds"
    EMPOWERED = "empowered"


class LegalEvent(Frozen):
    """A ruling, order or statute. `affects` names measures, schedules or groups."""

    id: str = Field(default="", pattern=r"^[a-z0-9-]*$")
    """The name by which cards refer to the event; empty if none does."""
    on: Day
    body: str = Field(min_length=1)
    """The court or office."""
    case: str = Field(min_length=1)
    what: str = Field(min_length=1)
    effect: Effect
    affects: tuple[str, ...] = ()
    source: Source
    confidence: Confidence = Confidence.HIGH


class Talk(Frozen):
    """A round of talks or a deal between parties."""

    on: Day
    parties: tuple[str, ...]
    place: str
    outcome: str = Field(min_length=1)
    source: Source
    confidence: Confidence = Confidence.HIGH


class EventsFile(Frozen):
    """The content of `events.yaml`."""

    legal: tuple[LegalEvent, ...]
    talks: tuple[Talk, ...]


RULINGS = (Effect.HELD_UNLAWFUL, Effect.STAYED, Effect.UPHELD, Effect.STRUCK_DOWN)
"""The effects that decide whether a duty is valid. Filings and refunds change no rate."""


class Ruling(NamedTuple):
    """A court's decision on a measure."""

    effect: Effect
    body: str
    on: date
    later: bool
    """Whether the decision is later than the day of the answer."""
