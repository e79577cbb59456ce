"""The local workspace as a server: Slack's Web API, Socket Mode and a page, on loopback."""

import os
from collections.abc import Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.errors import SettingsError
from bot.local_slack import limits
from bot.local_slack.api import files
from bot.local_slack.api.errors import ApiError
from bot.local_slack.api.fault_injection import Call, Drop, Fault, FaultInjector
from bot.local_slack.api.rate_limits import RateLimits
from bot.local_slack.api.response_urls import ResponseUrls
from bot.local_slack.api.web_api import WebApi
from bot.local_slack.page.browser_guard import add_headers, guard, is_loopback
from bot.local_slack.page.keyboard import Keyboard
from bot.local_slack.page.pointer import Pointer
from bot.local_slack.page.routes import GOODBYE, WorkspacePage
from bot.local_slack.state.broadcast import Broadcast
from bot.local_slack.state.storage import Storage
from bot.local_slack.state.team import Team
from bot.local_slack.state.triggers import Triggers
from bot.local_slack.transport.connection import BotConnection, EventSender
from bot.local_slack.transport.http import HttpLink
from bot.local_slack.transport.socket_mode import Sockets

SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "chat:write.public",
    "commands",
    "files:write",
    "im:history",
    "im:write",
    "users:read",
)
EVENTS = ("app_home_opened", "app_mention")
COMMANDS = {"/tariff": "us china | subscribe court-rulings | list | latest | help"}


class Workspace:
    """One workspace with one person and one app, kept in the file `path`.

    `rate_limits` switches Slack's rate limits; `patience_s` is how long a person waits for an
    acknowledgement, in seconds; `scopes`, `events` and `commands` are what the app's manifest would
    hold; `timezone` is the person's.
    """

    def __init__(
        self,
        path: Path,
        *,
        app_name: str = "tariffwire",
        timezone: str = "UTC",
        rate_limits: bool = True,
        patience_s: float = limits.ACK_S,
        scopes: Collection[str] = SCOPES,
        events: Collection[str] = EVENTS,
        commands: Mapping[str, str] = COMMANDS,
        event_retries_s: Sequence[float] = limits.EVENT_RETRIES_S,
    ) -> None:
        triggers = Triggers(patience_s)
        self.team = Team(Storage(path), Broadcast(), triggers, app_name=app_name, timezone=timezone)
        self._patience_s = patience_s
        self._rehearsal, self._pace = FaultInjector(), RateLimits(rate_limits)
        self._sockets = Sockets(patience_s)
        self._line = BotConnection(self._sockets)
        self._events = EventSender(self.team, self._line, events, event_retries_s)
        self._responses = ResponseUrls(self.team)
        self.keyboard = Keyboard(
            self.team,
            self._line,
            self._events,
            self._responses,
            commands=commands,
            patience_s=patience_s,
        )
        self.pointer = Pointer(self.team, self._line, self._events, self._responses)
        opened = self._sockets.connections_open
        self._api = WebApi(self.team, self._rehearsal, self._pace, scopes, opened)
        self._stack = AsyncExitStack()
        self._session: aiohttp.ClientSession | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 8765) -> None:
        """Opens the file and listens; port 0 takes a free one.

        Raises SettingsError when the host is not this machine or the port is taken, StoreError when
        the file cannot be opened.
        """
        if not is_loopback(host):
            cure = "Use 127.0.0.1: whoever reaches it can act as you"
            raise SettingsError("host", f"{host} is not this machine alone", cure)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.team.archive.close)
            await self.team.open()
            self._session = await stack.enter_async_context(aiohttp.ClientSession())
            runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=2)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            site = web.TCPSite(runner, host, port, reuse_address=os.name == "posix")
            try:
                await site.start()
            except OSError as error:
                cure = "Stop the other program, or set PORT to a free one"
                raise SettingsError("PORT", f"{port} cannot be listened on", cure) from error
            self.team.address = _address(host, runner)
            stack.push_async_callback(self._hang_up)
            self._stack = stack.pop_all()

    def _application(self) -> web.Application:
        application = web.Application(
            middlewares=[guard], client_max_size=limits.FILE_BYTES + 100_000
        )
        application.on_response_prepare.append(add_headers)
        application.add_routes(
            [
                web.route("*", "/api/{method}", self._api.serve),
                web.get("/link", self._sockets.accept),
                web.post("/respond/{team}/{key}", self._respond),
                web.post("/upload/{file}", self._upload),
                *WorkspacePage(self.team, self.keyboard, self.pointer).routes(),
            ]
        )
        return application

    async def _hang_up(self) -> None:
        self.team.live.tell(GOODBYE)
        await self._events.close()
        await self._sockets.close()

    async def stop(self) -> None:
        """Says goodbye to the page and the bot, and closes the file; twice is harmless."""
        await self._stack.aclose()

    async def connect_http(self, url: str) -> bool:
        """Sends what people do to this request URL, signed, unless a socket is open.

        Whether the URL answered Slack's url_verification.
        """
        if self._session is None:
            raise RuntimeError("the workspace is not started")
        secret = self.team.identity.signing_secret
        self._line.http = HttpLink(self._session, url, secret, self._patience_s)
        return await self._line.http.verify()

    async def refresh_sockets(self) -> None:
        """Makes the bot connect anew, as Slack does every few hours."""
        await self._sockets.refresh()

    @property
    def address(self) -> str:
        """Where the page is, without a slash at the end."""
        return self.team.address

    @property
    def api_url(self) -> str:
        """Slack's `base_url` for the SDK."""
        return f"{self.team.address}/api/"

    @property
    def connected(self) -> bool:
        """Whether the bot can be reached."""
        return self._sockets.connected or self._line.http is not None

    @property
    def person_id(self) -> str:
        """The id of the one person who types here."""
        return self.team.identity.person_id

    @property
    def bot_token(self) -> str:
        """The app's bot token: a secret."""
        return self.team.identity.bot_token

    @property
    def app_token(self) -> str:
        """The app's token for Socket Mode: a secret."""
        return self.team.identity.app_token

    @property
    def signing_secret(self) -> str:
        """What requests to the app are signed with: a secret."""
        return self.team.identity.signing_secret

    def fail_next(
        self,
        method: str,
        *,
        error: str = "",
        status: int = 0,
        drop: Drop = "",
        delay_s: float = 0.0,
        retry_after_s: int = 0,
        times: int = 1,
    ) -> None:
        """Lets the next calls of a Web API method fail; see `api.fault_injection.Fault`.

        `response_url` stands for what is posted to those, which knows `error` and `status` only.
        """
        self._rehearsal.expect(method, Fault(error, status, drop, delay_s, retry_after_s), times)

    def calls(self, method: str = "") -> list[Call]:
        """The Web API calls so far, of one method or all, oldest first."""
        return self._rehearsal.calls(method)

    def set_rate_limits(self, enabled: bool) -> None:
        """Switches Slack's rate limits on or off."""
        self._pace.enabled = enabled

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        try:
            body = await request.json()
            fault = self._rehearsal.next("response_url")
            if fault.error or fault.status:
                raise ApiError(fault.error or "fault", status=fault.status or 400)
            await self._responses.take(request.match_info["key"], body)
        except ValueError:
            return web.json_response(ApiError("invalid_payload").body(), status=400)
        except ApiError as refusal:
            return web.json_response(refusal.body(), status=max(refusal.status, 400))
        return web.json_response({"ok": True})

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        content = await _content(request)
        if not await files.receive(self.team, request.match_info["file"], content):
            raise web.HTTPBadRequest(text="not expected")
        return web.Response(text=f"OK - {len(content)}")


async def _content(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    for value in (await request.post()).values():
        if isinstance(value, web.FileField):
            return value.file.read()
    return b""


def _address(host: str, runner: web.AppRunner) -> str:
    port = runner.addresses[0][1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
