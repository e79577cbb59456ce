"""The buttons of a proposed rate, and the modal that edits it: for operators only.

    click | an operator? | decide, once | the message says so, wherever it stands

Whoever clicks second is told what was decided. A message that could not be changed is put right by
the next click on it.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.errors import SlackApiError

from bot.errors import AmendmentRefused
from bot.proposals.approval.audit import Operator, ProposalRecord
from bot.proposals.approval.decisions import DecisionResult
from bot.proposals.approval.terms import FormRefused, form_of, measures_for
from bot.rates.ledger import Ledger
from bot.slack.api.channels import channel_of
from bot.slack.api.errors import code
from bot.slack.api.fallback import respond_with
from bot.slack.blockkit.blocks import Message
from bot.slack.context import SlackContext
from bot.slack.error_ids import record
from bot.slack.views import proposals as shown
from bot.slack.views.approval_form import TERMS, closing, read_form, terms_form
from bot.slack.views.replies import failed, notice

log = logging.getLogger(__name__)

_GONE = "I no longer keep this proposal."


class Press:
    """One click: who, on which proposal, and Slack's leave to open a modal."""

    def __init__(self, body: dict[str, Any], action: dict[str, Any]) -> None:
        # The terms stand in a button that approves: those that the message shows.
        self.proposal_id, _, self.terms = str(action.get("value") or "").partition(" ")
        self.by = _operator(body)
        self.trigger_id = str(body.get("trigger_id") or "")
        container = body.get("container") or {}
        self.ephemeral = bool(container.get("is_ephemeral"))
        self.place = (
            str(container.get("channel_id") or ""),
            str(container.get("message_ts") or ""),
        )


Answer = Callable[[SlackContext, Press], Awaitable[Message | None]]


def register(app: AsyncApp, parts: SlackContext) -> None:
    """Listens for the buttons and for the modal."""
    for action_id, answer in _ANSWERS.items():
        _listen(app, parts, action_id, answer)

    @app.view(TERMS)
    async def submitted(body: dict[str, Any], view: dict[str, Any], ack: AsyncAck) -> None:
        await _submit(parts, _operator(body), view, ack)


async def redraw(parts: SlackContext, proposal_id: str) -> None:
    """Has every message about a proposal say how it stands now."""
    filed = await parts.decisions.get(proposal_id)
    if filed is not None:
        await _redraw(parts, filed)


def drawn_anew(parts: SlackContext) -> Callable[[Ledger], None]:
    """What is to be called with each ledger that comes into use: messages then say what it says."""
    last = parts.decisions.ledger

    async def draw(before: Ledger, after: Ledger) -> None:
        for proposal_id in await parts.decisions.moved(before, after):
            await redraw(parts, proposal_id)

    def use(ledger: Ledger) -> None:
        nonlocal last
        before, last = last, ledger
        if before is not ledger:
            parts.background.spawn(draw(before, ledger), "showing what a new rate changes")

    return use


def _listen(app: AsyncApp, parts: SlackContext, action_id: str, answer: Answer) -> None:
    async def clicked(
        body: dict[str, Any], action: dict[str, Any], ack: AsyncAck, respond: AsyncRespond
    ) -> None:
        await ack()
        press = Press(body, action)

        async def work() -> None:
            try:
                allowed = press.by.id in parts.operators
                said = await answer(parts, press) if allowed else shown.not_an_operator(press.by.id)
            except AmendmentRefused as error:
                said = shown.refused(error.cause, error.cure)
            except Exception:
                said = failed(record("deciding on a rate"))
            if said is not None:
                await respond_with(respond, said, response_type="ephemeral", replace_original=False)

        parts.background.spawn(work(), "deciding on a rate")

    app.action(action_id)(clicked)


async def _approve(parts: SlackContext, press: Press) -> Message | None:
    filed = await parts.decisions.get(press.proposal_id)
    if filed is None or filed.decision is not None:
        return await _tell(parts, press, DecisionResult(filed, False) if filed else None)
    said = filed.proposal
    seen = form_of(said, parts.decisions.ledger)
    if press.terms != said.terms or not seen.complete:
        # Nobody approves what they did not see: a later report may have brought a day.
        await _open(parts, press, filed)
        return None
    try:
        return await _tell(
            parts, press, await parts.decisions.approve(press.proposal_id, press.by, seen)
        )
    except FormRefused:
        # What the source gives cannot be used as it stands: a person sets it right.
        await _open(parts, press, filed)
        return None


async def _edit(parts: SlackContext, press: Press) -> Message | None:
    filed = await parts.decisions.get(press.proposal_id)
    if filed is None or filed.decision is not None:
        return await _tell(parts, press, DecisionResult(filed, False) if filed else None)
    await _open(parts, press, filed)
    return None


async def _open(parts: SlackContext, press: Press, filed: ProposalRecord) -> None:
    said, ledger = filed.proposal, parts.decisions.ledger
    summary = shown.proposal(filed, parts.parties).text
    form = terms_form(said.id, form_of(said, ledger), measures_for(said, ledger), summary)
    await parts.client.views_open(trigger_id=press.trigger_id, view=form)


async def _reject(parts: SlackContext, press: Press) -> Message | None:
    return await _tell(parts, press, await parts.decisions.reject(press.proposal_id, press.by))


async def _take_back(parts: SlackContext, press: Press) -> Message | None:
    outcome = await parts.decisions.take_back(press.proposal_id, press.by)
    return await _tell(parts, press, outcome)


async def _submit(parts: SlackContext, by: Operator, view: dict[str, Any], ack: AsyncAck) -> None:
    proposal_id = str(view.get("private_metadata") or "")
    if by.id not in parts.operators:
        said = shown.not_an_operator(by.id).text
        await ack(response_action="update", view=closing(said))
        return
    try:
        outcome = await parts.decisions.approve(proposal_id, by, read_form(view))
    except FormRefused as refused:
        await ack(response_action="errors", errors=refused.problems)
        return
    except AmendmentRefused as refused:
        said = f"{refused.cause[0].upper()}{refused.cause[1:]}. {refused.cure}"
        await ack(response_action="errors", errors={"measure": said})
        return
    except Exception:
        said = failed(record("approving a rate")).text
        await ack(response_action="update", view=closing(said))
        return
    if outcome is None or not outcome.done:
        said = shown.told(outcome.filed, done=False).text if outcome else _GONE
        await ack(response_action="update", view=closing(said))
    else:
        await ack()
    if outcome is not None:
        parts.background.spawn(_redraw(parts, outcome.filed), "showing a decision on a rate")


async def _tell(
    parts: SlackContext, press: Press, outcome: DecisionResult | None
) -> Message | None:
    """Changes the messages; what the one who clicked does not see there is said to them."""
    if outcome is None:
        return notice(_GONE)
    await _redraw(parts, outcome.filed, press)
    if outcome.done and not press.ephemeral:
        return None
    return shown.told(outcome.filed, done=outcome.done)


async def _redraw(parts: SlackContext, filed: ProposalRecord, press: Press | None = None) -> None:
    """Has every message about the proposal say how it stands."""
    message = shown.proposal(filed, parts.parties)
    places = {} if press is None or press.ephemeral else {press.place: None}
    for copy in await parts.proposals.copies(filed.proposal.id):
        places[(await _channel(parts, copy.conversation), copy.ts)] = None
    for channel, ts in places:
        try:
            await parts.client.chat_update(channel=channel, ts=ts, **message.payload())
        except SlackApiError as error:
            log.warning("a message on a proposed rate stays as it was: %s", code(error))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("a message on a proposed rate stays as it was: %s", type(error).__name__)


async def _channel(parts: SlackContext, conversation: str) -> str:
    try:
        return await channel_of(parts.client, conversation)
    except (SlackApiError, aiohttp.ClientError, TimeoutError, OSError):
        return conversation


def _operator(body: dict[str, Any]) -> Operator:
    user = body.get("user") or {}
    user_id = str(user.get("id") or "?")
    name = str(user.get("name") or user.get("username") or user_id)
    return Operator(id=user_id, name=" ".join(name.split())[:100] or user_id)


_ANSWERS: dict[str, Answer] = {
    shown.APPROVE: _approve,
    shown.EDIT: _edit,
    shown.REJECT: _reject,
    shown.TAKE_BACK: _take_back,
}
