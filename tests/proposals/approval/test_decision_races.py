"""If two bots decide on one proposal, the second decision fails and shows the first one."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bot.news.story import Figure
from bot.proposals.approval.amendments import Amendment
from bot.proposals.approval.audit import AuditEntry, Decision, Operator, ProposalRecord, State
from bot.proposals.approval.decisions import Decisions, DecisionStore
from bot.proposals.build import propose_rate
from bot.proposals.model import Proposal, ReportedRate, ReportSource
from bot.rates.ledger import Ledger
from tests.rates.made import PARTIES, book, sheet, written
from tests.store.examples import story
from tests.store.opened import Store

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
ANA, BO = Operator(id="U1", name="ana"), Operator(id="U2", name="bo")
BOOK = book(sheet(written("us-1", {"percent": 10}, general=True)))
SHIPPED = Ledger(BOOK, PARTIES)


def proposal_of_40_percent() -> Proposal:
    """A proposal: US duty on China rises to 40% in December. The ledger files have 10%."""
    claim = ReportedRate(
        imposer="US",
        partner="CN",
        percent=Decimal(40),
        effective_on=date(2026, 12, 1),
        basis="Section 1",
    )
    witness = ReportSource(source="Wire", link="https://wire.example/1", published=NOW)
    found = propose_rate(claim, witness, SHIPPED, NOW)
    assert found is not None
    return found


class OvertakenStore:
    """A proposal store in which another bot acts just before each write."""

    def __init__(self, files: DecisionStore, first: Callable[[], Awaitable[object]]) -> None:
        self._files, self._first = files, first

    async def decide(self, proposal_id: str, decision: Decision, act: AuditEntry) -> bool:
        await self._first()
        return await self._files.decide(proposal_id, decision, act)

    async def reopen(self, proposal_id: str, state: State, act: AuditEntry) -> bool:
        await self._first()
        return await self._files.reopen(proposal_id, state, act)

    async def get(self, proposal_id: str) -> ProposalRecord | None:
        return await self._files.get(proposal_id)

    async def approved(self) -> Sequence[Amendment]:
        return await self._files.approved()

    async def every(self, state: State | None = None) -> Sequence[ProposalRecord]:
        return await self._files.every(state)


@pytest.fixture
async def store(store: Store) -> Store:
    await store.proposals.keep([proposal_of_40_percent()], NOW)
    return store


@pytest.fixture
def first(store: Store) -> Decisions:
    return Decisions(store.proposals, BOOK, SHIPPED, lambda: NOW)


def second(store: Store, after: Callable[[], Awaitable[object]]) -> Decisions:
    return Decisions(OvertakenStore(store.proposals, after), BOOK, SHIPPED, lambda: NOW)


async def recorded_decisions(store: Store) -> list[str]:
    return [act.what for act in await store.proposals.record()]


async def test_a_rejection_after_an_approval_shows_the_approval(
    store: Store, first: Decisions
) -> None:
    late = second(store, lambda: first.approve(proposal_of_40_percent().id, ANA, None))
    outcome = await late.reject(proposal_of_40_percent().id, BO)
    assert outcome is not None
    assert (outcome.is_new, outcome.record.state) == (False, State.APPROVED)
    assert outcome.record == await first.get(proposal_of_40_percent().id)
    assert await recorded_decisions(store) == ["approved"]


async def test_an_approval_after_a_rejection_shows_the_rejection_and_changes_no_rate(
    store: Store, first: Decisions
) -> None:
    late = second(store, lambda: first.reject(proposal_of_40_percent().id, ANA))
    outcome = await late.approve(proposal_of_40_percent().id, BO, None)
    assert outcome is not None
    assert (outcome.is_new, outcome.record.state) == (False, State.REJECTED)
    assert outcome.record.decision is not None
    assert outcome.record.decision.by == ANA
    assert late.ledger is SHIPPED
    assert await recorded_decisions(store) == ["rejected"]


async def test_a_decision_undone_meanwhile_is_shown_as_open(store: Store, first: Decisions) -> None:
    await first.approve(proposal_of_40_percent().id, ANA, None)
    late = second(store, lambda: first.undo(proposal_of_40_percent().id, ANA))
    await late.look()
    used = late.ledger
    outcome = await late.undo(proposal_of_40_percent().id, BO)
    assert outcome is not None
    assert (outcome.is_new, outcome.record.state) == (False, State.PENDING)
    assert late.ledger is used
    assert await recorded_decisions(store) == ["approved", "taken back"]


async def test_a_decision_changed_meanwhile_is_shown(store: Store, first: Decisions) -> None:
    await first.approve(proposal_of_40_percent().id, ANA, None)

    async def undo_and_reject() -> None:
        await first.undo(proposal_of_40_percent().id, ANA)
        await first.reject(proposal_of_40_percent().id, ANA)

    outcome = await second(store, undo_and_reject).undo(proposal_of_40_percent().id, BO)
    assert outcome is not None
    assert (outcome.is_new, outcome.record.state) == (False, State.REJECTED)
    assert await recorded_decisions(store) == ["approved", "taken back", "rejected"]


async def test_a_story_is_compared_with_the_current_ledger(store: Store, first: Decisions) -> None:
    figure = Figure(imposer="US", partner="CN", to_percent=Decimal(40), quote="to 40%")
    feed_metadata = story(
        "s1",
        title="US raises tariffs on Chinese goods to 40% from December 1",
        parties=("US", "CN"),
        figures=(figure,),
        published=NOW,
        seen_at=NOW,
    )
    [made] = first.propose(feed_metadata)
    assert made.id == proposal_of_40_percent().id
    assert (made.new_percent, made.old_percent) == (Decimal(40), Decimal(10))
    await first.approve(proposal_of_40_percent().id, ANA, None)
    assert first.propose(feed_metadata) == ()
