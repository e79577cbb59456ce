"""The Bolt app, and the two ways in which Slack reaches it: Socket Mode and HTTP.

Building the app opens no connection. Both ways lead to the same listeners.
"""

import logging
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SettingsError, SlackError
from bot.http_server.bodies import BodyReader
from bot.http_server.health import health_route
from bot.http_server.limits import HttpLimits
from bot.http_server.rejections import Rejections
from bot.monitoring.slack_calls import SlackCallCounter
from bot.slack.api.call_limiter import CallLimiter
from bot.slack.api.errors import code
from bot.slack.background import log_failure
from bot.slack.context import SlackContext
from bot.slack.handlers import (
    buttons,
    check_product,
    commands,
    events,
    home,
    shortcuts,
    subscriptions,
)
from bot.slack.payload_shape import malformed
from bot.slack.signed_requests import RequestRefused, read_signed
from bot.text.single_line import to_single_line

EVENTS_PATH = "/slack/events"

_CALL_S = 20
"""Seconds for one call of the Web API. This is less than the time that the dispatcher waits for a
post."""


def open_session(
    limiter: CallLimiter | None = None, counter: SlackCallCounter | None = None
) -> aiohttp.ClientSession:
    """The HTTP session that all calls of Slack's API share; `limiter` keeps them within the rate
    limits, and `counter` counts those that are made. The caller must close the session."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=_CALL_S),
        middlewares=[each for each in (limiter, counter) if each is not None],
    )


def build_client(token: str, api_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A Web API client on the shared session. Sharing makes calls 2.7 times as fast.

    The client does not retry: if it repeated chat.postMessage after a broken connection, it could
    post a message twice.
    """
    return AsyncWebClient(
        token,
        base_url=api_url,
        timeout=_CALL_S,
        session=session,
        logger=_make_quiet_logger("bot.slack.app.web"),
        retry_handlers=[],
    )


@dataclass(frozen=True)
class OAuthParts:
    """What an app for many workspaces needs: the flow that installs it, the middleware that finds
    the workspace of a request, and the one that finds its token."""

    flow: AsyncOAuthFlow
    guard: AsyncMiddleware
    authorize: AsyncAuthorize


def build_app(context: SlackContext, oauth: OAuthParts | None = None) -> AsyncApp:
    """The app with all its listeners. `oauth` is for many workspaces.

    With one workspace, Bolt checks the token with auth.test at the first request. Raises
    SettingsError if the environment has variables that make Bolt use OAuth without `oauth`.
    """
    # The annotation in slack_bolt lacks AsyncAuthorize.
    authorize: Any = oauth.authorize if oauth else None
    app = AsyncApp(
        name="tariffwire",
        client=context.client,
        signing_secret=context.signing_secret,
        logger=_make_quiet_logger("bot.slack.app.library"),
        # If it is False, Bolt checks only every 10 ms whether a listener has acknowledged.
        process_before_response=True,
        # If it is False, Bolt logs unhandled requests in full, including their response_urls.
        raise_error_for_unhandled_request=True,
        oauth_flow=oauth.flow if oauth else None,
        before_authorize=oauth.guard if oauth else None,
        authorize=authorize,
    )
    if oauth is None and app.oauth_flow is not None:
        # Bolt reads these variables itself.
        raise SettingsError(
            "SLACK_CLIENT_ID",
            "set, but this bot serves only one workspace",
            "Remove SLACK_CLIENT_ID and SLACK_CLIENT_SECRET",
        )
    for module in (commands, events, home, check_product, subscriptions, shortcuts, buttons):
        module.register(app, context)
    app.error(_handle_error)
    # At DEBUG, this logger logs every response_url. Anyone who knows a response_url can post to it.
    _make_quiet_logger("slack_sdk.webhook")
    return app


async def connect(
    app: AsyncApp, app_token: str, session: aiohttp.ClientSession
) -> AsyncSocketModeHandler:
    """A connected Socket Mode client. It reconnects by itself until `close_async()`.

    Waits while Slack cannot be reached. Raises SlackError if Slack refuses the token.
    """
    client = build_client(app_token, app.client.base_url, session)
    logger = _make_quiet_logger("bot.slack.app.socket")
    logger.addFilter(RepetitionFilter())
    handler = AsyncSocketModeHandler(app, app_token, logger=logger, web_client=client)
    try:
        # Checks the token first, because slack_sdk would retry with a wrong token forever.
        answer = await client.apps_connections_open(app_token=app_token)
        handler.client.wss_uri = str(answer["url"])
    except SlackApiError as error:
        await handler.client.aiohttp_client_session.close()
        handler.client.message_processor.cancel()
        cure = "Make an app-level token with connections:write and set SLACK_APP_TOKEN to it"
        raise SlackError("apps.connections.open", code(error) or "refused", cure) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        logger.error("Slack cannot be reached (%s)", type(error).__name__)
    # The method has no type annotations in slack_bolt.
    await handler.connect_async()  # type: ignore[no-untyped-call]
    return handler


def build_web_app(
    app: AsyncApp,
    context: SlackContext,
    rejections: Rejections | None = None,
    limits: HttpLimits | None = None,
) -> web.Application:
    """The HTTP server's application: Slack's requests at `/slack/events`, and `/healthz`.

    Requests that it refuses are counted in `rejections`.
    """
    verifier = SignatureVerifier(context.signing_secret)
    bodies = BodyReader(limits or HttpLimits())
    refused_requests = rejections or Rejections()

    async def receive(request: web.Request) -> web.Response:
        try:
            body = await read_signed(request, verifier, bodies)
        except RequestRefused as refused:
            refused_requests.count(refused.reason)
            return web.json_response({"error": "invalid request"}, status=refused.status)
        headers: Any = request.headers
        try:
            bolt_request = AsyncBoltRequest(body=body, query=request.query_string, headers=headers)
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
            return web.json_response({"error": "unreadable request"}, status=400)
        if field := malformed(bolt_request.body):
            return web.json_response({"error": f"malformed field {field}"}, status=400)
        return await to_aiohttp_response(await app.async_dispatch(bolt_request))

    server = web.Application()
    server.add_routes([web.post(EVENTS_PATH, receive), health_route()])
    return server


async def _handle_error(error: Exception, body: dict[str, Any]) -> BoltResponse:
    """The response after an error that no listener has handled."""
    log = logging.getLogger(__name__)
    if isinstance(error, BoltUnhandledRequestError):
        kind = to_single_line(str(body.get("type") or body.get("command") or "request"))
        log.warning("no listener for a %.60s from Slack", kind)
        return BoltResponse(status=404, body="")
    if field := malformed(body):
        log.warning("a payload from Slack has a malformed field: %s", field)
        return BoltResponse(status=400, body="")
    try:
        raise error
    except Exception:
        log_failure("handling a request of Slack's")
    return BoltResponse(status=500, body="")


def _make_quiet_logger(name: str) -> logging.Logger:
    """A logger that hides the libraries' INFO lines, because these contain whole requests."""
    logger = logging.getLogger(name)
    logger.setLevel(logging.ERROR)
    return logger


class RepetitionFilter(logging.Filter):
    """Passes each message at most once in five minutes, and without its traceback.

    A client that cannot connect logs the same message every few seconds.
    """

    _AGAIN_S = 300.0

    def __init__(self) -> None:
        super().__init__()
        self._logged_at: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to log the record. Removes the record's traceback."""
        record.exc_info = record.exc_text = None
        # The record's message already contains its arguments. The first 30 characters identify it.
        message = record.getMessage()[:30]
        if record.created - self._logged_at.get(message, -self._AGAIN_S) < self._AGAIN_S:
            return False
        self._logged_at[message] = record.created
        return True
