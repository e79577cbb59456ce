"""What operators decide on proposals, and the ledger that follows from it.

    approve   | read the terms | does it fit the ledger? | keep decision and record | new ledger
    reject    | keep decision and record
    take back | does the rest fit without it? | keep the record | new ledger

What waits is shown as the ledger in use stands to it (`bot.proposals.context`), so that an approval
also changes what is said of others.

The ledger is built anew from the shipped files and all that is approved, at the start and at each
decision, in a thread: it takes some tenths of a second. Where bots of several workspaces share a
database, each takes up the decisions of the others at its next look.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.news.story import Story
from bot.proposals.approval.amendments import Amendment
from bot.proposals.approval.audit import AuditEntry, Decision, Operator, ProposalRecord, State
from bot.proposals.approval.overlay import StaleApproval, layered, ledger_with, ledger_without
from bot.proposals.approval.terms import ApprovalForm, amendment_of, form_of
from bot.proposals.context import restated
from bot.proposals.extract import proposals_in
from bot.proposals.model import Proposal
from bot.rates.files.validate import Book
from bot.rates.ledger import Ledger

log = logging.getLogger(__name__)


class DecisionStore(Protocol):
    """Where proposals, what was decided on them, and the record are kept."""

    async def get(self, proposal_id: str) -> ProposalRecord | None: ...

    async def decide(self, proposal_id: str, decision: Decision, act: AuditEntry) -> bool:
        """Keeps both, or nothing and False where somebody decided before."""
        ...

    async def reopen(self, proposal_id: str, state: State, act: AuditEntry) -> bool: ...

    async def approved(self) -> Sequence[Amendment]: ...

    async def every(self, state: State | None = None) -> Sequence[ProposalRecord]: ...


class DecisionResult(NamedTuple):
    """How a proposal stands after a click, and whether that click made it so."""

    filed: ProposalRecord
    done: bool


class Decisions:
    """Takes decisions, each once; `ledger` is the shipped one until the first `look`.

    `clock` gives the present moment in UTC.
    """

    def __init__(
        self, files: DecisionStore, book: Book, ledger: Ledger, clock: Callable[[], datetime]
    ) -> None:
        self._files, self._book, self._clock = files, book, clock
        self._parties = ledger.parties
        self._watching: list[Callable[[Ledger], None]] = []
        # Two approvals, each of which fits, may not fit together.
        self._one_decides = asyncio.Lock()
        self._approved: tuple[Amendment, ...] = ()
        self.ledger = ledger
        self.left_out: tuple[StaleApproval, ...] = ()
        """Approvals that no longer fit the shipped files, and so are in no answer."""

    async def look(self) -> None:
        """Lays what is approved over the shipped files, if it changed; raises StoreError.

        To be called at the start, and now and then: a bot of another workspace may be at work on
        the same database.
        """
        async with self._one_decides:
            approved = await self._files.approved()
            if tuple(approved) == self._approved:
                return
            laid = await asyncio.to_thread(layered, self._book, approved, self._parties)
            for left in laid.left_out:
                log.warning("approved rate %s is left out: %s", left.amendment.measure_id, left.why)
            self.left_out = laid.left_out
            self._use(await asyncio.to_thread(Ledger, laid.book, self._parties))
            self._approved = tuple(approved)

    def watch(self, use: Callable[[Ledger], None]) -> None:
        """Has `use` called with each new ledger, and with the present one now."""
        self._watching.append(use)
        use(self.ledger)

    def propose(self, story: Story) -> tuple[Proposal, ...]:
        """What a story says of rates that is news to the ledger."""
        return proposals_in(story, self.ledger)

    async def get(self, proposal_id: str) -> ProposalRecord | None:
        """The proposal as it stands, and what was decided on it; None where there is none."""
        filed = await self._files.get(proposal_id)
        return filed and self.as_it_stands(filed)

    def as_it_stands(self, filed: ProposalRecord) -> ProposalRecord:
        """The same beside the ledger in use, where it waits; takes about a millisecond."""
        return _beside(filed, self.ledger)

    async def moved(self, before: Ledger, after: Ledger) -> tuple[str, ...]:
        """The ids of those waiting of which the one ledger says another thing than the other.

        Raises StoreError.
        """
        waiting = await self._files.every(State.PENDING)
        return await asyncio.to_thread(_moved, waiting, before, after)

    async def approve(
        self, proposal_id: str, by: Operator, form: ApprovalForm | None
    ) -> DecisionResult | None:
        """Approves on the terms of the form, or on the proposal's own; None where there is none.

        Raises FormRefused and AmendmentRefused, and then nothing is changed.
        """
        async with self._one_decides:
            filed = await self.get(proposal_id)
            if filed is None or filed.decision is not None:
                return _as_it_is(filed)
            proposal, now = filed.proposal, self._clock()
            asked = form_of(proposal, self.ledger)
            amendment = amendment_of(form or asked, proposal, self.ledger, by, now)
            ledger = await self._with(amendment)
            decision = Decision(
                state=State.APPROVED,
                by=by,
                at=now,
                amendment=amendment,
                edited=form is not None and form != asked,
                note=amendment.note,
            )
            what = "approved with changes" if decision.edited else "approved"
            act = _act(proposal, by, now, what, amendment, amendment.note)
            outcome = await self._keep(proposal, decision, act)
            if outcome.done:
                self._use(ledger)
                self._approved = (*self._approved, amendment)
            return outcome

    async def reject(self, proposal_id: str, by: Operator) -> DecisionResult | None:
        """Rejects; the ledger stays as it is. None where there is no such proposal."""
        filed = await self._files.get(proposal_id)
        if filed is None or filed.decision is not None:
            return _as_it_is(filed)
        now = self._clock()
        decision = Decision(state=State.REJECTED, by=by, at=now)
        act = _act(filed.proposal, by, now, "rejected")
        return await self._keep(filed.proposal, decision, act)

    async def take_back(self, proposal_id: str, by: Operator) -> DecisionResult | None:
        """Makes a decided proposal pending again, and its rate no longer the ledger's.

        Raises AmendmentRefused where another approval builds on it, or the files hold it by now.
        """
        async with self._one_decides:
            filed = await self._files.get(proposal_id)
            if filed is None or filed.decision is None:
                return _as_it_is(filed)
            was, ledger = filed.decision, self.ledger
            if was.amendment is not None:
                ledger = await self._without(was.amendment)
            act = _act(filed.proposal, by, self._clock(), "taken back", was.amendment)
            if not await self._files.reopen(proposal_id, was.state, act):
                return DecisionResult(await self._known(filed.proposal), False)
            if was.amendment is not None:
                gone = was.amendment
                self.left_out = tuple(one for one in self.left_out if one.amendment != gone)
                self._approved = tuple(one for one in self._approved if one != gone)
                self._use(ledger)
            return DecisionResult(self.as_it_stands(ProposalRecord(proposal=filed.proposal)), True)

    async def _keep(
        self, proposal: Proposal, decision: Decision, act: AuditEntry
    ) -> DecisionResult:
        if await self._files.decide(proposal.id, decision, act):
            return DecisionResult(ProposalRecord(proposal=proposal, decision=decision), True)
        return DecisionResult(await self._known(proposal), False)

    async def _known(self, proposal: Proposal) -> ProposalRecord:
        return await self.get(proposal.id) or ProposalRecord(proposal=proposal)

    async def _with(self, amendment: Amendment) -> Ledger:
        """The ledger with one amendment more; raises AmendmentRefused."""
        approved = await self._files.approved()
        return await asyncio.to_thread(ledger_with, self._book, approved, amendment, self._parties)

    async def _without(self, amendment: Amendment) -> Ledger:
        """The ledger with one amendment less; raises AmendmentRefused."""
        approved = await self._files.approved()
        return await asyncio.to_thread(
            ledger_without, self._book, approved, amendment, self._parties
        )

    def _use(self, ledger: Ledger) -> None:
        self.ledger = ledger
        for use in self._watching:
            use(ledger)


def _beside(filed: ProposalRecord, ledger: Ledger) -> ProposalRecord:
    if filed.decision is not None:
        return filed
    return ProposalRecord(proposal=restated(filed.proposal, ledger))


def _moved(waiting: Sequence[ProposalRecord], before: Ledger, after: Ledger) -> tuple[str, ...]:
    pairs = {(one.proposal.imposer, one.proposal.partner) for one in waiting}
    touched = {pair for pair in pairs if before.between(*pair) != after.between(*pair)}
    return tuple(
        one.proposal.id
        for one in waiting
        if (one.proposal.imposer, one.proposal.partner) in touched
        and _beside(one, before) != _beside(one, after)
    )


def _as_it_is(filed: ProposalRecord | None) -> DecisionResult | None:
    return DecisionResult(filed, False) if filed else None


def _act(
    proposal: Proposal,
    by: Operator,
    at: datetime,
    what: str,
    amendment: Amendment | None = None,
    note: str = "",
) -> AuditEntry:
    witness = proposal.said_by[0]
    link = amendment.source.url if amendment else witness.link
    return AuditEntry(
        proposal_id=proposal.id,
        at=at,
        by=by,
        what=what,
        source=" ".join(filter(None, (witness.source, link))),
        amendment=amendment,
        note=note,
    )
