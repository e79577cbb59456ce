"""Computes totals of narrower goods, if no single total applies to all goods of a question.

Example: car batteries and other batteries are on different lists of duties, and a tariff line pays
the duty of at most one list. A single total for all batteries would be wrong.
"""

from collections.abc import Sequence

from bot.rates.answer.select import RateContext, Selection, select_layers
from bot.rates.model.answer import TotalBasis
from bot.rates.model.goods import Fit
from bot.rates.model.warnings import Choice, Reason
from bot.rates.question.product.parsed import ParsedProduct

_MIN_LISTS = 2
"""Minimum number of lists with narrower goods for which choices are shown.

If only one list has narrower goods, the answer keeps its total and gets a warning.
"""


def find_choices(context: RateContext, selection: Selection) -> tuple[Choice, ...]:
    """The narrower goods with their totals, if the question's goods have no single total.

    The result is empty in two cases: the total of the question applies to all narrower goods, or
    the narrower goods neither make up all goods of the question nor are on several lists that
    exclude each other.
    """
    narrower = _list_narrower(context, selection)
    if not narrower:
        return ()
    if not is_divided(context) and not _are_on_lists(context, selection, narrower):
        return ()
    choices = [_build_choice(context, one) for one in narrower]
    if all(one.percent == selection.stacked.total for one in choices):
        return ()
    # Goods whose total differs from that of the question's goods come first.
    choices.sort(key=lambda one: one.percent == selection.stacked.total)
    return tuple(choices)


def _build_choice(context: RateContext, good_id: str) -> Choice:
    """The goods with their total. Exemptions may cover these goods for some partners only."""
    stacked = select_layers(_narrow(context, good_id)).stacked
    some = (
        left.layer.period
        for left in stacked.excluded
        if left.may_apply and left.exclusion.reason is Reason.SOME_LINES
    )
    total = stacked.total
    ends = (one.percent + (0 if one.is_all_in else total) for one in some if one.percent)
    highest = max(ends, default=total)
    name = context.ledger.goods.by_id[good_id].name
    return Choice(name, total, highest if highest > total else None)


def find_representative(context: RateContext, choices: Sequence[Choice]) -> RateContext | None:
    """The context of one kind of narrower goods that represents all goods of the question.

    None if the totals differ, or if the narrower goods may not make up all goods of the question.
    """
    if not choices or context.wanted is None or len({one.percent for one in choices}) > 1:
        return None
    if not is_divided(context):
        return None
    [good_id] = context.wanted.goods
    last = context.ledger.goods.list_narrower(good_id)[-1]
    return _narrow(context, last)._replace(wanted=context.wanted._replace(goods=(last,)))


def is_divided(context: RateContext) -> bool:
    """Whether the narrower goods together are all of the goods of the question."""
    wanted = context.wanted
    if wanted is None or len(wanted.goods) != 1:
        return False
    return context.ledger.goods.by_id[wanted.goods[0]].divided


def _are_on_lists(context: RateContext, selection: Selection, narrower: Sequence[str]) -> bool:
    """Whether at least two lists that exclude each other name narrower goods and may apply."""
    lists = {
        left.layer.measure.id
        for left in selection.stacked.excluded
        if left.may_apply
        and left.layer.fit is Fit.PARTIAL
        and not set(left.layer.measure.scope.goods).isdisjoint(narrower)
    }
    if len(lists) < _MIN_LISTS:
        return False
    return any(len(lists & members.keys()) >= _MIN_LISTS for members in context.ledger.one_of)


def find_exceptions(context: RateContext, selection: Selection) -> tuple[Choice, ...]:
    """Narrower goods on a charged list whose total differs from that of the question's goods."""
    narrower = _list_narrower(context, selection)
    if not narrower:
        return ()
    charged = (
        measure
        for measure in context.measures
        if (period := measure.find_period(context.day)) and period.is_charged and period.percent
    )
    named = {one for measure in charged for one in measure.scope.goods}
    found = []
    for one in narrower:
        if one in named:
            other = select_layers(_narrow(context, one)).stacked
            if other.counted and other.total != selection.stacked.total:
                name = context.ledger.goods.by_id[one].name
                found.append(Choice(goods=name, percent=other.total))
    return tuple(found)


def list_contexts(context: RateContext) -> tuple[RateContext, ...]:
    """A context for each narrower kind of goods.

    If the narrower goods may not make up all goods of the question, the given context comes first
    and stands for the other goods.
    """
    [good_id] = context.wanted.goods if context.wanted else ("",)
    narrower = tuple(_narrow(context, one) for one in context.ledger.goods.list_narrower(good_id))
    return narrower if is_divided(context) else (context, *narrower)


def _list_narrower(context: RateContext, selection: Selection) -> tuple[str, ...]:
    """The ids of the goods that are narrower than the question's goods.

    The result is empty if the question names several kinds of goods, codes or layers.
    """
    wanted = context.wanted
    if selection.basis is not TotalBasis.GOODS or wanted is None or wanted.codes:
        return ()
    if context.line is not None:
        # The lines have all totals, including those of narrower goods.
        return ()
    return context.ledger.goods.list_narrower(wanted.goods[0]) if len(wanted.goods) == 1 else ()


def _narrow(context: RateContext, good_id: str) -> RateContext:
    wanted = ParsedProduct(text=context.ledger.goods.by_id[good_id].name, goods=(good_id,))
    fits = context.ledger.get_fits(context.imposer, context.partner, wanted)
    return context._replace(wanted=wanted, fits=fits)
