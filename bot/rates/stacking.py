"""Which layers of duty add up on some goods, and why the others do not.

In this order, and what is left counts:
1. what was not charged on the day: suspended, announced, without a rate, zero; and specific duties,
   which are no percent;
2. exemptions of these goods or this partner;
3. an import ban on these goods: then nothing counts, since no duty lets them in;
4. of a set of which a tariff line pays one at most: the closest fit, then the first named; where
   two fit by their codes alone with different rates, neither, and the total is a range (`span`);
5. what falls on some lines of them only, and what is never part of a sum (`excluded_reason`),
   unless it is all that was asked for by itself;
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
from bot.rates.model.warnings import Exclusion, Reason


class Layer(NamedTuple):
    """A measure on a day, and how surely it falls on the goods in question."""

    measure: Measure
    period: RatePeriod
    fit: Fit
    exclusion: Exclusion | None = None
    """Why these goods or this partner do not pay it; None if they do."""
    partly_exempt: tuple[Exemption, ...] = ()
    """Exemptions of some of these goods, or of all of them on a condition."""

    @property
    def checked(self) -> date | None:
        """The day up to which the sources of this rate were read; None where none was opened."""
        return self.period.checked or self.measure.verified_as_of


class ExcludedLayer(NamedTuple):
    """A layer that is not in the total."""

    layer: Layer
    exclusion: Exclusion
    may_apply: bool = False
    """Whether it may be due all the same, so that an answer must say so first."""


class StackedLayers(NamedTuple):
    """The layers that make a total, and those left out."""

    counted: tuple[Layer, ...]
    excluded: tuple[ExcludedLayer, ...]
    ban: Layer | None = None
    """The import ban on these goods; then nothing is counted."""
    span: tuple[Decimal, Decimal] | None = None
    """The lowest and highest total in percent, where the line decides between rates of a set."""

    @property
    def total(self) -> Decimal:
        """The sum in percent."""
        return sum([layer.period.percent or _ZERO for layer in self.counted], _ZERO)


_ZERO = Decimal(0)
_NOT_CHARGED = {
    Status.SUSPENDED: Reason.SUSPENDED,
    Status.ANNOUNCED: Reason.ANNOUNCED,
    Status.STRUCK_DOWN: Reason.STRUCK_DOWN,
}
_MAX_COMBINATIONS = 32
"""Combinations of rates that a range is computed from; a code lies in one such set, rarely two."""


def stack(
    layers: Sequence[Layer], one_of: Sequence[Mapping[str, int]], *, by_itself: bool = False
) -> StackedLayers:
    """The layers that count; `by_itself` where the question names the layers it wants.

    Each of `one_of` is a set of measures, by id, of which a line pays one at most, with its order.
    """
    left_out: list[ExcludedLayer] = []
    charged = _exclude_uncharged(layers, left_out)
    if (ban := _find_ban(charged)) is not None:
        left_out.extend(ExcludedLayer(layer, Exclusion(Reason.IMPORT_BAN)) for layer in charged)
        return StackedLayers((), tuple(left_out), ban)
    charged = _exclude_partial_bans(charged, left_out)
    undecided: list[list[Layer]] = []
    charged = _exclude_rivals(charged, one_of, left_out)
    ids = {layer.measure.id for layer in charged}
    for members in one_of:
        if len(ids & members.keys()) > 1:
            charged = _choose_from_set(charged, members, left_out, undecided)
    stacked = _exclude_superseded_last(
        _exclude_uncertain(charged, left_out, by_itself=by_itself), left_out
    )
    if not undecided:
        return stacked
    low, high = _compute_span(layers, one_of, undecided, by_itself=by_itself)
    return stacked if low == high else stacked._replace(span=(low, high))


def _compute_span(
    layers: Sequence[Layer],
    one_of: Sequence[Mapping[str, int]],
    undecided: Sequence[Sequence[Layer]],
    *,
    by_itself: bool,
) -> tuple[Decimal, Decimal]:
    """The lowest and the highest total over all ways to decide each of the sets."""
    rivals = {layer.measure.id for alternatives in undecided for layer in alternatives}
    totals = []
    for chosen in islice(product(*undecided), _MAX_COMBINATIONS):
        ids = {layer.measure.id for layer in chosen}
        left = [one for one in layers if one.measure.id in ids or one.measure.id not in rivals]
        totals.append(stack(left, one_of, by_itself=by_itself).total)
    return min(totals), max(totals)


def _find_ban(layers: Sequence[Layer]) -> Layer | None:
    """Rule 3: the ban that surely holds for the goods; of several the closest fit."""
    bans = [one for one in layers if one.period.banned and one.fit > Fit.PARTIAL]
    return max(bans, key=lambda one: one.fit, default=None)


def _exclude_partial_bans(layers: Sequence[Layer], left_out: list[ExcludedLayer]) -> list[Layer]:
    some = Exclusion(Reason.BAN_ON_SOME_LINES)
    left_out.extend(ExcludedLayer(one, some, True) for one in layers if one.period.banned)
    return [one for one in layers if not one.period.banned]


def _exclude_uncharged(layers: Sequence[Layer], left_out: list[ExcludedLayer]) -> list[Layer]:
    """Rules 1 and 2."""
    charged = []
    for layer in layers:
        period = layer.period
        if not period.is_charged or not (period.percent or period.banned or period.specific):
            reason = _NOT_CHARGED.get(period.status, Reason.NOTHING_CHARGED)
            left_out.append(ExcludedLayer(layer, Exclusion(reason)))
        elif layer.exclusion:
            left_out.append(ExcludedLayer(layer, layer.exclusion))
        elif period.specific:
            left_out.append(ExcludedLayer(layer, Exclusion(Reason.SPECIFIC), True))
        else:
            charged.append(layer)
    return charged


def _exclude_uncertain(
    layers: Sequence[Layer], left_out: list[ExcludedLayer], *, by_itself: bool
) -> list[Layer]:
    """Rule 5."""
    if by_itself and len(layers) == 1:
        return list(layers)
    certain = []
    for layer in layers:
        if layer.fit is Fit.PARTIAL:
            left_out.append(ExcludedLayer(layer, Exclusion(Reason.SOME_LINES), True))
        elif why := layer.measure.excluded_reason:
            left_out.append(ExcludedLayer(layer, Exclusion(Reason.NEVER_SUMMED, text=why), True))
        else:
            certain.append(layer)
    return certain


def _exclude_rivals(
    layers: list[Layer], one_of: Sequence[Mapping[str, int]], left_out: list[ExcludedLayer]
) -> list[Layer]:
    """Drops members of a set that give way to a sure layer outside all sets, before rule 4."""
    ids = {one for members in one_of for one in members}
    sure = {
        one.measure.id: one.measure
        for one in layers
        if one.fit > Fit.PARTIAL and one.measure.id not in ids and not one.measure.excluded_reason
    }
    rivals = [layer for layer in layers if layer.measure.id in ids]
    kept = _exclude_superseded(rivals, sure, left_out)
    return [layer for layer in layers if layer.measure.id not in ids or layer in kept]


def _exclude_superseded(
    layers: list[Layer], others: Mapping[str, Measure], left_out: list[ExcludedLayer]
) -> list[Layer]:
    """The layers without those that give way to one of the others (by id)."""
    stays = []
    for layer in layers:
        over = _find_superseding(layer, others)
        if over is None:
            stays.append(layer)
        else:
            left_out.append(ExcludedLayer(layer, Exclusion(Reason.GIVES_WAY, over.ref)))
    return stays


def _find_superseding(layer: Layer, others: Mapping[str, Measure]) -> Measure | None:
    """The first of these measures (by id) whose goods do not pay the layer."""
    for one in (*layer.measure.excluded_by, *layer.period.excluded_by):
        if one in others:
            return others[one]
    return None


def _choose_from_set(
    counted: list[Layer],
    members: Mapping[str, int],
    left_out: list[ExcludedLayer],
    undecided: list[list[Layer]],
) -> list[Layer]:
    """Rule 4 for one set; a rate on some lines silently gives way to one on all of them.

    Where the line decides, the rates that it decides between are added to `undecided`.
    """
    rivals = [layer for layer in counted if layer.measure.id in members]
    if len(rivals) < 2:
        return counted
    closest = max([layer.fit for layer in rivals])
    if closest is Fit.PARTIAL:
        return counted
    best = [layer for layer in rivals if layer.fit is closest]
    best.sort(key=lambda layer: members[layer.measure.id])
    differ = len({layer.period.percent for layer in best}) > 1
    winner = None if differ and closest is Fit.HEADING else best[0]
    if winner is None:
        undecided.append(best)
    exclusion = (
        Exclusion(Reason.LINE_DECIDES)
        if winner is None
        else Exclusion(Reason.OTHER_COUNTED, winner.measure.ref)
    )
    left_out.extend(
        ExcludedLayer(layer, exclusion, differ and layer.fit is closest)
        for layer in rivals
        if layer is not winner and layer.fit is not Fit.PARTIAL
    )
    return [layer for layer in counted if layer is winner or layer.measure.id not in members]


def _exclude_superseded_last(counted: list[Layer], left_out: list[ExcludedLayer]) -> StackedLayers:
    """Rule 6."""
    measures = {layer.measure.id: layer.measure for layer in counted}
    stays = _exclude_superseded(counted, measures, left_out)
    counts = {layer.measure.id: layer.measure for layer in stays}
    settled = [
        ExcludedLayer(left.layer, Exclusion(Reason.GIVES_WAY, over.ref))
        if left.may_apply and (over := _find_superseding(left.layer, counts)) is not None
        else left
        for left in left_out
    ]
    return StackedLayers(tuple(stays), tuple(settled))
