"""Compares a proposal with the current ledger: the rates there, and whether one is the new rate.

An approval affects other proposals: the ledger may now have their rate, or another rate that they
would replace. Therefore messages show a proposal compared with the current ledger, and not with
the ledger at the time of the report.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from bot.errors import QueryError
from bot.proposals.model import ComingRate, LedgerRate, Proposal, ReportedRate
from bot.proposals.novelty import find_matching_periods, knows_goods
from bot.rates.answer.select import RateContext, Selection, build_context, check_pair
from bot.rates.answer.standing import Standing, compute_standing
from bot.rates.ledger import Ledger
from bot.rates.model.answer import TotalBasis
from bot.rates.model.goods import Fit
from bot.rates.model.measure import Day, Measure, has_basis
from bot.text.dates import format_day
from bot.text.percent import format_percent


def compare_with_ledger(proposal: Proposal, ledger: Ledger) -> Proposal:
    """The proposal with this ledger's present and later rates, and whether it has the new rate."""
    if not proposal.partner:
        return proposal
    try:
        old = find_standing(
            proposal.imposer, proposal.partner, proposal.product, proposal.old_on, ledger
        )
    except QueryError:
        return proposal
    placed = place_proposal(old, proposal.from_percent, proposal.basis)
    return proposal.model_copy(update={**placed, "already": _find_existing_rate(proposal, old)})


def find_standing(imposer: str, partner: str, product: str, day: Day, ledger: Ledger) -> Standing:
    """The duty in the ledger on that day.

    Raises QueryError if both parties are in one customs territory.
    """
    check_pair(imposer, partner, ledger)
    return compute_standing(build_context(ledger, imposer, partner, day, product or None))


def _find_existing_rate(proposal: Proposal, old: Standing) -> str:
    """The duty or the total in the ledger that equals the new rate, in words; empty if none.

    This is stricter than `proposals.novelty`: a rate that `novelty` treats as known may still be
    missing from the ledger, and can then be approved.
    """
    asked = old.asked
    if proposal.new_percent is None or not knows_goods(asked):
        return ""
    reported = ReportedRate(
        imposer=proposal.imposer,
        partner=proposal.partner,
        product=proposal.product,
        percent=proposal.new_percent,
        from_percent=proposal.from_percent,
        effective_on=proposal.effective_on,
        # With `raised`, a rate on only some of the goods does not count as the same rate.
        raised=True,
        basis=proposal.basis,
    )
    new = format_percent(proposal.new_percent)
    for measure, period in find_matching_periods(reported, asked):
        return f"{measure.name}, {new}% from {format_day(period.from_)}"
    # If the report names a legal basis, an equal total does not show that this basis has the rate.
    if not reported.basis:
        day = reported.effective_on or asked.day
        then = compute_standing(asked._replace(day=day))
        if not then.is_zero_in_data and then.total == reported.percent:
            return f"{new}% in total"
    return ""


def place_proposal(
    old: Standing, from_percent: Decimal | None, basis: str = ""
) -> dict[str, object]:
    """Fields of a proposal: the ledger's rates on the goods, and measures that it may change.

    If the report names a legal `basis`, only measures with this basis may change. If it names none,
    the operator has to choose the measure, because measures of several laws can have the same goods
    and rate.
    """
    asked, selection = old.asked, old.asked_selection
    counted = [layer.measure for layer in selection.stacked.counted]
    if basis:
        counted = [measure for measure in counted if has_basis(measure, (basis,))]
    own = _select_own(asked, selection, counted, from_percent)
    wider = [measure for measure in counted if measure not in own]
    rivals = wider if from_percent is None else _select_at_percent(asked, wider, from_percent)
    return {
        "old_on": asked.day,
        "old_percent": old.total,
        "old_parts": tuple(
            LedgerRate(measure=layer.measure.id, name=layer.measure.name, percent=percent)
            for layer in old.selection.stacked.counted
            if (percent := layer.period.percent) is not None
        ),
        "coming": tuple(_list_coming(asked, (*own, *wider))),
        "replaces": own[0].id if basis and len(own) == 1 and not rivals else "",
        "choices": tuple(measure.id for measure in (*own, *wider)),
    }


def _select_own(
    context: RateContext, selection: Selection, counted: list[Measure], from_percent: Decimal | None
) -> list[Measure]:
    """The counted measures that apply to this partner only and to exactly these goods.

    A report about one partner does not change a measure that covers several partners.
    """
    found = []
    for measure in counted:
        fits = measure.applies_to_all_goods
        if selection.basis is not TotalBasis.GENERAL:
            fits = not measure.applies_to_all_goods and context.fits[measure.id] >= Fit.HEADING
        if fits and measure.partners == (context.partner,):
            found.append(measure)
    return found if from_percent is None else _select_at_percent(context, found, from_percent)


def _select_at_percent(
    context: RateContext, measures: list[Measure], percent: Decimal
) -> list[Measure]:
    """The measures that have exactly this rate on the day."""
    return [
        one for one in measures if (now := one.find_period(context.day)) and now.percent == percent
    ]


def _list_coming(context: RateContext, measures: Sequence[Measure]) -> Iterator[ComingRate]:
    found = [
        ComingRate(
            measure=measure.id, name=measure.name, percent=period.percent, from_=period.from_
        )
        for measure in measures
        for period in measure.periods
        if period.from_ > context.day and period.percent is not None
    ]
    yield from sorted(found, key=lambda one: one.from_)
