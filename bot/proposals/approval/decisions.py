"""Saves operators' decisions on proposals, and publishes the ledger that results from them.

    approve     | read the form | does it fit the ledger? | save decision, audit entry | new ledger
    reject      | save decision, audit entry
    undo        | do the other approvals fit without it? | save audit entry | new ledger

The caller checks that the person is an operator. If several operators decide on one proposal, the
first decision is saved.

The ledger is rebuilt from the rates files and all approvals at the start, at each approval, and
when an approval is undone. This takes some tenths of a second and runs in a thread. If bots of
several workspaces share a database, each bot applies the others' decisions at its next `look`.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

from bot.alerts.notices import Trouble
from bot.errors import AmendmentRefused
from bot.news.story import Story
from bot.proposals.approval.amendments import Amendment
from bot.proposals.approval.audit import AuditEntry, Decision, Operator, ProposalRecord, State
from bot.proposals.approval.data_checks import DataCheck, apply_checks, find_last_checks
from bot.proposals.approval.overlay import (
    StaleApproval,
    build_ledger_with,
    build_ledger_without,
    build_overlay,
)
from bot.proposals.approval.terms import ApprovalForm, FormRefused, fill_form, make_amendment
from bot.proposals.context import compare_with_ledger
from bot.proposals.extract import extract_proposals
from bot.proposals.model import Proposal
from bot.proposals.rulings import propose_ruling
from bot.rates.files.validate import RatesFiles
from bot.rates.ledger import Ledger
from bot.text.dates import format_day
from bot.text.percent import format_percent

log = logging.getLogger(__name__)


def report_stale(left: StaleApproval) -> Trouble:
    """The notice to operators about an approval that no longer fits the rates files."""
    made = left.amendment
    day = format_day(made.from_)
    what = f"{made.name or made.measure_id}, {format_percent(made.percent)}% from {day}"
    return Trouble(
        f"{made.id} left out: {left.why}",
        "An approved rate no longer fits the rates files, which have changed since, so answers "
        f"do not include it: {what} (approved by {made.approved_by} on "
        f"{format_day(made.approved_on)}). Reason: {left.why}. Undo the approval in its message, "
        "or edit the files.",
    )


class DecisionStore(Protocol):
    """The tables of proposals, decisions and audit entries."""

    async def get(self, proposal_id: str) -> ProposalRecord | None: ...

    async def decide(self, proposal_id: str, decision: Decision, act: AuditEntry) -> bool:
        """Saves the decision and the audit entry, and returns True.

        If the proposal already has a decision, saves nothing and returns False.
        """

    async def reopen(self, proposal_id: str, state: State, act: AuditEntry) -> bool: ...

    async def approved(self) -> Sequence[Amendment]: ...

    async def every(self, state: State | None = None) -> Sequence[ProposalRecord]: ...


class CheckStore(Protocol):
    """The table of operators' confirmations that nothing changed."""

    async def add(self, check: DataCheck) -> bool: ...

    async def undo(self, imposer: str, by: Operator, at: datetime) -> DataCheck | None: ...

    async def standing(self) -> Sequence[DataCheck]: ...


class DecisionResult(NamedTuple):
    """A proposal after an operator's click; `is_new` is True if the click changed its state."""

    record: ProposalRecord
    is_new: bool


class Decisions:
    """Saves decisions and keeps the current ledger.

    Until the first `look`, the ledger contains no approved rates. `clock` returns the time in UTC.
    """

    def __init__(
        self,
        store: DecisionStore,
        book: RatesFiles,
        ledger: Ledger,
        clock: Callable[[], datetime],
        checks: CheckStore | None = None,
    ) -> None:
        """`checks` is None if operators cannot confirm the data."""
        self._store, self._book, self._clock = store, book, clock
        self._check_store, self._shipped = checks, book
        self._checks: tuple[DataCheck, ...] = ()
        self._parties = ledger.parties
        self._watchers: list[Callable[[Ledger], None]] = []
        # Two approvals may each fit the ledger but not fit together, so one is applied at a time.
        self._deciding = asyncio.Lock()
        self._approved: tuple[Amendment, ...] = ()
        self.ledger = ledger
        self.left_out: tuple[StaleApproval, ...] = ()
        """Approvals that no longer fit the rates files. Answers do not use them."""

    async def look(self) -> None:
        """Applies the approvals in the database if they have changed. Raises StoreError.

        Must be called at the start and regularly, because a bot of another workspace may use the
        same database.
        """
        async with self._deciding:
            approved = tuple(await self._store.approved())
            checks = tuple(await self._check_store.standing()) if self._check_store else ()
            if approved == self._approved and checks == self._checks:
                return
            self._book, self._checks = apply_checks(self._shipped, checks), checks
            overlay = await asyncio.to_thread(build_overlay, self._book, approved, self._parties)
            for stale in overlay.left_out:
                name = stale.amendment.measure_id
                log.warning("approved rate %s no longer fits: %s", name, stale.why)
            self.left_out = overlay.left_out
            self._publish(await asyncio.to_thread(Ledger, overlay.book, self._parties))
            self._approved = approved

    def watch(self, use: Callable[[Ledger], None]) -> None:
        """Calls `use` with the current ledger, and then with each new one."""
        self._watchers.append(use)
        use(self.ledger)

    def list_last_checks(self) -> Mapping[str, date]:
        """The day on which the duties of each imposer were last checked, by imposer."""
        return find_last_checks(self._book)

    async def confirm(self, imposer: str, by: Operator) -> bool:
        """Records that nothing in the imposer's duties changed up to today.

        Returns False if the data was already confirmed today, or if the imposer is unknown.
        """
        if self._check_store is None or imposer not in self.ledger.list_imposers():
            return False
        now = self._clock()
        day = self.ledger.find_duty_day(now, imposer)
        added = await self._check_store.add(DataCheck(imposer=imposer, on=day, by=by, at=now))
        await self.look()
        return added

    async def undo_check(self, imposer: str, by: Operator) -> DataCheck | None:
        """Undoes the imposer's last confirmation and returns it; None if there is none."""
        if self._check_store is None:
            return None
        undone = await self._check_store.undo(imposer, by, self._clock())
        await self.look()
        return undone

    def propose(self, story: Story) -> tuple[Proposal, ...]:
        """The rates in a story that the ledger lacks."""
        ruling = propose_ruling(story, self.ledger)
        return (*extract_proposals(story, self.ledger), *([ruling] if ruling else []))

    async def get(self, proposal_id: str) -> ProposalRecord | None:
        """The proposal compared with the current ledger, with its decision; None if unknown."""
        record = await self._store.get(proposal_id)
        return record and self.compare_with_ledger(record)

    def compare_with_ledger(self, record: ProposalRecord) -> ProposalRecord:
        """A pending proposal compared with the current ledger; takes about a millisecond."""
        return _compare(record, self.ledger)

    async def preview(self, record: ProposalRecord) -> Ledger | None:
        """The ledger with the rate of a pending proposal.

        None if its terms are not complete or do not fit the ledger, and if it was decided.
        """
        form = fill_form(record.proposal, self.ledger)
        if record.decision is not None or not form.is_complete:
            return None
        by, now = Operator(id="?", name="?"), self._clock()
        try:
            amendment = make_amendment(form, record.proposal, self.ledger, by, now)
            approved = await self._store.approved()
            return await asyncio.to_thread(
                build_ledger_with, self._book, approved, amendment, self._parties
            )
        except (FormRefused, AmendmentRefused):
            return None

    async def list_differing(self, before: Ledger, after: Ledger) -> tuple[str, ...]:
        """The ids of pending proposals that differ between the two ledgers. Raises StoreError."""
        pending = await self._store.every(State.PENDING)
        return await asyncio.to_thread(_list_differing, pending, before, after)

    async def approve(
        self, proposal_id: str, by: Operator, form: ApprovalForm | None
    ) -> DecisionResult | None:
        """Approves a proposal with the form, or with the proposal's own terms if `form` is None.

        Returns None if no proposal has this id. Raises FormRefused or AmendmentRefused, and then
        changes nothing.
        """
        async with self._deciding:
            record = await self.get(proposal_id)
            if record is None or record.decision is not None:
                return DecisionResult(record, False) if record else None
            proposal, now = record.proposal, self._clock()
            own = fill_form(proposal, self.ledger)
            amendment = make_amendment(form or own, proposal, self.ledger, by, now)
            approved = await self._store.approved()
            ledger = await asyncio.to_thread(
                build_ledger_with, self._book, approved, amendment, self._parties
            )
            edited = form is not None and form != own
            decision = Decision(
                state=State.APPROVED,
                by=by,
                at=now,
                amendment=amendment,
                edited=edited,
                note=amendment.note,
            )
            what = "approved with changes" if edited else "approved"
            entry = _make_audit_entry(proposal, by, now, what, amendment, amendment.note)
            result = await self._save(proposal, decision, entry)
            if result.is_new:
                self._publish(ledger)
                self._approved = (*self._approved, amendment)
            return result

    async def reject(self, proposal_id: str, by: Operator) -> DecisionResult | None:
        """Rejects a proposal, which does not change the ledger.

        Returns None if no proposal has this id.
        """
        record = await self._store.get(proposal_id)
        if record is None or record.decision is not None:
            return DecisionResult(record, False) if record else None
        now = self._clock()
        decision = Decision(state=State.REJECTED, by=by, at=now)
        entry = _make_audit_entry(record.proposal, by, now, "rejected")
        return await self._save(record.proposal, decision, entry)

    async def undo(self, proposal_id: str, by: Operator) -> DecisionResult | None:
        """Makes a decided proposal pending again, and removes its rate from the ledger.

        Returns None if no proposal has this id. Raises AmendmentRefused if another approval depends
        on the rate, or if the rates files now contain the rate.
        """
        async with self._deciding:
            record = await self._store.get(proposal_id)
            if record is None or record.decision is None:
                return DecisionResult(record, False) if record else None
            proposal, amendment, ledger = record.proposal, record.decision.amendment, self.ledger
            if amendment is not None:
                approved = await self._store.approved()
                ledger = await asyncio.to_thread(
                    build_ledger_without, self._book, approved, amendment, self._parties
                )
            entry = _make_audit_entry(proposal, by, self._clock(), "taken back", amendment)
            if not await self._store.reopen(proposal_id, record.decision.state, entry):
                return DecisionResult(await self._find_current(proposal), False)
            if amendment is not None:
                self.left_out = tuple(one for one in self.left_out if one.amendment != amendment)
                self._approved = tuple(one for one in self._approved if one != amendment)
                self._publish(ledger)
            return DecisionResult(self.compare_with_ledger(ProposalRecord(proposal=proposal)), True)

    async def _save(
        self, proposal: Proposal, decision: Decision, entry: AuditEntry
    ) -> DecisionResult:
        if await self._store.decide(proposal.id, decision, entry):
            return DecisionResult(ProposalRecord(proposal=proposal, decision=decision), True)
        return DecisionResult(await self._find_current(proposal), False)

    async def _find_current(self, proposal: Proposal) -> ProposalRecord:
        return await self.get(proposal.id) or ProposalRecord(proposal=proposal)

    def _publish(self, ledger: Ledger) -> None:
        self.ledger = ledger
        for use in self._watchers:
            use(ledger)


def _compare(record: ProposalRecord, ledger: Ledger) -> ProposalRecord:
    if record.decision is not None:
        return record
    return ProposalRecord(proposal=compare_with_ledger(record.proposal, ledger))


def _list_differing(
    pending: Sequence[ProposalRecord], before: Ledger, after: Ledger
) -> tuple[str, ...]:
    pairs = {(one.proposal.imposer, one.proposal.partner) for one in pending}
    changed = {
        pair for pair in pairs if before.get_pair(*pair).measures != after.get_pair(*pair).measures
    }
    return tuple(
        one.proposal.id
        for one in pending
        if (one.proposal.imposer, one.proposal.partner) in changed
        and _compare(one, before) != _compare(one, after)
    )


def _make_audit_entry(
    proposal: Proposal,
    by: Operator,
    at: datetime,
    what: str,
    amendment: Amendment | None = None,
    note: str = "",
) -> AuditEntry:
    first = proposal.said_by[0]
    link = amendment.source.url if amendment else first.link
    return AuditEntry(
        proposal_id=proposal.id,
        at=at,
        by=by,
        what=what,
        source=" ".join(filter(None, (first.source, link))),
        amendment=amendment,
        note=note,
    )
