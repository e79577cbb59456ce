"""Socket Mode: the bot connects to the workspace and gets its payloads over a WebSocket.

The protocol after https://docs.slack.dev/apis/events-api/using-socket-mode: a `hello`, envelopes
that the bot acknowledges by their envelope_id, and a `disconnect` before a link is refreshed.
"""

import asyncio
import json
import secrets
import uuid
from collections.abc import Mapping
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from bot.local_slack import limits
from bot.local_slack.api.arguments import Arguments
from bot.local_slack.api.chat import Answer
from bot.local_slack.state.team import Team
from bot.local_slack.transport.http import AppUnavailable, Kind
from bot.local_slack.transport.payloads import Payload


class Sockets:
    """The bot's open sockets; payloads go to the newest one."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._tickets: set[str] = set()
        self._open: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[Payload]] = {}

    @property
    def connected(self) -> bool:
        """Whether the bot has a socket open."""
        return bool(self._open)

    async def connections_open(self, team: Team, _: Arguments) -> Answer:
        """apps.connections.open"""
        ticket = secrets.token_urlsafe(24)
        self._tickets.add(ticket)
        address = team.address.replace("http://", "ws://", 1)
        app = team.identity.app_id
        return {"ok": True, "url": f"{address}/link?ticket={ticket}&app_id={app}"}

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """Serves one socket until it closes; each address is good for one."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden(text="unknown ticket")
        self._tickets.discard(ticket)
        if len(self._open) >= limits.SOCKETS:
            raise web.HTTPTooManyRequests(text="too_many_websockets")
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        self._open.append(socket)
        try:
            await socket.send_json(self._hello(request.query.get("app_id", "")))
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._acknowledge(message.data)
        finally:
            self._open.remove(socket)
        return socket

    def _hello(self, app_id: str) -> Payload:
        return {
            "type": "hello",
            "num_connections": len(self._open),
            "debug_info": {"host": "local-workspace", "approximate_connection_time": 3600},
            "connection_info": {"app_id": app_id},
        }

    def _acknowledge(self, data: str) -> None:
        try:
            answer: Any = json.loads(data)
        except ValueError:
            return
        if not isinstance(answer, Mapping):
            return
        waiting = self._waiting.get(str(answer.get("envelope_id")))
        if waiting is not None and not waiting.done():
            payload = answer.get("payload")
            waiting.set_result(payload if isinstance(payload, dict) else {})

    async def send(self, kind: Kind, payload: Payload, *, retry: int = 0) -> Payload:
        """See bot.local_slack.transport.http.Link."""
        if not self._open:
            raise AppUnavailable("not_connected")
        envelope_id = str(uuid.uuid4())
        envelope = {
            "envelope_id": envelope_id,
            "type": kind,
            "accepts_response_payload": kind != "events_api",
            "payload": payload,
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": retry, "retry_reason": "timeout" if retry else ""}
        answer: asyncio.Future[Payload] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = answer
        try:
            await self._open[-1].send_json(envelope)
            return await asyncio.wait_for(answer, self._patience_s)
        except TimeoutError as error:
            raise AppUnavailable("operation_timeout") from error
        except ConnectionError as error:
            raise AppUnavailable("dispatch_failed") from error
        finally:
            del self._waiting[envelope_id]

    async def refresh(self) -> None:
        """Tells every socket to connect anew, as Slack does every few hours."""
        for socket in tuple(self._open):
            news = {"type": "disconnect", "reason": "refresh_requested"}
            await socket.send_json({**news, "debug_info": {"host": "local-workspace"}})
            await socket.close(code=WSCloseCode.GOING_AWAY)

    async def close(self) -> None:
        """Closes every socket."""
        for socket in tuple(self._open):
            await socket.close(code=WSCloseCode.GOING_AWAY)
