"""Handles the form for subscriptions, the buttons of their rows, and the first post in a channel.

A modal keeps the conversation that it is about. When it is submitted, the service checks again what
the person may do there.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.errors import SlackApiError

from bot import COMMAND
from bot.alerts.subscriptions.criteria import Criteria
from bot.alerts.subscriptions.model import Subscription
from bot.alerts.subscriptions.preview import Preview
from bot.alerts.subscriptions.timing import Timing
from bot.commands.grammar import Command, CommandNotUnderstood, Verb
from bot.commands.replies import (
    Subscribed,
    SubscriptionChanged,
    SubscriptionList,
    SubscriptionRefused,
    is_public,
)
from bot.commands.request import CommandRequest, Reply
from bot.commands.subscriptions.form import (
    SubscriptionForm,
    SubscriptionFormRefused,
    fill_subscription_form,
    read_subscription_form,
)
from bot.lines.model import ListOwner
from bot.slack.announcements import announce
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
from bot.slack.views.subscriptions.form import FormOutdated, FormState
from bot.slack.views.subscriptions.lines import explain_missing
from bot.slack.views.subscriptions.list import (
    DAY,
    WEEK,
    read_mute,
    read_row,
    render_introduction,
    render_subscriptions,
)
from bot.slack.views.subscriptions.preview import render_preview

log = logging.getLogger(__name__)

_WITHIN_S = 1.5
"""Seconds to wait for the result before a submitted modal is replaced without it."""
_PAUSES = {DAY: timedelta(days=1), WEEK: timedelta(days=7)}

Submit = Callable[[SlackContext, dict[str, Any], dict[str, Any], AsyncAck], Awaitable[None]]
"""Acknowledges a submitted modal, given its payload and its view."""


class _FieldProblem(NamedTuple):
    """Why a submitted modal was not accepted, to be shown at one of its fields."""

    field: str
    text: str


def register(app: AsyncApp, context: SlackContext) -> None:
    """Registers the listeners for the modals and for the bot's joining of a channel."""

    for callback_id, submit in SUBMITS.items():
        _listen(app, context, callback_id, submit)

    @app.event("member_joined_channel")
    async def handle_join(body: dict[str, Any], event: dict[str, Any]) -> None:
        _introduce_once(context, body, event)


def _listen(app: AsyncApp, context: SlackContext, callback_id: str, submit: Submit) -> None:
    """Registers the listener for a modal. One of another version is answered with a notice."""

    @app.view(callback_id)
    async def handle(body: dict[str, Any], view: dict[str, Any], ack: AsyncAck) -> None:
        try:
            await submit(context, body, view, ack)
        except FormOutdated:
            await ack(response_action="update", view=render_result(_render_outdated()))


def _render_outdated() -> Message:
    return render_notice(
        "This form is from another version of the bot. Nothing was changed. Please open it again."
    )


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
    state = FormState(
        conversation=request.conversation,
        opened_at=context.service.clock(),
        needs_invitation=request.needs_invitation,
    )
    return await _open_new(context, click, request, state)


async def open_new_form(context: SlackContext, click: Click) -> Message | None:
    """Opens the empty form for the conversation of the click; in the Home tab, for the person."""
    state = FormState(conversation=click.conversation, opened_at=context.service.clock())
    return await _open_new(context, click, click.request(), state)


async def _open_new(
    context: SlackContext, click: Click, request: CommandRequest, state: FormState
) -> Message | None:
    service = context.service
    if not service.permissions.may_add_subscription(
        request.user, request.conversation, request.team
    ):
        return _render(
            context, SubscriptionRefused(service.permissions.subscriptions_by, ""), request
        )
    form = SubscriptionForm(zone=await service.stores.people.find_zone(request.team, request.user))
    return await _open(context, click, state.model_copy(update={"form": form}))


async def open_edit_form(context: SlackContext, click: Click) -> Message | None:
    """Opens the form with the values of a subscription, whose id is the button's value."""
    service = context.service
    subscription_id, _ = read_row(click.value)
    found = await service.subscriptions.find(subscription_id, click.request())
    if not isinstance(found, Subscription):
        return _render(context, found, click.request())
    form = fill_subscription_form(found.criteria, found.timing, service.parties)
    if form.is_too_long:
        return render_notice(
            f"This subscription is too long for the form. Type `{COMMAND} edit #{found.id} …`."
        )
    state = _make_state(context, click, found)
    return await _open(context, click, state.model_copy(update={"form": form}))


def _make_state(context: SlackContext, click: Click, found: Subscription) -> FormState:
    """The state of a modal about a subscription."""
    return FormState(
        conversation=found.conversation,
        opened_at=context.service.clock(),
        opened_in=click.conversation,
        subscription=found.id,
    )


async def _open(context: SlackContext, click: Click, state: FormState) -> Message | None:
    owner = ListOwner(click.team, state.conversation)
    revision = await context.service.subscriptions.own_lines.find_revision(owner)
    state = state.model_copy(update={"has_lines": revision > 0})
    if await show_view(context, click, forms.render_form(state, click.person.id)):
        return None
    return render_notice(
        "Slack did not open the form. Please try again, or type what you want to get, such as "
        f"`{COMMAND} subscribe tariffs us china`."
    )


# The form


async def show_preview(context: SlackContext, click: Click) -> Message | None:
    """Shows below the form what the subscription would have sent."""
    try:
        state = forms.read_form(click.view)
        criteria, timing = read_subscription_form(state.form, context.service.answers.ledger)
    except SubscriptionFormRefused as error:
        found = [small_print(*map(escape, error.problems.values()))]
    except FormOutdated:
        return _render_outdated()
    else:
        request = _make_request(click, state)
        sent = await context.service.subscriptions.preview(criteria, timing, request)
        found = _render_preview(context, sent, request)
    await show_view(context, click, forms.render_form(state, click.person.id, found))
    return None


def _render_preview(
    context: SlackContext, sent: Preview | Reply, request: CommandRequest
) -> list[Block]:
    """What a subscription would have sent, or why that is not shown."""
    if isinstance(sent, Preview):
        return render_preview(sent)
    return list(_render(context, sent, request).blocks)


async def _submit_form(
    context: SlackContext, body: dict[str, Any], view: dict[str, Any], ack: AsyncAck
) -> None:
    state = forms.read_form(view)
    try:
        criteria, timing = read_subscription_form(state.form, context.service.answers.ledger)
    except SubscriptionFormRefused as error:
        await ack(response_action="errors", errors=error.problems)
        return
    work = _ask_or_save(context, _request(body, state), state, criteria, timing)
    await _respond_with(context, body, ack, work)


async def _submit_answer(
    context: SlackContext, body: dict[str, Any], view: dict[str, Any], ack: AsyncAck
) -> None:
    """Saves the form after the question about other subscriptions."""
    state = forms.read_state(view)
    others = state.others if forms.wants_replacement(view) else ()
    try:
        criteria, timing = read_subscription_form(state.form, context.service.answers.ledger)
    except SubscriptionFormRefused:
        # The data of goods has changed since the form was read.
        await _show_form_again(context, body, view, ack)
        return
    work = _save(context, _request(body, state), state, criteria, timing, others)
    await _respond_with(context, body, ack, work)


async def _ask_or_save(
    context: SlackContext,
    request: CommandRequest,
    state: FormState,
    criteria: Criteria,
    timing: Timing,
) -> View | _FieldProblem:
    """The question about other subscriptions that cover this one, or the result of saving it."""
    service = context.service.subscriptions
    if await service.own_lines.find_problem(criteria, request, state.subscription) is not None:
        return _FieldProblem(forms.LIMITS, explain_missing(request.conversation))
    wider, narrower = await service.find_overlaps(criteria, request, state.subscription)
    if wider or narrower:
        question = forms.render_question(state, wider, narrower, context.service.parties)
        if question is not None:
            return question
    return await _save(context, request, state, criteria, timing)


async def _save(
    context: SlackContext,
    request: CommandRequest,
    state: FormState,
    criteria: Criteria,
    timing: Timing,
    others: tuple[str, ...] = (),
) -> View:
    """Saves the subscription, in place of `others` if there are any; returns the result."""
    service = context.service.subscriptions
    # The edited subscription stays, or else the first of the others becomes the new one.
    replaced = [each for each in (state.subscription, *others) if each]
    reply = await service.save(criteria, timing, request, replaced)
    message = _render(context, reply, request)
    if not isinstance(reply, Subscribed | SubscriptionChanged):
        return forms.render_refused(message, state)
    blocks = _render_preview(context, await service.preview(criteria, timing, request), request)
    warning = await announce(context, reply, message, request.user)
    await publish_home(context, request.team, request.user)
    return forms.render_saved(message, [*blocks, *([small_print(warning)] if warning else [])])


async def _respond_with(
    context: SlackContext,
    body: dict[str, Any],
    ack: AsyncAck,
    work: Coroutine[Any, Any, View | _FieldProblem],
) -> None:
    """Replaces a submitted modal by a view, at once or when it is ready. A problem is shown at its
    field if it is found at once."""

    async def finish() -> View | _FieldProblem:
        try:
            return await work
        except Exception:
            return render_result(render_failure(log_failure("saving a subscription")))

    task = asyncio.ensure_future(finish())
    done, _ = await asyncio.wait({task}, timeout=min(_WITHIN_S, context.answer_within_s))
    if done:
        found = task.result()
        if isinstance(found, _FieldProblem):
            await ack(response_action="errors", errors={found.field: found.text})
        else:
            await ack(response_action="update", view=found)
        return

    async def show_later() -> None:
        found = await task
        if isinstance(found, _FieldProblem):
            found = render_result(render_notice(f"Nothing was changed. {found.text}"))
        await show_view(context, Click(body, {}), found)

    context.background.spawn(show_later(), "saving a subscription")
    await ack(response_action="update", view=render_loading())


# The rows


async def pause(context: SlackContext, click: Click) -> Message | None:
    """Pauses a subscription for the chosen time, or asks for a day."""
    span = _PAUSES.get(click.value.partition(" ")[0])
    subscription_id, _ = read_row(click.value)
    if span is None:
        found = await context.service.subscriptions.find(subscription_id, click.request())
        if not isinstance(found, Subscription):
            return _render(context, found, click.request())
        await show_view(context, click, forms.render_pause_form(_make_state(context, click, found)))
        return None
    until = context.service.clock() + span
    reply = await context.service.subscriptions.pause(subscription_id, until, click.request())
    return await _finish(context, click, reply)


async def resume(context: SlackContext, click: Click) -> Message:
    """Ends the pause of a subscription."""
    subscription_id, _ = read_row(click.value)
    reply = await context.service.subscriptions.pause(subscription_id, None, click.request())
    return await _finish(context, click, reply)


async def remove(context: SlackContext, click: Click) -> Message:
    """Removes a subscription."""
    subscription_id, _ = read_row(click.value)
    reply = await context.service.subscriptions.remove(subscription_id, click.request())
    return await _finish(context, click, reply)


async def unmute(context: SlackContext, click: Click) -> Message:
    """Ends a mute that the list shows."""
    topic, _ = read_mute(click.value)
    verb = Verb.UNMUTE_TOPIC if topic else Verb.UNMUTE_CONVERSATION
    reply = await context.service.execute(Command(verb=verb, text=topic), click.request())
    message = _render(context, reply, click.request())
    return message.for_all() if is_public(reply) else message


async def redraw_list(context: SlackContext, click: Click) -> Message:
    """The page of the list with the clicked row, as it is now."""
    return await _render_list(context, click, read_row(click.value)[1])


async def redraw_mutes(context: SlackContext, click: Click) -> Message:
    """The page of the list with the clicked mute, as it is now."""
    return await _render_list(context, click, read_mute(click.value)[1])


async def show_more(context: SlackContext, click: Click) -> Message:
    """Shows the page of the list whose number is the button's value."""
    return await _render_list(context, click, int(click.value) if click.value.isdecimal() else 1)


async def _render_list(context: SlackContext, click: Click, page: int) -> Message:
    request = click.request()
    reply = await context.service.execute(Command(verb=Verb.LIST), request)
    if not isinstance(reply, SubscriptionList):
        return _render(context, reply, request)
    return render_subscriptions(reply, context.service.parties, page)


async def _finish(
    context: SlackContext, click: Click, reply: Reply, seen_in: str | None = None
) -> Message:
    """The reply as a message; everyone in the channel sees a change. Draws the Home tab again.

    `seen_in` is the conversation that sees the message, by default that of the click.
    """
    message = _render(context, reply, click.request())
    if not is_public(reply):
        return message
    seen = click.conversation if seen_in is None else seen_in
    await announce(context, reply, message, click.person.id, seen)
    await publish_home(context, click.team, click.person.id)
    return message.for_all()


async def _show_form_again(
    _: SlackContext, body: dict[str, Any], view: dict[str, Any], ack: AsyncAck
) -> None:
    user = Click(body, {}).person.id
    await ack(response_action="update", view=forms.render_form(forms.read_state(view), user))


async def _submit_pause(
    context: SlackContext, body: dict[str, Any], view: dict[str, Any], ack: AsyncAck
) -> None:
    state, day = forms.read_pause_form(view)
    await _respond_with(context, body, ack, _pause_until(context, body, state, day))


async def _pause_until(
    context: SlackContext, body: dict[str, Any], state: FormState, day: str
) -> View | _FieldProblem:
    """Pauses the subscription until a day in ISO format; returns the result."""
    command = Command(verb=Verb.PAUSE, text=state.subscription, until=day)
    try:
        reply = await context.service.subscriptions.execute(command, _request(body, state))
    except CommandNotUnderstood:
        return _FieldProblem(forms.PAUSE_UNTIL, "Choose a future day, at most about a year ahead.")
    return render_result(await _finish(context, Click(body, {}), reply, seen_in=""))


# Joining a channel


def _introduce_once(context: SlackContext, body: dict[str, Any], event: dict[str, Any]) -> None:
    """Posts the first message in a channel that the bot has joined."""
    own = {str(one.get("user_id")) for one in body.get("authorizations") or ()}
    team = str(body.get("team_id") or "")
    channel, key = event.get("channel"), f"event {team} {body.get('event_id')}"
    if event.get("user") not in own or not isinstance(channel, str):
        return
    if context.deduplicator.is_repeated(key, context.service.clock()):
        return

    async def introduce() -> None:
        await context.take_reply_turn(team)
        try:
            client = await context.client_of(team)
            await client.chat_postMessage(channel=channel, **render_introduction().payload())
        except SlackApiError as error:
            log.warning("the first post in a channel was refused: %s", code(error))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("the first post in a channel failed: %s", type(error).__name__)

    context.background.spawn(introduce(), "introducing the bot")


def _request(body: dict[str, Any], state: FormState) -> CommandRequest:
    return _make_request(Click(body, {}), state)


def _make_request(click: Click, state: FormState) -> CommandRequest:
    """The request of a person for the conversation of a modal."""
    return CommandRequest(
        text="",
        team=click.team,
        conversation=state.conversation,
        user=click.person.id,
        needs_invitation=state.needs_invitation,
        opened_in=state.opened_in,
        opened_at=state.opened_at,
    )


def _render(context: SlackContext, reply: Reply, request: CommandRequest) -> Message:
    return render_reply(reply, request, context.service.parties)


SUBMITS: Mapping[str, Submit] = {
    forms.FORM: _submit_form,
    forms.QUESTION: _submit_answer,
    forms.RESULT: _show_form_again,
    forms.PAUSE_FORM: _submit_pause,
}
"""What each modal does when it is submitted, by its callback id."""
