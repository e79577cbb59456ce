"""Decides which duties add up on goods on a day, and why other duties are not counted.

These rules exclude layers, in this order:
1. Layers that are not charged on the day: suspended, announced, without a rate, or at 0%. Specific
   duties are excluded too, because they cannot be added to percentages; they may apply.
2. Layers from which these goods or this partner are exempt.
3. All layers, if a ban on imports applies to the goods. A ban on only some tariff lines excludes
   only itself; it may apply.
4. Layers in a set whose members exclude each other, because a tariff line pays at most one of them.
   The layer with the closest fit is counted. If several fit equally, the first in the set is
   counted. If these fit only by codes or wider goods (`HEADING`) and have different rates, none is
   counted: the tariff line decides, and the total is a range.
5. Layers on only some tariff lines, and layers that are never added to others (`excluded_reason`),
   unless the question is about that layer alone.
6. Layers that another counted layer replaces (`excluded_by`).
The total is the sum of the remaining layers. All-in rates count in full, including the base rate.
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
    """A measure on a day, and how surely it applies to the goods of a question."""

    measure: Measure
    period: RatePeriod
    fit: Fit
    exclusion: Exclusion | None = None
    """Why these goods or this partner are exempt; None if they are not exempt."""
    partly_exempt: tuple[Exemption, ...] = ()
    """Exemptions of some of these goods, or of all of them under a condition."""

    @property
    def checked(self) -> date | None:
        """The day on which the rate's sources were last checked; None if none was opened."""
        return self.period.checked or self.measure.verified_as_of


class ExcludedLayer(NamedTuple):
    """A layer that the total does not count."""

    layer: Layer
    exclusion: Exclusion
    may_apply: bool = False
    """Whether the layer may apply nevertheless. Then the answer needs a warning."""


class StackedLayers(NamedTuple):
    """The layers that a total counts, and the layers that are excluded from it."""

    counted: tuple[Layer, ...]
    excluded: tuple[ExcludedLayer, ...]
    ban: Layer | None = None
    """The import ban on these goods, if any. If there is a ban, `counted` is empty."""
    span: tuple[Decimal, Decimal] | None = None
    """The lowest and highest total in percent, if it depends on the tariff line (rule 4)."""

    @property
    def involved(self) -> tuple[Layer, ...]:
        """The counted layers, and those that only some of the goods pay."""
        some = (one.layer for one in self.excluded if one.exclusion.reason is Reason.DEPENDS)
        return (*self.counted, *some)

    @property
    def paid_ids(self) -> frozenset[str]:
        """The ids of the measures that are or may be paid."""
        layers = (*self.counted, *(one.layer for one in self.excluded if one.may_apply))
        return frozenset(layer.measure.id for layer in layers)

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
"""Maximum combinations of undecided layers from which a range is computed.

There is usually one undecided set of rule 4, rarely two.
"""


def stack(
    layers: Sequence[Layer], one_of: Sequence[Mapping[str, int]], *, by_itself: bool = False
) -> StackedLayers:
    """Applies the rules; `by_itself` is true if the question is about named layers alone.

    `one_of` has the sets of rule 4. Each set maps a measure's id to its rank in the set.
    """
    left_out: list[ExcludedLayer] = []
    charged = _exclude_uncharged(layers, left_out)
    if bans := [layer for layer in charged if layer.period.banned]:
        if (ban := _find_ban(bans)) is not None:
            left_out.extend(ExcludedLayer(layer, Exclusion(Reason.IMPORT_BAN)) for layer in charged)
            return StackedLayers((), tuple(left_out), ban)
        some = Exclusion(Reason.BAN_ON_SOME_LINES)
        left_out.extend(ExcludedLayer(layer, some, True) for layer in bans)
        charged = [layer for layer in charged if not layer.period.banned]
    undecided: list[list[Layer]] = []
    ids = {layer.measure.id for layer in charged}
    if sets := [members for members in one_of if not members.keys().isdisjoint(ids)]:
        charged = _exclude_rivals(charged, sets, left_out)
        for members in sets:
            charged = _choose_from_set(charged, members, left_out, undecided)
    stacked = _exclude_superseded_last(
        _exclude_uncertain(charged, left_out, by_itself=by_itself), left_out
    )
    if not undecided:
        return _add_own_span(stacked)
    low, high = _compute_span(layers, one_of, undecided, by_itself=by_itself)
    return stacked if low == high else stacked._replace(span=(low, high))


def _add_own_span(stacked: StackedLayers) -> StackedLayers:
    """The layers with the range of the total, if a counted duty has several rates."""
    periods = (layer.period for layer in stacked.counted)
    several = [(one.percent, one.low) for one in periods if one.low is not None]
    spread = sum([(percent or _ZERO) - low for percent, low in several], _ZERO)
    return stacked._replace(span=(stacked.total - spread, stacked.total)) if spread else stacked


def _compute_span(
    layers: Sequence[Layer],
    one_of: Sequence[Mapping[str, int]],
    undecided: Sequence[Sequence[Layer]],
    *,
    by_itself: bool,
) -> tuple[Decimal, Decimal]:
    """The lowest and highest total over all combinations of the undecided layers."""
    rivals = {layer.measure.id for alternatives in undecided for layer in alternatives}
    spans = []
    for chosen in islice(product(*undecided), _MAX_COMBINATIONS):
        ids = {layer.measure.id for layer in chosen}
        left = [one for one in layers if one.measure.id in ids or one.measure.id not in rivals]
        stacked = stack(left, one_of, by_itself=by_itself)
        spans.append(stacked.span or (stacked.total, stacked.total))
    return min(low for low, _ in spans), max(high for _, high in spans)


def _find_ban(bans: Sequence[Layer]) -> Layer | None:
    """Rule 3: the ban that certainly applies to the goods; if several do, the closest fit."""
    certain = (one for one in bans if one.fit > Fit.PARTIAL)
    return max(certain, key=lambda one: one.fit, default=None)


def _exclude_uncharged(layers: Sequence[Layer], left_out: list[ExcludedLayer]) -> list[Layer]:
    """Rules 1 and 2: adds the excluded layers to `left_out` and returns the remaining layers."""
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
    """Rule 5: adds the excluded layers to `left_out` and returns the remaining layers."""
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
    layers: list[Layer], sets: Sequence[Mapping[str, int]], left_out: list[ExcludedLayer]
) -> list[Layer]:
    """Before rule 4: excludes the members of sets that a layer outside all sets replaces.

    `sets` are those with members among the layers. The replacing layer must certainly apply.
    Returns the remaining layers.
    """
    ids = set().union(*sets)
    sure = {
        one.measure.id: one.measure
        for one in layers
        if one.fit > Fit.PARTIAL and one.measure.id not in ids and not one.measure.excluded_reason
    }
    rivals = [layer for layer in layers if layer.measure.id in ids]
    kept = {one.measure.id for one in _exclude_superseded(rivals, sure, left_out)}
    return [one for one in layers if one.measure.id not in ids or one.measure.id in kept]


def _exclude_superseded(
    layers: list[Layer], others: Mapping[str, Measure], left_out: list[ExcludedLayer]
) -> list[Layer]:
    """The layers that none of the measures in `others` (by id) replaces."""
    stays = []
    for layer in layers:
        over = _find_superseding(layer, others)
        if over is None:
            stays.append(layer)
        else:
            left_out.append(ExcludedLayer(layer, Exclusion(Reason.GIVES_WAY, over.ref)))
    return stays


def _find_superseding(layer: Layer, others: Mapping[str, Measure]) -> Measure | None:
    """The first measure in `others` (by id) that replaces the layer, or None."""
    for ids in (layer.measure.excluded_by, layer.period.excluded_by):
        if not others.keys().isdisjoint(ids):
            return next(others[one] for one in ids if one in others)
    return None


def _choose_from_set(
    counted: list[Layer],
    members: Mapping[str, int],
    left_out: list[ExcludedLayer],
    undecided: list[list[Layer]],
) -> list[Layer]:
    """Rule 4 for one set: returns the remaining layers.

    If a layer fits all of the goods, layers on only some tariff lines are dropped without a reason.
    If the tariff line decides, the possible layers are added to `undecided`.
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
    """Rule 6, for counted layers and for excluded layers that may apply."""
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
