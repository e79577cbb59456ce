"""Selects the measures of a law that fall on a partner: `section 232` for goods of Japan.

Rates for all partners are left out if the partner has rates of its own on the same lists.
"""

from collections.abc import Collection, Sequence
from datetime import date

from bot.rates.answer.lines.line_duties import is_levied
from bot.rates.ledger import Ledger
from bot.rates.model.goods import Fit
from bot.rates.model.measure import Measure
from bot.rates.model.warnings import Exclusion, Reason
from bot.rates.schedule.asked_line import NAMING
from bot.rates.schedule.model import LINE_DIGITS
from bot.rates.stacking import ExcludedLayer, Layer, StackedLayers


def list_law_measures(
    measures: Sequence[Measure], ledger: Ledger, imposer: str, charged: Collection[str], day: date
) -> tuple[Measure, ...]:
    """The measures with lists of goods that the partner pays on the day.

    `measures` are those of the law; `charged` has the codes of the partner and its blocs.
    """
    lists_of = ledger.get_lists(imposer)
    levied = [
        one
        for one in measures
        if not one.applies_to_all_goods
        and one.id in lists_of
        and (period := one.find_period(day)) is not None
        and is_levied(period)
        and set(period.not_for).isdisjoint(charged)
    ]
    ids = {one.id for one in levied}

    def is_replaced(measure: Measure) -> bool:
        rivals = ids.intersection(measure.excluded_by)
        own = frozenset[str]().union(*(lists_of[one] for one in rivals))
        return bool(rivals) and lists_of[measure.id] <= own

    return tuple(one for one in levied if not is_replaced(one))


def stack_law(rows: Sequence[Measure], day: date, general: StackedLayers) -> StackedLayers:
    """The result for the measures of a law: `rows` are those on particular goods.

    It counts what `general` counts. Its span is that of the measures' own rates.
    """
    listed = [
        Layer(one, period, Fit.NAMED)
        for one in rows
        if (period := one.find_period(day)) is not None
    ]
    percents = [
        one.period.percent for one in (*general.counted, *listed) if one.period.percent is not None
    ]
    left = (ExcludedLayer(one, Exclusion(Reason.PARTICULAR_GOODS), True) for one in listed)
    return general._replace(
        excluded=(*left, *general.excluded),
        span=(min(percents), max(percents)) if percents else None,
    )


def count_listed_lines(measure_id: str, ledger: Ledger, imposer: str, day: date) -> int:
    """The number of tariff lines that the measure's lists name on the day."""
    schedule = ledger.find_tariff_schedule(imposer)
    names = ledger.get_lists(imposer).get(measure_id, frozenset())
    if schedule is None or not names:
        return 0
    codes = {
        code[:LINE_DIGITS]
        for group in schedule.memberships.groups
        if group.list in names and group.kind in NAMING and group.covers(day)
        for code in group.codes
    }
    return sum(
        1 if len(code) == LINE_DIGITS else len(schedule.lines.list_codes(code)) for code in codes
    )
