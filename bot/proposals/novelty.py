"""Which rates are no news to the ledger.

A claim is no news where
1. its parties share a customs territory, or the ledger does not follow their pair;
2. its product is not one that the ledger resolves;
3. the ledger's sources were read on the claim's day or later: it knows that day;
4. its percent is what a duty of its kind has: one on its goods (surely, where a change is said and
   there is such a one), and of its legal basis where it names one. Where a change is said of no
   goods, one on goods in general. Where the rate before is said, one that has just that rate;
5. its percent is the total of the goods or of goods in general, what comes with the base rate, or a
   percent that a remark explains;
6. no change is said, and the pair has or had that rate anywhere: what is called a tariff on Chinese
   goods may be one on some of them.
A change is held against the day from which it is said to be charged, or else all days to come.
Better a missed proposal than a flood.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from bot.proposals.model import ReportedRate
from bot.rates.answer.history import totals
from bot.rates.answer.select import Case, has_basis, judge
from bot.rates.model.answer import Answer
from bot.rates.model.goods import Fit
from bot.rates.model.measure import Measure, RatePeriod

_PERCENT = re.compile(r"(?<![\d.-])(\d{1,3}(?:\.\d+)?)\s?(?:%|per\s?cent\b)")
"""A remark also counts lists, columns and days; only a number said to be a percent is a rate."""
_SLACK = timedelta(days=3)
"""How far a day in the news may be before the ledger's: of signing, or of another time zone."""


def can_be_placed(claim: ReportedRate, case: Case) -> bool:
    """Whether the ledger follows the claim's pair and goods, and not yet on the claim's day."""
    coverage = case.ledger.coverage(claim.imposer, claim.partner)
    if coverage is None or case.day <= coverage.checked:
        return False
    return on_goods_known(case)


def on_goods_known(case: Case) -> bool:
    """Whether the case is on goods in general, or on goods that the ledger resolves."""
    wanted = case.wanted
    return wanted is None or (bool(wanted.goods or wanted.codes) and not wanted.unknown)


def is_known(claim: ReportedRate, case: Case, old: Answer) -> bool:
    """Whether the claim is no news (rules 4 to 6); `old` is the answer on the day of the case."""
    if any(held_by(claim, case)):
        return True
    measures = _had_before(_of_its_kind(claim, case), claim, case)
    return claim.percent in _rates(claim, case, measures, old)


def held_by(claim: ReportedRate, case: Case) -> Iterator[tuple[Measure, RatePeriod]]:
    """The duties of its kind that have just this rate when it is said, or go to it as is said."""
    measures = _of_its_kind(claim, case)
    for measure in measures:
        yield from ((measure, period) for period in _gone_to(measure, claim, case))
    for measure in _had_before(measures, claim, case):
        for period in measure.periods:
            if period.percent == claim.percent and _in_question(period, claim, case.day):
                yield measure, period


def _of_its_kind(claim: ReportedRate, case: Case) -> Sequence[Measure]:
    """The measures that the claim can be about, as far as it says."""
    kind = case.measures
    if claim.basis:
        kind = tuple(measure for measure in kind if has_basis(measure, (claim.basis,)))
    if case.wanted is not None:
        on_some = [measure for measure in kind if case.fits[measure.id]]
        surely = [measure for measure in on_some if case.fits[measure.id] >= Fit.HEADING]
        return surely if surely and claim.says_change else on_some
    if claim.says_change and not claim.basis:
        return [measure for measure in kind if measure.general]
    return kind


def _gone_to(measure: Measure, claim: ReportedRate, case: Case) -> Iterator[RatePeriod]:
    """What follows in it just as is said: after the one rate the other."""
    for before, after in pairwise(measure.periods):
        said = claim.from_percent is not None and before.percent == claim.from_percent
        if said and after.percent == claim.percent and _in_question(after, claim, case.day):
            yield after


def _had_before(measures: Sequence[Measure], claim: ReportedRate, case: Case) -> Sequence[Measure]:
    """Those with the rate that is said to have been before.

    None where it is the total that was; all where nothing has it, for then it is told otherwise.
    """
    before = claim.from_percent
    if before is None:
        return measures
    if found := [one for one in measures if (now := one.on(case.day)) and now.percent == before]:
        return found
    return () if judge(case).stacked.total == before else measures


def _rates(
    claim: ReportedRate, case: Case, measures: Sequence[Measure], old: Answer
) -> set[Decimal]:
    """Every percent that would be no news."""
    known = {
        period.percent or Decimal(0)
        for measure in measures
        for period in measure.periods
        if not claim.says_change or _in_question(period, claim, case.day)
    }
    if not claim.says_change:
        known |= {said.percent for measure in measures for said in measure.announcements}
    known |= set(_totals(claim, case))
    known |= set(old.total_range or ()) | {one.percent for one in old.choices}
    if old.base is not None:
        of_base = (old.base.percent, old.base.with_duties)
        known |= {percent for percent in of_base if percent is not None}
    if old.mfn is not None:
        known |= {old.mfn.percent, *(old.mfn.percent + percent for percent in set(known))}
    for remark in case.ledger.remarks(case.imposer, case.partner, case.day):
        text = getattr(remark.what, "text", "")
        known |= {Decimal(number) for number in _PERCENT.findall(text)}
    return known


def _in_question(period: RatePeriod, claim: ReportedRate, day: date) -> bool:
    """Whether a period is of the time that a change is said of: its first day, or all to come."""
    if claim.effective_on is None:
        return period.to is None or period.to >= day
    return period.covers(claim.effective_on) or period.covers(claim.effective_on + _SLACK)


def _totals(claim: ReportedRate, case: Case) -> Iterator[Decimal]:
    """The totals of the goods and of goods in general; without a change, all there ever were."""
    day = claim.effective_on or case.day
    for one in (case, case._replace(wanted=None)):
        yield judge(one._replace(day=day)).stacked.total
        if not claim.says_change:
            judged = judge(one)
            yield from (total.percent for total in totals(one, judged))
