"""Finds the rates of single partners that replace a duty on all countries.

Upholstered furniture pays 25%, but that of the European Union pays 15% and that of the United
Kingdom 10%.
"""

from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal

from bot.parties import WORLD
from bot.rates.ledger import Ledger
from bot.rates.model.measure import Measure, PartnerRate


def find_partner_rates(ledger: Ledger, measure: Measure, day: date) -> tuple[PartnerRate, ...]:
    """The rates on `day` of partners that do not pay the measure's rate, the highest first.

    The equal rate of a partner is left out.
    """
    if measure.partners != (WORLD,):
        return ()
    period = measure.find_period(day)
    own = period.percent if period is not None else None
    found: dict[tuple[Decimal, bool], list[str]] = {}
    for other in _list_replacing(ledger, measure):
        theirs = other.find_period(day)
        if theirs is None or not theirs.is_charged or theirs.percent is None:
            continue
        if theirs.percent == own and not theirs.is_all_in:
            continue
        paying = [code for code in other.partners if code not in theirs.not_for]
        found.setdefault((theirs.percent, theirs.is_all_in), []).extend(paying)
    rates = [
        PartnerRate(
            tuple(ledger.parties.get(code).name for code in dict.fromkeys(codes)),
            percent,
            includes_base,
        )
        for (percent, includes_base), codes in found.items()
        if codes
    ]
    return tuple(sorted(rates, key=lambda one: -one.percent))


def _list_replacing(ledger: Ledger, measure: Measure) -> Iterator[Measure]:
    """The duties on single partners that replace the measure on the same goods."""
    lists_of = ledger.get_lists(measure.imposer)
    lists = lists_of.get(measure.id, frozenset())
    others: Collection[str] = measure.excluded_by
    if measure.exceptions:
        rivals = (members for members in ledger.one_of if measure.id in members)
        others = dict.fromkeys([*others, *(one for members in rivals for one in members)])
    for other_id in others:
        other = ledger.by_id.get(other_id)
        if other is None or WORLD in other.partners or other.id == measure.id:
            continue
        if other_id not in measure.excluded_by and not set(other.partners) <= set(
            measure.exceptions
        ):
            continue
        same_lists = bool(lists) and lists <= lists_of.get(other_id, frozenset())
        if same_lists or not set(measure.scope.goods).isdisjoint(other.scope.goods):
            yield other
