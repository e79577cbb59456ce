"""Makes proposals from reported rates and from official documents.

    reported rate | is it missing from the ledger? | Proposal: old, new, sources, first day

`bot.proposals.novelty` decides whether the ledger lacks the rate. Nothing here changes a rate.
"""

from datetime import date, datetime
from decimal import Decimal

from bot.errors import QueryError
from bot.parties import WORLD
from bot.proposals.context import find_standing, place_proposal
from bot.proposals.model import Proposal, ReportedRate, ReportSource
from bot.proposals.novelty import can_be_placed, is_known, knows_goods
from bot.rates.answer.select import RateContext
from bot.rates.answer.standing import Standing
from bot.rates.ledger import Ledger
from bot.text.percent import format_percent
from bot.values import digest

_ID_BYTES = 8


def propose_rate(
    reported: ReportedRate, by: ReportSource, ledger: Ledger, seen_at: datetime
) -> Proposal | None:
    """The report as a proposal; None if the ledger has the rate or cannot be compared with it."""
    day = by.published.date()
    try:
        old = find_standing(reported.imposer, reported.partner, reported.product, day, ledger)
    except QueryError:
        return None
    if not can_be_placed(reported, old.asked) or is_known(reported, old):
        return None
    return Proposal(
        id=_make_report_id(old.asked, reported.percent),
        imposer=reported.imposer,
        partner=reported.partner,
        product=reported.product,
        new_percent=reported.percent,
        effective_on=reported.effective_on,
        why=_explain(reported, old),
        said_by=(by,),
        seen_at=seen_at,
        from_percent=reported.from_percent,
        basis=reported.basis,
        **place_proposal(old, reported.from_percent, reported.basis),
    )


def propose_document(
    *,
    imposer: str,
    partner: str,
    by: ReportSource,
    ledger: Ledger,
    seen_at: datetime,
    product: str = "",
    new_percent: Decimal | None = None,
    effective_on: date | None = None,
    basis: str = "",
    why: str = "",
) -> Proposal:
    """A proposal for an official document that changes duties, with or without a figure.

    `partner` is a code, `WORLD`, or empty if unknown. `new_percent` must be None unless the
    document states one rate for one measure. `basis` is the legal basis that it names. `why` is a
    sentence for the operators.

    The id is computed from `by.link`, the document's own address, so that a document is proposed
    only once. If a story could report the same rate, the result's `same_as` is the id of the
    proposal that the story would make, so that both become one proposal. A document is proposed
    even if the ledger does not cover the imposer or the pair.
    """
    day = by.published.date()
    given: dict[str, object] = {}
    if partner:
        try:
            old = find_standing(imposer, partner, product, day, ledger)
            given = place_proposal(old, None, basis)
            if new_percent is not None and knows_goods(old.asked):
                given["same_as"] = _make_report_id(old.asked, new_percent)
        except QueryError:
            given = {}
    return Proposal(
        id=digest("document", imposer, by.link or f"{by.source} {by.quote}", size=_ID_BYTES),
        imposer=imposer,
        partner=partner,
        product=product,
        new_percent=new_percent,
        effective_on=effective_on,
        basis=basis,
        why=why or "An official document changes duties.",
        said_by=(by,),
        seen_at=seen_at,
        **{"old_on": day, **given},
    )


def renew_proposal(proposal: Proposal, decided_on: date) -> Proposal:
    """The proposal with a new id, for a rate that is reported again long after a decision on it."""
    again = digest("again", proposal.id, decided_on.isoformat(), size=_ID_BYTES)
    return proposal.model_copy(update={"id": again})


def _make_report_id(context: RateContext, percent: Decimal) -> str:
    goods = context.wanted and (context.wanted.goods or context.wanted.codes)
    about = " ".join(sorted(goods or ())), format_percent(percent) or ""
    return digest("claim", context.imposer, context.partner, *about, size=_ID_BYTES)


def _explain(reported: ReportedRate, old: Standing) -> str:
    parties = old.asked.ledger.parties
    partner = parties.get(reported.partner).name
    partner = "all partners" if reported.partner == WORLD else partner
    goods = reported.product or "goods in general"
    on = f"{parties.get(reported.imposer).name} on {partner}, {goods}"
    total = format_percent(old.total)
    known = "no single total" if total is None else f"{total}% in total"
    new = format_percent(reported.percent)
    return f"{new}% is reported for {on}. Our data has {known}, and no such rate."
