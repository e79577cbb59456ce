"""Which rates are no news to the ledger.

A claim is no news where
1. its parties share a customs territory, or the ledger does not follow their pair;
2. its product is not one that the ledger resolves;
3. the ledger's sources were read on the claim's day or later: it knows that day;
4. its percent is a rate known: of any layer of the pair now or to come, the total of the goods or
   of goods in general, their sum with the base rate, a figure that a remark explains;
5. it is a rate of the past, or one that was announced and dropped, and no change to it is said.
Better a missed proposal than a flood.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from bot.rates.asked import Case, judge
from bot.rates.claim import Claim
from bot.rates.history import totals
from bot.rates.reply import Answer

_PERCENT = re.compile(r"(?<![\d.-])\d{1,3}(?:\.\d+)?(?![\d-])")


def can_be_placed(claim: Claim, case: Case) -> bool:
    """Whether the ledger follows the claim's pair and goods, and not yet on the claim's day."""
    coverage = case.ledger.coverage(claim.imposer, claim.partner)
    if coverage is None or case.day <= coverage.checked:
        return False
    return on_goods_known(case)


def on_goods_known(case: Case) -> bool:
    """Whether the case is on goods in general, or on goods that the ledger resolves."""
    wanted = case.wanted
    return wanted is None or (bool(wanted.goods or wanted.codes) and not wanted.unknown)


def known_rates(claim: Claim, case: Case, old: Answer) -> set[Decimal]:
    """Every percent that would be no news."""
    general = case._replace(wanted=None)
    known = set(_rates(case, past=not _says_change(claim)))
    for one in (case, general):
        judged = judge(one)
        known.add(judged.stacked.total)
        if not _says_change(claim):
            known |= {total.percent for total in totals(one, judged)}
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


def _rates(case: Case, *, past: bool) -> Iterator[Decimal]:
    """The percents of all layers of the pair now and to come; with `past`, all there ever were."""
    for measure in case.measures:
        for period in measure.periods:
            if past or period.to is None or period.to >= case.day:
                yield period.percent or Decimal(0)
        if past:
            yield from (said.percent for said in measure.announcements)


def _says_change(claim: Claim) -> bool:
    return claim.from_percent is not None or claim.effective_on is not None
