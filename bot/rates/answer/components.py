"""The components of an answer: counted measures, and others with the reason why not.

`bot.rates.stacking` decides most reasons. This module adds those of measures that do not apply on
the day (ended, upcoming, without a rate).
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from bot.parties import WORLD
from bot.rates.answer.select import RateContext, Selection
from bot.rates.model.answer import BASE_ID, BaseRate, Component, TotalBasis
from bot.rates.model.goods import Fit
from bot.rates.model.law import RULINGS, Effect, LegalEvent, Ruling
from bot.rates.model.measure import DutyRate, Measure, RatePeriod, Status
from bot.rates.model.warnings import Exclusion, Reason

_A_YEAR = 365
_A_DAY = timedelta(days=1)


def list_counted(context: RateContext, selection: Selection) -> tuple[Component, ...]:
    """The components of the total."""
    return tuple(
        _build_component(context, layer.measure, layer.period)
        for layer in selection.stacked.counted
    )


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


def _build_component(
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
    return _build_without_period(measure, exclusion)._replace(
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
    )


def find_rulings(events: Iterable[LegalEvent], day: date) -> tuple[Ruling, ...]:
    """The rulings among the events of a measure, in order of time, including later ones.

    If a court struck the measure down by the day, only that ruling; if it did so later, the rulings
    up to the day and that one.
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


def _find_rate_start(context: RateContext, measure: Measure, period: RatePeriod) -> date | None:
    """The first day of the rate, if the periods just before have the same one; else None."""
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


def _build_without_period(measure: Measure, exclusion: Exclusion | None) -> Component:
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


def list_not_counted(context: RateContext, selection: Selection) -> Iterator[Component]:
    """The measures that the total does not count, those that may apply first."""
    seen = {layer.measure.id for layer in selection.stacked.counted}
    rivals = {measure.id for measure in context.measures if measure.applies_to_all_goods}
    for left in sorted(selection.stacked.excluded, key=lambda left: not left.may_apply):
        measure = left.layer.measure
        seen.add(measure.id)
        # A partner's own rate always replaces the general one, so the latter is not shown.
        if measure.applies_to_all_goods and rivals & set(measure.excluded_by):
            continue
        some = left.layer.fit is Fit.PARTIAL
        exclusion = left.exclusion._replace(on_some_lines=some)
        yield _build_component(context, measure, left.layer.period, exclusion)
    on_all = selection.basis is TotalBasis.GENERAL
    pool = context.measures if on_all else selection.chosen
    day = context.day
    for measure in sorted(pool, key=lambda measure: WORLD in measure.partners):
        period, reason = measure.find_period(day), measure.excluded_reason
        # For goods, a measure with a rate on the day that is not listed yet lost to a closer fit.
        lost = not on_all and period is not None
        gives_way = measure.applies_to_all_goods and rivals & set(measure.excluded_by)
        if lost or gives_way or measure.id in seen:
            continue
        if period is not None:
            kind = Reason.NEVER_SUMMED if reason else Reason.PARTICULAR_GOODS
            yield _build_component(context, measure, period, Exclusion(kind, text=reason))
        elif not measure.periods:
            texts = ". ".join(filter(None, (reason, measure.note)))
            yield _build_without_period(measure, Exclusion(Reason.NO_RATE_SET, text=texts))
        elif measure.is_rate_unknown(day):
            unknown = _build_without_period(measure, Exclusion(Reason.RATE_UNKNOWN))
            until = measure.periods[0].from_ - _A_DAY
            yield unknown._replace(status=Status.EXPIRED, from_=measure.charged_since, to=until)
        elif (past := measure.find_period_before(day)) and _is_recent(measure, past, day):
            yield _build_component(context, measure, past, Exclusion(Reason.ENDED))
        elif ahead := measure.find_period_after(day):
            yield _build_component(context, measure, ahead, Exclusion(Reason.NOT_YET, text=reason))


def _is_recent(measure: Measure, past: RatePeriod, day: date) -> bool:
    """Whether to show an expired rate: it covered all goods, or ended within the last year."""
    return measure.applies_to_all_goods or (past.to is not None and (day - past.to).days <= _A_YEAR)
