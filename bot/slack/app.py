"""The Bolt app, and the two ways in which Slack reaches it: Socket Mode and HTTP.

Building connects to nothing. Both ways lead to the same listeners.
"""

import logging
import re
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SettingsError, SlackError
from bot.slack.api.errors import code
from bot.slack.blockkit.limits import REQUEST_BYTES
from bot.slack.context import SlackContext
from bot.slack.error_ids import record
from bot.slack.handlers import buttons, commands, home, proposal_buttons

EVENTS_PATH = "/slack/events"
HEALTH_PATH = "/healthz"

_CALL_S = 20
"""Seconds for one call of the Web API; less than the dispatcher waits for a send."""


def open_session() -> aiohttp.ClientSession:
    """The one session that all calls of Slack share; whoever opens it closes it."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_CALL_S))


def web_client(token: str, api_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A Web API client on the shared session, which makes it 2.7 times as fast as one without.

    It never retries by itself: a second chat.postMessage after a broken connection posts twice.
    """
    return AsyncWebClient(
        token,
        base_url=api_url,
        timeout=_CALL_S,
        session=session,
        logger=_quiet("bot.slack.app.web"),
        retry_handlers=[],
    )


def build_app(parts: SlackContext) -> AsyncApp:
    """The app with all its listeners; raises SettingsError where the environment misleads Bolt.

    The token is checked by one auth.test at the first request, which Bolt then remembers.
    """
    app = AsyncApp(
        name="tariffwire",
        client=parts.client,
        signing_secret=parts.signing_secret,
        logger=_quiet("bot.slack.app.library"),
        # Bolt otherwise looks every 10 ms whether a listener has acknowledged.
        process_before_response=True,
        # Bolt's own handling of these logs whole requests, with response_urls in them.
        raise_error_for_unhandled_request=True,
    )
    if app.oauth_flow is not None:
        raise SettingsError(
            "SLACK_CLIENT_ID",
            "set, but installing the app by OAuth is not supported",
            "Remove SLACK_CLIENT_ID and SLACK_CLIENT_SECRET",
        )
    for module in (commands, buttons, home, proposal_buttons):
        module.register(app, parts)
    app.error(_failed)
    return app


async def connect(
    app: AsyncApp, app_token: str, session: aiohttp.ClientSession
) -> AsyncSocketModeHandler:
    """A connected Socket Mode client; `close_async()` ends it.

    It reconnects by itself for as long as it is open, and waits where Slack cannot be reached.
    Raises SlackError where Slack refuses the token.
    """
    client = web_client(app_token, app.client.base_url, session)
    logger = _quiet("bot.slack.app.socket")
    logger.addFilter(Terse())
    handler = AsyncSocketModeHandler(app, app_token, logger=logger, web_client=client)
    try:
        # slack_sdk would try a wrong token again for ever.
        answer = await client.apps_connections_open(app_token=app_token)
        handler.client.wss_uri = str(answer["url"])
    except SlackApiError as error:
        await handler.client.aiohttp_client_session.close()
        handler.client.message_processor.cancel()
        cure = "Make an app-level token with connections:write and set SLACK_APP_TOKEN to it"
        raise SlackError("apps.connections.open", code(error) or "refused", cure) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        logger.error("Slack cannot be reached (%s)", type(error).__name__)
    # slack_bolt leaves this method without types.
    await handler.connect_async()  # type: ignore[no-untyped-call]
    return handler


def web_app(app: AsyncApp, parts: SlackContext) -> web.Application:
    """The HTTP server's application: Slack's requests at `/slack/events`, and `/healthz`."""
    served = web.Application(client_max_size=REQUEST_BYTES)
    served.add_routes(routes(app, parts.signing_secret))
    return served


def routes(app: AsyncApp, signing_secret: str) -> list[web.RouteDef]:
    """The routes, for an application that serves other things too."""
    verifier = SignatureVerifier(signing_secret)

    async def events(request: web.Request) -> web.Response:
        body = await _verified(request, verifier)
        if body is None:
            return web.json_response({"error": "invalid request"}, status=401)
        headers: Any = request.headers
        try:
            bolt_request = AsyncBoltRequest(body=body, query=request.query_string, headers=headers)
        except (ValueError, TypeError, AttributeError, RecursionError):
            return web.json_response({"error": "unreadable request"}, status=400)
        return await to_aiohttp_response(await app.async_dispatch(bolt_request))

    async def health(_: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    return [web.post(EVENTS_PATH, events), web.get(HEALTH_PATH, health)]


async def _verified(request: web.Request, verifier: SignatureVerifier) -> str | None:
    """The body, if Slack signed it within the last five minutes.

    Bolt checks again, but parses the body first; here nothing unsigned reaches a parser.
    """
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    signature = request.headers.get("X-Slack-Signature", "")
    if not (re.fullmatch(r"[0-9]{1,20}", timestamp) and signature.isascii()):
        return None
    try:
        body = (await request.read()).decode()
    except UnicodeDecodeError:
        return None
    return body if verifier.is_valid(body, timestamp, signature) else None


async def _failed(error: Exception) -> BoltResponse:
    """The last net: listeners answer for their own errors."""
    if isinstance(error, BoltUnhandledRequestError):
        kind = error.body.get("type") or error.body.get("command") or "request"
        logging.getLogger(__name__).warning("nobody listens for a %s of Slack's", kind)
        return BoltResponse(status=404, body="")
    try:
        raise error
    except Exception:
        record("handling a request of Slack's")
    return BoltResponse(status=500, body="")


def _quiet(name: str) -> logging.Logger:
    """A logger for the libraries: without a level of its own they format every debug line, and at
    INFO they log whole requests."""
    logger = logging.getLogger(name)
    logger.setLevel(logging.ERROR)
    return logger


class Terse(logging.Filter):
    """Lets each complaint through once in five minutes and without its traceback: a client that
    cannot connect repeats itself every few seconds."""

    _AGAIN_S = 300.0

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to log the record; takes its traceback away."""
        record.exc_info = record.exc_text = None
        # Messages are formatted before they come here; their first words name the complaint.
        complaint = record.getMessage()[:30]
        if record.created - self._told.get(complaint, -self._AGAIN_S) < self._AGAIN_S:
            return False
        self._told[complaint] = record.created
        return True
