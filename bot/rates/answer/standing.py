"""Computes the duty on goods on a day: total or range, choices, and base rate."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from bot.rates.answer.lines.base_range import build_common_base, summarize_base
from bot.rates.answer.lines.narrower_goods import find_choices, find_representative, list_contexts
from bot.rates.answer.select import RateContext, Selection, select_layers
from bot.rates.model.answer import OnGoods, TotalBasis
from bot.rates.model.base_duty import BaseRange, BaseRate
from bot.rates.model.goods import Fit
from bot.rates.model.measure import Measure
from bot.rates.model.warnings import Choice, Reason

_ZERO = Decimal(0)


class Standing(NamedTuple):
    """The duty that answers one `RateContext` (imposer, partner, day, goods).

    It has the total or its range, the narrower goods with other totals, and the base rate.
    """

    asked: RateContext
    asked_selection: Selection
    context: RateContext
    """`asked`, or the context of narrower goods that represent all goods of the question."""
    selection: Selection
    total: Decimal | None
    """In percent; None if the total is unknown, imports are banned, or there is only a range."""
    span: tuple[Decimal, Decimal] | None
    """The lowest and highest total in percent, if the total depends on the tariff line."""
    choices: tuple[Choice, ...]
    """Narrower goods with their totals, if these differ."""
    same_for_all: tuple[str, ...]
    """Narrower goods that have the same total although they are on different lists."""
    base: BaseRate | None
    base_range: BaseRange | None
    """The base rates of the lines, if there are several."""
    includes_base: bool
    """Whether the total includes the base rate, because the question asks for that."""

    @property
    def is_zero_in_data(self) -> bool:
        """Whether the total is 0 only because the ledger has no duty on the goods."""
        by_schedule = self.selection.line is not None
        return self.selection.basis is TotalBasis.GOODS and self.total == 0 and not by_schedule


def compute_standing(asked: RateContext) -> Standing:
    """The duty in the context on its day."""
    asked_selection = select_layers(asked)
    context, selection = asked, asked_selection
    choices = find_choices(context, selection)
    same: tuple[str, ...] = ()
    if one := find_representative(context, choices):
        same = tuple(each.goods for each in choices)
        context, selection, choices = one, select_layers(one), ()
    total = compute_total(context, selection)
    span = selection.stacked.span
    if choices and total is not None:
        stacks = [select_layers(one).stacked for one in list_contexts(context)]
        ends = [stacked.total for stacked in stacks if stacked.ban is None]
        span = (min(ends), max(ends))
    if span is not None:
        total = None
    base_range = _find_base_range(context, selection)
    base = _find_base_rate(context, selection, choices, base_range)
    wants_base = context.wanted is not None and context.wanted.with_base
    includes_base = base is not None and total is not None and wants_base
    if base is not None and includes_base:
        total = base.with_duties
    if base is not None and total is None:
        # Without a total, there is no sum with the base rate either.
        base = base._replace(with_duties=None)
    return Standing(
        asked=asked,
        asked_selection=asked_selection,
        context=context,
        selection=selection,
        total=total,
        span=span,
        choices=choices,
        same_for_all=same,
        base=base,
        base_range=base_range,
        includes_base=includes_base,
    )


def find_checked_day(selection: Selection, checked: date | None, day: date) -> date | None:
    """The day of the oldest check on which the answer relies: of the pair or a counted layer.

    Layers that were checked on or after `day` are ignored. None if the pair is not tracked.
    """
    if checked is None:
        return None
    stale = [
        layer.checked
        for layer in selection.stacked.involved
        if layer.checked is not None and layer.checked < day
    ]
    return min([checked, *stale])


def compute_total(context: RateContext, selection: Selection) -> Decimal | None:
    """The total in percent; None if it or the goods are unknown, or if imports may be banned."""
    stacked, basis = selection.stacked, selection.basis
    bans_some = any(left.may_apply and left.layer.period.banned for left in stacked.excluded)
    if stacked.ban is not None or bans_some:
        return None
    if context.ledger.find_unknown_code(context.imposer, context.wanted, context.day):
        return None
    if any(
        left.exclusion.reason is Reason.PARTNER_EXEMPT and left.exclusion.text
        for left in stacked.excluded
        if left.layer.fit > Fit.PARTIAL and basis is not TotalBasis.GENERAL
    ):
        return None
    if stacked.counted:
        return stacked.total
    coverage = context.ledger.find_coverage(context.imposer, context.partner)
    if coverage is None or context.day < coverage.since:
        return None
    if any(one.rate_unknown for one in selection.chosen) or find_unknown_rates(context, selection):
        return None
    if any(left.exclusion.reason is Reason.MAY_RETURN for left in stacked.excluded):
        return None
    if basis is TotalBasis.GENERAL:
        is_known = coverage.general and not any(find_expired_rates(context, selection))
        return _ZERO if is_known else None
    undecided = any(
        left.may_apply and (left.layer.fit > Fit.PARTIAL or basis is TotalBasis.LAYER)
        for left in stacked.excluded
    )
    return None if undecided or not selection.chosen else _ZERO


def find_unknown_rates(context: RateContext, selection: Selection) -> tuple[Measure, ...]:
    """Measures charged on these goods on the day at a rate that the ledger lacks."""
    return tuple(
        measure
        for measure in selection.chosen
        if measure.is_rate_unknown(context.day) and context.fits[measure.id] > Fit.PARTIAL
    )


def find_expired_rates(
    context: RateContext, selection: Selection
) -> Iterator[tuple[Measure, Decimal, date]]:
    """Measures whose last rate ended after the last check and before the day, with rate and day.

    The imposer may have extended such a rate or replaced it.
    """
    coverage = context.ledger.find_coverage(context.imposer, context.partner)
    if coverage is None:
        return
    for measure in selection.chosen:
        last = measure.periods[-1] if measure.periods else None
        if last is None or last.to is None or not last.is_charged or not last.percent:
            continue
        if coverage.checked <= last.to < context.day:
            yield measure, last.percent, last.to


def summarize_goods_duties(context: RateContext, selection: Selection) -> OnGoods | None:
    """The number and the highest percent of the duties on particular goods.

    None if the total is not about goods in general, or if there are no such duties.
    """
    if selection.basis is not TotalBasis.GENERAL:
        return None
    particular = (one for one in context.measures if not one.applies_to_all_goods)
    rates = [
        period.percent
        for measure in particular
        if (period := measure.find_period(context.day))
        and period.is_charged
        and period.percent
        and context.charged.isdisjoint(period.not_for)
    ]
    return OnGoods(how_many=len(rates), up_to=max(rates)) if rates else None


def _find_base_range(context: RateContext, selection: Selection) -> BaseRange | None:
    if context.line is None or selection.line is None:
        return None
    return summarize_base(context.line, selection.line.lines, context.day)


def _find_base_rate(
    context: RateContext,
    selection: Selection,
    choices: tuple[Choice, ...],
    base_range: BaseRange | None,
) -> BaseRate | None:
    """The base rate of the goods, with the sum of base rate and duties if there is one sum."""
    if context.wanted is None or selection.basis is not TotalBasis.GOODS:
        return None
    base, stacked = (
        context.ledger.find_base_duty(context.imposer, context.wanted, context.day, context.line),
        selection.stacked,
    )
    if base_range is not None and context.line is not None:
        # The rate of an example would mislead where the rates of all lines are known.
        names = (context.ledger.goods.by_id[one].name for one in context.wanted.goods[:1])
        base = build_common_base(context.line, base_range, next(names, ""))
    if base is None or base.percent is None:
        return base
    if choices or stacked.ban is not None or stacked.span is not None:
        # The choices have different totals, so no single sum with the base rate is right.
        return base
    total = base.percent
    for layer in stacked.counted:
        percent = layer.period.percent or _ZERO
        total += max(_ZERO, percent - base.percent) if layer.period.is_all_in else percent
    return base._replace(with_duties=total)
