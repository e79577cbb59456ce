"""Decisions on proposals, and the lines of the audit log."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from bot.proposals.approval.amendments import Amendment
from bot.proposals.model import Proposal
from bot.values import Frozen


class State(StrEnum):
    """The state of a proposal."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


class Operator(Frozen):
    """A person who decides on proposals: the Slack user id, and the name that others see."""

    id: str = Field(min_length=1)
    name: str = Field(min_length=1, max_length=100)


class Decision(Frozen):
    """An operator's decision on a proposal."""

    state: State
    by: Operator
    at: AwareDatetime
    amendment: Amendment | None = None
    """The approved rate."""
    edited: bool = False
    """Whether the operator changed the proposal's terms."""
    note: str = ""


class ProposalRecord(Frozen):
    """A saved proposal; `decision` is None while the proposal is pending."""

    proposal: Proposal
    decision: Decision | None = None

    @property
    def state(self) -> State:
        return self.decision.state if self.decision else State.PENDING

    def accepts_source(self, document: Proposal) -> bool:
        """Whether a document with the same rate is added as a source of this proposal.

        Otherwise operators get a new proposal for the document. This happens in two cases: the
        document names another first day, or this proposal was rejected and does not have the
        document as a source. A rejected rumor that becomes official is thus proposed again.
        """
        links = {source.link for source in self.proposal.said_by}
        if self.state is State.REJECTED and document.said_by[0].link not in links:
            return False
        day = self.proposal.effective_on
        return day is None or document.effective_on in (None, day)


class AuditEntry(Frozen):
    """One line of the audit log, which is append-only."""

    proposal_id: str
    at: AwareDatetime
    by: Operator
    what: str
    """`approved`, `approved with changes`, `rejected` or `taken back` (undone)."""
    source: str
    """The name of the publication and the address of the report."""
    amendment: Amendment | None = None
    """The rate that was approved, or whose approval was undone."""
    note: str = ""
