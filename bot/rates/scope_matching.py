"""Matches measures with goods: how certainly they apply, and what is exempt.

How one code or name fits another is decided in `bot.rates.model.goods`.
"""

from collections.abc import Collection, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from bot.rates.model.goods import Fit, Goods
from bot.rates.model.measure import Exemption, Measure
from bot.rates.question.product import Wanted


class Exemptions(NamedTuple):
    """What exempts some goods from a measure."""

    whole: tuple[Exemption, ...] = ()
    """Those that exempt all of the goods."""
    partial: tuple[Exemption, ...] = ()
    """Those that exempt some of the goods, or all of them on a condition."""


_REMEMBERED = 10_000
"""Fits of a measure and goods; a duty on all partners is asked about with each of them."""


class Fitting:
    """How measures fit goods of the vocabulary."""

    def __init__(self, goods: Goods, measures: Sequence[Measure]) -> None:
        self._goods = goods
        self._measures = {measure.id: measure for measure in measures}
        self._fit = lru_cache(_REMEMBERED)(self._find)
        self._exempt = lru_cache(_REMEMBERED)(self._find_exempt)

    def fit(self, measure: Measure, goods: tuple[str, ...], codes: tuple[str, ...]) -> Fit:
        """How surely the measure falls on the goods; a general one does."""
        return Fit.NAMED if measure.applies_to_all_goods else self._fit(measure.id, goods, codes)

    def covers_all(self, measure: Measure, wanted: Wanted) -> bool:
        """Whether all that was asked for, word by word, lies in the measure's scope."""
        each = [((good,), ()) for good in wanted.goods] + [((), (code,)) for code in wanted.codes]
        return not wanted.unknown and all(
            self._goods.fit(measure.scope, goods, codes) >= Fit.HEADING for goods, codes in each
        )

    def _find(self, measure_id: str, goods: tuple[str, ...], codes: tuple[str, ...]) -> Fit:
        measure = self._measures[measure_id]
        sure = self._goods.fit(measure.scope, goods, codes)
        if sure >= Fit.HEADING:
            return sure
        maybe = self._goods.fit(measure.partial_scope, goods, codes)
        return Fit.PARTIAL if maybe or sure else Fit.NONE

    def exemptions(
        self, measure: Measure, day: date, charged: Collection[str], wanted: Wanted
    ) -> Exemptions:
        """What exempts the goods, or some of them, from the measure on that day.

        `charged` are the codes of the partner and its blocs.
        """
        whole: list[Exemption] = []
        partial: list[Exemption] = []
        for exemption, fit in self._exempt(measure.id, wanted.goods, wanted.codes):
            if exemption.holds(day, charged):
                certain = fit >= Fit.HEADING and not exemption.only_if
                (whole if certain else partial).append(exemption)
        return Exemptions(tuple(whole), tuple(partial))

    def _find_exempt(
        self, measure_id: str, goods: tuple[str, ...], codes: tuple[str, ...]
    ) -> tuple[tuple[Exemption, Fit], ...]:
        """The exemptions that hold for these goods, or some of them, on some day."""
        fits = (
            (exemption, self._goods.fit(exemption.scope, goods, codes))
            for exemption in self._measures[measure_id].exempt
        )
        return tuple((exemption, fit) for exemption, fit in fits if fit)
