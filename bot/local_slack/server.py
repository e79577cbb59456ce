"""The local workspace as a server: Slack's Web API, Socket Mode and a page, on loopback."""

import os
from collections.abc import Collection, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot.errors import SettingsError
from bot.local_slack import limits
from bot.local_slack.api import files
from bot.local_slack.api.call import ApiError
from bot.local_slack.api.rate_limits import RateLimits
from bot.local_slack.api.response_urls import ResponseUrls
from bot.local_slack.api.web_api import Call, Fault, FaultInjector, WebApi
from bot.local_slack.page.browser_guard import add_headers, guard, is_loopback
from bot.local_slack.page.hints import Hints
from bot.local_slack.page.keyboard import Keyboard
from bot.local_slack.page.pointer import Pointer
from bot.local_slack.page.routes import GOODBYE, WorkspacePage
from bot.local_slack.state.team import Team
from bot.local_slack.transport.connection import BotConnection, HttpLink, Sockets

SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "chat:write.public",
    "commands",
    "files:read",
    "files:write",
    "im:history",
    "im:write",
    "users:read",
)
EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "member_joined_channel",
    "message.im",
    "tokens_revoked",
)


class Workspace:
    """One workspace with one person and one app, stored in the file `path`.

    `scopes` and `events` are those of the app's manifest. The app has `timeout_s` seconds to
    acknowledge. If it does not acknowledge an event, the event is sent again after each of the
    delays `event_retries_s`, in seconds.
    """

    def __init__(
        self,
        path: Path,
        *,
        rate_limits: bool = True,
        timeout_s: float = limits.ACK_S,
        scopes: Collection[str] = SCOPES,
        events: Collection[str] = EVENTS,
        event_retries_s: Sequence[float] = limits.EVENT_RETRIES_S,
    ) -> None:
        self.team = Team(path, timeout_s)
        self._timeout_s = timeout_s
        self._faults = FaultInjector()
        self._sockets = Sockets(self.team, timeout_s)
        self._connection = BotConnection(self.team, self._sockets, events, event_retries_s)
        self._responses = ResponseUrls(self.team)
        parts = (self.team, self._connection, self._responses)
        self.keyboard, self.pointer = Keyboard(*parts, timeout_s), Pointer(*parts)
        self.hints = Hints(self.team.live)
        self._api = WebApi(self.team, self._faults, RateLimits(rate_limits), scopes)
        self._stack = AsyncExitStack()
        self._session: aiohttp.ClientSession | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 8765) -> None:
        """Opens the file and the port; 0 stands for any free port.

        Raises SettingsError if the host is not loopback or the port is taken, and StoreError if the
        file cannot be opened.
        """
        if not is_loopback(host):
            cure = "Use 127.0.0.1: any visitor of the page can act as you"
            raise SettingsError("host", f"{host} is not limited to this machine", cure)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.team.storage.close)
            await self.team.open()
            self._session = await stack.enter_async_context(aiohttp.ClientSession())
            runner = web.AppRunner(self._build_application(), access_log=None, shutdown_timeout=2)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            site = web.TCPSite(runner, host, port, reuse_address=os.name == "posix")
            try:
                await site.start()
            except OSError as error:
                cure = "Stop the other program, or set PORT to a free one"
                raise SettingsError("PORT", f"cannot listen on {port}", cure) from error
            address = f"[{host}]" if ":" in host else host
            self.team.address = f"http://{address}:{runner.addresses[0][1]}"
            stack.push_async_callback(self._disconnect)
            self._stack = stack.pop_all()

    def _build_application(self) -> web.Application:
        longest = limits.FILE_BYTES + 100_000
        application = web.Application(middlewares=[guard], client_max_size=longest)
        application.on_response_prepare.append(add_headers)
        application.add_routes(
            [
                web.route("*", "/api/{method}", self._api.serve),
                web.get("/link", self._sockets.accept),
                web.post("/respond/{team}/{key}", self._respond),
                web.post("/upload/{file}", self._upload),
                *WorkspacePage(self.team, self.keyboard, self.pointer, self.hints).routes(),
            ]
        )
        return application

    async def _disconnect(self) -> None:
        self.team.live.publish(GOODBYE)
        await self._connection.close()
        await self._sockets.close()

    async def stop(self) -> None:
        """Disconnects the page and the bot, and closes the file. May be called more than once."""
        await self._stack.aclose()

    async def connect_http(self, url: str) -> bool:
        """From now on, sends the person's actions as signed requests to this URL whenever no socket
        is open.

        Returns whether the URL answered Slack's url_verification request correctly.
        """
        if self._session is None:
            raise RuntimeError("the workspace is not started")
        secret = self.team.identity.signing_secret
        self._connection.http = HttpLink(self._session, url, secret, self._timeout_s)
        return await self._connection.http.verify()

    async def refresh_sockets(self) -> None:
        """Makes the bot reconnect its sockets, as Slack does every few hours."""
        await self._sockets.refresh()

    @property
    def address(self) -> str:
        """The page's address, without a slash at the end."""
        return self.team.address

    @property
    def api_url(self) -> str:
        """The `base_url` for Slack's SDK."""
        return f"{self.team.address}/api/"

    @property
    def connected(self) -> bool:
        """Whether the bot is connected."""
        return self._sockets.connected or self._connection.http is not None

    @property
    def person_id(self) -> str:
        """The id of the person at the page."""
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
        """The secret key with which requests to the app are signed."""
        return self.team.identity.signing_secret

    def fail_next(self, method: str, *, times: int = 1, **fault: Any) -> None:
        """Makes the next `times` calls of a Web API method fail; `fault` are fields of `Fault`.

        The method name `response_url` stands for posts to response URLs; for these, only `error`
        and `status` work.
        """
        self._faults.add(method, Fault(**fault), times)

    def calls(self, method: str = "") -> list[Call]:
        """The Web API calls so far, oldest first: those of one method, or all if `method` is
        empty."""
        return [call for call in self._faults.calls if method in ("", call.method)]

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        try:
            body = await request.json()
            fault = self._faults.next("response_url")
            if fault.error or fault.status:
                raise ApiError(fault.error or "fault", status=fault.status or 400)
            await self._responses.receive(request.match_info["key"], body)
        except ValueError:
            return web.json_response(ApiError("invalid_payload").body(), status=400)
        except ApiError as error:
            return web.json_response(error.body(), status=max(error.status, 400))
        return web.json_response({"ok": True})

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        if request.content_type == "multipart/form-data":
            values = (await request.post()).values()
            content = next((v.file.read() for v in values if isinstance(v, web.FileField)), b"")
        else:
            content = await request.read()
        if not await files.receive(self.team, request.match_info["file"], content):
            raise web.HTTPBadRequest(text="not expected")
        return web.Response(text=f"OK - {len(content)}")
