"""Slack's Web API over HTTP: `/api/<method>`.

A call is judged in this order: is there such a method, can its body be read, is the token right,
does the app have the scope, is a fault due, is it within the rate limits; then it is carried out.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

from aiohttp import web

from bot.local_slack.api import chat, conversations, files, users, views
from bot.local_slack.api.arguments import Arguments
from bot.local_slack.api.errors import ApiError
from bot.local_slack.api.fault_injection import Call, Fault, FaultInjector
from bot.local_slack.api.rate_limits import RateLimits
from bot.local_slack.state.team import Team

Method = Callable[[Team, Arguments], Awaitable[dict[str, Any]]]
METHODS: Mapping[str, Method] = {
    **users.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **views.METHODS,
    **files.METHODS,
}
# The scope that https://docs.slack.dev/reference/methods names for a bot token, public channels;
# absent: none is needed. Direct messages are judged alike, which Slack tells apart.
SCOPES: Mapping[str, str] = {
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "chat.postEphemeral": "chat:write",
    "conversations.list": "channels:read",
    "conversations.info": "channels:read",
    "conversations.open": "im:write",
    "conversations.join": "channels:join",
    "conversations.history": "channels:history",
    "conversations.replies": "channels:history",
    "users.info": "users:read",
    "users.list": "users:read",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
}
_NO_TOKEN = "api.test"  # noqa: S105 - a method's name
_APP_TOKEN = "apps.connections.open"  # noqa: S105 - a method's name


class WebApi:
    """Serves the methods to the one app of the workspace."""

    def __init__(
        self,
        team: Team,
        rehearsal: FaultInjector,
        pace: RateLimits,
        scopes: Collection[str],
        connections_open: Method,
    ) -> None:
        self._team, self._rehearsal, self._pace = team, rehearsal, pace
        self._scopes = tuple(scopes)
        self._methods = {**METHODS, _APP_TOKEN: connections_open}

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answers one call, or cuts the line when a fault says so."""
        call = Call(request.match_info["method"], {})
        self._rehearsal.record(call)
        fault = Fault()
        try:
            method = self._methods.get(call.method)
            if method is None:
                raise ApiError("unknown_method", extra={"req_method": call.method})
            arguments = Arguments(await _read(request))
            call.arguments = {k: v for k, v in arguments.given.items() if k != "token"}
            self._admit(call.method, request, arguments)
            fault = self._rehearsal.next(call.method)
            if fault.drop == "before":
                return _cut(request)
            if fault.error or fault.status:
                raise _refusal(fault)
            self._pace.take(call.method, arguments.text("channel"))
            self._check_place(call.method, arguments)
            call.answer = await method(self._team, arguments)
            call.status = 200
        except ApiError as refusal:
            call.answer, call.status = refusal.body(), refusal.status
            headers = {"Retry-After": str(refusal.retry_after_s)} if refusal.retry_after_s else {}
            return await self._answer(call, fault, headers)
        if fault.drop == "after":
            call.answer, call.status = {}, 0
            await asyncio.sleep(fault.delay_s)
            return _cut(request)
        return await self._answer(call, fault, {})

    async def _answer(
        self, call: Call, fault: Fault, headers: dict[str, str]
    ) -> web.StreamResponse:
        await asyncio.sleep(fault.delay_s)
        headers["X-OAuth-Scopes"] = ",".join(self._scopes)
        headers["X-Accepted-OAuth-Scopes"] = SCOPES.get(call.method, "")
        if fault.status and not fault.error:
            return web.Response(status=fault.status, headers=headers, text="a fault on demand")
        return web.json_response(call.answer, status=call.status, headers=headers)

    def _admit(self, method: str, request: web.Request, arguments: Arguments) -> None:
        if method == _NO_TOKEN:
            return
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        token = token.strip() if scheme.lower() == "bearer" else arguments.text("token")
        if not token:
            raise ApiError("not_authed")
        who = self._team.identity
        is_bot = secrets.compare_digest(token.encode(), who.bot_token.encode())
        is_app = secrets.compare_digest(token.encode(), who.app_token.encode())
        if not is_bot and not is_app:
            raise ApiError("invalid_auth")
        if is_app != (method == _APP_TOKEN):
            raise ApiError("not_allowed_token_type")
        scope = SCOPES.get(method)
        if scope is not None and scope not in self._scopes:
            extra = {"needed": scope, "provided": ",".join(self._scopes)}
            raise ApiError("missing_scope", extra=extra)

    def _check_place(self, method: str, arguments: Arguments) -> None:
        """The bot posts where it is a member; anywhere with chat:write.public."""
        if method != "chat.postMessage" or "chat:write.public" in self._scopes:
            return
        channel = self._team.channel(arguments.text("channel"))
        if channel is not None and not channel.has_bot:
            raise ApiError("not_in_channel")


def _refusal(fault: Fault) -> ApiError:
    status = fault.status or 200
    return ApiError(fault.error or "fault", status=status, retry_after_s=fault.retry_after_s)


async def _read(request: web.Request) -> Mapping[str, Any]:
    """All arguments, those in the query first; raises ApiError for a body that cannot be read."""
    given: dict[str, Any] = dict(request.query)
    if not request.can_read_body:
        return given
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError as error:
            raise ApiError("invalid_json") from error
        if not isinstance(body, dict):
            raise ApiError("json_not_object")
        return {**given, **body}
    if request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return {**given, **await request.post()}
    raise ApiError("invalid_post_type")


def _cut(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
