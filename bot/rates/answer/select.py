"""Which measures a question is about, and how they stack: on all goods, some goods, or one layer.

In this order:
1. no product, or 'goods in general': the general measures;
2. a layer called by name or by its legal basis, or goods with 'only': those layers by themselves;
3. goods or codes: the general measures and those on the goods; on all partners at once only those
   on the goods, since general duties differ from partner to partner;
4. a product that is not known: the general measures, said so first.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from bot.parties import WORLD
from bot.rates.ledger import Ledger
from bot.rates.model.goods import Fit
from bot.rates.model.measure import Measure
from bot.rates.question.product import Wanted
from bot.rates.stacking import Layer, Stacked, stack

LONGEST_PRODUCT = 300
"""Characters of a product text that are read."""


class Way(StrEnum):
    """What the total of an answer is on."""

    GENERAL = "general"
    GOODS = "goods"
    LAYER = "layer"


class Case(NamedTuple):
    """One imposer, one partner, one day, and the product asked for, if any."""

    ledger: Ledger
    imposer: str
    partner: str
    day: date
    wanted: Wanted | None
    measures: tuple[Measure, ...]
    """All that the imposer has on the partner, over all time."""
    charged: frozenset[str]
    """Codes of the partner and its blocs."""
    fits: Mapping[str, Fit]
    """How surely each measure, by id, falls on the goods."""


class Judged(NamedTuple):
    """The layers on the day, and the measures that the question is about."""

    way: Way
    stacked: Stacked
    chosen: tuple[Measure, ...]


def case_of(ledger: Ledger, imposer: str, partner: str, day: date, product: str | None) -> Case:
    """The case of a question; the product is read by the ledger's vocabulary."""
    pair = ledger.pair(imposer, partner)
    wanted = None
    if product is not None and product.strip():
        wanted = ledger.reader.read(product[:LONGEST_PRODUCT], pair.ids)
    fits = ledger.fits(imposer, partner, wanted)
    return Case(ledger, imposer, partner, day, wanted, pair.measures, pair.charged, fits)


def judge(case: Case) -> Judged:
    """What counts, what stands beside it, and why."""
    way, chosen = choose(case)
    wanted = case.wanted
    named = way is Way.LAYER and wanted is not None and bool(wanted.layers or wanted.bases)
    layers = _layers(case, chosen, named=named)
    layers += _layers(case, [one for one in _bans(case) if one not in chosen])
    return Judged(way, stack(layers, case.ledger.one_of, by_itself=way is Way.LAYER), chosen)


def _bans(case: Case) -> list[Measure]:
    """Import bans on the goods: they hold whatever layer the question names."""
    if case.wanted is None:
        return []
    return [
        measure
        for measure in case.measures
        if case.fits[measure.id] >= Fit.HEADING
        and (period := measure.on(case.day)) is not None
        and period.banned
    ]


def choose(case: Case) -> tuple[Way, tuple[Measure, ...]]:
    """What the total is on, and the measures that it is about."""
    wanted = case.wanted
    if wanted is None or wanted.nothing_known or _wants_all(wanted):
        return Way.GENERAL, tuple(measure for measure in case.measures if measure.general)
    if wanted.layers or wanted.bases or wanted.alone:
        return Way.LAYER, _named(case, wanted)
    return Way.GOODS, _on_goods(case)


def _wants_all(wanted: Wanted) -> bool:
    return wanted.headline and not (wanted.goods or wanted.codes or wanted.layers or wanted.bases)


def _layers(case: Case, chosen: Sequence[Measure], *, named: bool = False) -> list[Layer]:
    found = []
    for measure in chosen:
        fit = case.fits[measure.id]
        layer = case.ledger.layer(measure, case.charged, case.day, case.wanted, fit)
        if layer is None and named and (period := measure.on(case.day)):
            layer = Layer(measure, period, Fit.NAMED)
        if layer is not None:
            found.append(layer)
    return found


def _on_goods(case: Case) -> tuple[Measure, ...]:
    fits = case.fits
    own = any(fits[measure.id] >= Fit.HEADING for measure in case.measures if not measure.general)
    return tuple(
        measure
        for measure in case.measures
        if fits[measure.id] and not (measure.general and own and case.partner == WORLD)
    )


def _named(case: Case, wanted: Wanted) -> tuple[Measure, ...]:
    """The layers asked for: by name first, then by legal basis, then those on the goods."""
    pool = case.measures
    by_name = tuple(measure for measure in pool if measure.id in wanted.layers)
    if by_name:
        return _closest(case, wanted, by_name) or by_name
    # A word such as 'countermeasure' may be the basis of another pair's duties only.
    on_basis = tuple(measure for measure in pool if has_basis(measure, wanted.bases))
    pool = on_basis or pool
    particular = tuple(measure for measure in pool if not measure.general)
    general = tuple(measure for measure in pool if measure.general)
    if wanted.goods or wanted.codes:
        return _closest(case, wanted, particular) or general
    if general or len(particular) == 1:
        return general or particular
    return ()


def _closest(case: Case, wanted: Wanted, measures: Sequence[Measure]) -> tuple[Measure, ...]:
    """Those that fit the goods best; empty where none does or no goods were named."""
    if not (wanted.goods or wanted.codes):
        return ()
    fitting = [measure for measure in measures if case.fits[measure.id]]
    # What had no rate yet on the day must not hide what was charged then.
    dated = [measure for measure in fitting if measure.on(case.day)]
    best = max((case.fits[measure.id] for measure in dated or fitting), default=Fit.NONE)
    return tuple(measure for measure in fitting if case.fits[measure.id] is best)


def has_basis(measure: Measure, bases: Sequence[str]) -> bool:
    """Whether the measure rests on one of these legal bases."""
    basis = measure.legal_basis.casefold()
    return any(base.casefold() in basis for base in bases)
