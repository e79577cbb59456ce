"""`/mcp` over HTTP: passes requests from aiohttp to the SDK, within the limits of the server.

    POST /mcp | HttpServer: connections, deadlines | BodyReader: size, time
              | MCP SDK: Host, Origin, one request and one JSON response

The SDK runs without sessions and with JSON responses. So no request holds a stream open, and a
client that disappears leaves nothing behind.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.types import ASGIApp, Message

from bot.errors import SettingsError
from bot.http_server.bodies import BodyReader, BodyTooLarge
from bot.http_server.limits import HttpLimits
from bot.http_server.rejections import Rejection, Rejections
from bot.http_server.server import HttpServer
from bot.mcp.server import build_mcp_server
from bot.mcp.tools import RateTools

log = logging.getLogger(__name__)

PATH = "/mcp"
_LOOPBACK = "127.0.0.1"
_LIMITS = HttpLimits(connections=32, bodies=16, large_body_bytes=65_536)
"""Lower limits than for Slack's requests, because questions are short and clients few."""
_REASONS = {
    400: Rejection.MALFORMED,
    403: Rejection.OTHER_HOST,
    413: Rejection.OVERSIZED,
    421: Rejection.OTHER_HOST,
}
"""Why the SDK refuses a request, by the status of its response."""
_ANSWER_S = 30.0
"""Maximum time for an answer. A history of a chapter takes a few seconds on a busy machine."""


@asynccontextmanager
async def open_endpoint(
    tools: RateTools,
    port: int,
    public_url: str = "",
    on_refusal: Callable[[Rejection], None] | None = None,
) -> AsyncIterator[int]:
    """Serves the tools at `http://127.0.0.1:PORT/mcp` within the block; yields the port.

    `public_url` is the address of a proxy that passes requests on; its host is accepted too.
    `on_refusal` is called for each refused request. Raises SettingsError if the port is taken.
    """
    # Below this level, the SDK logs each refused request with its headers.
    logging.getLogger("mcp").setLevel(logging.ERROR)
    server = build_mcp_server(tools)
    asgi = server.streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,
        max_request_body_size=_LIMITS.large_body_bytes,
        transport_security=_build_security(public_url),
    )
    rejections = Rejections(on_refusal=on_refusal)
    application = web.Application()
    application.add_routes([web.post(PATH, _Bridge(asgi, rejections).receive)])
    http = HttpServer(application, _LIMITS, rejections)
    async with _run_sessions(server.session_manager):
        try:
            await http.start(_LOOPBACK, port)
        except OSError as error:
            cure = "Stop the other program, or set TARIFFWIRE_MCP_PORT to a free one"
            thing = "TARIFFWIRE_MCP_PORT"
            raise SettingsError(thing, f"{port} cannot be opened", cure) from error
        try:
            log.info("serving MCP clients at http://%s:%d%s", _LOOPBACK, http.port, PATH)
            yield http.port
        finally:
            await http.stop()
            rejections.report()


@asynccontextmanager
async def _run_sessions(manager: StreamableHTTPSessionManager) -> AsyncIterator[None]:
    """Runs the SDK's task group within the block, in a task of its own.

    A task group must end in the task that began it, and the parts of the bot may be stopped from
    another one.
    """
    started, stop = asyncio.Event(), asyncio.Event()

    async def run() -> None:
        async with manager.run():
            started.set()
            await stop.wait()

    task = asyncio.create_task(run(), name="MCP requests")
    await started.wait()
    try:
        yield
    finally:
        stop.set()
        await task


def _build_security(public_url: str) -> TransportSecuritySettings:
    """The Host and Origin headers that are accepted.

    A web page that resolves its own name to 127.0.0.1 (DNS rebinding) sends its own name.
    """
    hosts = [f"{name}:*" for name in (_LOOPBACK, "localhost", "[::1]")]
    origins = [f"http://{host}" for host in hosts]
    if public_url:
        parts = urlsplit(public_url)
        hosts.append(parts.netloc)
        origins.append(f"{parts.scheme}://{parts.netloc}")
    return TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=origins)


class _Bridge:
    """Passes a request of aiohttp to the SDK's ASGI application, and returns its response."""

    def __init__(self, asgi: ASGIApp, rejections: Rejections) -> None:
        self._asgi, self._rejections = asgi, rejections
        self._bodies = BodyReader(_LIMITS)

    async def receive(self, request: web.Request) -> web.Response:
        """Reads the whole request, then lets the SDK answer it."""
        try:
            body = await self._bodies.read(request)
        except BodyTooLarge:
            self._rejections.count(Rejection.OVERSIZED)
            return web.json_response({"error": "the body is too large"}, status=413)
        except TimeoutError:
            self._rejections.count(Rejection.SLOW)
            return web.json_response({"error": "the body did not arrive in time"}, status=408)
        return await self._call(request, body)

    async def _call(self, request: web.Request, body: bytes) -> web.Response:
        pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        sent: list[Message] = []

        async def receive() -> Message:
            if not pending:
                # The whole body was passed, and no tool waits for the client to disconnect.
                await asyncio.Event().wait()
            return pending.pop()

        async def send(message: Message) -> None:
            sent.append(message)

        try:
            async with asyncio.timeout(_ANSWER_S):
                await self._asgi(_build_scope(request), receive, send)
        except TimeoutError:
            return web.json_response({"error": "no answer in time"}, status=504)
        start, *parts = sent
        if reason := _REASONS.get(start["status"]):
            self._rejections.count(reason)
        response = web.Response(
            status=start["status"], body=b"".join(part.get("body", b"") for part in parts)
        )
        for name, value in start["headers"]:
            if name.lower() != b"content-length":
                response.headers[name.decode("latin-1")] = value.decode("latin-1")
        return response


def _build_scope(request: web.Request) -> dict[str, Any]:
    """The request as an ASGI scope. The body is passed separately."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "raw_path": request.raw_path.encode("latin-1", "replace"),
        "query_string": request.query_string.encode("latin-1", "replace"),
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.raw_headers],
        "client": None,
        "server": None,
    }
