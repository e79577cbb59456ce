"""Handles decisions on proposed rates: the buttons of a proposal, and the form in which it is
edited.

    click | decide, once | every message about the proposal shows the decision

If a second person clicks, the bot shows them the decision of the first. If a message could not be
updated after a decision, the next click on it updates it.
"""

import logging
from collections.abc import Callable
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.errors import SlackApiError

from bot.commands.permissions import OperatorAction
from bot.errors import AmendmentRefused
from bot.lines.model import ListOwner
from bot.proposals.approval.audit import ProposalRecord
from bot.proposals.approval.decisions import DecisionResult
from bot.proposals.approval.terms import FormRefused, fill_form, list_measures
from bot.rates.ledger import Ledger
from bot.slack.api.channels import channel_of
from bot.slack.api.errors import code
from bot.slack.background import log_failure
from bot.slack.blockkit.blocks import Message
from bot.slack.context import SlackContext
from bot.slack.handlers.modals import show_view
from bot.slack.handlers.payloads import Click
from bot.slack.views.approval_form import TERMS, read_form, render_closing, render_form
from bot.slack.views.command_replies import render_operators_only
from bot.slack.views.data_checks import render_check_undone, render_confirmed
from bot.slack.views.events.touched import OF_PROPOSAL, add_touched
from bot.slack.views.proposals import render_decision_result, render_proposal
from bot.slack.views.replies import render_failure, render_notice

log = logging.getLogger(__name__)

_NOT_UPDATED = "a message about proposal %s in channel %s was not updated: %s"
_GONE = "This proposal is no longer saved."


def register(app: AsyncApp, context: SlackContext) -> None:
    """Registers the listener for the submitted form."""

    @app.view(TERMS)
    async def handle_submission(body: dict[str, Any], view: dict[str, Any], ack: AsyncAck) -> None:
        await _submit(context, Click(body, {}), view, ack)


async def update_messages(context: SlackContext, proposal_id: str) -> None:
    """Updates every message about a proposal to the proposal's current state."""
    record = await context.service.decisions.get(proposal_id)
    if record is not None:
        await _update(context, record)


def watch_ledger(context: SlackContext) -> Callable[[Ledger], None]:
    """A function to call with each new ledger. It updates the messages that the new ledger
    changes."""
    last = context.service.decisions.ledger

    async def update(before: Ledger, after: Ledger) -> None:
        for proposal_id in await context.service.decisions.list_differing(before, after):
            await update_messages(context, proposal_id)

    def use(ledger: Ledger) -> None:
        nonlocal last
        before, last = last, ledger
        if before is not ledger:
            context.background.spawn(update(before, ledger), "showing what a new rate changes")

    return use


async def approve(context: SlackContext, click: Click) -> Message | None:
    """Approves the proposal. If a value is missing, or the proposal has changed since the message
    was posted, opens the form instead."""
    decisions = context.service.decisions
    # The button's value contains the terms that the message shows.
    proposal_id, _, terms = click.value.partition(" ")
    record = await decisions.get(proposal_id)
    if record is None or record.decision is not None:
        return await _show_result(context, click, _keep_record(record))
    proposal = record.proposal
    form = fill_form(proposal, decisions.ledger)
    # If a later report has changed the terms, the operator must see the new terms before approving
    # them.
    if terms == proposal.terms and form.is_complete:
        try:
            result = await decisions.approve(proposal_id, click.person, form)
        except FormRefused:
            pass
        else:
            return await _show_result(context, click, result)
    return await _open_form(context, click, record)


async def edit(context: SlackContext, click: Click) -> Message | None:
    """Opens the form with the current terms of the proposal."""
    record = await context.service.decisions.get(click.value)
    if record is None or record.decision is not None:
        return await _show_result(context, click, _keep_record(record))
    return await _open_form(context, click, record)


async def reject(context: SlackContext, click: Click) -> Message | None:
    """Rejects the proposal."""
    result = await context.service.decisions.reject(click.value, click.person)
    return await _show_result(context, click, result)


async def undo(context: SlackContext, click: Click) -> Message | None:
    """Makes a decided proposal pending again.

    Raises AmendmentRefused if another approval depends on this one.
    """
    result = await context.service.decisions.undo(click.value, click.person)
    return await _show_result(context, click, result)


async def confirm_data(context: SlackContext, click: Click) -> Message:
    """Records that nothing in the duties of the imposer changed since the last check."""
    service = context.service
    if click.value not in service.decisions.list_last_checks():
        return render_notice("The rates of this economy are no longer in our data.")
    is_new = await service.decisions.confirm(click.value, click.person)
    return render_confirmed(click.value, service.parties, is_new=is_new)


async def undo_check(context: SlackContext, click: Click) -> Message:
    """Undoes the last confirmation that nothing changed."""
    undone = await context.service.decisions.undo_check(click.value, click.person)
    return render_check_undone(undone, context.service.parties)


async def _open_form(context: SlackContext, click: Click, record: ProposalRecord) -> Message | None:
    """Opens the form; returns a message for the operator if Slack does not open it."""
    service, proposal = context.service, record.proposal
    ledger = service.decisions.ledger
    summary = render_proposal(record, service.parties).text
    measures = list_measures(proposal, ledger)
    form = render_form(proposal.id, fill_form(proposal, ledger), measures, summary, service.parties)
    if await show_view(context, click, form):
        return None
    return render_notice("Slack did not open the form. Press the button again.")


async def _submit(context: SlackContext, click: Click, view: dict[str, Any], ack: AsyncAck) -> None:
    service, operator = context.service, click.person
    proposal_id = str(view.get("private_metadata") or "")
    act = OperatorAction.DECIDE_ON_RATES
    if not service.permissions.is_allowed(operator.id, act, click.team):
        refusal = render_operators_only(act, operator.id)
        await ack(response_action="update", view=render_closing(refusal.text))
        return
    try:
        result = await service.decisions.approve(proposal_id, operator, read_form(view))
    except FormRefused as error:
        await ack(response_action="errors", errors=error.problems)
        return
    except AmendmentRefused as error:
        problem = f"{error.cause[0].upper()}{error.cause[1:]}. {error.cure}"
        await ack(response_action="errors", errors={"measure": problem})
        return
    except Exception:
        failure = render_failure(log_failure("approving a rate"))
        await ack(response_action="update", view=render_closing(failure.text))
        return
    if result is not None and result.is_new:
        await ack()
    else:
        text = render_decision_result(result).text if result else _GONE
        await ack(response_action="update", view=render_closing(text))
    if result is not None:
        context.background.spawn(_update(context, result.record), "showing a decision on a rate")


async def _show_result(
    context: SlackContext, click: Click, result: DecisionResult | None
) -> Message | None:
    """Updates the messages about the proposal. If they do not show the result of the click, returns
    a reply for the person."""
    if result is None:
        return render_notice(_GONE)
    await _update(context, result.record, click)
    if result.is_new and not click.is_ephemeral:
        return None
    return render_decision_result(result)


def _keep_record(record: ProposalRecord | None) -> DecisionResult | None:
    return DecisionResult(record, False) if record else None


async def _update(
    context: SlackContext, record: ProposalRecord, click: Click | None = None
) -> None:
    """Updates the clicked message and all other messages about the proposal."""
    shown = render_proposal(record, context.service.parties)
    places: dict[tuple[str, str], str] = {}
    if click is not None and not click.is_ephemeral:
        places[click.channel, click.message_ts] = click.conversation
    copies = await context.service.stores.proposals.copies(record.proposal.id)
    for conversation, ts in copies:
        places[await _find_channel(context, conversation), ts] = conversation
    for (channel, ts), conversation in places.items():
        message = await _add_touched(context, record, shown, conversation)
        try:
            client = await context.client_of(context.home)
            await client.chat_update(channel=channel, ts=ts, **message.payload())
        except SlackApiError as error:
            log.warning(_NOT_UPDATED, record.proposal.id, channel, code(error))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning(_NOT_UPDATED, record.proposal.id, channel, type(error).__name__)


async def _add_touched(
    context: SlackContext, record: ProposalRecord, message: Message, conversation: str
) -> Message:
    """The message with the lines of the conversation's list that the proposed rate changes."""
    if context.touches is None or record.decision is not None:
        return message
    owner, proposal_id = ListOwner(context.touches.team, conversation), record.proposal.id
    touched = await context.touches.find_of_proposal(owner, proposal_id)
    return add_touched((message,), touched, f"{OF_PROPOSAL} {proposal_id}")[0]


async def _find_channel(context: SlackContext, conversation: str) -> str:
    try:
        return await channel_of(await context.client_of(context.home), conversation)
    except (SlackApiError, aiohttp.ClientError, TimeoutError, OSError):
        return conversation
