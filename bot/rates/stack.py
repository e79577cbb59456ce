"""Which layers of duty add up on some goods, and why the others do not.

In this order, and what is left counts:
1. what was not charged on the day: suspended, announced, without a rate, zero;
2. what leaves these goods or this partner free;
3. of a set of which a tariff line pays one at most: the closest fit, then the first named; where
   two fit by their codes alone with different rates, neither;
4. what falls on some lines of them only, and what is never part of a sum (`aside`), unless it is
   all that was asked for by itself;
5. what gives way to another layer that counts.
The total is the sum of the rest. An all-in rate counts with its own number, base rate included.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from bot.rates.goods import Fit
from bot.rates.measure import Measure, RatePeriod, Status


class Layer(NamedTuple):
    """A measure on a day, and how surely it falls on the goods in question."""

    measure: Measure
    period: RatePeriod
    fit: Fit
    freed: str = ""
    """Why these goods or this partner are free of it; empty if they are not."""

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


def stack(
    layers: Sequence[Layer], one_of: Sequence[Mapping[str, int]], *, by_itself: bool = False
) -> Stacked:
    """The layers that count; `by_itself` where the question names the layers it wants.

    Each of `one_of` is a set of measures, by id, of which a line pays one at most, with its order.
    """
    left_out: list[LeftOut] = []
    charged = _charged(layers, left_out)
    for members in one_of:
        charged = _choose(charged, members, left_out)
    return _give_way(_certain(charged, left_out, by_itself=by_itself), left_out)


def _charged(layers: Sequence[Layer], left_out: list[LeftOut]) -> list[Layer]:
    """Rules 1 and 2."""
    charged = []
    for layer in layers:
        period = layer.period
        if not period.charged or not period.percent:
            why = _NOT_CHARGED.get(period.status, "nothing charged")
            left_out.append(LeftOut(layer, why))
        elif layer.freed:
            left_out.append(LeftOut(layer, layer.freed))
        else:
            charged.append(layer)
    return charged


def _certain(layers: Sequence[Layer], left_out: list[LeftOut], *, by_itself: bool) -> list[Layer]:
    """Rule 4."""
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


def _choose(
    counted: list[Layer], members: Mapping[str, int], left_out: list[LeftOut]
) -> list[Layer]:
    """Rule 3 for one set; what may fall on some lines loses in silence to what surely does."""
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
    why = _LINE_DECIDES if winner is None else f"a line pays one of these; counted: {best[0].name}"
    left_out.extend(
        LeftOut(layer, why, differ and layer.fit is closest)
        for layer in rivals
        if layer is not winner and layer.fit is not Fit.PERHAPS
    )
    return [layer for layer in counted if layer is winner or layer.measure.id not in members]


def _give_way(counted: list[Layer], left_out: list[LeftOut]) -> Stacked:
    """Rule 5."""
    names = {layer.measure.id: layer.name for layer in counted}
    stays: list[Layer] = []
    for layer in counted:
        over = next((names[one] for one in layer.measure.excluded_by if one in names), None)
        if over is None:
            stays.append(layer)
        else:
            left_out.append(LeftOut(layer, f"not on goods that pay {over}"))
    return Stacked(tuple(stays), tuple(left_out))
