"""Court rulings, statutes and talks that bear on measures, and what they mean in plain words."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from pydantic import Field

from bot.rates.model.measure import Confidence, Day, Measure, Source
from bot.values import Frozen


class Effect(StrEnum):
    """What an event did to the measures it names."""

    FILED = "filed"
    ARGUED = "argued"
    HELD_UNLAWFUL = "held_unlawful"
    STAYED = "stayed"
    """A ruling against them was put on hold: they go on being charged."""
    UPHELD = "upheld"
    """A court ruled for them."""
    STRUCK_DOWN = "struck_down"
    ENDED = "ended"
    BEGAN = "began"
    INVESTIGATED = "investigated"
    REFUNDS = "refunds"
    EMPOWERED = "empowered"


class LegalEvent(Frozen):
    """A ruling, order or statute: `affects` are ids of measures, schedules or groups."""

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
    """`events.yaml`."""

    legal: tuple[LegalEvent, ...]
    talks: tuple[Talk, ...]


_SAID = {
    Effect.HELD_UNLAWFUL: "held unlawful by the {body} on {on}",
    Effect.STAYED: "that ruling stayed by the {body} on {on}, so it went on being charged",
    Effect.UPHELD: "upheld by the {body} on {on}",
    Effect.STRUCK_DOWN: "struck down by the {body} on {on}",
}


def standing(events: Iterable[LegalEvent], measure: Measure, day: date) -> str:
    """The measure's legal state on that day in words, as known now; empty if never in court.

    `events` are those that affect the measure. What came after the day is told as `later`.
    """
    told = [event for event in events if event.effect in _SAID]
    end = next((event for event in told if event.effect is Effect.STRUCK_DOWN), None)
    if end is not None and end.on <= day:
        return "; ".join((_said(end), *_stop(measure)))
    past = [_said(event) for event in told if event.on <= day]
    if end is not None:
        return "; ".join((*past, f"later {_said(end)}", *_stop(measure)))
    later = [f"later {_said(event)}" for event in told if event.on > day]
    return "; ".join((*past, *later))


def _said(event: LegalEvent) -> str:
    return _SAID[event.effect].format(body=event.body, on=event.on)


def _stop(measure: Measure) -> tuple[str, ...]:
    """When customs stopped charging what a ruling had voided."""
    stops = [period.to for period in measure.periods if period.void_on and period.to]
    return (f"charged at the border until {max(stops)}",) if stops else ()
