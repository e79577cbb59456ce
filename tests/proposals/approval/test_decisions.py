"""A proposal is sent once and decided once; only an approval changes the ledger."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bot.errors import AmendmentRefused
from bot.proposals.approval.amendments import apply_amendment
from bot.proposals.approval.audit import Operator, State
from bot.proposals.approval.decisions import Decisions
from bot.proposals.approval.terms import NEW, ApprovalForm, FormRefused, fill_form
from bot.proposals.build import propose_rate
from bot.proposals.inbox import ProposalInbox
from bot.proposals.model import Proposal, ReportedRate, ReportSource
from bot.rates.ledger import Ledger
from bot.store.upgrade import upgrade
from tests import shipped
from tests.news.examples import PARTIES
from tests.rates.asked import ask
from tests.store.examples import TEAM
from tests.store.opened import Store, open_store

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
DECEMBER = date(2026, 12, 1)
ANA, BO = Operator(id="U1", name="ana"), Operator(id="U2", name="bo")
BOOK = shipped.book()
SHIPPED = shipped.ledger()
WIRE = ReportSource(source="Wire", link="https://wire.example/1", published=NOW, quote="40%")


def proposal_of(percent: int = 40, day: date | None = DECEMBER, product: str = "") -> Proposal:
    claim = ReportedRate(
        imposer="US",
        partner="CN",
        percent=Decimal(percent),
        effective_on=day,
        product=product,
        basis="Section 301",
    )
    found = propose_rate(claim, WIRE, SHIPPED, NOW)
    assert found is not None
    return found


def total(ledger: Ledger, on: date = DECEMBER) -> Decimal | None:
    [answer] = ask("us on china", ledger, on, on=on)
    return answer.total_percent


class Setting:
    def __init__(self, store: Store) -> None:
        self.store, self.woken = store, 0
        self.inbox = ProposalInbox(store.proposals, TEAM, ["C1", "U1"], lambda: NOW, self.wake)
        self.decisions = Decisions(store.proposals, BOOK, SHIPPED, lambda: NOW)

    def wake(self) -> None:
        self.woken += 1


@pytest.fixture
async def setting(tmp_path: Path) -> AsyncIterator[Setting]:
    await upgrade(f"sqlite:///{tmp_path / 'bot.db'}")
    opened = open_store(f"sqlite:///{tmp_path / 'bot.db'}")
    yield Setting(opened)
    await opened.database.close()


async def test_each_conversation_gets_one_message(setting: Setting) -> None:
    for _ in range(2):
        await setting.inbox.offer([proposal_of()])
    queued = await setting.store.outbox.claim(NOW, 10, 60)
    assert [each.conversation for each in queued] == ["C1", "U1"]
    assert {each.event_id for each in queued} == {proposal_of().id}
    assert setting.woken == 1


async def test_the_next_look_sends_saved_proposals_that_were_not_sent(setting: Setting) -> None:
    without_operators = ProposalInbox(setting.store.proposals, TEAM, [], lambda: NOW, setting.wake)
    await without_operators.offer([proposal_of()])
    assert await setting.store.outbox.claim(NOW, 10, 60) == ()
    await setting.inbox.look()
    assert len(await setting.store.outbox.claim(NOW, 10, 60)) == 2


async def test_an_approval_changes_the_ledger_at_once_and_after_a_restart(
    setting: Setting,
) -> None:
    used: list[Ledger] = []
    setting.decisions.watch(used.append)
    await setting.inbox.offer([proposal_of()])
    outcome = await setting.decisions.approve(proposal_of().id, ANA, None)
    assert outcome is not None
    assert outcome.is_new
    assert [total(ledger) for ledger in used] == [Decimal("12.5"), Decimal(40)]
    again = Decisions(setting.store.proposals, BOOK, SHIPPED, lambda: NOW)
    await again.look()
    assert total(again.ledger) == 40
    [line] = await setting.store.proposals.record()
    assert (line.by, line.at, line.what) == (ANA, NOW, "approved")
    assert line.source == "Wire https://wire.example/1"


async def test_two_clicks_are_one_decision(setting: Setting) -> None:
    await setting.inbox.offer([proposal_of()])
    outcomes = await asyncio.gather(
        setting.decisions.approve(proposal_of().id, ANA, None),
        setting.decisions.reject(proposal_of().id, BO),
        setting.decisions.approve(proposal_of().id, BO, None),
    )
    assert sorted(bool(each and each.is_new) for each in outcomes) == [False, False, True]
    assert len(await setting.store.proposals.record()) == 1


async def test_a_rejection_changes_no_rate(setting: Setting) -> None:
    await setting.inbox.offer([proposal_of()])
    outcome = await setting.decisions.reject(proposal_of().id, ANA)
    assert outcome is not None
    assert outcome.record.state is State.REJECTED
    assert total(setting.decisions.ledger) == Decimal("12.5")


async def test_missing_terms_must_be_filled_in(setting: Setting) -> None:
    await setting.inbox.offer([proposal_of(day=None)])
    with pytest.raises(FormRefused) as refused:
        await setting.decisions.approve(proposal_of().id, ANA, None)
    assert set(refused.value.problems) == {"day"}
    form = fill_form(proposal_of(day=None), SHIPPED).model_copy(update={"day": "2026-12-15"})
    outcome = await setting.decisions.approve(proposal_of().id, ANA, form)
    assert outcome is not None
    assert outcome.record.decision is not None
    assert outcome.record.decision.edited
    assert total(setting.decisions.ledger, date(2026, 12, 14)) == Decimal("12.5")
    assert total(setting.decisions.ledger, date(2026, 12, 15)) == 40
    [line] = await setting.store.proposals.record()
    assert line.what == "approved with changes"


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"percent": "a lot"}, {"percent"}),
        ({"percent": "1001"}, {"percent"}),
        ({"day": "soon", "link": "javascript:alert(1)"}, {"day", "link"}),
        ({"day": "2016-12-01"}, {"day"}),
        ({"day": "2206-12-01"}, {"day"}),
        ({"measure": ""}, {"measure"}),
        ({"measure": "ca-us-steel"}, {"measure"}),
        ({"measure": NEW}, {"legal_basis"}),
        ({"measure": NEW, "legal_basis": "Section 9", "product": "stele"}, {"product"}),
        ({"measure": NEW, "legal_basis": "Section 9", "partner": "Atlantis"}, {"partner"}),
    ],
)
async def test_wrong_terms_are_reported_at_their_fields(
    changes: dict[str, str], fields: set[str], setting: Setting
) -> None:
    await setting.inbox.offer([proposal_of()])
    form = fill_form(proposal_of(), SHIPPED).model_copy(update=changes)
    with pytest.raises(FormRefused) as refused:
        await setting.decisions.approve(proposal_of().id, ANA, form)
    assert set(refused.value.problems) == fields
    filed = await setting.decisions.get(proposal_of().id)
    assert filed is not None
    assert filed.state is State.PENDING


async def test_a_rate_that_does_not_fit_is_refused_and_nothing_changes(setting: Setting) -> None:
    await setting.inbox.offer([proposal_of(day=date(2026, 7, 24))])
    with pytest.raises(AmendmentRefused, match="2026-07-24"):
        await setting.decisions.approve(proposal_of().id, ANA, None)
    assert setting.decisions.ledger is SHIPPED
    assert await setting.store.proposals.record() == ()


async def test_a_new_measure_on_goods_is_added_to_the_total(setting: Setting) -> None:
    await setting.inbox.offer([proposal_of(63, product="cars")])
    form = ApprovalForm(
        percent="63 %",
        day="2026-12-01",
        measure=NEW,
        partner="China",
        product="cars",
        legal_basis="Section 338",
        note="As \x07 reported.",
    )
    before = ask("us on china cars", SHIPPED, DECEMBER, on=DECEMBER)[0].total_range
    assert before is not None
    await setting.decisions.approve(proposal_of(63, product="cars").id, ANA, form)
    [answer] = ask("us on china cars", setting.decisions.ledger, DECEMBER, on=DECEMBER)
    assert answer.total_range == (before[0] + 63, before[1] + 63)
    part = next(one for one in answer.components if one.percent == 63)
    assert part.measure == "Section 338: cars, China"
    assert "As reported." in part.note


async def test_an_approval_can_be_undone(setting: Setting) -> None:
    await setting.inbox.offer([proposal_of()])
    await setting.decisions.approve(proposal_of().id, ANA, None)
    outcome = await setting.decisions.undo(proposal_of().id, BO)
    assert outcome is not None
    assert (outcome.is_new, outcome.record.state) == (True, State.PENDING)
    assert total(setting.decisions.ledger) == Decimal("12.5")
    again = await setting.decisions.undo(proposal_of().id, BO)
    assert again is not None
    assert not again.is_new
    assert [one.what for one in await setting.store.proposals.record()] == [
        "approved",
        "taken back",
    ]


async def test_one_of_two_approvals_can_be_undone(setting: Setting) -> None:
    first, second = proposal_of(40, date(2026, 12, 1)), proposal_of(60, date(2027, 1, 1))
    await setting.inbox.offer([first, second])
    await setting.decisions.approve(first.id, ANA, None)
    await setting.decisions.approve(second.id, ANA, None)
    await setting.decisions.undo(first.id, ANA)
    assert total(setting.decisions.ledger, date(2026, 12, 31)) == Decimal("12.5")
    assert total(setting.decisions.ledger, date(2027, 1, 1)) == 60


async def test_an_approval_that_another_one_depends_on_cannot_be_undone(setting: Setting) -> None:
    first = proposal_of(40).model_copy(update={"basis": ""})
    second = proposal_of(60, date(2027, 1, 1)).model_copy(update={"basis": ""})
    await setting.inbox.offer([first, second])
    new = ApprovalForm(
        percent="40", day="2026-12-01", measure=NEW, partner="China", legal_basis="Section 338"
    )
    await setting.decisions.approve(first.id, ANA, new)
    raised = ApprovalForm(percent="60", day="2027-01-01", measure=f"us-approved-{first.id}")
    await setting.decisions.approve(second.id, ANA, raised)
    assert total(setting.decisions.ledger, date(2027, 1, 1)) == Decimal("72.5")
    with pytest.raises(AmendmentRefused, match="depends on it"):
        await setting.decisions.undo(first.id, ANA)
    assert total(setting.decisions.ledger, date(2027, 1, 1)) == Decimal("72.5")


async def test_an_unknown_proposal_cannot_be_decided(setting: Setting) -> None:
    assert await setting.decisions.approve("nothing", ANA, None) is None
    assert await setting.decisions.reject("nothing", ANA) is None
    assert await setting.decisions.undo("nothing", ANA) is None


async def test_a_rate_already_in_the_files_cannot_be_approved(setting: Setting) -> None:
    """If it were approved, the rate would count twice until the next start."""
    await setting.inbox.offer([proposal_of()])
    form = ApprovalForm(
        percent="12.5", day="2026-07-24", measure="us-cn-301-forced-labor", partner="China"
    )
    with pytest.raises(AmendmentRefused, match="already"):
        await setting.decisions.approve(proposal_of().id, ANA, form)
    assert await setting.store.proposals.record() == ()


async def test_an_approval_that_conflicts_with_new_files_is_reported_as_left_out(
    setting: Setting,
) -> None:
    await setting.inbox.offer([proposal_of()])
    await setting.decisions.approve(proposal_of().id, ANA, None)
    [made] = await setting.store.proposals.approved()
    # In a new release, the ledger files have another rate for the same day.
    shipped = made.model_copy(update={"id": "elsewhere", "percent": Decimal(45)})
    files = apply_amendment(BOOK, shipped, {party.code for party in PARTIES})
    again = Decisions(setting.store.proposals, files, SHIPPED, lambda: NOW)
    await again.look()
    [left] = again.left_out
    assert left.amendment == made
    assert "45%" in left.why
    await again.undo(proposal_of().id, ANA)
    assert again.left_out == ()


async def test_an_approval_that_is_now_in_the_files_cannot_be_undone_in_slack(
    setting: Setting,
) -> None:
    await setting.inbox.offer([proposal_of()])
    await setting.decisions.approve(proposal_of().id, ANA, None)
    [made] = await setting.store.proposals.approved()
    files = apply_amendment(BOOK, made, {party.code for party in PARTIES})
    again = Decisions(setting.store.proposals, files, Ledger(files, PARTIES), lambda: NOW)
    await again.look()
    with pytest.raises(AmendmentRefused, match="now contain it"):
        await again.undo(proposal_of().id, ANA)
    filed = await again.get(proposal_of().id)
    assert filed is not None
    assert filed.state is State.APPROVED
    assert total(again.ledger) == 40


async def test_another_bot_on_the_same_database_applies_the_decisions(setting: Setting) -> None:
    other = Decisions(setting.store.proposals, BOOK, SHIPPED, lambda: NOW)
    used: list[Ledger] = []
    other.watch(used.append)
    own: list[Ledger] = []
    setting.decisions.watch(own.append)
    await setting.inbox.offer([proposal_of()])
    await other.look()
    assert used == [SHIPPED]
    await setting.decisions.approve(proposal_of().id, ANA, None)
    for _ in range(2):
        await other.look()
        await setting.decisions.look()
    assert [total(ledger) for ledger in used] == [Decimal("12.5"), Decimal(40)]
    await setting.decisions.undo(proposal_of().id, ANA)
    await setting.decisions.look()
    assert len(own) == 3, "what it decided itself is no news to it"
    await other.look()
    assert total(other.ledger) == Decimal("12.5")


async def test_open_proposals_are_compared_with_the_current_ledger(setting: Setting) -> None:
    first, other = proposal_of(40), proposal_of(60)
    await setting.inbox.offer([first, other])
    form = fill_form(first, SHIPPED).model_copy(update={"percent": "60"})
    await setting.decisions.approve(first.id, ANA, form)
    after = setting.decisions.ledger
    waiting = await setting.decisions.get(other.id)
    assert waiting is not None
    assert waiting.state is State.PENDING
    assert "60% from 1 Dec 2026" in waiting.proposal.already
    assert await setting.decisions.list_differing(SHIPPED, after) == (other.id,)
    assert await setting.decisions.list_differing(after, after) == ()
    # The audit log has only the approval, and no decision on the other proposal.
    assert [one.proposal_id for one in await setting.store.proposals.record()] == [first.id]
