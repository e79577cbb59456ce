"""How the ledger in use stands to a proposal: what it has beside it, and whether it has it by now.

An approval changes what other proposals would do: one may be in the ledger already, another would
follow on a new rate. So a proposal is shown as it stands, not as it was made.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from bot.errors import QueryError
from bot.proposals.model import Coming, OldPart, Proposal, ReportedRate
from bot.proposals.novelty import held_by, on_goods_known
from bot.rates.answer.build import answer
from bot.rates.answer.select import Case, Judged, Way, case_of, judge
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer, percent_text
from bot.rates.model.goods import Fit
from bot.rates.model.measure import Day, Measure
from bot.rates.question.parse import Kind, RateQuery


def restated(proposal: Proposal, ledger: Ledger) -> Proposal:
    """The same beside this ledger: what it has, what it foresees, and whether it has just that."""
    if not proposal.partner:
        return proposal
    try:
        case, old = beside(
            proposal.imposer, proposal.partner, proposal.product, proposal.old_on, ledger
        )
    except QueryError:
        return proposal
    return proposal.model_copy(
        update={
            **placed(case, old, proposal.from_percent),
            "already": _already(proposal, case, ledger),
        }
    )


def beside(
    imposer: str, partner: str, product: str, day: Day, ledger: Ledger
) -> tuple[Case, Answer]:
    """The ledger's case and its answer; raises QueryError where it has none."""
    query = RateQuery(
        kind=Kind.PAIR, imposer=imposer, partner=partner, product=product or None, on=day
    )
    [old] = answer(query, ledger, day)
    return case_of(ledger, imposer, partner, day, product or None), old


def _already(proposal: Proposal, case: Case, ledger: Ledger) -> str:
    """What the ledger holds of just this rate, in words: a duty of its kind, or the total.

    Much else is no news (`proposals.novelty`) and yet no rate of the ledger: it may be approved.
    """
    if proposal.new_percent is None or not on_goods_known(case):
        return ""
    claim = ReportedRate(
        imposer=proposal.imposer,
        partner=proposal.partner,
        product=proposal.product,
        percent=proposal.new_percent,
        from_percent=proposal.from_percent,
        effective_on=proposal.effective_on,
        # What merely has this rate on some goods leaves something to decide.
        raised=True,
        basis=proposal.basis,
    )
    new = percent_text(proposal.new_percent)
    for measure, period in held_by(claim, case):
        return f"{measure.name}, {new}% from {period.from_}"
    # A rate of one legal basis is not held because all duties together come to it.
    if not claim.basis and _in_all(claim, case, ledger) == claim.percent:
        return f"{new}% in all"
    return ""


def _in_all(claim: ReportedRate, case: Case, ledger: Ledger) -> Decimal | None:
    """The one total of the goods on the claim's day; None where what is 0 may only be not known."""
    day = claim.effective_on or case.day
    _, then = beside(claim.imposer, claim.partner, claim.product, day, ledger)
    return None if then.only_in_data else then.total_percent


def placed(case: Case, old: Answer, from_percent: Decimal | None) -> dict[str, object]:
    """What the ledger says of the case, and what of it may change."""
    judged = judge(case)
    counted = [layer.measure for layer in judged.stacked.counted]
    own = _own(case, judged, counted, from_percent)
    wider = [measure for measure in counted if measure not in own]
    rivals = wider if from_percent is None else _at(case, wider, from_percent)
    return {
        "old_on": case.day,
        "old_percent": old.total_percent,
        "old_parts": tuple(
            OldPart(measure=part.measure_id, name=part.measure, percent=part.percent)
            for part in old.parts
            if part.percent is not None and part.measure_id != "mfn"
        ),
        "coming": tuple(_coming(case, (*own, *wider))),
        "replaces": own[0].id if len(own) == 1 and not rivals else "",
        "choices": tuple(measure.id for measure in (*own, *wider)),
    }


def _own(
    case: Case, judged: Judged, counted: list[Measure], from_percent: Decimal | None
) -> list[Measure]:
    """The counted measures that fall on this partner alone and on just the goods in question.

    A measure on more partners is another's rate too: a report on one of them does not change it.
    """
    found = []
    for measure in counted:
        fits = measure.general
        if judged.way is not Way.GENERAL:
            fits = not measure.general and case.fits[measure.id] >= Fit.HEADING
        if fits and measure.partners == (case.partner,):
            found.append(measure)
    return found if from_percent is None else _at(case, found, from_percent)


def _at(case: Case, measures: list[Measure], percent: Decimal) -> list[Measure]:
    """Those that have just this rate on the day."""
    return [one for one in measures if (now := one.on(case.day)) and now.percent == percent]


def _coming(case: Case, measures: Sequence[Measure]) -> Iterator[Coming]:
    found = [
        Coming(measure=measure.id, name=measure.name, percent=period.percent, from_=period.from_)
        for measure in measures
        for period in measure.periods
        if period.from_ > case.day and period.percent is not None
    ]
    yield from sorted(found, key=lambda one: one.from_)
