"""Selects the measures that a question is about, and stacks them.

The question decides which measures are selected. The first case that applies is used:
1. No product, or 'goods in general': the measures on all goods.
2. An unknown product: also the measures on all goods. The answer has a warning.
3. A layer by name or legal basis, or goods with 'only': these layers alone.
4. Goods or codes: the measures on all goods and the measures on these goods. If the partner is all
   countries, only the measures on these goods, because general duties differ by partner.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from bot.errors import QueryError
from bot.parties import WORLD
from bot.rates.answer.law_rows import list_law_measures, stack_law
from bot.rates.answer.lines.line_duties import LineFinding, stack_line
from bot.rates.ledger import Ledger
from bot.rates.model.answer import TotalBasis
from bot.rates.model.goods import Fit
from bot.rates.model.measure import Measure, RatePeriod, has_basis
from bot.rates.model.warnings import Exclusion, Reason
from bot.rates.question.product.parsed import ParsedProduct
from bot.rates.schedule.asked_line import AskedLine
from bot.rates.schedule.treatment import Treatment, find_line_duty, resolve_treatment
from bot.rates.scope_matching import Exemptions
from bot.rates.stacking import ExcludedLayer, Layer, StackedLayers, stack

_ZERO = Decimal(0)
MAX_PRODUCT = 300
"""Maximum length of a product text in characters. Further characters are ignored."""


class RateContext(NamedTuple):
    """One direction of a question: imposer, partner, day, and product (or None)."""

    ledger: Ledger
    imposer: str
    partner: str
    day: date
    wanted: ParsedProduct | None
    measures: tuple[Measure, ...]
    """All measures of the imposer on the partner, including past ones."""
    charged: frozenset[str]
    """The codes of the partner and its blocs."""
    fits: Mapping[str, Fit]
    """How surely each measure applies to the goods, by measure id."""
    line: AskedLine | None = None
    """The question's code, if the tariff schedule decides about its goods; else None."""
    treatment: Treatment = Treatment()
    """What the question claims for the goods."""


class Selection(NamedTuple):
    """The measures that a question is about, and their layers on the day."""

    basis: TotalBasis
    stacked: StackedLayers
    chosen: tuple[Measure, ...]
    line: LineFinding | None = None
    """What the tariff schedule says about the question's code; None for other questions."""
    rows: tuple[Measure, ...] = ()
    """The measures on particular goods of a question about a law; empty for other questions."""


def build_context(
    ledger: Ledger,
    imposer: str,
    partner: str,
    day: date,
    product: str | None,
    *,
    lines_of_goods: bool = False,
    part: ParsedProduct | None = None,
) -> RateContext:
    """The context of a question, with its product parsed.

    With `lines_of_goods`, the tariff schedule decides about goods in words too, where it can. The
    scopes of the measures decide about all others. `part` is the part of the product to answer for.
    """
    pair = ledger.get_pair(imposer, partner)
    wanted = None
    if product is not None and product.strip():
        wanted = part or ledger.reader.read(product[:MAX_PRODUCT], pair.ids)
    fits = ledger.get_fits(imposer, partner, wanted)
    context = RateContext(ledger, imposer, partner, day, wanted, pair.measures, pair.charged, fits)
    if partner == WORLD:
        return context
    if lines_of_goods and (line := ledger.find_lines_of_goods(imposer, wanted)) is not None:
        context = context._replace(line=line, fits={**fits, **line.match(pair.measures)})
    return _add_treatment(context)


def build_line_context(
    ledger: Ledger,
    imposer: str,
    partner: str,
    day: date,
    code: str,
    measures: tuple[Measure, ...],
) -> RateContext:
    """The context of a question about the code of a line, with only these measures of the pair.

    The schedule of the imposer must have the line on the day.
    """
    wanted = ParsedProduct(code, codes=(code,))
    schedule = ledger.find_tariff_schedule(imposer)
    line = AskedLine(schedule, code, ledger.get_lists(imposer), code) if schedule else None
    charged = ledger.get_pair(imposer, partner).charged
    fits = ledger.match(wanted, measures, line)
    return _add_treatment(
        RateContext(ledger, imposer, partner, day, wanted, measures, charged, fits, line)
    )


def _add_treatment(context: RateContext) -> RateContext:
    """The context with its line, and with what its question claims for the goods."""
    ledger, wanted = context.ledger, context.wanted
    schedule = ledger.find_tariff_schedule(context.imposer)
    if schedule is None:
        return context
    line = context.line or ledger.find_asked_line(context.imposer, wanted, context.day)
    claims = wanted.claims if wanted else ()
    treatment = resolve_treatment(
        schedule.header,
        claims,
        context.charged,
        context.day,
        line.find_only_line(context.day) if line and claims else None,
    )
    line = line._replace(treatment=treatment) if line else None
    return context._replace(line=line, treatment=treatment)


def claim_program(context: RateContext, program_id: str) -> RateContext:
    """The context of the same question with the claim of a trade program."""
    wanted = context.wanted or ParsedProduct("")
    claimed = context._replace(wanted=wanted._replace(claims=(program_id,)))
    return _add_treatment(claimed)


def check_pair(imposer: str, partner: str, ledger: Ledger) -> None:
    """Raises QueryError if both parties are in one customs territory, which has no inner duties."""
    if set(ledger.list_codes(imposer)) & set(ledger.list_codes(partner)):
        name = ledger.parties.get(imposer).name
        cause = f"shares a customs territory with {ledger.parties.get(partner).name}"
        raise QueryError(name, cause, "Name two that trade across a border, as in: us china")


def select_layers(context: RateContext) -> Selection:
    """The selected measures, stacked on the day of the context.

    If a rate ends after the last check, the duties that it replaced are counted again only if the
    rates files say so.
    """
    selection = _select(context)
    unknown = _find_unreturned(context, selection)
    if not unknown:
        return selection
    stacked = selection.stacked
    lost = [one for one in stacked.counted if one.measure.id in unknown]
    less = sum([one.period.percent or _ZERO for one in lost], _ZERO)
    left = [ExcludedLayer(one, unknown[one.measure.id], True) for one in lost]
    return selection._replace(
        stacked=stacked._replace(
            counted=tuple(one for one in stacked.counted if one not in lost),
            excluded=(*stacked.excluded, *left),
            span=stacked.span and (stacked.span[0] - less, stacked.span[1] - less),
        )
    )


def _find_unreturned(context: RateContext, selection: Selection) -> Mapping[str, Exclusion]:
    """The duties that a rate replaced until it ended, and that may not be charged again, by id."""
    coverage = context.ledger.find_coverage(context.imposer, context.partner)
    found: dict[str, Exclusion] = {}
    for measure in selection.chosen:
        last = measure.periods[-1] if measure.periods else None
        if coverage is None or last is None or last.to is None or not last.is_charged:
            continue
        if not max(coverage.checked, last.checked or date.min) <= last.to < context.day:
            continue
        before = _select(context._replace(day=last.to)).stacked
        for left in before.excluded:
            one = left.layer.measure
            if left.exclusion.by == measure.ref and one.id not in last.revives:
                found[one.id] = Exclusion(Reason.MAY_RETURN, measure.ref)
    return found


def _select(context: RateContext) -> Selection:
    """The selected measures, stacked as if each duty were charged again when another ends."""
    basis, chosen = choose_measures(context)
    wanted = context.wanted
    if context.line is not None and basis is TotalBasis.GOODS:
        found = _stack_line(context, context.line, chosen)
        return Selection(basis, found.stacked, chosen, found)
    rows = _list_rows(context) if basis is TotalBasis.LAYER else ()
    if rows:
        general = [one for one in chosen if one not in rows]
        stacked = stack(_build_layers(context, general, named=True), context.ledger.one_of)
        return Selection(basis, stack_law(rows, context.day, stacked), chosen, rows=rows)
    named = basis is TotalBasis.LAYER and wanted is not None and bool(wanted.layers or wanted.bases)
    layers = _build_layers(context, chosen, named=named)
    if basis is TotalBasis.LAYER:
        layers += _build_layers(context, [one for one in _find_bans(context) if one not in chosen])
    return Selection(
        basis, stack(layers, context.ledger.one_of, by_itself=basis is TotalBasis.LAYER), chosen
    )


def _stack_line(context: RateContext, asked: AskedLine, chosen: Sequence[Measure]) -> LineFinding:
    """The duties on goods of a line. Measures without lists apply by their scopes."""
    listed = [measure for measure in chosen if measure.id in asked.lists_of]
    others = [measure for measure in chosen if measure.id not in asked.lists_of]

    def find_base(code: str) -> Decimal | None:
        line = asked.schedule.find_line(code, context.day)
        return find_line_duty(line, asked.treatment).percent if line else None

    return stack_line(
        asked,
        context.day,
        context.charged,
        listed,
        _build_layers(context, others),
        context.ledger.one_of,
        find_base,
    )


def _find_bans(context: RateContext) -> list[Measure]:
    """Import bans on the goods. They apply even if the question names other layers."""
    if context.wanted is None:
        return []
    return [
        measure
        for measure in context.measures
        if context.fits[measure.id] >= Fit.HEADING
        and (period := measure.find_period(context.day)) is not None
        and period.banned
    ]


def choose_measures(context: RateContext) -> tuple[TotalBasis, tuple[Measure, ...]]:
    """The basis of the total, and the measures that the question is about."""
    wanted = context.wanted
    if wanted is None or wanted.is_unknown or _asks_for_all_goods(wanted, context.treatment):
        return TotalBasis.GENERAL, tuple(
            measure for measure in context.measures if measure.applies_to_all_goods
        )
    if wanted.layers or wanted.bases or wanted.alone:
        return TotalBasis.LAYER, _choose_named(context, wanted)
    return TotalBasis.GOODS, _choose_on_goods(context)


def _asks_for_all_goods(wanted: ParsedProduct, treatment: Treatment) -> bool:
    """Whether the question names no particular goods. A claim such as USMCA names none."""
    goods = set(wanted.goods) - set(treatment.claimed_goods)
    particular = goods or wanted.codes or wanted.layers or wanted.bases
    return bool(wanted.headline or wanted.claims) and not particular


def _build_layers(
    context: RateContext, chosen: Sequence[Measure], *, named: bool = False
) -> list[Layer]:
    """The layers of the chosen measures that have a rate on the day and apply to the goods.

    If `named`, the question names the measures, and they need not apply to its goods.
    """
    found = []
    for measure in chosen:
        layer = build_layer(context, measure)
        if layer is None and named and (period := measure.find_period(context.day)):
            layer = Layer(measure, period, Fit.NAMED, _exempt_partner(context, period))
        if layer is not None:
            found.append(layer)
    return found


def build_layer(context: RateContext, measure: Measure) -> Layer | None:
    """The layer of the measure; None if it has no rate on the day or the goods do not fit."""
    period, fit = measure.find_period(context.day), context.fits[measure.id]
    if period is None or fit is Fit.NONE:
        return None
    if period.banned and context.wanted is not None:
        # A ban on wine must not cover "wine vinegar", so all words of the product must be known.
        fit = (
            fit if context.ledger.scope_matcher.covers_all(measure, context.wanted) else Fit.PARTIAL
        )
    exemptions = Exemptions()
    if measure.exempt and context.wanted is not None:
        goods = (*context.wanted.goods, *context.treatment.claimed_goods)
        exemptions = context.ledger.scope_matcher.find_exemptions(
            measure, context.day, context.charged, context.wanted._replace(goods=goods)
        )
    exclusion = _exempt_partner(context, period)
    if exclusion is None and exemptions.whole:
        exclusion = Exclusion(Reason.GOODS_EXEMPT, text=exemptions.whole[0].why)
    return Layer(measure, period, fit, exclusion, exemptions.partial)


def _exempt_partner(context: RateContext, period: RatePeriod) -> Exclusion | None:
    """Why goods of the partner do not pay the rate; None if they pay it."""
    if context.charged.isdisjoint(period.not_for):
        return None
    return Exclusion(Reason.PARTNER_EXEMPT, text=period.not_for_caveat)


def _choose_on_goods(context: RateContext) -> tuple[Measure, ...]:
    fits = context.fits
    fitting = [measure for measure in context.measures if fits[measure.id]]
    particular = [measure for measure in fitting if not measure.applies_to_all_goods]
    if context.partner == WORLD and _find_best_fit(particular, fits) >= Fit.HEADING:
        return tuple(particular)
    return tuple(fitting)


def _choose_named(context: RateContext, wanted: ParsedProduct) -> tuple[Measure, ...]:
    """The measures that the question names: by name, else by legal basis, else by goods."""
    pool = context.measures
    by_name = tuple(measure for measure in pool if measure.id in wanted.layers)
    if by_name and not _list_rows(context):
        return _choose_closest(context, wanted, by_name) or by_name
    # A word such as 'countermeasure' is ignored if it is a legal basis of other pairs only.
    on_basis = tuple(measure for measure in pool if has_basis(measure, wanted.bases))
    pool = on_basis or pool
    particular = tuple(measure for measure in pool if not measure.applies_to_all_goods)
    general = tuple(measure for measure in pool if measure.applies_to_all_goods)
    if wanted.goods or wanted.codes:
        return _choose_closest(context, wanted, particular) or general
    rows = _list_rows(context)
    if rows:
        return (*general, *(one for one in particular if one in rows or _is_past(context, one)))
    if general or len(particular) == 1:
        return general or particular
    return ()


def _is_past(context: RateContext, measure: Measure) -> bool:
    """Whether the measure has lists, and its rates ended before the day or begin after it."""
    is_listed = measure.id in context.ledger.get_lists(context.imposer)
    return is_listed and measure.find_period(context.day) is None


def _list_rows(context: RateContext) -> tuple[Measure, ...]:
    """The measures on particular goods of the law that the question names without any goods."""
    wanted = context.wanted
    if wanted is None or not wanted.bases or wanted.goods or wanted.codes:
        return ()
    # `section 338` names each of the lists under this law.
    if len(wanted.layers) == 1:
        return ()
    if context.partner == WORLD:
        return ()
    pool = tuple(one for one in context.measures if has_basis(one, wanted.bases))
    return list_law_measures(pool, context.ledger, context.imposer, context.charged, context.day)


def _choose_closest(
    context: RateContext, wanted: ParsedProduct, measures: Sequence[Measure]
) -> tuple[Measure, ...]:
    """The measures with the closest fit to the question's goods and codes.

    Empty if no measure fits, or if the question has neither goods nor codes.
    """
    if not (wanted.goods or wanted.codes):
        return ()
    fitting = [measure for measure in measures if context.fits[measure.id]]
    # A measure without a rate on the day must not hide one with a rate.
    dated = [measure for measure in fitting if measure.find_period(context.day)]
    best = _find_best_fit(dated or fitting, context.fits)
    return tuple(measure for measure in fitting if context.fits[measure.id] is best)


def _find_best_fit(measures: Sequence[Measure], fits: Mapping[str, Fit]) -> Fit:
    return max([fits[measure.id] for measure in measures], default=Fit.NONE)
