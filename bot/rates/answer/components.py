"""Builds components of an answer. Each is a measure with its rate, dates, rulings and source.

`bot.rates.answer.not_counted` selects the components that the total does not count.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from bot.rates.answer.select import RateContext, Selection
from bot.rates.model.base_duty import BaseRate
from bot.rates.model.component import BASE_ID, Component
from bot.rates.model.law import RULINGS, Effect, LegalEvent, Ruling
from bot.rates.model.measure import DutyRate, Measure, RatePeriod, Status
from bot.rates.model.warnings import Exclusion

_A_YEAR = 365
_FINAL = (Effect.STRUCK_DOWN, Effect.UPHELD)
_CASES = (Effect.FILED, Effect.ARGUED, *RULINGS)
"""The effects of events in a court."""
_A_DAY = timedelta(days=1)


def list_counted(context: RateContext, selection: Selection) -> tuple[Component, ...]:
    """The components of the total."""
    return tuple(
        _date_from_list(
            context, layer.measure, build_component(context, layer.measure, layer.period)
        )
        for layer in selection.stacked.counted
    )


def _date_from_list(context: RateContext, measure: Measure, one: Component) -> Component:
    """The component with the day from which a list names the goods, if its rate began earlier."""
    start = context.line.find_start(measure, context.day) if context.line is not None else None
    if start is None or one.from_ is None or start <= (one.rate_since or one.from_):
        return one
    if start < one.from_:
        return one._replace(rate_since=start)
    return one._replace(from_=start, rate_since=None)


def build_base_component(base: BaseRate, day: date) -> Component:
    """The base rate as a component of a total that includes it."""
    return Component(
        measure=f"Normal (MFN) duty of {base.line}, {base.what}",
        measure_id=BASE_ID,
        legal_basis="MFN",
        status=Status.IN_FORCE,
        source=base.source,
        rate=DutyRate(base.percent),
        from_=min(date(base.year, 1, 1), day),
    )


def build_component(
    context: RateContext,
    measure: Measure,
    period: RatePeriod,
    exclusion: Exclusion | None = None,
) -> Component:
    events = context.ledger.events_of.get(measure.id)
    rulings = find_rulings(events, context.day) if events else ()
    struck_down = any(one.effect is Effect.STRUCK_DOWN for one in rulings)
    void = (one.to for one in measure.periods if one.void_on and one.to)
    notes = (measure.note, period.note) if exclusion is None else ()
    return build_without_period(measure, exclusion)._replace(
        status=period.status,
        source=period.source,
        rate=period.rate,
        from_=period.from_,
        to=period.to,
        rate_since=_find_rate_start(context, measure, period),
        note=" ".join(filter(None, notes)),
        calc=period.calc,
        rulings=rulings,
        charged_until=max(void, default=None) if struck_down else None,
        announced=period.announced,
        void_on=period.void_on,
        checked=period.checked or measure.verified_as_of,
        heading=context.ledger.find_heading(measure, context.day),
        contested_in=find_pending_court(events, context.day) if events else "",
    )


def build_without_period(measure: Measure, exclusion: Exclusion | None) -> Component:
    """The component of a measure without a rate."""
    return Component(
        measure=measure.name,
        measure_id=measure.id,
        legal_basis=measure.legal_basis,
        status=Status.IN_FORCE if measure.rate_unknown else Status.ANNOUNCED,
        source=measure.source,
        exclusion=exclusion,
        covers=measure.covers,
        checked=measure.verified_as_of,
        confidence=measure.confidence,
    )


def find_rulings(events: Iterable[LegalEvent], day: date) -> tuple[Ruling, ...]:
    """The rulings among the events of a measure, in order of time.

    - If no court struck the measure down: all rulings, including those after `day`.
    - If a court struck it down on or before `day`: only this ruling.
    - If a court struck it down after `day`: the rulings up to `day`, and this ruling.
    """
    found = [
        Ruling(event.effect, event.body, event.on, event.on > day)
        for event in events
        if event.effect in RULINGS
    ]
    end = next((one for one in found if one.effect is Effect.STRUCK_DOWN), None)
    if end is None:
        return tuple(found)
    return (*(one for one in found if end.later and not one.later), end)


def find_pending_court(events: Iterable[LegalEvent], day: date) -> str:
    """The court of the newest case about a measure that was undecided on `day`; else empty."""
    known = [one for one in events if one.on <= day and one.effect in _CASES]
    return known[-1].body if known and known[-1].effect not in _FINAL else ""


def _find_rate_start(context: RateContext, measure: Measure, period: RatePeriod) -> date | None:
    """The first day of an unbroken run of periods at the same rate that ends with `period`.

    None if the run has no earlier period, or if the rate is not charged.
    """
    since = period.from_
    for earlier in reversed(measure.periods):
        if earlier.from_ >= since:
            continue
        same = (earlier.percent, earlier.calc) == (
            period.percent,
            period.calc,
        ) and earlier.is_charged
        exempt = not context.charged.isdisjoint(earlier.not_for)
        if not same or earlier.to != since - _A_DAY or exempt:
            break
        since = earlier.from_
    return since if since < period.from_ and period.is_charged else None
