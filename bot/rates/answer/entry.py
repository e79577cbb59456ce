"""What an importer declares and pays for an entry: claims, headings, dollars and fees.

- Figures with a claim that the question does not make, such as the one under USMCA.
- The headings to declare, in filing order. The number of the line comes last.
- The duty in dollars, if the question gives the entered value. Specific and compound duties are
  text, because they depend on the quantity; no sum includes them.
"""

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from bot.parties import WORLD
from bot.rates.answer.lines.base_range import summarize_any_base
from bot.rates.answer.lines.line_duties import compute_added
from bot.rates.answer.select import RateContext, claim_program
from bot.rates.answer.standing import Standing, compute_standing
from bot.rates.model.answer import TotalBasis
from bot.rates.model.base_duty import BaseRange, ClaimedBase, ProgramBase
from bot.rates.model.customs_entry import ClaimTotal, EntryFacts, EntryValue, ValuedDuty
from bot.rates.model.goods import format_code
from bot.rates.model.line_totals import find_importable_span
from bot.rates.schedule.model import LINE_DIGITS, EntryFees, FilingOrder
from bot.rates.stacking import Layer
from bot.text.percent import format_percent

_WORDS = 3
_ZERO, _CENT, _HUNDRED = Decimal(0), Decimal("0.01"), Decimal(100)


def build_entry(found: Standing, value: Decimal | None) -> EntryFacts:
    """The facts of an entry; `value` is the entered value in dollars, or None."""
    context = found.context
    if context.partner == WORLD or context.ledger.find_tariff_schedule(context.imposer) is None:
        return EntryFacts()
    program = context.treatment.program or context.treatment.denied
    return EntryFacts(
        claim=context.treatment.name,
        claim_of=program.name if program is not None else "",
        is_denied=context.treatment.program is None and program is not None,
        claim_words=(*program.names, *program.denials) if program is not None else (),
        base=_summarize_claim(found),
        others=tuple(_list_other_claims(found)),
        programs=tuple(_list_programs(found)),
        headings=_list_headings(found),
        unnamed=tuple(one.measure.ref for one in _list_unnamed(found)),
        value=None if value is None else _build_value(found, value),
    )


def _summarize_claim(found: Standing) -> ClaimedBase | None:
    """The base duty of goods in general, if the claim sets it."""
    context = found.context
    schedule = context.ledger.find_tariff_schedule(context.imposer)
    is_set = context.treatment.column2 or context.treatment.program is not None
    if schedule is None or not is_set or found.selection.basis is not TotalBasis.GENERAL:
        return None
    return schedule.summarize_claim(context.treatment)


def _list_other_claims(found: Standing) -> Iterator[ClaimTotal]:
    """The figures with claims that importers of the partner's goods often make."""
    asked = found.asked
    schedule = asked.ledger.find_tariff_schedule(asked.imposer)
    if schedule is None or asked.treatment.name or asked.treatment.refused:
        return
    for program in schedule.header.programs:
        if not program.both or set(program.partners).isdisjoint(asked.charged):
            continue
        claimed = claim_program(asked, program.id)
        if claimed.treatment.program is None:
            continue
        other = compute_standing(claimed)
        yield ClaimTotal(
            program=program.name,
            percent=other.total,
            span=other.span
            or _find_partial_span(other, program.goods)
            or _find_importable_span(other),
            banned=other.selection.stacked.ban is not None,
            base=other.base,
        )


def _list_programs(found: Standing) -> Iterator[ProgramBase]:
    """The programs of the partner that may lower the base duty, without those of the question."""
    asked, line = found.asked, found.selection.line
    schedule = asked.ledger.find_tariff_schedule(asked.imposer)
    treatment = asked.treatment
    if schedule is None or treatment.name or treatment.refused:
        return
    now = found.base_range
    if now is None and asked.line is not None and line is not None:
        now = summarize_any_base(asked.line, line.lines, asked.day)
    if now is not None and now.high == 0 and not now.not_percent:
        return
    for program in schedule.header.programs:
        if set(program.partners).isdisjoint(asked.charged) or program.name in treatment.uncovered:
            continue
        claimed = claim_program(asked, program.id).line if program.covered else None
        base = None
        if claimed is not None and line is not None:
            base = summarize_any_base(claimed, line.lines, asked.day)
        is_same = (
            base is not None
            and now is not None
            and (base.span, base.words) == (now.span, now.words)
        )
        if not is_same:
            yield ProgramBase(program.name, program.covered, base)


def _find_importable_span(found: Standing) -> tuple[Decimal, Decimal] | None:
    """The range of the totals of the lines that may be imported, if some lines are banned."""
    lines = found.selection.line.totals if found.selection.line is not None else ()
    return find_importable_span(lines)


def _find_partial_span(found: Standing, goods: str) -> tuple[Decimal, Decimal] | None:
    """The range of the total if the claim frees a part of the value from a counted duty."""
    counted = found.selection.stacked.counted
    part = [
        one.period.percent or _ZERO
        for one in counted
        if any(goods in each.scope.goods for each in one.partly_exempt)
    ]
    if not part or found.total is None:
        return None
    return found.total - sum(part, _ZERO), found.total


def _list_headings(found: Standing) -> tuple[str, ...]:
    """The headings of the counted duties in filing order, then the line's number."""
    context, line = found.context, found.context.line
    if line is None or found.selection.stacked.ban is not None:
        return ()
    named = [one for one in found.selection.stacked.counted if _find_heading(context, one)]
    named.sort(key=lambda one: _rank(line.schedule.header.filing_order, one))
    headings = dict.fromkeys(_find_heading(context, one) for one in named)
    only = line.find_only_line(context.day)
    number = line.code if len(line.code) >= LINE_DIGITS else only.code if only else ""
    return (*headings, *([format_code(number)] if number else []))


def _list_unnamed(found: Standing) -> Iterator[Layer]:
    if found.context.line is not None:
        for one in found.selection.stacked.counted:
            if not _find_heading(found.context, one):
                yield one


def _find_heading(context: RateContext, layer: Layer) -> str:
    return context.ledger.find_heading(layer.measure, context.day)


def _rank(order: FilingOrder | None, layer: Layer) -> int:
    """The place of the layer's legal basis in the filing order."""
    bases = order.bases if order else ()
    found = (at for at, base in enumerate(bases) if base in layer.measure.legal_basis)
    return next(found, len(bases))


def _build_value(found: Standing, value: Decimal) -> EntryValue | None:
    """The duties and fees in dollars; None if the goods may not be imported or have no total."""
    stacked, base = found.selection.stacked, found.base if found.base and found.base.exact else None
    if stacked.ban is not None or (found.total is None and found.span is None):
        return None
    percent = base.percent if base else None
    ends_of_base = None if base else _find_base_ends(found)
    duties, open_ = [], []
    for layer in stacked.counted:
        added = compute_added([layer], percent)
        dollars = None if added is None else _take(value, added)
        duties.append(ValuedDuty(layer.measure.ref, added, dollars))
        if dollars is None and ends_of_base is None:
            open_.append(str(layer.measure.ref))
    base_dollars = None if percent is None else _take(value, percent)
    if base is not None and percent is None:
        open_.append(base.words)
    elif base is None and ends_of_base is None:
        open_.append(_name_open_base(found.base_range))
    open_ += [
        f"{left.layer.measure.ref}: {left.layer.period.specific}"
        for left in stacked.excluded
        if left.layer.period.specific and left.may_apply
    ]
    known = sum((one.dollars for one in duties if one.dollars is not None), _ZERO)
    low = high = known
    if found.span is not None:
        line = found.selection.line
        ends = line.added if line and line.added else None
        if ends is None:
            return None
        low, high = _take(value, ends[0]), _take(value, ends[1])
    floor = _find_floor(found) if percent is None and ends_of_base is None else None
    if floor is not None:
        low = high = _take(value, floor)
        open_ = [f"the normal (MFN) duty where it is above {format_percent(floor)}%"]
    if ends_of_base is not None:
        low, high = _add_base_range(found, value, ends_of_base, (low, high))
    fees = _find_fees(found)
    program = found.context.treatment.program
    merchandise, informal = None, None
    if fees is not None:
        merchandise = _ZERO
        if value <= fees.informal_up_to:
            informal = fees.informal_up_to
        elif program is None or not program.fee_exempt:
            fee = _take(value, fees.merchandise_percent)
            merchandise = min(max(fee, fees.merchandise_min), fees.merchandise_max)
    both = (base_dollars or _ZERO) + (merchandise or _ZERO)
    return EntryValue(
        value=value,
        duties=tuple(duties),
        base=base_dollars,
        merchandise_fee=merchandise,
        fee_unsure=informal is None and program is not None and not program.fee_exempt,
        harbor_fee=None if fees is None else _take(value, fees.harbor_percent),
        total=(low + both, high + both),
        not_summed=tuple(open_),
        fees_source=None if fees is None else fees.source,
        informal_up_to=informal,
        low_value_until=_find_low_value_end(found, value),
    )


def _find_base_ends(found: Standing) -> tuple[Decimal, Decimal] | None:
    """The lowest and the highest base duty of the lines; None if it is not always a percentage."""
    base = found.base_range
    return None if base is None or base.not_percent else base.span


def _name_open_base(base: BaseRange | None) -> str:
    if base is None:
        return "the normal (MFN) duty"
    if base.span is not None:
        ends = dict.fromkeys(map(format_percent, base.span))
        return (
            f"the normal (MFN) duty, {'% to '.join(filter(None, ends))}% on lines with a percentage"
        )
    return f"the normal (MFN) duty, {' or '.join(base.words[:_WORDS])}"


def _add_base_range(
    found: Standing,
    value: Decimal,
    base: tuple[Decimal, Decimal],
    added: tuple[Decimal, Decimal],
) -> tuple[Decimal, Decimal]:
    """The lowest and the highest sum with the base duty. `added` are the ends of a range.

    A line with a higher base duty pays less of an all-in rate, but never less in all.
    """
    if found.span is not None:
        return added[0] + _take(value, base[0]), added[1] + _take(value, base[1])
    counted = found.selection.stacked.counted
    low, high = (end + (compute_added(counted, end) or _ZERO) for end in base)
    return _take(value, low), _take(value, high)


def _find_floor(found: Standing) -> Decimal | None:
    """The only counted rate, if it includes the base duty: goods pay no less in all."""
    counted = found.selection.stacked.counted
    if len(counted) != 1 or not counted[0].period.is_all_in or found.span is not None:
        return None
    return counted[0].period.percent


def _find_low_value_end(found: Standing, value: Decimal) -> date | None:
    """The last day on which a shipment of this value was exempt; None if its value is too high."""
    schedule = found.context.ledger.find_tariff_schedule(found.context.imposer)
    low = schedule.header.low_value if schedule else None
    if low is None or value > low.up_to:
        return None
    return low.earlier.get(found.context.partner, low.exempt_until)


def _find_fees(found: Standing) -> EntryFees | None:
    schedule = found.context.ledger.find_tariff_schedule(found.context.imposer)
    fees = schedule.header.fees if schedule else ()
    return next((one for one in fees if one.covers(found.context.day)), None)


def _take(value: Decimal, percent: Decimal) -> Decimal:
    """The percent of the value, rounded to cents."""
    return (value * percent / _HUNDRED).quantize(_CENT, ROUND_HALF_UP)
