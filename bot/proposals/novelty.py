"""Decides which reported rates need no proposal.

A report is no news where
1. its parties share a customs territory, or the ledger does not follow their pair;
2. its product is not one that the ledger resolves;
3. the ledger's sources were read on the day of the report or later: it knows that day;
4. its percent is what a duty of its kind has: one on its goods (surely, where a change is reported
   and there is such a one), and of its legal basis where it names one. Where a change is reported
   without goods, one on goods in general. Where the rate before is stated, one that has just that;
5. its percent is the total of the goods or of goods in general, the same with the base rate, or a
   percent that a remark explains;
6. no change is reported, and the pair has or had that rate anywhere: what is called a tariff on
   Chinese goods may be one on some of them.
A change is compared on its stated first day, or else on all days to come.
When in doubt, no proposal is made, to avoid flooding operators.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from bot.proposals.model import ReportedRate
from bot.rates.answer.history import list_totals
from bot.rates.answer.select import RateContext, select_layers
from bot.rates.answer.standing import Standing
from bot.rates.model.goods import Fit
from bot.rates.model.measure import Measure, RatePeriod, has_basis

_PERCENT = re.compile(r"(?<![\d.-])(\d{1,3}(?:\.\d+)?)\s?(?:%|per\s?cent\b)")
"""A remark also holds numbers of lists, columns and days; only one called a percent is a rate."""
_SLACK = timedelta(days=3)
"""How far a day in the news may be before the ledger's: of signing, or of another time zone."""


def can_be_placed(reported: ReportedRate, context: RateContext) -> bool:
    """Whether the ledger follows the report's pair and goods, and was not read since."""
    coverage = context.ledger.find_coverage(reported.imposer, reported.partner)
    if coverage is None or context.day <= coverage.checked:
        return False
    return knows_goods(context)


def knows_goods(context: RateContext) -> bool:
    """Whether the context is on goods in general, or on goods that the ledger resolves."""
    wanted = context.wanted
    return wanted is None or (bool(wanted.goods or wanted.codes) and not wanted.unknown)


def is_known(reported: ReportedRate, old: Standing) -> bool:
    """Whether the report is no news (rules 4 to 6); `old` is what is charged on its day."""
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
    """The duties of its kind with just this rate on its day, or that change to it as reported."""
    measures = _select_same_kind(reported, context)
    for measure in measures:
        yield from ((measure, period) for period in _find_changes(measure, reported, context))
    for measure in _select_by_rate_before(measures, reported, context):
        for period in measure.periods:
            if period.percent == reported.percent and _is_relevant(period, reported, context.day):
                yield measure, period


def _select_same_kind(reported: ReportedRate, context: RateContext) -> Sequence[Measure]:
    """The measures that match what the report states."""
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
    """Its periods with the reported rate that directly follow the reported previous rate."""
    if reported.from_percent is None:
        return
    for before, after in pairwise(measure.periods):
        same = (before.percent, after.percent) == (reported.from_percent, reported.percent)
        if same and _is_relevant(after, reported, context.day):
            yield after


def _select_by_rate_before(
    measures: Sequence[Measure], reported: ReportedRate, context: RateContext
) -> Sequence[Measure]:
    """Those that have the reported rate before.

    If none does: empty if the total does, else all, because the report counts differently.
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
    """The percents of these measures that would be no news."""
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
    """Whether a period is of the time of a change: its first day, or all days to come."""
    if reported.effective_on is None:
        return period.to is None or period.to >= day
    return period.covers(reported.effective_on) or period.covers(reported.effective_on + _SLACK)


def _collect_totals(reported: ReportedRate, old: Standing) -> set[Decimal]:
    """The totals of the goods and of goods in general; without a change, those of all days."""
    known = set(old.span or ()) | {one.percent for one in old.choices}
    context = old.asked
    day = reported.effective_on or context.day
    contexts = [context] if context.wanted is None else [context, context._replace(wanted=None)]
    for one in contexts:
        same = one is context and day == one.day
        selection = old.asked_selection if same else select_layers(one._replace(day=day))
        known.add(selection.stacked.total)
        if not reported.says_change:
            known |= {total.percent for total in list_totals(one, select_layers(one))}
    return known


def _derive_rates(rates: set[Decimal], old: Standing) -> set[Decimal]:
    """These rates with the base rate or the MFN average, and percents that a remark explains."""
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
