"""The connection to the bot: Socket Mode or signed HTTP. Unacknowledged events are retried.

Signatures follow https://docs.slack.dev/authentication/verifying-requests-from-slack, and timeouts
follow https://docs.slack.dev/interactivity/handling-user-interaction. Sockets follow
https://docs.slack.dev/apis/events-api/using-socket-mode: the workspace sends a `hello`, then
envelopes, which the bot acknowledges by their envelope_id, and a `disconnect` before it closes the
socket.
"""

import asyncio
import hashlib
import hmac
import json
import logging
import time
import uuid
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal
from urllib.parse import urlencode

import aiohttp
from aiohttp import WSCloseCode, WSMsgType, web

from bot.local_slack import limits
from bot.local_slack.state.team import Team
from bot.local_slack.transport.payloads import Payload, make_event

_log = logging.getLogger(__name__)
Kind = Literal["slash_commands", "interactive", "events_api"]


class AppUnavailable(Exception):
    """The bot did not acknowledge a payload.

    `error` is operation_timeout, dispatch_failed or not_connected.
    """

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class HttpLink:
    """Posts payloads to the bot's request URL and waits up to `timeout_s` seconds for the
    response."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, signing_secret: str, timeout_s: float
    ) -> None:
        self._session, self._url, self._secret = session, url, signing_secret
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)

    async def verify(self) -> bool:
        """Whether the URL answers Slack's url_verification request correctly."""
        challenge = hashlib.sha256(self._url.encode()).hexdigest()[:24]
        question = {"type": "url_verification", "challenge": challenge}
        try:
            answer = await self.send("events_api", question)
        except AppUnavailable:
            return False
        return challenge in (answer.get("challenge"), answer.get("text"))

    async def send(self, kind: Kind, payload: Payload, *, retry: int = 0) -> Payload:
        """Posts one payload; see `BotConnection.send`."""
        content_type = "application/x-www-form-urlencoded"
        if kind == "events_api":
            body, content_type = json.dumps(payload).encode(), "application/json"
        elif kind == "interactive":
            body = urlencode({"payload": json.dumps(payload)}).encode()
        else:
            body = urlencode(payload).encode()
        headers = {"Content-Type": content_type, **_sign(self._secret, body)}
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_error"}
        options: Any = {"timeout": self._timeout, "allow_redirects": False}
        try:
            async with self._session.post(
                self._url, data=body, headers=headers, **options
            ) as response:
                return await _read(response)
        except TimeoutError as error:
            raise AppUnavailable("operation_timeout") from error
        except (aiohttp.ClientError, ValueError) as error:
            raise AppUnavailable("dispatch_failed") from error


def _sign(secret: str, body: bytes) -> dict[str, str]:
    """The headers with which the bot verifies the sender and the time of the request."""
    timestamp = str(int(time.time()))
    base = b"v0:" + timestamp.encode() + b":" + body
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}


async def _read(response: aiohttp.ClientResponse) -> Payload:
    if response.status != 200:
        raise AppUnavailable("dispatch_failed")
    text = await response.text()
    if not text.strip():
        return {}
    if response.content_type != "application/json":
        return {"text": text}
    answer: Any = json.loads(text)
    return answer if isinstance(answer, dict) else {}


class Sockets:
    """The bot's open sockets. Payloads go to the newest socket; the bot has `timeout_s` seconds to
    acknowledge."""

    def __init__(self, team: Team, timeout_s: float) -> None:
        self._team, self._timeout_s = team, timeout_s
        self._open: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[Payload]] = {}

    @property
    def connected(self) -> bool:
        """Whether the bot has an open socket."""
        return bool(self._open)

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """Serves one socket until it closes. The ticket in its address is valid for one
        connection."""
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
            await socket.send_json(self._make_hello(request.query.get("app_id", "")))
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._acknowledge(message.data)
        finally:
            self._open.remove(socket)
        return socket

    def _make_hello(self, app_id: str) -> Payload:
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
        """Sends one payload; see `BotConnection.send`."""
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
        """Asks the bot to reconnect every socket, as Slack does every few hours, and closes the old
        sockets."""
        message = {"type": "disconnect", "reason": "refresh_requested"}
        for socket in tuple(self._open):
            await socket.send_json({**message, "debug_info": {"host": "local-workspace"}})
        await self.close()

    async def close(self) -> None:
        """Closes every socket."""
        for socket in tuple(self._open):
            await socket.close(code=WSCloseCode.GOING_AWAY)


class BotConnection:
    """Sends payloads over a socket if one is open, otherwise to the bot's request URL.

    `subscribed` are the names of the events that the bot gets, such as `app_mention` and
    `message.im`. `retries_s` are the delays before the retries of an event, in seconds.
    """

    def __init__(
        self, team: Team, sockets: Sockets, subscribed: Collection[str], retries_s: Sequence[float]
    ) -> None:
        self._team, self._sockets = team, sockets
        self._subscribed, self._retries_s = frozenset(subscribed), tuple(retries_s)
        self._tasks: set[asyncio.Task[None]] = set()
        self.http: HttpLink | None = None

    async def send(self, kind: Kind, payload: Payload, *, retry: int = 0) -> Payload:
        """Sends a payload and returns what the bot sent with its acknowledgement ({} if nothing).
        Raises AppUnavailable.

        `retry` is the number of earlier attempts.
        """
        if self._sockets.connected:
            return await self._sockets.send(kind, payload, retry=retry)
        if self.http is not None:
            return await self.http.send(kind, payload, retry=retry)
        raise AppUnavailable("not_connected")

    def send_event(self, name: str, content: Payload) -> bool:
        """If the bot is subscribed to the event, sends it in the background. Returns whether the
        bot is subscribed."""
        if name in self._subscribed:
            task = asyncio.create_task(self._deliver(make_event(self._team, content)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return name in self._subscribed

    async def _deliver(self, payload: Payload) -> None:
        for retry, delay_s in enumerate((0.0, *self._retries_s)):
            await asyncio.sleep(delay_s)
            try:
                await self.send("events_api", payload, retry=retry)
            except AppUnavailable as error:
                _log.info("event %s not acknowledged: %s", payload["event"]["type"], error.error)
            else:
                return

    async def close(self) -> None:
        """Cancels the delivery of events that are not acknowledged yet."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
