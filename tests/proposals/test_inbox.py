"""A feed cannot flood the operators' channel, and none of its proposals is lost."""

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


def by(feed: str) -> ReportSource:
    return ReportSource(
        source=feed.title() or "Journal", link=f"https://{feed}.example", published=NOW, feed=feed
    )


def said(number: int, *feeds: str) -> Proposal:
    return Proposal(
        id=f"{feeds[0] or 'document'}{number:03}",
        imposer="US",
        partner="CN",
        old_on=NOW.date(),
        new_percent=Decimal(number),
        why="It is said",
        said_by=tuple(map(by, feeds)),
        seen_at=NOW + timedelta(seconds=number),
    )


def ids(proposals: tuple[Proposal, ...]) -> list[str]:
    return [one.id for one in proposals]


def test_a_feed_is_held_back_and_others_are_not() -> None:
    made_up = [said(number, "evil") for number in range(100)]
    chosen = apply_quota([*made_up, said(1, "wire")], ())
    assert ids(chosen.send) == [*ids(tuple(made_up[:FEED_QUOTA])), "wire001"]
    assert {feed: len(held) for feed, held in chosen.held.items()} == {"Evil": 100 - FEED_QUOTA}


def test_what_waits_takes_room() -> None:
    told = [said(number, "evil") for number in range(FEED_QUOTA - 1)]
    chosen = apply_quota([said(200, "evil"), said(201, "evil")], told)
    assert ids(chosen.send) == ["evil200"]


def test_a_second_feed_brings_its_own_room() -> None:
    told = [said(number, "evil") for number in range(FEED_QUOTA)]
    both = [said(100 + number, "evil", "wire") for number in range(FEED_QUOTA + 1)]
    chosen = apply_quota(both, told)
    assert len(chosen.send) == FEED_QUOTA
    assert apply_quota([said(1, "wire")], [*told, *both]).send == ()


def test_official_documents_and_new_sources_do_not_count() -> None:
    told = [said(number, "evil") for number in range(FEED_QUOTA)]
    documents = [said(number, "") for number in range(2 * FEED_QUOTA)]
    again = told[0].model_copy(update={"said_by": (*told[0].said_by, by("wire"))})
    assert ids(apply_quota([*documents, again], told).send) == [*ids(tuple(documents)), again.id]


class Office:
    def __init__(self, store: Store) -> None:
        self.store, self.now = store, NOW
        self.inbox = ProposalInbox(store.proposals, TEAM, ["C1"], lambda: self.now, lambda: None)

    async def posted(self) -> list[Delivery]:
        """What was owed since, as posted."""
        found: list[Delivery] = []
        while owed := await self.store.outbox.claim(self.now, 100, 60):
            for each in owed:
                await self.store.outbox.confirm(each.id, each.id, self.now)
            found += owed
        return found

    async def reject(self, proposal: Proposal) -> None:
        decision = Decision(state=State.REJECTED, by=ANA, at=self.now)
        act = AuditEntry(
            proposal_id=proposal.id, at=self.now, by=ANA, what="rejected", source="Evil"
        )
        assert await self.store.proposals.decide(proposal.id, decision, act)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    await upgrade(f"sqlite:///{tmp_path / 'bot.db'}")
    opened = open_store(f"sqlite:///{tmp_path / 'bot.db'}")
    yield Office(opened)
    await opened.database.close()


async def test_a_hundred_invented_rates_make_ten_messages_and_one_notice(office: Office) -> None:
    made_up = [said(number, "evil") for number in range(100)]
    await office.inbox.offer(made_up)
    await office.inbox.look()
    posted = await office.posted()
    assert [one.kind for one in posted].count(DeliveryKind.PROPOSAL) == FEED_QUOTA
    [notice] = [one for one in posted if one.kind is DeliveryKind.NOTICE]
    assert "Evil reports more new rates" in notice.reason
    assert "90 more are held back" in notice.reason
    assert len(await office.store.proposals.every(State.PENDING)) == 100
    assert await office.store.proposals.untold() == set(ids(tuple(made_up[FEED_QUOTA:])))


async def test_neither_time_nor_a_restart_lets_more_through(office: Office) -> None:
    await office.inbox.offer([said(number, "evil") for number in range(100)])
    await office.posted()
    office.now = NOW + timedelta(days=3)
    again = ProposalInbox(office.store.proposals, TEAM, ["C1"], lambda: office.now, lambda: None)
    await again.look()
    assert await office.posted() == []


async def test_decisions_make_room_a_day_later(office: Office) -> None:
    made_up = [said(number, "evil") for number in range(12)]
    await office.inbox.offer(made_up)
    await office.posted()
    await office.reject(made_up[0])
    await office.inbox.look()
    assert await office.posted() == []
    office.now = NOW + timedelta(days=1, hours=1)
    await office.inbox.look()
    told = [one for one in await office.posted() if one.kind is DeliveryKind.PROPOSAL]
    assert [one.event_id for one in told] == [made_up[FEED_QUOTA].id]
