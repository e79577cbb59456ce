"""Proposals in the local workspace are posted once, decided by an operator and then updated."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.sending.dispatcher import Dispatcher
from bot.commands.permissions import Permissions
from bot.local_slack.server import Workspace
from bot.proposals.approval.audit import Operator
from bot.proposals.approval.decisions import Decisions
from bot.proposals.approval.terms import fill_form, list_measures
from bot.proposals.build import propose_document, propose_rate
from bot.proposals.inbox import FEED_QUOTA, ProposalInbox
from bot.proposals.model import Proposal, ReportedRate, ReportSource
from bot.proposals.rulings import propose_ruling
from bot.slack.api.sender import SlackSender
from bot.slack.handlers.proposals import update_messages, watch_ledger
from bot.slack.views.approval_form import render_form
from bot.store.upgrade import upgrade
from tests.proposals.approval.test_decisions import NOW
from tests.proposals.test_rulings import in_court
from tests.slack.fakes import answer_message, book, ledger, slack_context
from tests.slack.handlers.test_buttons import PageUser, as_text, page_user_of
from tests.slack.samples import PARTIES
from tests.store.opened import Store, open_store

EVIL = "<!channel> *US* raises_it & more"
WIRE = ReportSource(source="Wire", link="https://wire.example/1", published=NOW, quote=EVIL)


DECEMBER = date(2026, 12, 1)


def proposal_of(day: date | None = DECEMBER, percent: int = 40) -> Proposal:
    claim = ReportedRate(
        imposer="US",
        partner="CN",
        percent=Decimal(percent),
        effective_on=day,
        basis="Section 301",
    )
    found = propose_rate(claim, WIRE, ledger(), NOW)
    assert found is not None
    return found


@dataclass
class OperatorChannel:
    """The operators' channel of a local workspace, with a connected bot and its stores."""

    page_user: PageUser
    store: Store
    inbox: ProposalInbox
    decisions: Decisions
    sender: SlackSender

    async def ask(self, proposal: Proposal) -> dict[str, Any]:
        """Offers the proposal to the bot; returns the message that the bot posts about it."""
        await self.inbox.offer([proposal])
        dispatcher = Dispatcher(self.store.outbox, self.sender, lambda: NOW, pace_s=0)
        await dispatcher.run_once(NOW)
        return await self.message()

    async def message(self) -> dict[str, Any]:
        client = self.page_user.context.client
        answer = await client.conversations_history(channel=self.page_user.channel)
        return dict(answer["messages"][0])

    async def fill_in(self, **changes: str) -> Any:
        """Submits the open modal with its initial values, except for these changes."""
        view = self.page_user.workspace.team.views.modal
        assert view is not None
        held = {
            block["block_id"]: {"field": _initial_value(block["element"])}
            for block in view["blocks"]
            if block["type"] == "input"
        }
        held |= {name: {"field": value} for name, value in changes.items()}
        outcome = await self.page_user.workspace.pointer.submit(view["id"], held)
        await self.page_user.context.background.finish()
        return outcome

    async def total(self) -> str:
        of = self.page_user.context.service.answers.ledger
        return (await answer_message("us on china on 2026-12-01", NOW.date(), of)).text

    async def details(self, question: str) -> str:
        """Asks the question; returns the text of every page of its details."""
        [answer] = await self.page_user.say(f"/tariff {question}")
        await self.page_user.click(answer, "rate_details")
        workspace = self.page_user.workspace
        opened = workspace.team.views.modal
        assert opened is not None
        pages = as_text([opened])
        for row in (block for block in opened["blocks"] if block["type"] == "actions"):
            for button in row["elements"][1:]:
                await workspace.pointer.click_in_view(
                    opened["id"], row["block_id"], button["action_id"], button["value"], {}
                )
                await self.page_user.context.background.finish()
                shown = workspace.team.views.modal
                assert shown is not None
                pages += as_text([shown])
        return pages


def _initial_value(element: dict[str, Any]) -> Any:
    chosen = element.get("initial_option") or {}
    return chosen.get("value") or element.get("initial_date") or element.get("initial_value")


@asynccontextmanager
async def operators_of(
    workspace: Workspace, client: AsyncWebClient, folder: Path, operator: str
) -> AsyncIterator[OperatorChannel]:
    address = f"sqlite:///{folder / 'bot.db'}"
    await upgrade(address)
    store = open_store(address)
    checks = store.data_checks
    decisions = Decisions(store.proposals, book(), ledger(), lambda: NOW, checks)
    given = slack_context(
        client,
        workspace.signing_secret,
        decisions=decisions,
        proposals=store.proposals,
        permissions=Permissions({operator}),
        clock=lambda: NOW,
    )
    decisions.watch(given.service.answers.replace_ledger)
    sender = SlackSender(client, PARTIES, proposals=decisions, pace_s=0)
    decisions.watch(watch_ledger(given))
    async with page_user_of(workspace, given) as page_user:
        inbox = ProposalInbox(
            store.proposals, page_user.team, [page_user.channel], lambda: NOW, lambda: None
        )
        yield OperatorChannel(page_user, store, inbox, decisions, sender)
    await store.database.close()


@pytest.fixture
async def operators(
    workspace: Workspace, client: AsyncWebClient, tmp_path: Path
) -> AsyncIterator[OperatorChannel]:
    person = workspace.team.identity.person_id
    async with operators_of(workspace, client, tmp_path, person) as opened:
        yield opened


@pytest.fixture
async def non_operator_channel(
    workspace: Workspace, client: AsyncWebClient, tmp_path: Path
) -> AsyncIterator[OperatorChannel]:
    """A channel in which the person is not an operator."""
    async with operators_of(workspace, client, tmp_path, "U9") as opened:
        yield opened


async def test_the_message_shows_old_and_new_rate_source_day_and_effect(
    operators: OperatorChannel,
) -> None:
    message = as_text([await operators.ask(proposal_of())])
    for part in ("12.5% → 40%", "2026-12-01", "wire.example/1", "forced labor", "*Approve* sets"):
        assert part in message
    assert "<!channel>" not in message


async def test_a_second_report_is_shown_in_the_same_message(
    operators: OperatorChannel,
) -> None:
    background = operators.page_user.context.background
    operators.inbox.watch(
        lambda one: background.spawn(update_messages(operators.page_user.context, one), "showing")
    )
    first = await operators.ask(proposal_of())
    paper = WIRE.model_copy(update={"source": "Paper", "link": "https://paper.example/2"})
    await operators.inbox.offer([proposal_of().model_copy(update={"said_by": (paper,)})])
    await background.finish()
    second = await operators.message()
    assert second["ts"] == first["ts"]
    assert "Also reported by" in as_text([second])
    assert "paper.example/2" in as_text([second])


async def test_an_approval_changes_answers_and_the_message(
    operators: OperatorChannel,
) -> None:
    message = await operators.ask(proposal_of())
    assert "12.5%" in await operators.total()
    assert await operators.page_user.click(message, "rate_approve") == []
    assert "40%" in await operators.total()
    after = as_text([await operators.message()])
    assert "Approved by" in after
    assert "rate_approve" not in after
    details = await operators.details("us on china on 2026-12-01")
    assert "Approved by" in details
    assert "https://wire.example/1" in details


async def test_a_second_click_says_that_the_proposal_is_decided(
    operators: OperatorChannel,
) -> None:
    message = await operators.ask(proposal_of())
    await operators.decisions.reject(proposal_of().id, Operator(id="U9", name="bo"))
    [reported] = await operators.page_user.click(message, "rate_approve")
    assert reported["ephemeral"]
    assert "already decided" in reported["text"]
    assert "Rejected" in as_text([await operators.message()])
    assert "12.5%" in await operators.total()


async def test_a_rejection_can_be_undone(operators: OperatorChannel) -> None:
    await operators.page_user.click(await operators.ask(proposal_of()), "rate_reject")
    rejected = await operators.message()
    assert "Rejected by" in as_text([rejected])
    await operators.page_user.click(rejected, "rate_take_back")
    again = await operators.message()
    assert "rate_approve" in as_text([again])
    assert "Reported rate to decide on" in as_text([again])


async def test_an_operator_confirms_that_nothing_changed_and_undoes_it(
    operators: OperatorChannel,
) -> None:
    person = operators.page_user
    [listed] = await person.say("/tariff proposals")
    [confirmed] = await person.click(listed, "data_unchanged_us")
    [check] = await operators.store.data_checks.standing()
    assert (check.imposer, check.by.id) == ("US", person.person)
    assert f"by {check.by.name}" in await operators.details("us on china")

    await person.click(confirmed, "data_unchanged_undo")
    assert await operators.store.data_checks.standing() == ()


async def test_a_click_by_a_non_operator_is_refused_with_the_cure(
    non_operator_channel: OperatorChannel,
) -> None:
    message = await non_operator_channel.ask(proposal_of())
    for action in ("rate_approve", "rate_edit", "rate_reject"):
        [reported] = await non_operator_channel.page_user.click(message, action)
        assert reported["ephemeral"]
        assert "TARIFFWIRE_OPERATORS" in reported["text"]
        assert non_operator_channel.page_user.person in reported["text"]
    [reported] = await non_operator_channel.page_user.say("/tariff proposals")
    assert "TARIFFWIRE_OPERATORS" in reported["text"]
    assert non_operator_channel.page_user.workspace.team.views.modal is None
    assert await non_operator_channel.store.proposals.record() == ()


async def test_a_form_sent_by_a_non_operator_is_refused(
    non_operator_channel: OperatorChannel,
) -> None:
    await non_operator_channel.ask(proposal_of())
    form = render_form(
        proposal_of().id,
        fill_form(proposal_of(), ledger()),
        list_measures(proposal_of(), ledger()),
        "x",
        non_operator_channel.page_user.context.service.parties,
    )
    trigger = non_operator_channel.page_user.workspace.team.triggers.new()
    await non_operator_channel.page_user.context.client.views_open(trigger_id=trigger, view=form)
    assert (await non_operator_channel.fill_in()).ok
    top = non_operator_channel.page_user.workspace.team.views.modal
    assert top is not None
    assert "TARIFFWIRE_OPERATORS" in json.dumps(top["blocks"])
    assert await non_operator_channel.store.proposals.record() == ()


async def test_an_edit_shows_errors_and_accepts_valid_values(
    operators: OperatorChannel,
) -> None:
    message = await operators.ask(proposal_of())
    await operators.page_user.click(message, "rate_edit")
    outcome = await operators.fill_in(percent="much", link="ftp://x")
    assert set(outcome.errors) == {"percent", "link"}
    outcome = await operators.fill_in(day="2026-07-24")
    assert "2026-07-24" in outcome.errors["measure"]
    assert "12.5%" in await operators.total()
    assert (await operators.fill_in(percent="35.5", note="As <reported>.")).ok
    assert operators.page_user.workspace.team.views.modal is None
    assert "35.5%" in await operators.total()
    assert "Approved with changes by" in as_text([await operators.message()])
    [line] = await operators.store.proposals.record()
    assert line.what == "approved with changes"


async def test_approving_an_incomplete_proposal_opens_a_form_for_the_rest(
    operators: OperatorChannel,
) -> None:
    message = await operators.ask(proposal_of(day=None))
    assert "opens a form for what is missing" in as_text([message])
    await operators.page_user.click(message, "rate_approve")
    outcome = await operators.fill_in()
    assert set(outcome.errors) == {"day"}
    assert (await operators.fill_in(day="2026-12-01")).ok
    assert "40%" in await operators.total()


@pytest.mark.parametrize("action", ["rate_edit", "rate_approve"])
async def test_the_operator_gets_a_message_if_slack_opens_no_form(
    operators: OperatorChannel, action: str, caplog: pytest.LogCaptureFixture
) -> None:
    message = await operators.ask(proposal_of(day=None))
    operators.page_user.workspace.fail_next("views.open", error="expired_trigger_id")
    [message_back] = await operators.page_user.click(message, action)
    assert "did not open the form" in as_text([message_back])
    assert message_back["ephemeral"]
    assert not any(record.exc_info for record in caplog.records)


async def test_an_operator_can_fill_in_a_document_without_a_figure(
    operators: OperatorChannel,
) -> None:
    notice = WIRE.model_copy(update={"source": "Federal Register", "quote": "Notice of action"})
    document = propose_document(imposer="US", partner="", by=notice, ledger=ledger(), seen_at=NOW)
    message = await operators.ask(document)
    for part in ("an unnamed partner", "? → a new rate", "Notice of action"):
        assert part in as_text([message])
    await operators.page_user.click(message, "rate_approve")
    outcome = await operators.fill_in()
    assert set(outcome.errors) == {"percent", "day", "measure"}
    filled = {"percent": "7", "day": "2026-12-01", "measure": "new", "legal_basis": "Section 122"}
    outcome = await operators.fill_in(**filled)
    assert set(outcome.errors) == {"partner"}
    assert (await operators.fill_in(**filled, partner="all")).ok
    assert "19.5%" in await operators.total()


async def test_a_form_submitted_after_the_decision_says_so(
    operators: OperatorChannel,
) -> None:
    await operators.page_user.click(await operators.ask(proposal_of()), "rate_edit")
    await operators.decisions.reject(proposal_of().id, Operator(id="U9", name="bo"))
    assert (await operators.fill_in()).ok
    top = operators.page_user.workspace.team.views.modal
    assert top is not None
    assert "already decided" in json.dumps(top["blocks"])


async def test_a_rate_that_does_not_fit_is_refused_with_the_reason(
    operators: OperatorChannel,
) -> None:
    message = await operators.ask(proposal_of(day=date(2026, 7, 24)))
    [reported] = await operators.page_user.click(message, "rate_approve")
    assert reported["ephemeral"]
    assert "Nothing changed" in reported["text"]
    assert "2026-07-24" in reported["text"]


async def test_operators_can_list_open_proposals_and_decide_there(
    operators: OperatorChannel,
) -> None:
    [none] = await operators.page_user.say("/tariff proposals")
    assert "No proposals are pending" in none["text"]
    await operators.ask(proposal_of())
    [listed] = await operators.page_user.say("/tariff proposals")
    [reported] = await operators.page_user.click(listed, "rate_approve")
    assert "Approved by" in reported["text"]
    assert "Approved by" in as_text([await operators.message()])


async def message_on(operators: OperatorChannel, proposal: Proposal) -> dict[str, Any]:
    """The current message about this proposal."""
    [copy] = await operators.store.proposals.copies(proposal.id)
    client = operators.page_user.context.client
    answer = await client.conversations_history(channel=operators.page_user.channel)
    return next(dict(one) for one in answer["messages"] if one["ts"] == copy.ts)


async def test_a_proposal_made_redundant_by_another_approval_says_so_until_that_is_undone(
    operators: OperatorChannel,
) -> None:
    first, second = proposal_of(percent=40), proposal_of(percent=60)
    await operators.ask(second)
    message = await operators.ask(first)
    await operators.page_user.click(message, "rate_edit")
    assert (await operators.fill_in(percent="60")).ok
    outdated = as_text([await message_on(operators, second)])
    assert "Reported rate, now in our data" in outdated
    assert "Section 301 forced labor, China, 60% from 1 Dec 2026" in outdated
    assert "rate_approve" not in outdated
    [listed] = await operators.page_user.say("/tariff proposals")
    assert "*Reject* closes this proposal" in as_text([listed])
    await operators.page_user.click(await message_on(operators, first), "rate_take_back")
    again = as_text([await message_on(operators, second)])
    assert "Reported rate to decide on" in again
    assert "*Approve* sets" in again


async def test_a_proposal_shows_the_rate_of_another_approval_that_would_precede_it(
    operators: OperatorChannel,
) -> None:
    same_day, later = proposal_of(DECEMBER, 70), proposal_of(date(2027, 1, 1), 60)
    later = later.model_copy(update={"seen_at": NOW - timedelta(hours=1)})
    for one in (later, same_day):
        await operators.ask(one)
    [listed] = await operators.page_user.say("/tariff proposals")
    assert "until then it stays at 12.5%." in as_text([listed])
    await operators.page_user.click(await operators.ask(proposal_of()), "rate_approve")
    after = await message_on(operators, later)
    assert "until then it stays at 12.5%, then 40%." in as_text([after])
    assert "40% Section 301 forced labor, China from 1 Dec 2026" in as_text([after])
    assert "from that day, so *Approve* is refused" in as_text(
        [await message_on(operators, same_day)]
    )
    # A click on an outdated message approves nothing yet; the bot shows the changed terms first.
    await operators.page_user.click(listed, "rate_approve")
    assert operators.page_user.workspace.team.views.modal is not None
    filed = await operators.decisions.get(later.id)
    assert filed is not None
    assert filed.decision is None


async def test_an_approved_rate_changes_no_message_about_another_pair(
    operators: OperatorChannel,
) -> None:
    on_canada = ReportedRate(imposer="US", partner="CA", percent=Decimal(63), effective_on=DECEMBER)
    proposal = propose_rate(on_canada, WIRE, ledger(), NOW)
    assert proposal is not None
    await operators.ask(proposal)
    before = await message_on(operators, proposal)
    await operators.page_user.click(await operators.ask(proposal_of()), "rate_approve")
    assert await message_on(operators, proposal) == before


async def test_proposals_held_back_are_listed_last_and_can_be_decided_there(
    operators: OperatorChannel,
) -> None:
    by_feed = WIRE.model_copy(update={"feed": "wire"})
    made_up = [
        proposal_of(percent=60 + number).model_copy(update={"said_by": (by_feed,)})
        for number in range(FEED_QUOTA + 1)
    ]
    await operators.inbox.offer([*made_up[1:], made_up[0]])
    [held] = await operators.store.proposals.unposted()
    [listed] = await operators.page_user.say("/tariff proposals")
    assert f"{FEED_QUOTA + 1} pending proposals, 1 of them not posted" in listed["text"]
    for one in made_up:
        if one.id != held:
            await operators.decisions.reject(one.id, Operator(id="U9", name="bo"))
    [listed] = await operators.page_user.say("/tariff proposals")
    [reported] = await operators.page_user.click(listed, "rate_approve")
    assert "Approved by" in reported["text"]


async def test_terms_that_the_message_did_not_show_cannot_be_approved(
    operators: OperatorChannel,
) -> None:
    """After the message is posted and before the click, a second report adds a day to the terms."""
    message = await operators.ask(proposal_of(day=None))
    await operators.inbox.offer([proposal_of()])
    assert await operators.page_user.click(message, "rate_approve") == []
    assert "12.5%" in await operators.total()
    assert (await operators.fill_in()).ok
    assert "40%" in await operators.total()


async def test_the_list_shows_the_effect_of_each_approval(
    operators: OperatorChannel,
) -> None:
    await operators.ask(proposal_of())
    [listed] = await operators.page_user.say("/tariff proposals")
    assert "*Approve* sets *Section 301 forced labor, China* to *40%*" in as_text([listed])


async def test_a_document_without_a_partner_is_not_shown_as_no_duty(
    operators: OperatorChannel,
) -> None:
    document = propose_document(imposer="US", partner="", by=WIRE, ledger=ledger(), seen_at=NOW)
    message = as_text([await operators.ask(document)])
    assert "does not name a single partner, so there is no current rate to compare" in message
    assert "no duty" not in message


async def test_a_total_and_a_component_are_distinguished(operators: OperatorChannel) -> None:
    sum_of_all = as_text([await operators.ask(steel_proposal(None))])
    assert "75% in total → 110%" in sum_of_all
    assert "which duty it changes" in sum_of_all
    part = steel_proposal("25", "Section 301").model_copy(update={"id": "part"})
    of_part = as_text([await operators.ask(part)])
    assert "25% → 110%" in of_part
    assert "Other duties do not change" in of_part


def steel_proposal(before: str | None, basis: str = "") -> Proposal:
    claim = ReportedRate(
        imposer="US",
        partner="CN",
        product="steel",
        percent=Decimal(110),
        from_percent=Decimal(before) if before else None,
        basis=basis,
        effective_on=date(2026, 12, 1),
    )
    found = propose_rate(claim, WIRE, ledger(), NOW)
    assert found is not None
    return found


async def test_a_reported_ruling_opens_a_form_with_the_duties_of_its_law(
    operators: OperatorChannel,
) -> None:
    story = in_court("Trade court strikes down US tariffs under Section 301")
    ruling = propose_ruling(story, ledger())
    assert ruling is not None
    message = await operators.ask(ruling)
    shown = as_text([message])
    assert "Reported court ruling to decide on" in shown
    assert "duties under Section 301: *ruled unlawful*" in shown
    assert "opens a form for what is missing" in shown
    await operators.page_user.click(message, "rate_approve")
    form = operators.page_user.workspace.team.views.modal
    assert "us-cn-301-forced-labor" in str(form)
    assert "us-232-steel" not in str(form)
