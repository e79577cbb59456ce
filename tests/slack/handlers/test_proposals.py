"""A proposed rate in the local workspace: asked, decided once by an operator, shown as decided."""

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

from bot.alerts.dispatcher import Dispatcher
from bot.commands.permissions import Permissions
from bot.local_slack.server import Workspace
from bot.proposals.approval.audit import Operator
from bot.proposals.approval.decisions import Decisions
from bot.proposals.approval.terms import form_of, measures_for
from bot.proposals.build import proposed, proposed_by_document
from bot.proposals.inbox import FEED_QUOTA, ProposalInbox
from bot.proposals.model import Proposal, ReportedRate, ReportSource
from bot.slack.api.sender import SlackSender
from bot.slack.handlers.proposals import update_messages, update_on_new_ledger
from bot.slack.views.approval_form import terms_form
from bot.store.upgrade import upgrade
from tests.proposals.approval.test_decisions import NOW
from tests.slack.fakes import answer_message, book, ledger, slack_context
from tests.slack.handlers.test_buttons import Desktop, desktop_of, shown
from tests.slack.samples import PARTIES
from tests.store.opened import Store, open_store

EVIL = "<!channel> *US* raises_it & more"
WIRE = ReportSource(source="Wire", link="https://wire.example/1", published=NOW, quote=EVIL)


DECEMBER = date(2026, 12, 1)


def said(day: date | None = DECEMBER, percent: int = 40) -> Proposal:
    claim = ReportedRate(imposer="US", partner="CN", percent=Decimal(percent), effective_on=day)
    found = proposed(claim, WIRE, ledger(), NOW)
    assert found is not None
    return found


@dataclass
class Office:
    """The operators' channel, with the bot behind it."""

    desktop: Desktop
    store: Store
    docket: ProposalInbox
    decisions: Decisions
    sender: SlackSender

    async def ask(self, proposal: Proposal) -> dict[str, Any]:
        """The message that asks to decide, as it arrived."""
        await self.docket.offer([proposal])
        dispatcher = Dispatcher(self.store.outbox, self.sender, lambda: NOW, pace_s=0)
        await dispatcher.run_once(NOW)
        return await self.message()

    async def message(self) -> dict[str, Any]:
        client = self.desktop.context.client
        answer = await client.conversations_history(channel=self.desktop.channel)
        return dict(answer["messages"][0])

    async def fill_in(self, **changes: str) -> Any:
        """Sends the open modal off with what it holds, changed."""
        view = self.desktop.workspace.team.views.modal
        assert view is not None
        held = {
            block["block_id"]: {"field": _held(block["element"])}
            for block in view["blocks"]
            if block["type"] == "input"
        }
        held |= {name: {"field": value} for name, value in changes.items()}
        outcome = await self.desktop.workspace.pointer.submit(view["id"], held)
        await self.desktop.context.background.finish()
        return outcome

    async def total(self) -> str:
        of = self.desktop.context.service.answers.ledger
        return (await answer_message("us on china on 2026-12-01", NOW.date(), of)).text


def _held(element: dict[str, Any]) -> Any:
    chosen = element.get("initial_option") or {}
    return chosen.get("value") or element.get("initial_date") or element.get("initial_value")


@asynccontextmanager
async def office_of(
    workspace: Workspace, client: AsyncWebClient, folder: Path, operator: str
) -> AsyncIterator[Office]:
    address = f"sqlite:///{folder / 'bot.db'}"
    await upgrade(address)
    store = open_store(address)
    decisions = Decisions(store.proposals, book(), ledger(), lambda: NOW)
    given = slack_context(
        client,
        workspace.signing_secret,
        decisions=decisions,
        proposals=store.proposals,
        permissions=Permissions({operator}),
        clock=lambda: NOW,
    )
    decisions.watch(given.service.answers.use)
    sender = SlackSender(client, PARTIES, proposals=decisions, pace_s=0)
    decisions.watch(update_on_new_ledger(given))
    async with desktop_of(workspace, given) as desktop:
        docket = ProposalInbox(
            store.proposals, desktop.team, [desktop.channel], lambda: NOW, lambda: None
        )
        yield Office(desktop, store, docket, decisions, sender)
    await store.database.close()


@pytest.fixture
async def office(
    workspace: Workspace, client: AsyncWebClient, tmp_path: Path
) -> AsyncIterator[Office]:
    person = workspace.team.identity.person_id
    async with office_of(workspace, client, tmp_path, person) as opened:
        yield opened


@pytest.fixture
async def elsewhere(
    workspace: Workspace, client: AsyncWebClient, tmp_path: Path
) -> AsyncIterator[Office]:
    """The same, where the person is no operator."""
    async with office_of(workspace, client, tmp_path, "U9") as opened:
        yield opened


async def test_the_message_tells_old_new_source_day_and_effect(office: Office) -> None:
    message = shown([await office.ask(said())])
    for part in ("12.5% → 40%", "2026-12-01", "wire.example/1", "Forced-labour", "*Approve* sets"):
        assert part in message
    assert "<!channel>" not in message


async def test_a_second_report_is_shown_in_the_same_message(office: Office) -> None:
    background = office.desktop.context.background
    office.docket.watch(
        lambda one: background.spawn(update_messages(office.desktop.context, one), "showing")
    )
    first = await office.ask(said())
    paper = WIRE.model_copy(update={"source": "Paper", "link": "https://paper.example/2"})
    await office.docket.offer([said().model_copy(update={"said_by": (paper,)})])
    await background.finish()
    second = await office.message()
    assert second["ts"] == first["ts"]
    assert "Also says" in shown([second])
    assert "paper.example/2" in shown([second])


async def test_an_approval_changes_answers_and_the_message(office: Office) -> None:
    message = await office.ask(said())
    assert "12.5%" in await office.total()
    assert await office.desktop.click(message, "rate_approve") == []
    assert "40%" in await office.total()
    after = shown([await office.message()])
    assert "Approved by" in after
    assert "rate_approve" not in after
    [told] = await office.desktop.say("/tariff us on china on 2026-12-01")
    assert "Approved by" in shown([told])
    assert "https://wire.example/1" in shown([told])


async def test_a_second_click_says_that_it_is_decided(office: Office) -> None:
    message = await office.ask(said())
    await office.decisions.reject(said().id, Operator(id="U9", name="bo"))
    [told] = await office.desktop.click(message, "rate_approve")
    assert told["ephemeral"]
    assert "decided already" in told["text"]
    assert "Rejected" in shown([await office.message()])
    assert "12.5%" in await office.total()


async def test_a_rejection_can_be_taken_back(office: Office) -> None:
    await office.desktop.click(await office.ask(said()), "rate_reject")
    rejected = await office.message()
    assert "Rejected by" in shown([rejected])
    await office.desktop.click(rejected, "rate_take_back")
    again = await office.message()
    assert "rate_approve" in shown([again])
    assert "A reported rate to decide on" in shown([again])


async def test_who_is_no_operator_is_refused_and_told_the_cure(elsewhere: Office) -> None:
    message = await elsewhere.ask(said())
    for action in ("rate_approve", "rate_edit", "rate_reject"):
        [told] = await elsewhere.desktop.click(message, action)
        assert told["ephemeral"]
        assert "TARIFFWIRE_OPERATORS" in told["text"]
        assert elsewhere.desktop.person in told["text"]
    [told] = await elsewhere.desktop.say("/tariff proposals")
    assert "TARIFFWIRE_OPERATORS" in told["text"]
    assert elsewhere.desktop.workspace.team.views.modal is None
    assert await elsewhere.store.proposals.record() == ()


async def test_a_form_of_somebody_who_is_no_operator_is_refused(elsewhere: Office) -> None:
    await elsewhere.ask(said())
    form = terms_form(said().id, form_of(said(), ledger()), measures_for(said(), ledger()), "x")
    trigger = elsewhere.desktop.workspace.team.triggers.new()
    await elsewhere.desktop.context.client.views_open(trigger_id=trigger, view=form)
    assert (await elsewhere.fill_in()).ok
    top = elsewhere.desktop.workspace.team.views.modal
    assert top is not None
    assert "TARIFFWIRE_OPERATORS" in json.dumps(top["blocks"])
    assert await elsewhere.store.proposals.record() == ()


async def test_an_edit_shows_what_is_wrong_and_takes_what_is_right(office: Office) -> None:
    message = await office.ask(said())
    await office.desktop.click(message, "rate_edit")
    outcome = await office.fill_in(percent="much", link="ftp://x")
    assert set(outcome.errors) == {"percent", "link"}
    outcome = await office.fill_in(day="2026-07-24")
    assert "2026-07-24" in outcome.errors["measure"]
    assert "12.5%" in await office.total()
    assert (await office.fill_in(percent="35.5", note="As <told>.")).ok
    assert office.desktop.workspace.team.views.modal is None
    assert "35.5%" in await office.total()
    assert "Approved with changes by" in shown([await office.message()])
    [line] = await office.store.proposals.record()
    assert line.what == "approved with changes"


async def test_approving_what_leaves_something_open_asks_for_it(office: Office) -> None:
    message = await office.ask(said(day=None))
    assert "opens a form for what is not said" in shown([message])
    await office.desktop.click(message, "rate_approve")
    outcome = await office.fill_in()
    assert set(outcome.errors) == {"day"}
    assert (await office.fill_in(day="2026-12-01")).ok
    assert "40%" in await office.total()


async def test_a_document_without_a_figure_is_filled_in_by_a_person(office: Office) -> None:
    notice = WIRE.model_copy(update={"source": "Federal Register", "quote": "Notice of action"})
    document = proposed_by_document(
        imposer="US", partner="", by=notice, ledger=ledger(), seen_at=NOW
    )
    message = await office.ask(document)
    for part in ("a partner not named", "? → a new rate", "Notice of action"):
        assert part in shown([message])
    await office.desktop.click(message, "rate_approve")
    outcome = await office.fill_in()
    assert set(outcome.errors) == {"percent", "day", "measure"}
    filled = {"percent": "7", "day": "2026-12-01", "measure": "new", "legal_basis": "Section 122"}
    outcome = await office.fill_in(**filled)
    assert set(outcome.errors) == {"partner"}
    assert (await office.fill_in(**filled, partner="all")).ok
    assert "19.5%" in await office.total()


async def test_a_form_sent_off_too_late_says_so(office: Office) -> None:
    await office.desktop.click(await office.ask(said()), "rate_edit")
    await office.decisions.reject(said().id, Operator(id="U9", name="bo"))
    assert (await office.fill_in()).ok
    top = office.desktop.workspace.team.views.modal
    assert top is not None
    assert "decided already" in json.dumps(top["blocks"])


async def test_a_rate_that_does_not_fit_is_refused_with_the_reason(office: Office) -> None:
    message = await office.ask(said(day=date(2026, 7, 24)))
    [told] = await office.desktop.click(message, "rate_approve")
    assert told["ephemeral"]
    assert "Nothing changed" in told["text"]
    assert "2026-07-24" in told["text"]


async def test_operators_list_what_waits_and_decide_there(office: Office) -> None:
    [none] = await office.desktop.say("/tariff proposals")
    assert "No rate waits" in none["text"]
    await office.ask(said())
    [listed] = await office.desktop.say("/tariff proposals")
    [told] = await office.desktop.click(listed, "rate_approve")
    assert "Approved by" in told["text"]
    assert "Approved by" in shown([await office.message()])


async def message_on(office: Office, proposal: Proposal) -> dict[str, Any]:
    """The message about that proposal, as it is now."""
    [copy] = await office.store.proposals.copies(proposal.id)
    client = office.desktop.context.client
    answer = await client.conversations_history(channel=office.desktop.channel)
    return next(dict(one) for one in answer["messages"] if one["ts"] == copy.ts)


async def test_what_another_approval_made_so_says_so_until_that_is_taken_back(
    office: Office,
) -> None:
    first, second = said(percent=40), said(percent=60)
    await office.ask(second)
    message = await office.ask(first)
    await office.desktop.click(message, "rate_edit")
    assert (await office.fill_in(percent="60")).ok
    outdated = shown([await message_on(office, second)])
    assert "A reported rate that the ledger has by now" in outdated
    assert "Forced-labour Section 301 duty, China, 60% from 2026-12-01" in outdated
    assert "rate_approve" not in outdated
    [listed] = await office.desktop.say("/tariff proposals")
    assert "Nothing is left to approve" in shown([listed])
    await office.desktop.click(await message_on(office, first), "rate_take_back")
    again = shown([await message_on(office, second)])
    assert "A reported rate to decide on" in again
    assert "*Approve* sets" in again


async def test_what_would_follow_on_another_approval_says_so(office: Office) -> None:
    same_day, later = said(DECEMBER, 70), said(date(2027, 1, 1), 60)
    later = later.model_copy(update={"seen_at": NOW - timedelta(hours=1)})
    for one in (later, same_day):
        await office.ask(one)
    [listed] = await office.desktop.say("/tariff proposals")
    assert "until then it stays at 12.5%." in shown([listed])
    await office.desktop.click(await office.ask(said()), "rate_approve")
    after = await message_on(office, later)
    assert "until then it stays at 12.5%, then 40%." in shown([after])
    assert "40% Forced-labour Section 301 duty, China from 2026-12-01" in shown([after])
    assert "from that very day on, so *Approve* is refused" in shown(
        [await message_on(office, same_day)]
    )
    # Who clicks on a list from before sees what changed, and decides then.
    await office.desktop.click(listed, "rate_approve")
    assert office.desktop.workspace.team.views.modal is not None
    filed = await office.decisions.get(later.id)
    assert filed is not None
    assert filed.decision is None


async def test_a_rate_approved_for_others_changes_no_message(office: Office) -> None:
    on_canada = ReportedRate(imposer="US", partner="CA", percent=Decimal(63), effective_on=DECEMBER)
    proposal = proposed(on_canada, WIRE, ledger(), NOW)
    assert proposal is not None
    await office.ask(proposal)
    before = await message_on(office, proposal)
    await office.desktop.click(await office.ask(said()), "rate_approve")
    assert await message_on(office, proposal) == before


async def test_what_is_held_back_is_listed_last_and_can_be_decided_there(office: Office) -> None:
    by_feed = WIRE.model_copy(update={"feed": "wire"})
    made_up = [
        said(percent=40 + number).model_copy(update={"said_by": (by_feed,)})
        for number in range(FEED_QUOTA + 1)
    ]
    await office.docket.offer([*made_up[1:], made_up[0]])
    [held] = await office.store.proposals.untold()
    [listed] = await office.desktop.say("/tariff proposals")
    assert f"{FEED_QUOTA + 1} rates wait for a decision, 1 of them held back" in listed["text"]
    for one in made_up:
        if one.id != held:
            await office.decisions.reject(one.id, Operator(id="U9", name="bo"))
    [listed] = await office.desktop.say("/tariff proposals")
    [told] = await office.desktop.click(listed, "rate_approve")
    assert "Approved by" in told["text"]


async def test_nobody_approves_terms_that_the_message_did_not_show(office: Office) -> None:
    """A report that brings the day comes between the look and the click."""
    message = await office.ask(said(day=None))
    await office.docket.offer([said()])
    assert await office.desktop.click(message, "rate_approve") == []
    assert "12.5%" in await office.total()
    assert (await office.fill_in()).ok
    assert "40%" in await office.total()


async def test_the_list_says_what_each_approval_would_do(office: Office) -> None:
    await office.ask(said())
    [listed] = await office.desktop.say("/tariff proposals")
    assert "*Approve* sets *Forced-labour Section 301 duty, China* to *40%*" in shown([listed])


async def test_what_names_no_partner_is_not_shown_as_no_duty(office: Office) -> None:
    document = proposed_by_document(imposer="US", partner="", by=WIRE, ledger=ledger(), seen_at=NOW)
    message = shown([await office.ask(document)])
    assert "does not name a single partner, so there is no current rate to compare" in message
    assert "no duty" not in message


async def test_a_sum_and_a_part_are_told_apart(office: Office) -> None:
    sum_of_all = shown([await office.ask(on_steel(None))])
    assert "75% in all → 110%" in sum_of_all
    assert "which duty it changes" in sum_of_all
    of_part = shown([await office.ask(on_steel("25").model_copy(update={"id": "part"}))])
    assert "25% → 110%" in of_part
    assert "All other duties stay as they are" in of_part


def on_steel(before: str | None) -> Proposal:
    claim = ReportedRate(
        imposer="US",
        partner="CN",
        product="steel",
        percent=Decimal(110),
        from_percent=Decimal(before) if before else None,
        effective_on=date(2026, 12, 1),
    )
    found = proposed(claim, WIRE, ledger(), NOW)
    assert found is not None
    return found
