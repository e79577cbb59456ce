"""Lists the measures that an answer's total does not count, each with the reason.

Three modules find such measures:
1. `bot.rates.stacking` finds measures that are not charged or that another measure replaces.
2. `bot.rates.answer.select` finds measures from which the partner or the goods are exempt.
3. This module finds the others: measures on particular goods, measures that ended or have not
   begun, and measures whose rate is unknown, not set or never added to others. It skips a measure
   on particular goods if its rate ended more than two years ago.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from bot.parties import WORLD
from bot.rates.answer.components import build_component, build_without_period
from bot.rates.answer.select import RateContext, Selection
from bot.rates.model.answer import TotalBasis
from bot.rates.model.component import Component
from bot.rates.model.goods import Fit
from bot.rates.model.measure import Measure, RatePeriod, Status
from bot.rates.model.warnings import Exclusion, Reason

_RECENT_DAYS = 2 * 365
_A_DAY = timedelta(days=1)


def list_not_counted(context: RateContext, selection: Selection) -> Iterator[Component]:
    """The measures that the total does not count. Measures that may still apply come first."""
    seen = {layer.measure.id for layer in selection.stacked.counted}
    rivals = {measure.id for measure in context.measures if measure.applies_to_all_goods}
    for left in sorted(selection.stacked.excluded, key=lambda left: not left.may_apply):
        measure = left.layer.measure
        seen.add(measure.id)
        # A partner's own rate always replaces the general rate, so the general rate is not shown.
        if measure.applies_to_all_goods and rivals & set(measure.excluded_by):
            continue
        some = left.layer.fit is Fit.PARTIAL
        exclusion = left.exclusion._replace(on_some_lines=some)
        yield build_component(context, measure, left.layer.period, exclusion)
    on_all = selection.basis is TotalBasis.GENERAL
    pool = context.measures if on_all else selection.chosen
    day = context.day
    for measure in sorted(pool, key=lambda measure: WORLD in measure.partners):
        period, reason = measure.find_period(day), measure.excluded_reason
        # For goods, a measure that has a rate but is not in `seen` was dropped by rule 4 of
        # `stacking`: another measure of its set fits the goods better.
        lost = not on_all and period is not None
        gives_way = measure.applies_to_all_goods and rivals & set(measure.excluded_by)
        if lost or gives_way or measure.id in seen:
            continue
        if period is not None:
            if why := _find_claimed(context, measure):
                yield build_component(
                    context, measure, period, Exclusion(Reason.GOODS_EXEMPT, text=why)
                )
                continue
            kind = Reason.NEVER_SUMMED if reason else Reason.PARTICULAR_GOODS
            yield build_component(context, measure, period, Exclusion(kind, text=reason))
        elif not measure.periods:
            texts = ". ".join(filter(None, (reason, measure.note)))
            yield build_without_period(measure, Exclusion(Reason.NO_RATE_SET, text=texts))
        elif measure.is_rate_unknown(day):
            unknown = build_without_period(measure, Exclusion(Reason.RATE_UNKNOWN))
            until = measure.periods[0].from_ - _A_DAY
            yield unknown._replace(status=Status.EXPIRED, from_=measure.charged_since, to=until)
        elif (past := measure.find_period_before(day)) and _is_recent(measure, past, day):
            yield build_component(context, measure, past, Exclusion(Reason.ENDED))
        elif ahead := measure.find_period_after(day):
            yield build_component(context, measure, ahead, Exclusion(Reason.NOT_YET, text=reason))


def _find_claimed(context: RateContext, measure: Measure) -> str:
    """Why the claim of the question exempts all goods from the measure; empty if it does not."""
    claimed = set(context.treatment.claimed_goods)
    return next(
        (
            one.why
            for one in measure.exempt
            if not one.only_if
            and not claimed.isdisjoint(one.scope.goods)
            and one.applies_to(context.day, context.charged)
        ),
        "",
    )


def _is_recent(measure: Measure, past: RatePeriod, day: date) -> bool:
    """Whether an expired rate is shown: it covered all goods, or it ended in the last two years."""
    return measure.applies_to_all_goods or (
        past.to is not None and (day - past.to).days <= _RECENT_DAYS
    )
