"""Handles the shortcuts in the menu of a message: *Is this about tariffs?* and *Rate now*.

The answer goes to the payload's response_url. Only the person who used the shortcut sees it.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.commands.grammar import Command, Verb
from bot.slack.api.fallback import respond_with
from bot.slack.background import log_failure
from bot.slack.blockkit.blocks import Message
from bot.slack.context import SlackContext
from bot.slack.handlers.commands import answer, refuse_overuse
from bot.slack.handlers.payloads import Click, read_shared_text
from bot.slack.views.entry.message_reading import render_message_reading, render_no_rate
from bot.slack.views.replies import render_failure

ABOUT_TARIFFS, RATE_NOW = "about_tariffs", "rate_now"
"""The callback ids of the two shortcuts."""

Body = dict[str, Any]


def register(app: AsyncApp, context: SlackContext) -> None:
    """Registers the listeners for the shortcuts."""
    for callback_id, handle in (
        (ABOUT_TARIFFS, _say_what_it_is_about),
        (RATE_NOW, _show_rate),
    ):
        _listen(app, context, callback_id, handle)


def _listen(
    app: AsyncApp,
    context: SlackContext,
    callback_id: str,
    handle: Callable[[SlackContext, Body], Awaitable[Message]],
) -> None:
    async def handle_shortcut(body: Body, ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()

        async def run_handler() -> None:
            try:
                refused = refuse_overuse(context, Click(body, {}))
                message = refused or await handle(context, body)
            except Exception:
                message = render_failure(log_failure("answering a shortcut"))
            await respond_with(respond, message, replace_original=False)

        context.background.spawn(run_handler(), "answering a shortcut")

    app.message_shortcut(callback_id)(handle_shortcut)


async def _say_what_it_is_about(context: SlackContext, body: Body) -> Message:
    reading = await context.messages.read(read_shared_text(body), context.service.clock())
    return render_message_reading(reading, context.service.parties)


async def _show_rate(context: SlackContext, body: Body) -> Message:
    reading = await context.messages.read(read_shared_text(body), context.service.clock())
    if not reading.question:
        return render_no_rate(reading)
    request = Click(body, {}).request(reading.question)
    return await answer(context, request, Command(verb=Verb.ASK, text=reading.question))
