"""Makes proposals of claims and of documents.

    claim | is it news to the ledger? | Proposal: old, new, who says so, effective when

What is no news is told in `bot.proposals.novelty`. Nothing here changes a rate.
"""

from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2b

from bot.errors import QueryError
from bot.parties import WORLD
from bot.proposals.context import beside, placed
from bot.proposals.model import Proposal, ReportedRate, ReportSource
from bot.proposals.novelty import can_be_placed, is_known, on_goods_known
from bot.rates.answer.select import Case
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer, percent_text


def proposed(
    claim: ReportedRate, by: ReportSource, ledger: Ledger, seen_at: datetime
) -> Proposal | None:
    """The claim as a proposal; None where it is no news to the ledger or cannot be placed."""
    day = by.published.date()
    try:
        case, old = beside(claim.imposer, claim.partner, claim.product, day, ledger)
    except QueryError:
        return None
    if not can_be_placed(claim, case) or is_known(claim, case, old):
        return None
    return _proposal(claim, by, case, old, seen_at)


def proposed_by_document(
    *,
    imposer: str,
    partner: str,
    by: ReportSource,
    ledger: Ledger,
    seen_at: datetime,
    product: str = "",
    new_percent: Decimal | None = None,
    effective_on: date | None = None,
    why: str = "",
) -> Proposal:
    """A proposal for an official document that changes duties, with or without a figure.

    `partner` is a code, `WORLD`, or empty where none is known; `by.link` is the document's own
    address and makes the proposal's id, so the same document is proposed once; with a rate on goods
    that stories may name too, `same_as` is the id that theirs have. Give `new_percent` only where
    the document states one rate for one measure. `why` is a sentence for the operators.
    An economy or a pair that the ledger does not follow is proposed all the same: what is official
    is for a person to see.
    """
    day = by.published.date()
    given: dict[str, object] = {}
    if partner:
        try:
            case, old = beside(imposer, partner, product, day, ledger)
            given = placed(case, old, None)
            if new_percent is not None and on_goods_known(case):
                given["same_as"] = _claim_id(case, new_percent)
        except QueryError:
            given = {}
    return Proposal(
        id=_digest("document", imposer, by.link or f"{by.source} {by.quote}"),
        imposer=imposer,
        partner=partner,
        product=product,
        new_percent=new_percent,
        effective_on=effective_on,
        why=why or "An official document changes duties.",
        said_by=(by,),
        seen_at=seen_at,
        **{"old_on": day, **given},
    )


def asked_again(proposal: Proposal, decided_on: date) -> Proposal:
    """The same as a new one, for what is said again long after it was decided."""
    again = _digest("again", proposal.id, decided_on.isoformat())
    return proposal.model_copy(update={"id": again})


def _proposal(
    claim: ReportedRate, by: ReportSource, case: Case, old: Answer, seen_at: datetime
) -> Proposal:
    return Proposal(
        id=_claim_id(case, claim.percent),
        imposer=claim.imposer,
        partner=claim.partner,
        product=claim.product,
        new_percent=claim.percent,
        effective_on=claim.effective_on,
        why=_why(claim, old),
        said_by=(by,),
        seen_at=seen_at,
        from_percent=claim.from_percent,
        basis=claim.basis,
        **placed(case, old, claim.from_percent),
    )


def _claim_id(case: Case, percent: Decimal) -> str:
    goods = case.wanted and (case.wanted.goods or case.wanted.codes)
    said = " ".join(sorted(goods or ())), percent_text(percent) or ""
    return _digest("claim", case.imposer, case.partner, *said)


def _why(claim: ReportedRate, old: Answer) -> str:
    new = percent_text(claim.percent)
    on = f"{old.imposer_name} on {old.partner_name}, {old.read_as}"
    if claim.partner == WORLD:
        on = f"{old.imposer_name} on all partners, {old.read_as}"
    if old.total_percent is None:
        return f"{new} % is reported of {on}; the ledger has no one total for it, and no such rate."
    total = percent_text(old.total_percent)
    return f"{new} % is reported of {on}; the ledger has {total} % in all, and no such rate."


def _digest(*parts: str) -> str:
    packed = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return blake2b(packed, digest_size=8).hexdigest()
