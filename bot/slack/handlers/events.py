"""Handles messages that people type for the bot: mentions, and direct messages in plain words.
Handles the removal of the app too: it deletes the data of the workspace or, if the bot serves only
one workspace, its line lists.

Slack sends an event again if the acknowledgement is late, and may send two events for one message.
Each message is answered once.
"""

import logging
from collections.abc import Awaitable
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.say.async_say import AsyncSay
from slack_sdk.errors import SlackApiError

from bot.slack.api.errors import code, status
from bot.slack.api.fallback import post_with
from bot.slack.context import SlackContext
from bot.slack.handlers import payloads
from bot.slack.handlers.commands import answer
from bot.slack.handlers.lines.files import find_sheet, import_file

log = logging.getLogger(__name__)

_LATEST_TIME = 2**33
"""Seconds since 1970 in the year 2242. A later `event_time` is not a time."""


def register(app: AsyncApp, context: SlackContext) -> None:
    """Registers the listeners for mentions, direct messages and the removal of the app."""

    @app.event("app_mention")
    async def handle_mention(body: dict[str, Any], event: dict[str, Any], say: AsyncSay) -> None:
        if payloads.is_from_person(body):
            _answer_once(context, body, say, event.get("thread_ts") or event.get("ts"))

    @app.event("message")
    async def handle_message(body: dict[str, Any], event: dict[str, Any], say: AsyncSay) -> None:
        if payloads.is_direct_message(body) and payloads.is_from_person(body):
            _answer_once(context, body, say, event.get("thread_ts"))

    @app.event("app_uninstalled")
    async def handle_removal(body: dict[str, Any]) -> None:
        await _remove_data(context, body)

    @app.event("tokens_revoked")
    async def handle_revocation(body: dict[str, Any], event: dict[str, Any]) -> None:
        tokens = event.get("tokens")
        if isinstance(tokens, dict) and tokens.get("bot"):
            await _remove_data(context, body)


async def _remove_data(context: SlackContext, body: dict[str, Any]) -> None:
    """Deletes the data of a workspace that has removed the app. If it is the only one, deletes its
    line lists; the rest waits for a new token."""
    team = str(body.get("team_id") or "")
    if not team:
        return
    if context.remove_workspace is not None:
        await context.remove_workspace(team, _read_event_time(context, body))
        return
    count = await context.service.stores.lines.remove_team(team)
    log.warning("the app was removed from %.20s; %d line lists were deleted", team, count)


def _read_event_time(context: SlackContext, body: dict[str, Any]) -> datetime:
    at = body.get("event_time")
    if not isinstance(at, int) or not 0 < at < _LATEST_TIME:
        return context.service.clock()
    return datetime.fromtimestamp(at, UTC)


def _answer_once(
    context: SlackContext, body: dict[str, Any], say: AsyncSay, thread_ts: str | None
) -> None:
    """Answers the message of an event in the background, unless it was answered before."""
    event = body.get("event") or {}
    channel = event.get("channel")
    if not isinstance(channel, str) or not channel:
        return
    team = str(body.get("team_id") or "")
    keys = [f"event {team} {body.get('event_id')}"]
    if event.get("ts"):
        keys.append(f"message {team} {channel} {event['ts']}")
    now = context.service.clock()
    repeated = [context.deduplicator.is_repeated(key, now) for key in keys]
    if any(repeated):
        return

    async def send_reply() -> None:
        request = payloads.read_typed_message(body)
        file = find_sheet(event)
        message = (
            await answer(context, request)
            if file is None
            else await import_file(context, file, request)
        )
        post = partial(_post_in_turn, context, team, say)
        posting = post_with(post, message, thread_ts=thread_ts, unfurl_links=False)
        await unless_refused(posting, "a message was not answered")

    context.background.spawn(send_reply(), "answering a message")


async def _post_in_turn(context: SlackContext, team: str, say: AsyncSay, **payload: Any) -> None:
    """Posts when the workspace's limit allows it, and again if Slack's limit refuses that once."""
    await context.take_reply_turn(team)
    try:
        await say(**payload)
    except SlackApiError as error:
        if status(error) != HTTPStatus.TOO_MANY_REQUESTS:
            raise
        await context.take_reply_turn(team)
        await say(**payload)


async def unless_refused(call: Awaitable[object], failure: str) -> bool:
    """Awaits a call of Slack's API. If Slack refuses the call or does not answer, logs this instead
    of raising an error, and returns False."""
    try:
        await call
    except SlackApiError as error:
        log.warning("%s: %s", failure, code(error))
        return False
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        # Only the type of the error: its text may quote an address.
        log.warning("%s: %s", failure, type(error).__name__)
        return False
    return True
