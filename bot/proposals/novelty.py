"""Decides which reported rates need no proposal.

No proposal is made if one of these holds:
1. The parties share a customs territory, or the ledger does not cover the pair.
2. The ledger does not know the product.
3. The ledger's sources were checked on the day of the report or later.
4. A matching duty already has this percent. A duty matches if all of these are true:
   - it has the reported legal basis, if the report names one;
   - it has the reported previous rate, if the report states one;
   - it may apply to the reported goods. If the report states a change and some duties certainly
     apply to the goods, only these match. If the report states a change and names neither goods nor
     a legal basis, only duties on goods in general match.
5. The percent is the total on the goods or on goods in general, with or without the base rate, or a
   remark in the ledger mentions the percent.
6. The report does not state a change, and a matching duty or a total had this percent in the past,
   or the percent was announced. If the report names no goods, all duties of the pair match: a
   "tariff on Chinese goods" may be a tariff on some of them.
If the report states a first day, a change is compared with the rates of that day; otherwise with
the rates of the day of the report and of all later days. In doubt, no proposal is made, so that
operators do not get too many.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from bot.proposals.model import ReportedRate
from bot.rates.answer.days.history import list_totals
from bot.rates.answer.days.timeline import Timeline
from bot.rates.answer.select import RateContext, select_layers
from bot.rates.answer.standing import Standing
from bot.rates.model.goods import Fit
from bot.rates.model.measure import Measure, RatePeriod, has_basis

_PERCENT = re.compile(r"(?<![\d.-])(\d{1,3}(?:\.\d+)?)\s?(?:%|per\s?cent\b)")
"""Matches a percentage in a remark, and no other number, such as that of a list or a day."""
_SLACK = timedelta(days=3)
"""Maximum time from a reported first day to the first day in the ledger.

News often give the day of signing, or the date in another time zone.
"""


def can_be_placed(reported: ReportedRate, context: RateContext) -> bool:
    """Whether the ledger covers the pair and the goods, and was last checked before the report."""
    coverage = context.ledger.find_coverage(reported.imposer, reported.partner)
    if coverage is None or context.day <= coverage.checked:
        return False
    return knows_goods(context)


def knows_goods(context: RateContext) -> bool:
    """Whether the context is about goods in general, or about goods that the ledger knows."""
    wanted = context.wanted
    return wanted is None or (bool(wanted.goods or wanted.codes) and not wanted.unknown)


def is_known(reported: ReportedRate, old: Standing) -> bool:
    """Whether the ledger already has the reported rate, by rules 4 to 6.

    `old` is the duty in the ledger on the day of the report.
    """
    context = old.asked
    if any(find_matching_periods(reported, context)):
        return True
    measures = _select_by_rate_before(_select_same_kind(reported, context), reported, context)
    rates = _collect_rates(reported, context, measures)
    if reported.percent in rates:
        return True
    rates |= _collect_totals(reported, old)
    return reported.percent in rates | _derive_rates(rates, old)


def find_matching_periods(
    reported: ReportedRate, context: RateContext
) -> Iterator[tuple[Measure, RatePeriod]]:
    """The matching duties with their periods at the reported rate.

    The periods include the reported first day. If no first day is reported, they end on the day of
    the report or later.
    """
    measures = _select_same_kind(reported, context)
    for measure in measures:
        yield from ((measure, period) for period in _find_changes(measure, reported, context))
    for measure in _select_by_rate_before(measures, reported, context):
        for period in measure.periods:
            if period.percent == reported.percent and _is_relevant(period, reported, context.day):
                yield measure, period


def _select_same_kind(reported: ReportedRate, context: RateContext) -> Sequence[Measure]:
    """The measures that match the goods and the legal basis of the report (rule 4)."""
    kind = context.measures
    if reported.basis:
        kind = tuple(measure for measure in kind if has_basis(measure, (reported.basis,)))
    if context.wanted is not None:
        on_some = [measure for measure in kind if context.fits[measure.id]]
        surely = [measure for measure in on_some if context.fits[measure.id] >= Fit.HEADING]
        return surely if surely and reported.says_change else on_some
    if reported.says_change and not reported.basis:
        return [measure for measure in kind if measure.applies_to_all_goods]
    return kind


def _find_changes(
    measure: Measure, reported: ReportedRate, context: RateContext
) -> Iterator[RatePeriod]:
    """The measure's periods with the reported rate, directly after one with the previous rate."""
    if reported.from_percent is None:
        return
    for before, after in pairwise(measure.periods):
        same = (before.percent, after.percent) == (reported.from_percent, reported.percent)
        if same and _is_relevant(after, reported, context.day):
            yield after


def _select_by_rate_before(
    measures: Sequence[Measure], reported: ReportedRate, context: RateContext
) -> Sequence[Measure]:
    """The measures that have the reported previous rate; all measures if none is reported.

    If no measure has the previous rate, but the total equals it, the result is empty. If the total
    does not equal it either, the result is all measures, because the report may add up rates in
    another way.
    """
    before = reported.from_percent
    if before is None:
        return measures
    day = context.day
    if found := [
        one for one in measures if (now := one.find_period(day)) and now.percent == before
    ]:
        return found
    return () if select_layers(context).stacked.total == before else measures


def _collect_rates(
    reported: ReportedRate, context: RateContext, measures: Sequence[Measure]
) -> set[Decimal]:
    """The percents of these measures that count as known when a report states one of them."""
    changes = reported.says_change
    known = {
        period.percent or Decimal(0)
        for measure in measures
        for period in measure.periods
        if not changes or _is_relevant(period, reported, context.day)
    }
    if not changes:
        known |= {each.percent for measure in measures for each in measure.announcements}
    return known


def _is_relevant(period: RatePeriod, reported: ReportedRate, day: date) -> bool:
    """Whether the period includes the reported first day.

    If the report states no first day: whether the period was not over on `day`.
    """
    if reported.effective_on is None:
        return period.to is None or period.to >= day
    return period.covers(reported.effective_on) or period.covers(reported.effective_on + _SLACK)


def _collect_totals(reported: ReportedRate, old: Standing) -> set[Decimal]:
    """The totals on the goods and on goods in general.

    They include the totals of all days if the report does not state a change.
    """
    known = set(old.span or ()) | {one.percent for one in old.choices}
    context = old.asked
    day = reported.effective_on or context.day
    contexts = [context] if context.wanted is None else [context, context._replace(wanted=None)]
    for one in contexts:
        same = one is context and day == one.day
        selection = old.asked_selection if same else select_layers(one._replace(day=day))
        known.add(selection.stacked.total)
        if not reported.says_change:
            known |= {total.percent for total in list_totals(Timeline(one, select_layers(one)))}
    return known


def _derive_rates(rates: set[Decimal], old: Standing) -> set[Decimal]:
    """Percents that a report may state instead of `rates`.

    These are the base rate with and without duties, the MFN average, the sums of this average and
    each rate, and the percents in the ledger's remarks on the pair.
    """
    known: set[Decimal | None] = set()
    if old.base is not None:
        known |= {old.base.percent, old.base.with_duties}
    if (mfn := old.asked.ledger.find_mfn_average(old.asked.imposer)) is not None:
        rates = rates | {percent for percent in known if percent is not None}
        known |= {mfn.percent} | {mfn.percent + percent for percent in rates}
    ledger, context = old.asked.ledger, old.asked
    for remark in ledger.list_remarks(context.imposer, context.partner, context.day):
        known |= {Decimal(number) for number in _PERCENT.findall(remark.text)}
    return {percent for percent in known if percent is not None}
