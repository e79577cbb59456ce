"""What somebody says of a rate and the ledger does not: put to the operators, decided by one.

    claim | is it news to the ledger? | Proposal: old, new, who says so, effective when

What is no news is told in `bot.rates.known`. Nothing here changes a rate.
"""

from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2b

from pydantic import AwareDatetime, Field

from bot.errors import QueryError
from bot.frozen import Frozen
from bot.parties import WORLD
from bot.rates.answer import answer
from bot.rates.asked import Case, Judged, Way, case_of, judge
from bot.rates.claim import Claim, Witness
from bot.rates.goods import Fit
from bot.rates.known import can_be_placed, is_known, on_goods_known
from bot.rates.ledger import Ledger
from bot.rates.measure import Day, Measure, Percent
from bot.rates.query import Kind, RateQuery
from bot.rates.reply import Answer, percent_text

MOST_WITNESSES = 20
"""Reports kept of one proposal; those that come later say nothing new."""


class OldPart(Frozen):
    """A measure that the ledger counts on the day, with its percent."""

    measure: str
    name: str
    percent: Percent


class Proposal(Frozen):
    """A rate that is said and that the ledger does not have.

    `id` follows from what is said, not from who says it, so ten reports of one event are one
    proposal with ten witnesses.
    """

    id: str
    imposer: str
    partner: str = ""
    """Empty where a document names none that is known."""
    product: str = ""
    old_on: Day
    """The day for which `old_percent` and `old_parts` hold."""
    old_percent: Decimal | None = None
    """What the ledger counts; None where it gives no one total."""
    old_parts: tuple[OldPart, ...] = ()
    new_percent: Percent | None = None
    """None where a document changes duties and states no figure that could be trusted."""
    effective_on: Day | None = None
    replaces: str = ""
    """The id of the one measure whose rate this can be; empty where there is none or several.

    Beside other duties, only one whose rate before is said to have been just what it is: a bare
    number may as well be the sum of them all.
    """
    choices: tuple[str, ...] = ()
    """Ids of all measures that it may change, the likeliest first."""
    why: str
    """Why it was made, in a sentence."""
    said_by: tuple[Witness, ...] = Field(min_length=1)
    """The first report first."""
    seen_at: AwareDatetime
    same_as: str = ""
    """The id under which stories would propose this very rate; empty for what they could not."""

    @property
    def old_rate(self) -> Decimal | None:
        """The percent that the new one takes the place of: the measure's, or else all in all."""
        part = self.old_part
        return self.old_percent if part is None else part.percent

    @property
    def old_part(self) -> OldPart | None:
        """What the ledger counts of the measure that this can be the rate of."""
        return next((part for part in self.old_parts if part.measure == self.replaces), None)

    @property
    def terms(self) -> str:
        """What an approval without changes would make of it: another word for other terms."""
        new, day = percent_text(self.new_percent), self.effective_on
        return " ".join((new or "?", day.isoformat() if day else "?", self.replaces or "?"))

    def joined(self, again: "Proposal") -> "Proposal":
        """The same with the reports that it did not have, and with a day of effect if it had none.

        `again` is the proposal as later reports make it.
        """
        known = {(one.source, one.link) for one in self.said_by}
        new = tuple(one for one in again.said_by if (one.source, one.link) not in known)
        return self.model_copy(
            update={
                "said_by": (*self.said_by, *new)[:MOST_WITNESSES],
                "effective_on": self.effective_on or again.effective_on,
            }
        )


def proposed(claim: Claim, by: Witness, ledger: Ledger, seen_at: datetime) -> Proposal | None:
    """The claim as a proposal; None where it is no news to the ledger or cannot be placed."""
    day = by.published.date()
    try:
        query = RateQuery(
            kind=Kind.PAIR,
            imposer=claim.imposer,
            partner=claim.partner,
            product=claim.product or None,
            on=day,
        )
        [old] = answer(query, ledger, day)
    except QueryError:
        return None
    case = case_of(ledger, claim.imposer, claim.partner, day, claim.product or None)
    if not can_be_placed(claim, case) or is_known(claim, case, old):
        return None
    return _proposal(claim, by, case, old, seen_at)


def proposed_by_document(
    *,
    imposer: str,
    partner: str,
    by: Witness,
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
            query = RateQuery(
                kind=Kind.PAIR, imposer=imposer, partner=partner, product=product or None, on=day
            )
            [old] = answer(query, ledger, day)
            case = case_of(ledger, imposer, partner, day, product or None)
            given = _placed(case, old, None)
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


def _proposal(claim: Claim, by: Witness, case: Case, old: Answer, seen_at: datetime) -> Proposal:
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
        **_placed(case, old, claim.from_percent),
    )


def _claim_id(case: Case, percent: Decimal) -> str:
    goods = case.wanted and (case.wanted.goods or case.wanted.codes)
    said = " ".join(sorted(goods or ())), percent_text(percent) or ""
    return _digest("claim", case.imposer, case.partner, *said)


def _placed(case: Case, old: Answer, from_percent: Decimal | None) -> dict[str, object]:
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


def _why(claim: Claim, old: Answer) -> str:
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
