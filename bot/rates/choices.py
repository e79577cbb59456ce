"""What narrower goods pay, where no one total holds for all of the goods that were asked for.

Batteries for cars and other batteries stand on different lists of which a line pays one at most:
a sum over batteries would be right for none of them.
"""

from collections.abc import Sequence
from decimal import Decimal

from bot.rates.asked import Case, Judged, Way, judge
from bot.rates.goods import Fit
from bot.rates.product import Wanted
from bot.rates.reply import Choice

_LISTS = 2
"""Lists that must share the goods out between them; one alone is a caveat of the total."""


def choices_of(case: Case, judged: Judged) -> tuple[Choice, ...]:
    """The narrower goods with their totals, where rival lists share them out; mostly empty."""
    wanted = case.wanted
    if judged.way is not Way.GOODS or wanted is None or wanted.codes or len(wanted.goods) != 1:
        return ()
    narrower = case.ledger.goods.narrower(wanted.goods[0])
    if not narrower or not _shared_out(case, judged, narrower):
        return ()
    totals = {one: _total(case, one) for one in narrower}
    if all(total == judged.stacked.total for total in totals.values()):
        return ()
    names = case.ledger.goods.by_id
    # What pays another total than the rest comes first.
    told = sorted(totals.items(), key=lambda item: item[1] == judged.stacked.total)
    return tuple(Choice(goods=names[one].name, percent=total) for one, total in told)


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


def _total(case: Case, good_id: str) -> Decimal:
    wanted = Wanted(text=case.ledger.goods.by_id[good_id].name, goods=(good_id,))
    fits = case.ledger.fits(case.imposer, case.partner, wanted)
    return judge(case._replace(wanted=wanted, fits=fits)).stacked.total
