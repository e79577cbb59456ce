"""Handles the form for subscriptions, the buttons of their rows, and the first post in a channel.

A modal keeps the conversation that it is about. When it is submitted, the service checks again what
the person may do there.
"""

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.errors import SlackApiError

from bot import COMMAND
from bot.alerts.subscriptions.criteria import Criteria
from bot.alerts.subscriptions.model import Subscription
from bot.alerts.subscriptions.timing import Timing
from bot.commands.grammar import Command, CommandNotUnderstood, Verb
from bot.commands.replies import (
    NoSuchSubscription,
    Reply,
    Subscribed,
    SubscriptionChanged,
    SubscriptionList,
    SubscriptionRefused,
    TooManyHere,
)
from bot.commands.request import CommandRequest
from bot.commands.subscriptions.form import (
    SubscriptionForm,
    SubscriptionFormRefused,
    fill_subscription_form,
    read_subscription_form,
)
from bot.slack.api.errors import code
from bot.slack.background import log_failure
from bot.slack.blockkit.blocks import Block, Message
from bot.slack.blockkit.blocks import context as small_print
from bot.slack.blockkit.forms import View
from bot.slack.blockkit.mrkdwn import escape
from bot.slack.context import SlackContext
from bot.slack.handlers.modals import publish_home, show_view
from bot.slack.handlers.payloads import Click, read_slash_command
from bot.slack.views.command_replies import render_reply
from bot.slack.views.entry.results import render_loading, render_result
from bot.slack.views.replies import render_failure, render_notice
from bot.slack.views.subscriptions import form as forms
from bot.slack.views.subscriptions.form import FormState
from bot.slack.views.subscriptions.list import (
    DAY,
    WEEK,
    render_introduction,
    render_subscriptions,
)
from bot.slack.views.subscriptions.preview import render_preview

log = logging.getLogger(__name__)

_WITHIN_S = 1.5
"""Seconds to wait for the result before a submitted modal is replaced without it."""
_ZONE_WITHIN_S = 0.7
"""Seconds to wait for a person's time zone before the form opens without it."""
_PAUSES = {DAY: timedelta(days=1), WEEK: timedelta(days=7)}
_REFUSALS = (NoSuchSubscription, SubscriptionRefused, TooManyHere)


def register(app: AsyncApp, context: SlackContext) -> None:
    """Registers the listeners for the modals and for the bot's joining of a channel."""

    @app.view(forms.FORM)
    async def handle_form(body: dict[str, Any], view: dict[str, Any], ack: AsyncAck) -> None:
        await _submit_form(context, body, view, ack)

    @app.view(forms.QUESTION)
    async def handle_answer(body: dict[str, Any], view: dict[str, Any], ack: AsyncAck) -> None:
        state = forms.read_state(view)
        others = state.others if forms.wants_replacement(view) else ()
        await _respond_with(
            context, body, ack, _save(context, _request(body, state), state, others)
        )

    @app.view(forms.RESULT)
    async def handle_back(body: dict[str, Any], view: dict[str, Any], ack: AsyncAck) -> None:
        user = Click(body, {}).person.id
        await ack(response_action="update", view=forms.render_form(forms.read_state(view), user))

    @app.view(forms.PAUSE_FORM)
    async def handle_pause(body: dict[str, Any], view: dict[str, Any], ack: AsyncAck) -> None:
        await _submit_pause(context, body, view, ack)

    @app.event("member_joined_channel")
    async def handle_join(body: dict[str, Any], event: dict[str, Any]) -> None:
        _introduce_once(context, body, event)


# Opening


def opens_form(text: str) -> bool:
    """Whether a typed command asks for the form: `subscribe` without anything else."""
    return text.strip().lower() in (Verb.SUBSCRIBE.value, "sub")


async def open_from_command(context: SlackContext, body: dict[str, Any]) -> Message | None:
    """Opens the form for `/tariff subscribe`; returns a message if it does not open."""
    request = read_slash_command(body)
    click = Click(
        {
            "team": {"id": request.team},
            "user": {"id": request.user},
            "trigger_id": body.get("trigger_id"),
        },
        {},
    )
    state = FormState(conversation=request.conversation, needs_invitation=request.needs_invitation)
    return await _open_new(context, click, request, state)


async def open_new_form(context: SlackContext, click: Click) -> Message | None:
    """Opens the empty form for the conversation of the click; in the Home tab, for the person."""
    state = FormState(conversation=click.conversation)
    return await _open_new(context, click, click.request(), state)


async def _open_new(
    context: SlackContext, click: Click, request: CommandRequest, state: FormState
) -> Message | None:
    service = context.service
    if not service.permissions.may_add_subscription(request.user, request.conversation):
        return _render(
            context, SubscriptionRefused(service.permissions.subscriptions_by, ""), request
        )
    form = SubscriptionForm(zone=await _find_zone(context, request.user))
    return await _open(context, click, state.model_copy(update={"form": form}))


async def open_edit_form(context: SlackContext, click: Click) -> Message | None:
    """Opens the form with the values of a subscription, whose id is the button's value."""
    service = context.service
    found = await service.subscriptions.find(click.value, click.request())
    if not isinstance(found, Subscription):
        return _render(context, found, click.request())
    form = fill_subscription_form(found.criteria, found.timing, service.parties)
    if form.is_too_long:
        return render_notice(
            f"This subscription is too long for the form. Type `{COMMAND} edit #{found.id} …`."
        )
    state = FormState(
        conversation=found.conversation,
        opened_in=click.conversation,
        subscription=found.id,
        form=form,
    )
    return await _open(context, click, state)


async def _open(context: SlackContext, click: Click, state: FormState) -> Message | None:
    if await show_view(context, click, forms.render_form(state, click.person.id)):
        return None
    return render_notice(
        "Slack did not open the form. Please try again, or type what you want to get, such as "
        f"`{COMMAND} subscribe tariffs us china`."
    )


async def _find_zone(context: SlackContext, user: str) -> str:
    """The time zone of a person's profile; empty if the app may not read it."""
    try:
        answer = await asyncio.wait_for(context.client.users_info(user=user), _ZONE_WITHIN_S)
    except SlackApiError as error:
        log.info("a time zone was not read: %s", code(error))
        return ""
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        log.info("a time zone was not read: %s", type(error).__name__)
        return ""
    return str((answer.get("user") or {}).get("tz") or "")


# The form


async def show_preview(context: SlackContext, click: Click) -> Message | None:
    """Shows below the form what the subscription would have sent."""
    state = forms.read_form(click.view)
    try:
        criteria, timing = read_subscription_form(state.form, context.service.answers.ledger)
        found = await _preview(context, criteria, timing, _request_of(click, state))
    except SubscriptionFormRefused as error:
        found = [small_print(*map(escape, error.problems.values()))]
    await show_view(context, click, forms.render_form(state, click.person.id, found))
    return None


async def _submit_form(
    context: SlackContext, body: dict[str, Any], view: dict[str, Any], ack: AsyncAck
) -> None:
    try:
        state = forms.read_form(view)
        criteria, _ = read_subscription_form(state.form, context.service.answers.ledger)
    except SubscriptionFormRefused as error:
        await ack(response_action="errors", errors=error.problems)
        return
    request = _request(body, state)
    await _respond_with(context, body, ack, _ask_or_save(context, request, state, criteria))


async def _ask_or_save(
    context: SlackContext,
    request: CommandRequest,
    state: FormState,
    criteria: Criteria,
) -> View:
    """The question about other subscriptions that cover this one, or the result of saving it."""
    service = context.service.subscriptions
    wider, narrower = await service.find_overlaps(criteria, request, state.subscription)
    if wider or narrower:
        question = forms.render_question(state, wider, narrower, context.service.parties)
        if question is not None:
            return question
    return await _save(context, request, state, ())


async def _save(
    context: SlackContext, request: CommandRequest, state: FormState, others: tuple[str, ...]
) -> View:
    """Saves the subscription, in place of `others` if there are any; returns the result."""
    service = context.service.subscriptions
    criteria, timing = read_subscription_form(state.form, context.service.answers.ledger)
    # The edited subscription stays, or else the first of the others becomes the new one.
    ids = [each for each in (state.subscription, *others) if each]
    edited, removed = ids[0] if ids else "", ids[1:]
    refused = await _find_refusal(context, request, state, removed)
    if refused is not None:
        return forms.render_refused(_render(context, refused, request), state)
    if edited:
        reply = await service.edit(edited, criteria, timing, request)
    else:
        reply = await service.subscribe(criteria, timing, request)
    message = _render(context, reply, request)
    if isinstance(reply, _REFUSALS):
        return forms.render_refused(message, state)
    for each in removed:
        await service.remove(each, request)
    blocks = await _preview(context, criteria, timing, request)
    if isinstance(reply, Subscribed | SubscriptionChanged):
        blocks += await _announce(context, request, message, reply)
    await publish_home(context, request.team, request.user)
    return forms.render_saved(message, blocks)


async def _find_refusal(
    context: SlackContext, request: CommandRequest, state: FormState, removed: Iterable[str]
) -> Reply | None:
    """Why the person may not change the edited subscription or those that are removed. The edited
    one is looked for in the conversation in which the form was opened."""
    service = context.service.subscriptions
    opened = replace(request, conversation=state.opened_in)
    wanted = [(each, request) for each in removed]
    if state.subscription:
        wanted.append((state.subscription, opened))
    for subscription_id, asked in wanted:
        found = await service.find(subscription_id, asked)
        if not isinstance(found, Subscription):
            return found
    return None


async def _announce(
    context: SlackContext, request: CommandRequest, message: Message, reply: Reply
) -> list[Block]:
    """Posts a change in the channel that it concerns; returns a warning if that is refused."""
    is_change = not isinstance(reply, Subscribed) or reply.is_new
    if request.conversation == request.user or not is_change:
        return []
    try:
        await context.take_reply_turn()
        await context.client.chat_postMessage(channel=request.conversation, **message.payload())
    except SlackApiError as error:
        log.warning("a subscription was not announced: %s", code(error))
        return [small_print(":warning: I cannot post there yet. `/invite` me to the channel.")]
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        log.warning("a subscription was not announced: %s", type(error).__name__)
    return []


async def _preview(
    context: SlackContext, criteria: Criteria, timing: Timing, request: CommandRequest
) -> list[Block]:
    found = await context.service.subscriptions.preview(criteria, timing, request)
    return render_preview(found.sent)


async def _respond_with(
    context: SlackContext, body: dict[str, Any], ack: AsyncAck, work: Coroutine[Any, Any, View]
) -> None:
    """Replaces a submitted modal by a view, at once or when it is ready."""

    async def finish() -> View:
        try:
            return await work
        except Exception:
            return render_result(render_failure(log_failure("saving a subscription")))

    task = asyncio.ensure_future(finish())
    done, _ = await asyncio.wait({task}, timeout=min(_WITHIN_S, context.answer_within_s))
    if done:
        await ack(response_action="update", view=task.result())
        return

    async def show_later() -> None:
        await show_view(context, Click(body, {}), await task)

    context.background.spawn(show_later(), "saving a subscription")
    await ack(response_action="update", view=render_loading())


# The rows


async def pause(context: SlackContext, click: Click) -> Message | None:
    """Pauses a subscription for the chosen time, or asks for a day."""
    choice, _, subscription_id = click.value.partition(" ")
    span = _PAUSES.get(choice)
    if span is None:
        found = await context.service.subscriptions.find(subscription_id, click.request())
        if not isinstance(found, Subscription):
            return _render(context, found, click.request())
        state = FormState(conversation=click.conversation, subscription=found.id)
        await show_view(context, click, forms.render_pause_form(state))
        return None
    until = context.service.clock() + span
    reply = await context.service.subscriptions.pause(subscription_id, until, click.request())
    return await _finish(context, click, reply)


async def resume(context: SlackContext, click: Click) -> Message:
    """Ends the pause of a subscription."""
    reply = await context.service.subscriptions.pause(click.value, None, click.request())
    return await _finish(context, click, reply)


async def remove(context: SlackContext, click: Click) -> Message:
    """Removes a subscription."""
    reply = await context.service.subscriptions.remove(click.value, click.request())
    return await _finish(context, click, reply)


async def show_more(context: SlackContext, click: Click) -> Message:
    """Shows the page of the list whose number is the button's value."""
    request = click.request()
    reply = await context.service.execute(Command(verb=Verb.LIST), request)
    if not isinstance(reply, SubscriptionList):
        return _render(context, reply, request)
    page = int(click.value) if click.value.isdecimal() else 1
    return render_subscriptions(reply, context.service.parties, page)


async def _finish(context: SlackContext, click: Click, reply: Reply) -> Message:
    """The reply as a message; everyone in a channel sees a change. Draws the Home tab again."""
    message = _render(context, reply, click.request())
    if isinstance(reply, _REFUSALS):
        return message
    await publish_home(context, click.team, click.person.id)
    return message.for_all()


async def _submit_pause(
    context: SlackContext, body: dict[str, Any], view: dict[str, Any], ack: AsyncAck
) -> None:
    state, day = forms.read_pause_form(view)
    service = context.service.subscriptions
    request = _request(body, state)
    command = Command(verb=Verb.PAUSE, text=state.subscription, until=day)
    try:
        reply = await service.execute(command, request)
    except CommandNotUnderstood:
        problem = "Choose a day to come, at most about a year ahead."
        await ack(response_action="errors", errors={forms.PAUSE_UNTIL: problem})
        return
    message = await _finish(context, Click(body, {}), reply)
    await ack(response_action="update", view=render_result(message))


# Joining a channel


def _introduce_once(context: SlackContext, body: dict[str, Any], event: dict[str, Any]) -> None:
    """Posts the first message in a channel that the bot has joined."""
    own = {str(one.get("user_id")) for one in body.get("authorizations") or ()}
    channel, key = event.get("channel"), f"event {body.get('event_id')}"
    if event.get("user") not in own or not isinstance(channel, str):
        return
    if context.deduplicator.is_repeated(key, context.service.clock()):
        return

    async def introduce() -> None:
        await context.take_reply_turn()
        try:
            await context.client.chat_postMessage(
                channel=channel, **render_introduction().payload()
            )
        except SlackApiError as error:
            log.warning("the first post in a channel was refused: %s", code(error))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("the first post in a channel failed: %s", type(error).__name__)

    context.background.spawn(introduce(), "introducing the bot")


def _request(body: dict[str, Any], state: FormState) -> CommandRequest:
    return _request_of(Click(body, {}), state)


def _request_of(click: Click, state: FormState) -> CommandRequest:
    """The request of a person for the conversation of a modal."""
    return CommandRequest(
        "", click.team, state.conversation, click.person.id, state.needs_invitation
    )


def _render(context: SlackContext, reply: Reply, request: CommandRequest) -> Message:
    return render_reply(reply, request, context.service.parties)
