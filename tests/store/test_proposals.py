"""Proposals are saved once and decided once, and every decision is recorded."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bot.alerts.delivery import Delivery, DeliveryKind, delivery_id
from bot.feeds.model import FeedState, PollOutcome, Round
from bot.pipeline import IntakeResult
from bot.proposals.approval.amendments import Amendment
from bot.proposals.approval.audit import AuditEntry, Decision, Operator, State
from bot.proposals.inbox import QueuedMessages
from bot.proposals.model import Proposal, ReportSource
from bot.rates.model.measure import Source
from bot.store.installations import Installations
from bot.store.outbox import Outbox
from bot.store.proposals import MOST_UNSENT, Proposals
from bot.store.token_cipher import TokenCipher, make_key
from tests.store.examples import NOON, TEAM, entry, story
from tests.store.opened import Store
from tests.store.test_installations import installation

ANA = Operator(id="U1", name="ana")
BO = Operator(id="U2", name="bo")


def proposal(name: str = "a1", source: str = "Wire", **changes: Any) -> Proposal:
    given = {
        "id": name,
        "imposer": "US",
        "partner": "CN",
        "old_on": NOON.date(),
        "new_percent": Decimal(40),
        "why": "40 % is said",
        "said_by": (ReportSource(source=source, link=f"https://{source}.example", published=NOON),),
        "seen_at": NOON,
    }
    return Proposal.model_validate(given | changes)


def decision(
    by: Operator = ANA, state: State = State.APPROVED, name: str = "a1", **changes: Any
) -> Decision:
    amendment = Amendment(
        id=name,
        imposer="US",
        measure="us-232-steel",
        percent=Decimal(40),
        from_=NOON.date(),
        source=Source(text="Wire"),
        published=NOON.date(),
        approved_by=by.name,
        approved_on=NOON.date(),
    )
    given = {"state": state, "by": by, "at": NOON}
    given["amendment"] = amendment if state is State.APPROVED else None
    return Decision.model_validate(given | changes)


def audit_entry(by: Operator = ANA, what: str = "approved", name: str = "a1") -> AuditEntry:
    return AuditEntry(proposal_id=name, at=NOON, by=by, what=what, source="Wire")


def message(said: Proposal) -> tuple[Delivery, ...]:
    kind = DeliveryKind.PROPOSAL
    return (
        Delivery(
            id=delivery_id(kind, TEAM, "C1", said.id),
            kind=kind,
            team=TEAM,
            conversation="C1",
            story_ids=(),
            event_id=said.id,
            reason=said.why,
            due_at=NOON,
        ),
    )


def plan_messages(unposted: Sequence[Proposal], reported: Sequence[Proposal]) -> QueuedMessages:
    return QueuedMessages(tuple(one for said in unposted for one in message(said)), tuple(unposted))


async def test_a_second_report_only_adds_its_source(store: Store) -> None:
    await store.proposals.keep([proposal(), proposal(source="Paper")], NOON)
    await store.proposals.keep([proposal(source="Paper")], NOON)
    [filed] = await store.proposals.every()
    assert [one.source for one in filed.proposal.said_by] == ["Wire", "Paper"]
    assert filed.state is State.PENDING


async def test_a_proposal_is_sent_once_and_updated_only_for_a_new_source(store: Store) -> None:
    await store.proposals.keep([proposal()], NOON)
    assert (await store.proposals.queue_messages(plan_messages, NOON)).proposals == (proposal(),)
    await store.proposals.keep([proposal()], NOON)
    assert await store.proposals.queue_messages(plan_messages, NOON) == QueuedMessages()
    await store.proposals.keep([proposal(source="Paper")], NOON)
    [again] = (await store.proposals.queue_messages(plan_messages, NOON)).proposals
    assert len(again.said_by) == 2
    # The new source queued no second message: the first one is still waiting.
    [queued] = await store.outbox.claim(NOON, 10, 60)
    assert queued.event_id == "a1"
    assert await store.proposals.copies("a1") == ()
    await store.outbox.confirm(queued.id, "1.2", NOON)
    assert await store.proposals.copies("a1") == (("C1", "1.2"),)


async def test_of_two_simultaneous_decisions_one_wins_and_is_recorded(store: Store) -> None:
    await store.proposals.keep([proposal()], NOON)
    outcomes = await asyncio.gather(
        store.proposals.decide("a1", decision(ANA), audit_entry(ANA)),
        store.proposals.decide("a1", decision(BO, State.REJECTED), audit_entry(BO, "rejected")),
    )
    assert sorted(outcomes) == [False, True]
    filed = await store.proposals.get("a1")
    assert filed is not None
    assert filed.decision is not None
    [line] = await store.proposals.record("a1")
    assert line.by == filed.decision.by
    assert await store.proposals.every(State.PENDING) == ()


async def test_an_undone_decision_reopens_the_proposal_and_is_recorded(store: Store) -> None:
    await store.proposals.keep([proposal()], NOON)
    assert await store.proposals.decide("a1", decision(), audit_entry())
    assert [one.id for one in await store.proposals.approved()] == ["a1"]
    assert not await store.proposals.reopen("a1", State.REJECTED, audit_entry(what="taken back"))
    assert await store.proposals.reopen("a1", State.APPROVED, audit_entry(BO, "taken back"))
    assert not await store.proposals.reopen("a1", State.APPROVED, audit_entry(what="taken back"))
    assert await store.proposals.approved() == ()
    said = [(one.what, one.by.name) for one in await store.proposals.record()]
    assert said == [("approved", "ana"), ("taken back", "bo")]


async def test_approvals_are_listed_in_the_order_of_the_decisions(store: Store) -> None:
    await store.proposals.keep([proposal("a1"), proposal("a2")], NOON)
    assert await store.proposals.decide("a2", decision(name="a2"), audit_entry(name="a2"))
    assert await store.proposals.decide("a1", decision(), audit_entry())
    assert [one.id for one in await store.proposals.approved()] == ["a2", "a1"]


async def test_a_rejected_rate_is_proposed_again_after_a_month(store: Store) -> None:
    await store.proposals.keep([proposal()], NOON)
    await store.proposals.decide("a1", decision(state=State.REJECTED), audit_entry(what="rejected"))
    await store.proposals.keep([proposal(source="Paper")], NOON + timedelta(days=20))
    assert await store.proposals.every(State.PENDING) == ()
    for days in (31, 32):
        await store.proposals.keep([proposal(source="Paper")], NOON + timedelta(days=days))
    [again] = await store.proposals.every(State.PENDING)
    assert again.proposal.id != "a1"


async def test_a_proposal_is_saved_in_one_transaction_with_its_story(store: Store) -> None:
    state = FeedState(feed_id="wire", last_success_at=NOON)
    taken = IntakeResult(
        round=Round(
            feed_id="wire",
            outcome=PollOutcome.READ,
            state=state,
            started_at=NOON,
            finished_at=NOON,
        ),
        entries=(entry("one"),),
        stories=(story("one"),),
        proposals=(proposal(),),
    )
    await store.pipeline_store.keep(taken)
    assert [filed.proposal.id for filed in await store.proposals.every()] == ["a1"]


async def test_an_unknown_proposal_cannot_be_read_or_decided(store: Store) -> None:
    assert await store.proposals.get("a1") is None
    assert not await store.proposals.decide("a1", decision(), audit_entry())
    assert await store.proposals.record() == ()


def document(**changes: Any) -> Proposal:
    return proposal("doc", "Register", **{"same_as": "a1", **changes})


async def test_a_document_and_the_stories_about_its_rate_are_one_proposal(store: Store) -> None:
    """This holds in any order, and no matter how often the document is read."""
    said, also = proposal(), document(effective_on=NOON.date())
    for name, order in (("a1", (said, also, also)), ("b1", (also, also, said))):
        for one in order:
            own = {"id": name} if one is said else {"same_as": name}
            await store.proposals.keep([one.model_copy(update=own)], NOON)
        filed = await store.proposals.get(name)
        assert filed is not None
        assert {one.source for one in filed.proposal.said_by} == {"Wire", "Register"}
        assert filed.proposal.effective_on == NOON.date()
    assert len(await store.proposals.every()) == 2


async def test_a_document_with_another_day_is_a_separate_proposal(store: Store) -> None:
    later = NOON.date() + timedelta(days=9)
    await store.proposals.keep([proposal(effective_on=NOON.date())], NOON)
    await store.proposals.keep([document(effective_on=later)], NOON)
    assert [one.proposal.id for one in await store.proposals.every()] == ["a1", "doc"]


async def test_a_rejected_rumor_is_proposed_again_once_a_document_states_it(
    store: Store,
) -> None:
    rejected = decision(state=State.REJECTED)
    await store.proposals.keep([proposal()], NOON)
    await store.proposals.decide("a1", rejected, audit_entry(what="rejected"))
    for _ in range(2):
        await store.proposals.keep([document()], NOON)
    assert [one.proposal.id for one in await store.proposals.every(State.PENDING)] == ["doc"]


async def test_a_rejected_document_is_not_proposed_again(store: Store) -> None:
    rejected = decision(state=State.REJECTED)
    await store.proposals.keep([document()], NOON)
    await store.proposals.decide("a1", rejected, audit_entry(what="rejected"))
    await store.proposals.keep([document()], NOON)
    assert await store.proposals.every(State.PENDING) == ()


async def test_each_team_on_one_database_gets_one_message(store: Store) -> None:
    def proposals_of(team: str) -> Proposals:
        return Proposals(store.database, Outbox(store.database, store.stories, team))

    def plan_for(team: str) -> Callable[[Sequence[Proposal], Sequence[Proposal]], QueuedMessages]:
        def plan(unposted: Sequence[Proposal], _: Sequence[Proposal]) -> QueuedMessages:
            deliveries = [one for said in unposted for one in message(said)]
            return QueuedMessages(
                tuple(
                    one.model_copy(update={"id": f"{team} {one.event_id}", "team": team})
                    for one in deliveries
                ),
                tuple(unposted),
            )

        return plan

    await store.proposals.keep([proposal()], NOON)
    reported = [
        await proposals_of(team).queue_messages(plan_for(team), NOON)
        for team in ("T1", "T2", "T1", "T2")
    ]
    assert [len(each.proposals) for each in reported] == [1, 1, 0, 0]


async def test_a_proposal_waits_until_the_operators_workspace_has_installed_the_app(
    shared: Store,
) -> None:
    await shared.proposals.keep([proposal()], NOON)
    assert await shared.proposals.queue_messages(plan_messages, NOON) == QueuedMessages()
    assert await shared.proposals.unposted() == {"a1"}
    await Installations(shared.database, TokenCipher([make_key()])).save(installation(TEAM))
    assert (await shared.proposals.queue_messages(plan_messages, NOON)).proposals == (proposal(),)
    assert len(await shared.outbox.unsent(9)) == 1


async def test_open_and_recent_proposals_count_toward_the_limit(store: Store) -> None:
    shown: list[list[str]] = []

    def look(unposted: Sequence[Proposal], reported: Sequence[Proposal]) -> QueuedMessages:
        shown.append([one.id for one in reported])
        return QueuedMessages()

    both = [proposal("a1"), proposal("a2")]
    await store.proposals.keep(both, NOON)
    await store.proposals.queue_messages(plan_messages, NOON)
    await store.proposals.decide("a1", decision(), audit_entry())
    await store.proposals.keep([proposal("a3")], NOON)
    await store.proposals.queue_messages(look, NOON - timedelta(hours=1))
    await store.proposals.queue_messages(look, NOON + timedelta(hours=1))
    assert shown == [["a1", "a2"], ["a2"]]
    assert await store.proposals.unposted() == {"a3"}


async def test_of_thousands_of_unsent_proposals_the_newest_are_considered(store: Store) -> None:
    made_up = [proposal(f"m{number}") for number in range(MOST_UNSENT)]
    later = proposal("later", seen_at=NOON + timedelta(hours=1))
    await store.proposals.keep([*made_up, later], NOON)
    reported = (await store.proposals.queue_messages(plan_messages, NOON)).proposals
    assert len(reported) == MOST_UNSENT
    assert reported[-1].id == "later"
