"""The connection to Slack's Web API, for one workspace or many."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from pydantic import SecretStr
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.sending.ports import TakeTurn
from bot.errors import SlackError, StoreUnavailable, WorkspaceRefused
from bot.monitoring.metrics import Metrics
from bot.monitoring.slack_calls import SlackCallCounter
from bot.runtime.refusal_reports import open_webhook
from bot.runtime.settings import Settings
from bot.runtime.wiring.basics import make_fetch_limits, read_clock, reveal_secret
from bot.slack.api.call_limiter import (
    POST,
    UPDATE,
    CallLimiter,
    MethodKey,
    MethodLimits,
    method_key,
)
from bot.slack.app import build_client, open_session
from bot.slack.blockkit.limits import UPDATES_PER_SECOND
from bot.slack.startup import fetch_team, retry_until_answered
from bot.slack.workspaces.oauth import OAuthApp, build_flow
from bot.slack.workspaces.registry import Clients, InstalledWorkspaces, OneWorkspace
from bot.store.engine import Database
from bot.store.installations import Installations
from bot.store.oauth_states import OAuthStates
from bot.store.token_cipher import TokenCipher

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ManyWorkspaces:
    """What a bot needs that serves all workspaces in which the app is installed by OAuth."""

    installed: InstalledWorkspaces
    installations: Installations
    flow: AsyncOAuthFlow


@dataclass(frozen=True)
class SlackConnection:
    """The HTTP session for Slack's Web API, and the clients of the workspaces.

    `client` has the token of the only workspace, or none with many workspaces. `take_turn` waits
    for a workspace's limit of posts; `take_reply_turn` does so for a reply that a person waits for.
    """

    client: AsyncWebClient
    session: aiohttp.ClientSession
    clients: Clients
    team: str | None
    """The id of the only workspace; None with many workspaces."""
    home: str
    """The workspace of the operators; empty if there are no operators."""
    take_turn: TakeTurn
    take_reply_turn: TakeTurn
    many: ManyWorkspaces | None = None
    """None if the bot serves only one workspace."""


@asynccontextmanager
async def open_slack(
    settings: Settings, stop: asyncio.Event, metrics: Metrics | None = None
) -> AsyncIterator[SlackConnection]:
    """Connects to Slack's Web API. Waits until Slack answers.

    Raises SlackError if Slack refuses the token, and Stopped if `stop` is set before Slack answers.
    """
    limiter = _build_limiter(settings)
    async with open_session(limiter, _build_counter(metrics)) as session:
        token = reveal_secret(settings.slack_bot_token)
        client = build_client(token, settings.slack_api_url, session)
        try:
            team = await retry_until_answered("auth.test", lambda: fetch_team(client), stop)
        except SlackError as error:
            await _report_refused_start(settings, error)
            raise
        clients = OneWorkspace(client, team)
        turns = _Turns(clients, limiter)
        yield SlackConnection(client, session, clients, team, team, turns.take, turns.take_reply)


@asynccontextmanager
async def open_workspaces(
    settings: Settings, database: Database, metrics: Metrics | None = None
) -> AsyncIterator[SlackConnection]:
    """The connection of a bot that serves many workspaces. Raises SettingsError for a wrong key.

    Calls nothing: each workspace's token is used when something is sent to the workspace.
    """
    limiter = _build_limiter(settings)
    installations = open_installations(settings, database)
    async with open_session(limiter, _build_counter(metrics)) as session:
        api_url = settings.slack_api_url
        client = build_client("", api_url, session)
        installed = InstalledWorkspaces(
            installations, lambda token: build_client(token, api_url, session)
        )
        secret = settings.slack_client_secret or SecretStr("")
        oauth = OAuthApp(settings.slack_client_id, secret, api_url, settings.public_url)
        states = OAuthStates(database)
        flow = build_flow(oauth, client, installations, states, installed, read_clock)
        turns = _Turns(installed, limiter)
        many = ManyWorkspaces(installed, installations, flow)
        home = settings.home_team
        if home and await installations.find(home) is None:
            log.warning(
                "the app is not installed in TARIFFWIRE_HOME_TEAM %s yet, so operators get no "
                "notices",
                home,
            )
        yield SlackConnection(
            client, session, installed, None, home, turns.take, turns.take_reply, many
        )


def open_installations(settings: Settings, database: Database) -> Installations:
    """The saved installations. Raises SettingsError if a key of TARIFFWIRE_TOKEN_KEYS is wrong."""
    return Installations(database, TokenCipher(settings.list_token_keys()))


def _build_limiter(settings: Settings) -> CallLimiter:
    posts = settings.posts_per_second
    known = {UPDATE: UPDATES_PER_SECOND} | ({} if posts is None else {POST: posts})
    return CallLimiter(MethodLimits(known))


def _build_counter(metrics: Metrics | None) -> SlackCallCounter | None:
    return SlackCallCounter(metrics) if metrics is not None else None


class _Turns:
    """Waits for the limit of posts of a workspace. Each token has a limit of its own."""

    def __init__(self, clients: Clients, limiter: CallLimiter) -> None:
        self._clients, self._limiter = clients, limiter

    async def take(self, team: str) -> float:
        key = await self._find_key(team)
        return 0.0 if key is None else await self._limiter.take_turn(key)

    async def take_reply(self, team: str) -> float:
        key = await self._find_key(team)
        return 0.0 if key is None else await self._limiter.take_reply_turn(key)

    async def _find_key(self, team: str) -> MethodKey | None:
        """None if the workspace has no token now. The post that follows then fails."""
        try:
            client = await self._clients.get(team)
        except (WorkspaceRefused, StoreUnavailable):
            return None
        return method_key(client.token or "", POST)


async def _report_refused_start(settings: Settings, error: SlackError) -> None:
    """Posts to the alert webhook that Slack refuses the token, so that the bot cannot start."""
    address = reveal_secret(settings.alert_webhook)
    async with open_webhook(address, make_fetch_limits(settings)) as webhook:
        if webhook is not None:
            webhook.post(f"Tariffwire cannot start. {error}")
