"""Socket Mode: the bot opens a WebSocket and receives its payloads there.

As https://docs.slack.dev/apis/events-api/using-socket-mode describes: a `hello`, envelopes that the
bot acknowledges by envelope_id, and a `disconnect` before the socket is replaced.
"""

import asyncio
import json
import uuid
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from bot.local_slack import limits
from bot.local_slack.state.team import Team
from bot.local_slack.transport.http import AppUnavailable, Kind
from bot.local_slack.transport.payloads import Payload


class Sockets:
    """The bot's open sockets. Payloads go to the newest; the bot has `timeout_s` to acknowledge."""

    def __init__(self, team: Team, timeout_s: float) -> None:
        self._team, self._timeout_s = team, timeout_s
        self._open: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[Payload]] = {}

    @property
    def connected(self) -> bool:
        """Whether the bot has an open socket."""
        return bool(self._open)

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """Serves one socket until it closes. Each ticket is valid once."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._team.socket_tickets:
            raise web.HTTPForbidden(text="unknown ticket")
        self._team.socket_tickets.discard(ticket)
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
        answer: Any = None
        with suppress(ValueError):
            answer = json.loads(data)
        if not isinstance(answer, Mapping):
            return
        waiting = self._waiting.get(str(answer.get("envelope_id")))
        if waiting is not None and not waiting.done():
            payload = answer.get("payload")
            waiting.set_result(payload if isinstance(payload, dict) else {})

    async def send(self, kind: Kind, payload: Payload, *, retry: int = 0) -> Payload:
        """Sends one payload; see BotConnection.send."""
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
            return await asyncio.wait_for(answer, self._timeout_s)
        except TimeoutError as error:
            raise AppUnavailable("operation_timeout") from error
        except ConnectionError as error:
            raise AppUnavailable("dispatch_failed") from error
        finally:
            del self._waiting[envelope_id]

    async def refresh(self) -> None:
        """Asks every socket to reconnect, as Slack does every few hours, and closes it."""
        for socket in tuple(self._open):
            message = {"type": "disconnect", "reason": "refresh_requested"}
            await socket.send_json({**message, "debug_info": {"host": "local-workspace"}})
            await socket.close(code=WSCloseCode.GOING_AWAY)

    async def close(self) -> None:
        """Closes every socket."""
        for socket in tuple(self._open):
            await socket.close(code=WSCloseCode.GOING_AWAY)
