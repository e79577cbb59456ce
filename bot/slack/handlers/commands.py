"""Handles `/tariff`: passes the request to the command service and renders its reply as a
message."""

import asyncio
import json
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_bolt.response import BoltResponse

from bot import COMMAND
from bot.commands.grammar import Command
from bot.commands.lines.grammar import LinesAct
from bot.commands.lines.replies import LinesPage
from bot.commands.rates.replies import CalendarFile, RateCalendar
from bot.commands.replies import LatestStories, is_public
from bot.commands.request import CommandRequest
from bot.errors import SlackError
from bot.rates.question.query import format_query
from bot.slack.announcements import announce
from bot.slack.api.fallback import respond_with
from bot.slack.api.permalinks import find_permalinks
from bot.slack.api.upload import upload
from bot.slack.background import log_failure
from bot.slack.blockkit.blocks import Message
from bot.slack.context import SlackContext
from bot.slack.handlers import payloads
from bot.slack.handlers.lines.files import send_list
from bot.slack.handlers.lines.forms import open_from_command as open_lines_form
from bot.slack.handlers.lines.forms import read_upload
from bot.slack.handlers.lines.touched import find_touched
from bot.slack.handlers.subscriptions import open_from_command, opens_form
from bot.slack.views import replies
from bot.slack.views.command_replies import (
    render_calendar_comment,
    render_calendar_shared,
    render_reply,
    title_calendar,
)
from bot.slack.views.events.touched import ASKED, add_touched

_WITHIN_WITH_LIVE_SOURCES_S = 0.5
CALENDAR_FILE_NAME = "tariffs-ahead.ics"


def register(app: AsyncApp, context: SlackContext) -> None:
    """Registers the listener for the command."""

    @app.command(COMMAND)
    async def handle_command(body: dict[str, Any], respond: AsyncRespond) -> BoltResponse:
        work = asyncio.ensure_future(_answer_command(context, body))
        within_s = context.answer_within_s
        if context.service.answers.uses_live_sources:
            within_s = min(within_s, _WITHIN_WITH_LIVE_SOURCES_S)
        done, _ = await asyncio.wait({work}, timeout=within_s)
        found = work.result() if done else None
        if done and not (found and found.instead):
            return _acknowledge(found)

        async def answer_later() -> None:
            if (message := await work) is not None:
                await respond_with(respond, message)

        context.background.spawn(answer_later(), "answering a slow command")
        # A message with a table or a chart comes by the response_url, which reports a refusal of
        # its blocks. Until then, an acknowledgement without content shows nothing.
        return _acknowledge(None if done else replies.render_working())


async def _answer_command(context: SlackContext, body: dict[str, Any]) -> Message | None:
    """The reply to a slash command; None if a form opened instead."""
    request = payloads.read_slash_command(body)
    upload = read_upload(request.text, context.service.parties)
    if upload is None and not opens_form(request.text):
        return await answer(context, request)
    try:
        if upload is not None:
            return await open_lines_form(context, body, request, upload)
        return await open_from_command(context, body)
    except Exception:
        return replies.render_failure(log_failure("opening a form"))


async def answer(
    context: SlackContext,
    request: CommandRequest,
    command: Command | None = None,
    *,
    is_counted: bool = False,
) -> Message:
    """The reply to a request as a message. The request is either text or the `command` of a button.
    Text counts as a request of the person unless it `is_counted` already. Never raises."""
    service = context.service
    try:
        if command is not None:
            reply = await service.execute(command, request)
        else:
            reply = await (service.read(request) if is_counted else service.handle(request))
        if isinstance(reply, CalendarFile) and (reply.entries or reply.deadlines):
            return await _share_calendar(context, reply, request)
        if isinstance(reply, LinesPage) and reply.wanted.act is LinesAct.FILE:
            return await send_list(context, reply)
        if isinstance(reply, LatestStories) and reply.alerts:
            client = await context.client_of(request.team)
            links = await find_permalinks(client, request.conversation, reply.alerts)
            reply = replace(reply, alerts=links)
        message = render_reply(reply, request, service.parties)
        if isinstance(reply, RateCalendar):
            touched = await find_touched(context, reply, request)
            value = f"{ASKED} {format_query(reply.query)}"
            (message,) = add_touched((message,), touched, value)[:1]
        await announce(context, reply, message, request.user, request.conversation)
        return message.for_all() if is_public(reply) else message
    except Exception:
        return replies.render_failure(log_failure("answering a command"))


def refuse_overuse(context: SlackContext, click: payloads.Click) -> Message | None:
    """Counts a click as a request; the reply that refuses it if the person sent too many."""
    request = click.request()
    refused = context.service.find_overuse(request)
    return render_reply(refused, request, context.service.parties) if refused else None


async def _share_calendar(
    context: SlackContext, calendar: CalendarFile, request: CommandRequest
) -> Message:
    # In a thread, because the import of the calendar library takes 0.15 s and would block the event
    # loop.
    content = await asyncio.to_thread(_render_ics, context, calendar)
    try:
        await upload(
            await context.client_of(request.team),
            request.conversation,
            CALENDAR_FILE_NAME,
            content,
            title=title_calendar(calendar, context.service.parties),
            comment=render_calendar_comment(calendar, request.user, context.service.parties),
        )
    except SlackError as error:
        return render_calendar_shared(calendar, error)
    return render_calendar_shared(calendar)


def _render_ics(context: SlackContext, calendar: CalendarFile) -> bytes:
    from bot.render.dates.ics import render_calendar_file

    service = context.service
    title = title_calendar(calendar, service.parties)
    return render_calendar_file(
        calendar.entries, title, service.parties, service.clock(), calendar.deadlines
    )


def _acknowledge(message: Message | None) -> BoltResponse:
    content = json.dumps(message.response(), ensure_ascii=False) if message else ""
    return BoltResponse(status=200, body=content)
