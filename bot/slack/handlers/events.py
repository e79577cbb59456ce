"""Handles events that Slack sends: a mention of the bot, and a person opening the Home tab."""

import logging
from collections.abc import Awaitable
from functools import partial
from http import HTTPStatus
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.say.async_say import AsyncSay
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.errors import code, status
from bot.slack.api.fallback import post_with
from bot.slack.context import SlackContext
from bot.slack.handlers import payloads
from bot.slack.handlers.commands import answer
from bot.slack.views.home import render_home

log = logging.getLogger(__name__)


def register(app: AsyncApp, context: SlackContext) -> None:
    """Registers the listeners for mentions and for the Home tab."""
    service = context.service

    @app.event("app_mention")
    async def handle_mention(body: dict[str, Any], event: dict[str, Any], say: AsyncSay) -> None:
        channel = event.get("channel")
        if not isinstance(channel, str) or not channel:
            return
        if context.deduplicator.is_repeated(f"event {body.get('event_id')}", service.clock()):
            return

        async def send_reply() -> None:
            message = await answer(context, payloads.read_mention(body))
            thread_ts = event.get("thread_ts") or event.get("ts")
            post = partial(_post_in_turn, context, say)
            posting = post_with(post, message, thread_ts=thread_ts, unfurl_links=False)
            await _unless_refused(posting, "a mention was not answered")

        context.background.spawn(send_reply(), "answering a mention")

    @app.event("app_home_opened")
    async def handle_home_opened(
        body: dict[str, Any], event: dict[str, Any], client: AsyncWebClient
    ) -> None:
        if event.get("tab") != "home" or not event.get("user"):
            return
        user, team = str(event.get("user") or ""), str(body.get("team_id") or "")

        async def publish() -> None:
            overview = await service.build_overview(team, user)
            view = render_home(overview, user, service.parties)
            publishing = client.views_publish(user_id=user, view=view)
            await _unless_refused(publishing, "a Home tab was not drawn")

        context.background.spawn(publish(), "drawing a Home tab")


async def _post_in_turn(context: SlackContext, say: AsyncSay, **payload: Any) -> None:
    """Posts when the workspace's limit allows it, and again if Slack's limit refuses that once."""
    await context.take_reply_turn()
    try:
        await say(**payload)
    except SlackApiError as error:
        if status(error) != HTTPStatus.TOO_MANY_REQUESTS:
            raise
        await context.take_reply_turn()
        await say(**payload)


async def _unless_refused(call: Awaitable[object], failure: str) -> None:
    """Awaits a call of Slack's API. If Slack refuses the call, logs this instead of raising an
    error."""
    try:
        await call
    except SlackApiError as error:
        log.warning("%s: %s", failure, code(error))
