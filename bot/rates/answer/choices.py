"""What narrower goods pay, where no one total holds for all of the goods that were asked for.

Batteries for cars and other batteries stand on different lists of which a line pays one at most:
a sum over batteries would be right for none of them.
"""

from collections.abc import Sequence

from bot.rates.answer.select import Case, Judged, Way, judge
from bot.rates.model.answer import Choice
from bot.rates.model.goods import Fit
from bot.rates.question.product import Wanted

_LISTS = 2
"""Lists that must share the goods out between them; one alone is a caveat of the total."""


def choices_of(case: Case, judged: Judged) -> tuple[Choice, ...]:
    """The narrower goods with their totals, where rival lists share them out; mostly empty."""
    wanted = case.wanted
    if judged.way is not Way.GOODS or wanted is None or wanted.codes or len(wanted.goods) != 1:
        return ()
    narrower = case.ledger.goods.narrower(wanted.goods[0])
    if not narrower or not (is_divided(case) or _shared_out(case, judged, narrower)):
        return ()
    totals = {one: judge(_narrowed(case, one)).stacked.total for one in narrower}
    if all(total == judged.stacked.total for total in totals.values()):
        return ()
    names = case.ledger.goods.by_id
    # What pays another total than the rest comes first.
    told = sorted(totals.items(), key=lambda item: item[1] == judged.stacked.total)
    return tuple(Choice(goods=names[one].name, percent=total) for one, total in told)


def agreed(case: Case, choices: Sequence[Choice]) -> Case | None:
    """The case of narrower goods that stands for all, where whichever they are they pay the same.

    None where they do not, or where there may be goods besides them.
    """
    if not choices or case.wanted is None or len({one.percent for one in choices}) > 1:
        return None
    if not is_divided(case):
        return None
    [good_id] = case.wanted.goods
    last = case.ledger.goods.narrower(good_id)[-1]
    return _narrowed(case, last)._replace(wanted=case.wanted._replace(goods=(last,)))


def is_divided(case: Case) -> bool:
    """Whether the narrower goods are, together, all of the goods asked for."""
    wanted = case.wanted
    if wanted is None or len(wanted.goods) != 1:
        return False
    return case.ledger.goods.by_id[wanted.goods[0]].divided


def _shared_out(case: Case, judged: Judged, narrower: Sequence[str]) -> bool:
    """Whether enough lists of one set name narrower goods and are charged on the day."""
    lists = {
        left.layer.measure.id
        for left in judged.stacked.left_out
        if left.unsure
        and left.layer.fit is Fit.PERHAPS
        and not set(left.layer.measure.scope.goods).isdisjoint(narrower)
    }
    return any(len(lists & members.keys()) >= _LISTS for members in case.ledger.one_of)


def others_of(case: Case, judged: Judged) -> tuple[Choice, ...]:
    """Narrower goods that a list names and that pay another total, where one holds for the rest."""
    wanted = case.wanted
    if judged.way is not Way.GOODS or wanted is None or wanted.codes or len(wanted.goods) != 1:
        return ()
    narrower = case.ledger.goods.narrower(wanted.goods[0])
    if not narrower:
        return ()
    charged = (
        measure
        for measure in case.measures
        if (period := measure.on(case.day)) and period.charged and period.percent
    )
    named = {one for measure in charged for one in measure.scope.goods}
    found = []
    for one in narrower:
        if one in named:
            other = judge(_narrowed(case, one)).stacked
            if other.counted and other.total != judged.stacked.total:
                name = case.ledger.goods.by_id[one].name
                found.append(Choice(goods=name, percent=other.total))
    return tuple(found)


def all_ways(case: Case) -> tuple[Case, ...]:
    """The question about each of the goods that it may mean, where there are choices.

    First about all of them together, which stands for those that no list names, if there may be
    any.
    """
    [good_id] = case.wanted.goods if case.wanted else ("",)
    narrower = tuple(_narrowed(case, one) for one in case.ledger.goods.narrower(good_id))
    return narrower if is_divided(case) else (case, *narrower)


def _narrowed(case: Case, good_id: str) -> Case:
    wanted = Wanted(text=case.ledger.goods.by_id[good_id].name, goods=(good_id,))
    fits = case.ledger.fits(case.imposer, case.partner, wanted)
    return case._replace(wanted=wanted, fits=fits)
