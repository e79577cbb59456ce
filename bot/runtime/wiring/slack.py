"""The connection to Slack's Web API."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.sending.ports import TakeTurn
from bot.errors import SlackError
from bot.monitoring.metrics import Metrics
from bot.monitoring.slack_calls import SlackCallCounter
from bot.runtime.refusal_reports import open_webhook
from bot.runtime.settings import Settings
from bot.runtime.wiring.basics import make_fetch_limits, reveal_secret
from bot.slack.api.call_limiter import POST, UPDATE, CallLimiter, MethodLimits, method_key
from bot.slack.app import build_client, open_session
from bot.slack.blockkit.limits import UPDATES_PER_SECOND
from bot.slack.startup import fetch_team, retry_until_answered


@dataclass(frozen=True)
class SlackConnection:
    """A client with a valid token, its HTTP session and the id of its workspace.

    `take_turn` waits for the workspace's limit of posts; `take_reply_turn` does so for a reply that
    a person waits for.
    """

    client: AsyncWebClient
    session: aiohttp.ClientSession
    team: str
    take_turn: TakeTurn
    take_reply_turn: Callable[[], Awaitable[float]]


@asynccontextmanager
async def open_slack(
    settings: Settings, stop: asyncio.Event, metrics: Metrics | None = None
) -> AsyncIterator[SlackConnection]:
    """Connects to Slack's Web API. Waits until Slack answers.

    Raises SlackError if Slack refuses the token, and Stopped if `stop` is set before Slack answers.
    """
    posts = settings.posts_per_second
    known = {UPDATE: UPDATES_PER_SECOND} | ({} if posts is None else {POST: posts})
    limiter = CallLimiter(MethodLimits(known))
    counter = SlackCallCounter(metrics) if metrics is not None else None
    async with open_session(limiter, counter) as session:
        token = reveal_secret(settings.slack_bot_token)
        client = build_client(token, settings.slack_api_url, session)
        try:
            team = await retry_until_answered("auth.test", lambda: fetch_team(client), stop)
        except SlackError as error:
            await _report_refused_start(settings, error)
            raise
        post = method_key(token, POST)
        yield SlackConnection(
            client,
            session,
            team,
            take_turn=lambda _team: limiter.take_turn(post),
            take_reply_turn=lambda: limiter.take_reply_turn(post),
        )


async def _report_refused_start(settings: Settings, error: SlackError) -> None:
    """Posts to the alert webhook that Slack refuses the token, so that the bot cannot start."""
    address = reveal_secret(settings.alert_webhook)
    async with open_webhook(address, make_fetch_limits(settings)) as webhook:
        if webhook is not None:
            webhook.post(f"Tariffwire cannot start. {error}")
