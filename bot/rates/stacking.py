"""Which layers of duty add up on some goods, and why the others do not.

In this order, and what is left counts:
1. what was not charged on the day: suspended, announced, without a rate, zero; and specific duties,
   which are no percent;
2. what leaves these goods or this partner free;
3. an import ban on these goods: then nothing counts, since no duty lets them in;
4. of a set of which a tariff line pays one at most: the closest fit, then the first named; where
   two fit by their codes alone with different rates, neither, and the total is a range (`span`);
5. what falls on some lines of them only, and what is never part of a sum (`aside`), unless it is
   all that was asked for by itself;
6. what gives way to another layer that counts.
The total is the sum of the rest. An all-in rate counts with its own number, base rate included.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice, product
from typing import NamedTuple

from bot.rates.model.goods import Fit
from bot.rates.model.measure import Exemption, Measure, RatePeriod, Status


class Layer(NamedTuple):
    """A measure on a day, and how surely it falls on the goods in question."""

    measure: Measure
    period: RatePeriod
    fit: Fit
    freed: str = ""
    """Why these goods or this partner are free of it; empty if they are not."""
    partly_free: tuple[Exemption, ...] = ()
    """Exemptions of some of these goods, or of all of them on a condition."""

    @property
    def name(self) -> str:
        return self.measure.name

    @property
    def checked(self) -> date | None:
        """The day up to which the sources of this rate were read; None where none was opened."""
        return self.period.checked or self.measure.verified_as_of


class LeftOut(NamedTuple):
    layer: Layer
    why: str
    unsure: bool = False
    """Whether it may be due all the same, so that an answer must say so first."""


class Stacked(NamedTuple):
    counted: tuple[Layer, ...]
    left_out: tuple[LeftOut, ...]
    ban: Layer | None = None
    """The import ban on these goods; then nothing is counted."""
    span: tuple[Decimal, Decimal] | None = None
    """The lowest and highest total in percent, where the line decides between rates of a set."""

    @property
    def total(self) -> Decimal:
        """The sum in percent."""
        return sum((layer.period.percent or Decimal(0) for layer in self.counted), Decimal(0))


_NOT_CHARGED = {
    Status.SUSPENDED: "suspended, not charged",
    Status.ANNOUNCED: "announced, not in force",
    Status.STRUCK_DOWN: "struck down, no longer charged",
}
_SOME_LINES = "falls on some lines of these goods only; the line decides"
_LINE_DECIDES = "one of several rates for this heading; the line decides"
_BANNED = "these goods may not be imported"
_SOME_BANNED = "some lines of these goods may not be imported; the line decides"
_MOST_WAYS = 32
"""Combinations of rates that a range is computed from; a code lies in one such set, rarely two."""


def stack(
    layers: Sequence[Layer], one_of: Sequence[Mapping[str, int]], *, by_itself: bool = False
) -> Stacked:
    """The layers that count; `by_itself` where the question names the layers it wants.

    Each of `one_of` is a set of measures, by id, of which a line pays one at most, with its order.
    """
    left_out: list[LeftOut] = []
    charged = _charged(layers, left_out)
    if (ban := _ban(charged)) is not None:
        left_out.extend(LeftOut(layer, _BANNED) for layer in charged)
        return Stacked((), tuple(left_out), ban)
    charged = _without_partial_bans(charged, left_out)
    undecided: list[list[Layer]] = []
    charged = _without_excluded_rivals(charged, one_of, left_out)
    for members in one_of:
        charged = _choose(charged, members, left_out, undecided)
    stacked = _give_way(_certain(charged, left_out, by_itself=by_itself), left_out)
    if not undecided:
        return stacked
    low, high = _span(layers, one_of, undecided, by_itself=by_itself)
    return stacked if low == high else stacked._replace(span=(low, high))


def _span(
    layers: Sequence[Layer],
    one_of: Sequence[Mapping[str, int]],
    undecided: Sequence[Sequence[Layer]],
    *,
    by_itself: bool,
) -> tuple[Decimal, Decimal]:
    """The lowest and the highest total over all ways to decide each of the sets."""
    rivals = {layer.measure.id for alternatives in undecided for layer in alternatives}
    totals = []
    for chosen in islice(product(*undecided), _MOST_WAYS):
        ids = {layer.measure.id for layer in chosen}
        left = [one for one in layers if one.measure.id in ids or one.measure.id not in rivals]
        totals.append(stack(left, one_of, by_itself=by_itself).total)
    return min(totals), max(totals)


def _ban(layers: Sequence[Layer]) -> Layer | None:
    """Rule 3: the ban that surely holds for the goods; of several the closest fit."""
    bans = [one for one in layers if one.period.banned and one.fit > Fit.PERHAPS]
    return max(bans, key=lambda one: one.fit, default=None)


def _without_partial_bans(layers: Sequence[Layer], left_out: list[LeftOut]) -> list[Layer]:
    left_out.extend(LeftOut(one, _SOME_BANNED, True) for one in layers if one.period.banned)
    return [one for one in layers if not one.period.banned]


def _charged(layers: Sequence[Layer], left_out: list[LeftOut]) -> list[Layer]:
    """Rules 1 and 2."""
    charged = []
    for layer in layers:
        period = layer.period
        if not period.charged or not (period.percent or period.banned or period.specific):
            why = _NOT_CHARGED.get(period.status, "nothing charged")
            left_out.append(LeftOut(layer, why))
        elif layer.freed:
            left_out.append(LeftOut(layer, layer.freed))
        elif period.specific:
            left_out.append(LeftOut(layer, f"not a percent: {period.specific}", True))
        else:
            charged.append(layer)
    return charged


def _certain(layers: Sequence[Layer], left_out: list[LeftOut], *, by_itself: bool) -> list[Layer]:
    """Rule 5."""
    if by_itself and len(layers) == 1:
        return list(layers)
    certain = []
    for layer in layers:
        if layer.fit is Fit.PERHAPS:
            left_out.append(LeftOut(layer, _SOME_LINES, True))
        elif layer.measure.aside:
            left_out.append(LeftOut(layer, layer.measure.aside, True))
        else:
            certain.append(layer)
    return certain


def _without_excluded_rivals(
    layers: list[Layer], one_of: Sequence[Mapping[str, int]], left_out: list[LeftOut]
) -> list[Layer]:
    """Drops members of a set that give way to a sure layer outside all sets, before rule 4."""
    ids = {one for members in one_of for one in members}
    sure = {
        one.measure.id: one.name
        for one in layers
        if one.fit > Fit.PERHAPS and one.measure.id not in ids and not one.measure.aside
    }
    stays = []
    for layer in layers:
        over = _excluder(layer, sure) if layer.measure.id in ids else None
        if over is None:
            stays.append(layer)
        else:
            left_out.append(LeftOut(layer, f"not on goods that pay {over}"))
    return stays


def _excluder(layer: Layer, names: Mapping[str, str]) -> str | None:
    """The name of the first of these measures (by id) whose goods do not pay the layer."""
    excluders = (*layer.measure.excluded_by, *layer.period.excluded_by)
    return next((names[one] for one in excluders if one in names), None)


def _choose(
    counted: list[Layer],
    members: Mapping[str, int],
    left_out: list[LeftOut],
    undecided: list[list[Layer]],
) -> list[Layer]:
    """Rule 4 for one set; a rate on some lines gives way without a word to one on all of them.

    Where the line decides, the rates that it decides between are added to `undecided`.
    """
    rivals = [layer for layer in counted if layer.measure.id in members]
    if len(rivals) < 2:
        return counted
    closest = max(layer.fit for layer in rivals)
    if closest is Fit.PERHAPS:
        return counted
    best = [layer for layer in rivals if layer.fit is closest]
    best.sort(key=lambda layer: members[layer.measure.id])
    differ = len({layer.period.percent for layer in best}) > 1
    winner = None if differ and closest is Fit.HEADING else best[0]
    if winner is None:
        undecided.append(best)
    why = _LINE_DECIDES if winner is None else f"a line pays one of these; counted: {best[0].name}"
    left_out.extend(
        LeftOut(layer, why, differ and layer.fit is closest)
        for layer in rivals
        if layer is not winner and layer.fit is not Fit.PERHAPS
    )
    return [layer for layer in counted if layer is winner or layer.measure.id not in members]


def _give_way(counted: list[Layer], left_out: list[LeftOut]) -> Stacked:
    """Rule 6."""
    names = {layer.measure.id: layer.name for layer in counted}
    stays: list[Layer] = []
    for layer in counted:
        over = _excluder(layer, names)
        if over is None:
            stays.append(layer)
        else:
            left_out.append(LeftOut(layer, f"not on goods that pay {over}"))
    counts = {layer.measure.id: layer.name for layer in stays}
    settled = (
        LeftOut(left.layer, f"not on goods that pay {over}")
        if left.unsure and (over := _excluder(left.layer, counts)) is not None
        else left
        for left in left_out
    )
    return Stacked(tuple(stays), tuple(settled))
