"""Matches measures with goods: how surely a measure applies, and which goods are exempt.

If a question has several goods and codes, the best of their fits is used. The fits are:
- Goods: `NAMED` if the scope names them, `HEADING` if it names wider goods, `PARTIAL` if it names
  narrower goods. Otherwise their codes decide: `HEADING` if all codes are in the scope, `PARTIAL`
  if some are.
- A code: `HEADING` if it begins with a code of the scope, `PARTIAL` if a code of the scope begins
  with it.
- Goods or a code in the measure's `partial_scope`: `PARTIAL`.
"""

from collections.abc import Collection, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from bot.rates.model.goods import Fit, Goods
from bot.rates.model.measure import Exemption, Measure, Scope
from bot.rates.question.product.parsed import ParsedProduct


class Exemptions(NamedTuple):
    """The exemptions of a measure that apply to the goods of a question."""

    whole: tuple[Exemption, ...] = ()
    """Exemptions of all goods of the question."""
    partial: tuple[Exemption, ...] = ()
    """Exemptions of some of the goods, or of all of them under a condition."""


_CACHE_SIZE = 10_000
"""Maximum entries of each cache. The keys are a measure with goods and codes."""


class ScopeMatcher:
    """Matches the scopes of measures with goods and codes."""

    def __init__(self, goods: Goods, measures: Sequence[Measure]) -> None:
        self._goods = goods
        self._measures = {measure.id: measure for measure in measures}
        self._find_fit_cached = lru_cache(_CACHE_SIZE)(self._find_fit)
        self._find_exempt_cached = lru_cache(_CACHE_SIZE)(self._find_exempt)

    def match(self, measure: Measure, wanted: ParsedProduct) -> Fit:
        """How surely the measure applies to the goods; `NAMED` for a measure on all goods."""
        if measure.applies_to_all_goods:
            return Fit.NAMED
        return self._find_fit_cached(measure.id, wanted.goods, wanted.codes)

    def covers_all(self, measure: Measure, wanted: ParsedProduct) -> bool:
        """Whether the scope includes all goods and codes, and no word of the product is unknown."""
        return not wanted.unknown and all(
            fit >= Fit.HEADING for fit in self._fit_each(measure.scope, wanted.goods, wanted.codes)
        )

    def find_exemptions(
        self, measure: Measure, day: date, charged: Collection[str], wanted: ParsedProduct
    ) -> Exemptions:
        """The exemptions of the goods from the measure on the day.

        `charged` has the codes of the partner and its blocs.
        """
        whole: list[Exemption] = []
        partial: list[Exemption] = []
        for exemption, fit in self._find_exempt_cached(measure.id, wanted.goods, wanted.codes):
            if exemption.applies_to(day, charged):
                certain = fit >= Fit.HEADING and not exemption.only_if
                (whole if certain else partial).append(exemption)
        return Exemptions(tuple(whole), tuple(partial))

    def _find_fit(self, measure_id: str, goods: tuple[str, ...], codes: tuple[str, ...]) -> Fit:
        measure = self._measures[measure_id]
        sure = max(self._fit_each(measure.scope, goods, codes), default=Fit.NONE)
        if sure >= Fit.HEADING:
            return sure
        maybe = sure or any(self._fit_each(measure.partial_scope, goods, codes))
        return Fit.PARTIAL if maybe else Fit.NONE

    def _find_exempt(
        self, measure_id: str, goods: tuple[str, ...], codes: tuple[str, ...]
    ) -> tuple[tuple[Exemption, Fit], ...]:
        """The exemptions of these goods on any day, each with its fit."""
        fits = (
            (exemption, max(self._fit_each(exemption.scope, goods, codes), default=Fit.NONE))
            for exemption in self._measures[measure_id].exempt
        )
        return tuple((exemption, fit) for exemption, fit in fits if fit)

    def _fit_each(self, scope: Scope, goods: Sequence[str], codes: Sequence[str]) -> list[Fit]:
        """How surely the scope includes each of the goods and codes."""
        fits = [self._fit_good(scope, good_id) for good_id in goods]
        return [*fits, *(_fit_code(scope.hs, code) for code in codes)]

    def _fit_good(self, scope: Scope, good_id: str) -> Fit:
        if good_id in scope.goods:
            return Fit.NAMED
        if not self._goods.list_with_wider(good_id).isdisjoint(scope.goods):
            return Fit.HEADING
        if not set(self._goods.list_narrower(good_id)).isdisjoint(scope.goods):
            return Fit.PARTIAL
        good = self._goods.by_id.get(good_id)
        fits = [_fit_code(scope.hs, code) for code in good.hs] if good and scope.hs else []
        if fits and min(fits) is Fit.HEADING:
            return Fit.HEADING
        return Fit.PARTIAL if any(fits) else Fit.NONE


def _fit_code(scope_codes: tuple[str, ...], code: str) -> Fit:
    if code.startswith(scope_codes):
        return Fit.HEADING
    if any(prefix.startswith(code) for prefix in scope_codes):
        return Fit.PARTIAL
    return Fit.NONE
