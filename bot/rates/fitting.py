"""Which measures fall on which goods, how surely, and what leaves them free."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from bot.rates.goods import Fit, Goods
from bot.rates.measure import Exemption, Measure
from bot.rates.product import Wanted

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
        return Fit.NAMED if measure.general else self._fit(measure.id, goods, codes)

    def _find(self, measure_id: str, goods: tuple[str, ...], codes: tuple[str, ...]) -> Fit:
        measure = self._measures[measure_id]
        sure = self._goods.fit(measure.scope, goods, codes)
        if sure >= Fit.HEADING:
            return sure
        maybe = self._goods.fit(measure.perhaps, goods, codes)
        return Fit.PERHAPS if maybe or sure else Fit.NONE

    def exemption(self, measure: Measure, day: date, wanted: Wanted | None) -> str:
        """Why the goods are free of the measure on that day; empty if they are not."""
        if wanted is None or not measure.exempt:
            return ""
        for exemption in self._exempt(measure.id, wanted.goods, wanted.codes):
            if exemption.holds(day):
                return f"these goods are free of it: {exemption.why}"
        return ""

    def _find_exempt(
        self, measure_id: str, goods: tuple[str, ...], codes: tuple[str, ...]
    ) -> tuple[Exemption, ...]:
        """What leaves these goods free on some day."""
        return tuple(
            exemption
            for exemption in self._measures[measure_id].exempt
            if self._goods.fit(exemption.scope, goods, codes) >= Fit.HEADING
        )
