"""What an answer's number is, for which day, and how far its sources were read."""

from datetime import date
from decimal import Decimal

from bot.rates.answer.select import Case, Judged, Way, choose
from bot.rates.model.answer import OnGoods
from bot.rates.model.goods import Fit
from bot.rates.model.measure import Measure, Status


def newest_day(case: Case, today: date) -> date:
    """The day of the case, or the last one until today on which a known rate of these begins."""
    begun = (
        period.from_
        for measure in choose(case)[1]
        for period in measure.periods
        if period.status is not Status.ANNOUNCED and period.from_ <= today
    )
    return max((case.day, *begun))


def read_up_to(judged: Judged, checked: date | None, day: date) -> date | None:
    """The day up to which all that counts was checked, where that matters for the day asked."""
    if checked is None:
        return None
    stale = [
        layer.checked
        for layer in judged.stacked.counted
        if layer.checked is not None and layer.checked < day
    ]
    return min([checked, *stale])


def total(case: Case, judged: Judged, *, known: bool) -> Decimal | None:
    """The sum, or None where the ledger cannot tell: outside its data, or all is undecided."""
    bans = (left.layer.period.banned and left.unsure for left in judged.stacked.left_out)
    if judged.stacked.ban is not None or any(bans):
        return None
    if judged.stacked.counted:
        return judged.stacked.total
    coverage = case.ledger.coverage(case.imposer, case.partner)
    if not known or coverage is None:
        return None
    if any(measure.rate_unknown for measure in judged.chosen) or unknown_rates(case, judged):
        return None
    if judged.way is Way.GENERAL and not coverage.general:
        return None
    undecided = any(
        left.unsure and (left.layer.fit > Fit.PERHAPS or judged.way is Way.LAYER)
        for left in judged.stacked.left_out
    )
    if judged.way is not Way.GENERAL and (undecided or not judged.chosen):
        return None
    return Decimal(0)


def unknown_rates(case: Case, judged: Judged) -> tuple[Measure, ...]:
    """Measures that fell on these goods on the day at a rate that the ledger does not hold."""
    return tuple(
        measure
        for measure in judged.chosen
        if measure.unknown_on(case.day) and case.fits[measure.id] > Fit.PERHAPS
    )


def on_goods(case: Case, judged: Judged) -> OnGoods | None:
    """The duties that particular goods pay on the day, where the total is on goods in general."""
    if judged.way is not Way.GENERAL:
        return None
    periods = (measure.on(case.day) for measure in case.measures if not measure.general)
    rates = [
        period.percent
        for period in periods
        if period and period.charged and period.percent and case.charged.isdisjoint(period.not_for)
    ]
    return OnGoods(how_many=len(rates), up_to=max(rates)) if rates else None
