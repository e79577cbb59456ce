"""What became of a proposal: who decided what, when, on whose word; and the record of it all."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from bot.proposals.approval.amendments import Amendment
from bot.proposals.model import Proposal
from bot.values import Frozen


class State(StrEnum):
    """Where a proposal stands."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


class Operator(Frozen):
    """Who decides: the id that Slack gave, and the name that others know."""

    id: str = Field(min_length=1)
    name: str = Field(min_length=1, max_length=100)


class Decision(Frozen):
    """What an operator decided, once."""

    state: State
    by: Operator
    at: AwareDatetime
    amendment: Amendment | None = None
    """What was approved."""
    edited: bool = False
    """Whether the operator gave other terms than the proposal's."""
    note: str = ""


class ProposalRecord(Frozen):
    """A proposal as it is kept; `decision` is None while it is pending."""

    proposal: Proposal
    decision: Decision | None = None

    @property
    def state(self) -> State:
        return self.decision.state if self.decision else State.PENDING

    def takes(self, document: Proposal) -> bool:
        """Whether a document that says this very rate is one more witness of it.

        Not where it names another day, nor where the rate was rejected before the document came:
        what was a rumour then is official now, and asked about by itself.
        """
        said = self.proposal
        links = {witness.link for witness in said.said_by}
        if self.state is State.REJECTED and document.said_by[0].link not in links:
            return False
        return document.effective_on in (None, said.effective_on) or said.effective_on is None


class AuditEntry(Frozen):
    """One line of the record, which only grows."""

    proposal_id: str
    at: AwareDatetime
    by: Operator
    what: str
    """`approved`, `approved with changes`, `rejected` or `taken back`."""
    source: str
    """On whose word: the publication and its address."""
    amendment: Amendment | None = None
    """What was approved, or what was taken back."""
    note: str = ""
