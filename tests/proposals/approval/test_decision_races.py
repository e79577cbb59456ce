"""Two bots on one database: the second to decide is shown what the first has decided."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bot.news.story import Figure
from bot.proposals.approval.amendments import Amendment
from bot.proposals.approval.audit import AuditEntry, Decision, Operator, ProposalRecord, State
from bot.proposals.approval.decisions import Decisions, DecisionStore
from bot.proposals.build import proposed
from bot.proposals.model import Proposal, ReportedRate, ReportSource
from bot.rates.ledger import Ledger
from bot.store.upgrade import upgrade
from tests.rates.made import PARTIES, book, sheet, written
from tests.store.examples import story
from tests.store.opened import Store, open_store

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
ANA, BO = Operator(id="U1", name="ana"), Operator(id="U2", name="bo")
BOOK = book(sheet(written("us-1", {"percent": 10}, general=True)))
SHIPPED = Ledger(BOOK, PARTIES)


def reported() -> Proposal:
    """40 percent of the US on China from December, where the files have 10."""
    claim = ReportedRate(
        imposer="US", partner="CN", percent=Decimal(40), effective_on=date(2026, 12, 1)
    )
    witness = ReportSource(source="Wire", link="https://wire.example/1", published=NOW)
    found = proposed(claim, witness, SHIPPED, NOW)
    assert found is not None
    return found


class Overtaken:
    """The files of a bot that another one forestalls: it acts just before they are written."""

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
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    address = f"sqlite:///{tmp_path / 'bot.db'}"
    await upgrade(address)
    opened = open_store(address)
    await opened.proposals.keep([reported()], NOW)
    yield opened
    await opened.database.close()


@pytest.fixture
def first(store: Store) -> Decisions:
    return Decisions(store.proposals, BOOK, SHIPPED, lambda: NOW)


def second(store: Store, after: Callable[[], Awaitable[object]]) -> Decisions:
    return Decisions(Overtaken(store.proposals, after), BOOK, SHIPPED, lambda: NOW)


async def record(store: Store) -> list[str]:
    return [act.what for act in await store.proposals.record()]


async def test_a_rejection_that_comes_second_shows_the_approval(
    store: Store, first: Decisions
) -> None:
    late = second(store, lambda: first.approve(reported().id, ANA, None))
    outcome = await late.reject(reported().id, BO)
    assert outcome is not None
    assert (outcome.done, outcome.filed.state) == (False, State.APPROVED)
    assert outcome.filed == await first.get(reported().id)
    assert await record(store) == ["approved"]


async def test_an_approval_that_comes_second_shows_the_rejection_and_changes_no_rate(
    store: Store, first: Decisions
) -> None:
    late = second(store, lambda: first.reject(reported().id, ANA))
    outcome = await late.approve(reported().id, BO, None)
    assert outcome is not None
    assert (outcome.done, outcome.filed.state) == (False, State.REJECTED)
    assert outcome.filed.decision is not None
    assert outcome.filed.decision.by == ANA
    assert late.ledger is SHIPPED
    assert await record(store) == ["rejected"]


async def test_what_was_taken_back_meanwhile_is_shown_as_waiting(
    store: Store, first: Decisions
) -> None:
    await first.approve(reported().id, ANA, None)
    late = second(store, lambda: first.take_back(reported().id, ANA))
    await late.look()
    used = late.ledger
    outcome = await late.take_back(reported().id, BO)
    assert outcome is not None
    assert (outcome.done, outcome.filed.state) == (False, State.PENDING)
    assert late.ledger is used
    assert await record(store) == ["approved", "taken back"]


async def test_what_was_decided_anew_meanwhile_is_shown_so(store: Store, first: Decisions) -> None:
    await first.approve(reported().id, ANA, None)

    async def reject_it() -> None:
        await first.take_back(reported().id, ANA)
        await first.reject(reported().id, ANA)

    outcome = await second(store, reject_it).take_back(reported().id, BO)
    assert outcome is not None
    assert (outcome.done, outcome.filed.state) == (False, State.REJECTED)
    assert await record(store) == ["approved", "taken back", "rejected"]


async def test_a_story_proposes_the_rate_that_the_ledger_in_use_lacks(
    store: Store, first: Decisions
) -> None:
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
    assert made.id == reported().id
    assert (made.new_percent, made.old_percent) == (Decimal(40), Decimal(10))
    await first.approve(reported().id, ANA, None)
    assert first.propose(feed_metadata) == ()
