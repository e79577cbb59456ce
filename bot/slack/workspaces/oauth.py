"""Installs the app in workspaces by OAuth, with Bolt's own flow.

    /slack/install --> Slack: a person agrees --> /slack/oauth_redirect --> the token is saved

The state that Slack returns can be used once, within ten minutes, and only in the browser that
started the installation: Bolt compares it with a cookie.
"""

import html
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import urljoin

import aiohttp
from aiohttp import web
from pydantic import SecretStr
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.error import BoltError
from slack_bolt.oauth.async_callback_options import (
    AsyncCallbackOptions,
    AsyncFailureArgs,
    AsyncSuccessArgs,
)
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.models.bot import Bot
from slack_sdk.oauth.installation_store.models.installation import Installation as SlackInstallation
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot import COMMAND
from bot.errors import StoreError
from bot.http_server.page_headers import make_page_headers
from bot.installation import Installation
from bot.slack.scopes import SCOPES
from bot.slack.workspaces.registry import InstalledWorkspaces
from bot.text.single_line import to_single_line

log = logging.getLogger(__name__)

INSTALL_PATH = "/slack/install"
REDIRECT_PATH = "/slack/oauth_redirect"

_AGAIN = f'<a href="{INSTALL_PATH}">Try again</a>'
_REASONS = {
    "access_denied": "You did not agree, so nothing was installed.",
    "invalid_browser": "The installation was started in another browser, or cookies are off.",
    "invalid_state": "The installation took longer than ten minutes, or the page was reloaded.",
    "missing_code": "Slack sent no code.",
    "invalid_code": "Slack did not accept the installation. It may have taken too long.",
}
_HEADERS = {
    **make_page_headers("style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"),
    "Content-Type": "text/html; charset=utf-8",
}


class InstallationTable(Protocol):
    """Saves installations."""

    async def save(self, installation: Installation) -> None: ...


class StateTable(Protocol):
    """Saves the states of installations that were started."""

    async def issue(self, now: datetime) -> str: ...

    async def consume(self, state: str, now: datetime) -> bool: ...


@dataclass(frozen=True)
class OAuthApp:
    """The app's credentials for OAuth. `public_url` is the bot's address, without a slash at the
    end; if it is empty, Slack uses the first redirect URL of the app's settings."""

    client_id: str
    client_secret: SecretStr
    api_url: str
    public_url: str = ""


class InstallationRefused(BoltError):
    """The app was not saved as installed. Its text is for the person who installs it."""


class _InstallationStore(AsyncInstallationStore):
    """Bolt's interface to the saved installations."""

    def __init__(self, table: InstallationTable, workspaces: InstalledWorkspaces) -> None:
        self._table, self._workspaces = table, workspaces

    @property
    def logger(self) -> logging.Logger:
        return log

    async def async_save(self, installation: SlackInstallation) -> None:
        """Saves an installation in one workspace. Raises InstallationRefused for any other."""
        if installation.is_enterprise_install or not installation.team_id:
            raise InstallationRefused(
                "The app cannot be installed for a whole organization. Install it in each "
                "workspace that wants it."
            )
        if installation.bot_refresh_token is not None:
            raise InstallationRefused(
                "The app's tokens expire. The operators of this bot must turn token rotation off "
                "in the app's settings."
            )
        if not installation.bot_token:
            raise InstallationRefused("Slack sent no bot token.")
        await self._table.save(
            Installation(
                team=installation.team_id,
                name=to_single_line(installation.team_name or "")[:200],
                enterprise=installation.enterprise_id or "",
                bot_id=installation.bot_id or "",
                bot_user=installation.bot_user_id or "",
                token=SecretStr(installation.bot_token),
                installed_at=datetime.fromtimestamp(installation.installed_at, UTC),
            )
        )
        self._workspaces.forget(installation.team_id)
        log.info("the app was installed in workspace %s", installation.team_id)

    async def async_find_bot(
        self,
        *,
        enterprise_id: str | None,  # noqa: ARG002 - slack_sdk's signature
        team_id: str | None,
        is_enterprise_install: bool | None = False,
    ) -> Bot | None:
        """The bot of a workspace; None if the app is not installed there."""
        if not team_id or is_enterprise_install:
            return None
        found = await self._workspaces.find(team_id)
        if found is None:
            return None
        own = found.installation
        return Bot(
            team_id=own.team,
            team_name=own.name,
            enterprise_id=own.enterprise or None,
            bot_token=own.token.get_secret_value(),
            bot_id=own.bot_id,
            bot_user_id=own.bot_user,
            installed_at=own.installed_at.timestamp(),
        )


class _StateStore(AsyncOAuthStateStore):
    """Bolt's interface to the saved states."""

    def __init__(self, table: StateTable, clock: Callable[[], datetime]) -> None:
        self._table, self._clock = table, clock

    @property
    def logger(self) -> logging.Logger:
        return log

    async def async_issue(self, *_args: object, **_named: object) -> str:
        return await self._table.issue(self._clock())

    async def async_consume(self, state: str) -> bool:
        return await self._table.consume(state, self._clock())


class InstalledAuthorize(AsyncAuthorize):
    """Finds the token for a request. Bolt's own class would call auth.test for each request."""

    def __init__(self, workspaces: InstalledWorkspaces) -> None:
        self._workspaces = workspaces

    async def __call__(
        self, *, team_id: str | None, user_id: str | None, **_others: Any
    ) -> AuthorizeResult | None:
        """The token and the bot's ids; None if the app is not installed in the workspace."""
        found = await self._workspaces.find(team_id) if team_id else None
        if found is None:
            return None
        own = found.installation
        return AuthorizeResult(
            enterprise_id=own.enterprise or None,
            team_id=own.team,
            team=own.name,
            bot_id=own.bot_id,
            bot_user_id=own.bot_user,
            bot_token=own.token.get_secret_value(),
            user_id=user_id,
        )


class _OAuthClient(AsyncWebClient):
    """A client that sends the app's credentials in the body of `oauth.v2.access`.

    slack_sdk sends them by a class of aiohttp that aiohttp 4 no longer has.
    """

    async def oauth_v2_access(
        self,
        *,
        client_id: str,
        client_secret: str,
        code: str | None = None,
        redirect_uri: str | None = None,
        **_others: Any,
    ) -> AsyncSlackResponse:
        data = {"client_id": client_id, "client_secret": client_secret, "code": code}
        if redirect_uri:
            data["redirect_uri"] = redirect_uri
        return await self.api_call("oauth.v2.access", data=data)


class _Flow(AsyncOAuthFlow):
    """Bolt's flow, which also survives a Slack or a database that does not answer."""

    async def run_installation(self, code: str) -> SlackInstallation | None:
        try:
            return await super().run_installation(code)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            # Only the type of the error: its text may quote the code or the client secret.
            log.warning("Slack did not answer an installation: %s", type(error).__name__)
            return None

    async def store_installation(
        self, request: AsyncBoltRequest, installation: SlackInstallation
    ) -> None:
        try:
            await super().store_installation(request, installation)
        except StoreError as error:
            log.warning("an installation was not saved: %s", error)
            raise InstallationRefused("The bot could not save it. Try again later.") from None


def build_flow(
    oauth: OAuthApp,
    client: AsyncWebClient,
    table: InstallationTable,
    states: StateTable,
    workspaces: InstalledWorkspaces,
    clock: Callable[[], datetime],
) -> AsyncOAuthFlow:
    """The flow that installs the app. It calls Slack with the session of `client`."""
    settings = AsyncOAuthSettings(
        client_id=oauth.client_id,
        client_secret=oauth.client_secret.get_secret_value(),
        scopes=[each.name for each in SCOPES],
        user_scopes=[],
        redirect_uri=f"{oauth.public_url}{REDIRECT_PATH}" if oauth.public_url else None,
        install_path=INSTALL_PATH,
        redirect_uri_path=REDIRECT_PATH,
        install_page_rendering_enabled=False,
        authorization_url=urljoin(oauth.api_url, "/oauth/v2/authorize"),
        installation_store=_InstallationStore(table, workspaces),
        installation_store_bot_only=True,
        state_store=_StateStore(states, clock),
        callback_options=AsyncCallbackOptions(_show_success, _show_failure),
    )
    logger = logging.getLogger("bot.slack.workspaces.library")
    # At WARNING, it logs the code of a failed installation.
    logger.setLevel(logging.ERROR)
    own_client = _OAuthClient(
        base_url=client.base_url,
        timeout=client.timeout,
        session=client.session,
        logger=logger,
        retry_handlers=[],
    )
    return _Flow(client=own_client, logger=logger, settings=settings)


def list_routes(flow: AsyncOAuthFlow) -> list[web.RouteDef]:
    """The routes that install the app."""

    def serve(
        handle: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]],
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def respond(request: web.Request) -> web.Response:
            headers: Any = request.headers
            asked = AsyncBoltRequest(body="", query=request.query_string, headers=headers)
            try:
                return await to_aiohttp_response(await handle(asked))
            except StoreError as error:
                log.warning("an installation was not started: %s", error)
                body = _render("Not installed", "The bot cannot install now. Try again later.")
                return web.Response(
                    body=body, status=HTTPStatus.SERVICE_UNAVAILABLE, headers=_HEADERS
                )

        return respond

    return [
        web.get(INSTALL_PATH, serve(flow.handle_installation)),
        web.get(REDIRECT_PATH, serve(flow.handle_callback)),
    ]


async def _show_success(args: AsyncSuccessArgs) -> BoltResponse:
    name = html.escape(args.installation.team_name or "your workspace")
    text = (
        f"Tariffwire is installed in {name}. Invite it to a channel, then type "
        f"<code>{COMMAND} subscribe</code> there."
    )
    return _make_page(HTTPStatus.OK, "Installed", text, args)


async def _show_failure(args: AsyncFailureArgs) -> BoltResponse:
    if isinstance(args.error, InstallationRefused):
        why = html.escape(str(args.error))
    else:
        why = _REASONS.get(args.reason, "Slack reported an error.")
    known = args.reason if args.reason in _REASONS else "refused"
    log.warning("an installation failed: %s", args.error or known)
    status = HTTPStatus(args.suggested_status_code)
    return _make_page(status, "Not installed", f"{why} {_AGAIN}.", args)


def _make_page(
    status: HTTPStatus, title: str, text: str, args: AsyncSuccessArgs | AsyncFailureArgs
) -> BoltResponse:
    headers: Any = dict(_HEADERS)
    headers["Set-Cookie"] = args.settings.state_utils.build_set_cookie_for_deletion()
    return BoltResponse(status=status, headers=headers, body=_render(title, text))


def _render(title: str, text: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title} - Tariffwire</title>"
        "<style>body{font:1rem/1.5 sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem}"
        f"</style></head><body><main><h1>{title}</h1><p>{text}</p></main></body></html>"
    )
