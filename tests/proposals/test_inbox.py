"""Open proposals per feed are limited; proposals over the limit are held back, not lost."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.alerts.delivery import Delivery, DeliveryKind
from bot.proposals.approval.audit import AuditEntry, Decision, Operator, State
from bot.proposals.inbox import FEED_QUOTA, ProposalInbox, apply_quota
from bot.proposals.model import Proposal, ReportSource
from bot.store.upgrade import upgrade
from tests.store.examples import TEAM
from tests.store.opened import Store, open_store

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
ANA = Operator(id="U1", name="ana")


def source_of(feed: str) -> ReportSource:
    return ReportSource(
        source=feed.title() or "Journal", link=f"https://{feed}.example", published=NOW, feed=feed
    )


def proposal_of(number: int, *feeds: str) -> Proposal:
    return Proposal(
        id=f"{feeds[0] or 'document'}{number:03}",
        imposer="US",
        partner="CN",
        old_on=NOW.date(),
        new_percent=Decimal(number),
        why="It is said",
        said_by=tuple(map(source_of, feeds)),
        seen_at=NOW + timedelta(seconds=number),
    )


def ids(proposals: tuple[Proposal, ...]) -> list[str]:
    return [one.id for one in proposals]


def test_proposals_over_the_limit_of_one_feed_do_not_affect_other_feeds() -> None:
    made_up = [proposal_of(number, "evil") for number in range(100)]
    chosen = apply_quota([*made_up, proposal_of(1, "wire")], ())
    assert ids(chosen.send) == [*ids(tuple(made_up[:FEED_QUOTA])), "wire001"]
    assert {feed: len(held) for feed, held in chosen.held_back.items()} == {
        "Evil": 100 - FEED_QUOTA
    }


def test_open_proposals_count_toward_the_limit() -> None:
    reported = [proposal_of(number, "evil") for number in range(FEED_QUOTA - 1)]
    chosen = apply_quota([proposal_of(200, "evil"), proposal_of(201, "evil")], reported)
    assert ids(chosen.send) == ["evil200"]


def test_a_proposal_of_two_feeds_counts_toward_the_limit_of_either() -> None:
    reported = [proposal_of(number, "evil") for number in range(FEED_QUOTA)]
    both = [proposal_of(100 + number, "evil", "wire") for number in range(FEED_QUOTA + 1)]
    chosen = apply_quota(both, reported)
    assert len(chosen.send) == FEED_QUOTA
    assert apply_quota([proposal_of(1, "wire")], [*reported, *both]).send == ()


def test_official_documents_and_new_sources_of_a_proposal_are_not_limited() -> None:
    reported = [proposal_of(number, "evil") for number in range(FEED_QUOTA)]
    documents = [proposal_of(number, "") for number in range(2 * FEED_QUOTA)]
    again = reported[0].model_copy(update={"said_by": (*reported[0].said_by, source_of("wire"))})
    assert ids(apply_quota([*documents, again], reported).send) == [
        *ids(tuple(documents)),
        again.id,
    ]


class OperatorInbox:
    def __init__(self, store: Store) -> None:
        self.store, self.now = store, NOW
        self.inbox = ProposalInbox(store.proposals, TEAM, ["C1"], lambda: self.now, lambda: None)

    async def send_due(self) -> list[Delivery]:
        """Claims all due deliveries and marks them as sent; returns them."""
        found: list[Delivery] = []
        while queued := await self.store.outbox.claim(self.now, 100, 60):
            for each in queued:
                await self.store.outbox.confirm(each.id, each.id, self.now)
            found += queued
        return found

    async def reject(self, proposal: Proposal) -> None:
        decision = Decision(state=State.REJECTED, by=ANA, at=self.now)
        act = AuditEntry(
            proposal_id=proposal.id, at=self.now, by=ANA, what="rejected", source="Evil"
        )
        assert await self.store.proposals.decide(proposal.id, decision, act)


@pytest.fixture
async def operators(tmp_path: Path) -> AsyncIterator[OperatorInbox]:
    await upgrade(f"sqlite:///{tmp_path / 'bot.db'}")
    opened = open_store(f"sqlite:///{tmp_path / 'bot.db'}")
    yield OperatorInbox(opened)
    await opened.database.close()


async def test_a_hundred_invented_rates_make_ten_messages_and_one_notice(
    operators: OperatorInbox,
) -> None:
    made_up = [proposal_of(number, "evil") for number in range(100)]
    await operators.inbox.offer(made_up)
    await operators.inbox.look()
    sent = await operators.send_due()
    assert [one.kind for one in sent].count(DeliveryKind.PROPOSAL) == FEED_QUOTA
    [notice] = [one for one in sent if one.kind is DeliveryKind.NOTICE]
    assert "Evil reports more new rates" in notice.reason
    assert "90 more are held back" in notice.reason
    assert len(await operators.store.proposals.every(State.PENDING)) == 100
    assert await operators.store.proposals.unposted() == set(ids(tuple(made_up[FEED_QUOTA:])))


async def test_neither_time_nor_a_restart_raises_the_limit(operators: OperatorInbox) -> None:
    await operators.inbox.offer([proposal_of(number, "evil") for number in range(100)])
    await operators.send_due()
    operators.now = NOW + timedelta(days=3)
    again = ProposalInbox(
        operators.store.proposals, TEAM, ["C1"], lambda: operators.now, lambda: None
    )
    await again.look()
    assert await operators.send_due() == []


async def test_decided_proposals_stop_counting_after_a_day(operators: OperatorInbox) -> None:
    made_up = [proposal_of(number, "evil") for number in range(12)]
    await operators.inbox.offer(made_up)
    await operators.send_due()
    await operators.reject(made_up[0])
    await operators.inbox.look()
    assert await operators.send_due() == []
    operators.now = NOW + timedelta(days=1, hours=1)
    await operators.inbox.look()
    reported = [one for one in await operators.send_due() if one.kind is DeliveryKind.PROPOSAL]
    assert [one.event_id for one in reported] == [made_up[FEED_QUOTA].id]
