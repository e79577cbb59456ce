"""Slack's Web API over HTTP: `/api/<method>`.

The checks of a call, in order: the method exists, the body can be read, the token is valid, the app
has the scope, no fault is injected, the rate limit allows the call, and the bot may post in the
channel. Tests of the bot inject faults and read the record of the calls.
"""

import asyncio
import secrets
import time
from collections import defaultdict, deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

from bot.local_slack.api.call import ApiError, Arguments
from bot.local_slack.api.methods import METHODS, Method
from bot.local_slack.api.rate_limits import RateLimits
from bot.local_slack.state.team import Team

_NO_TOKEN = "api.test"  # noqa: S105 - a method's name
_APP_TOKEN = "apps.connections.open"  # noqa: S105 - a method's name


@dataclass(frozen=True, slots=True)
class Fault:
    """An error that is injected into a call. Several fields may be set.

    `error` makes the call fail with this code of Slack's. `status` makes it fail with this HTTP
    status, and without JSON if `error` is empty; `retry_after_s` adds a Retry-After header. In
    these cases the method does not run. `drop` closes the connection without a response, either
    before or after the method runs; the caller cannot tell which. `delay_s` delays the response
    after the method ran.
    """

    error: str = ""
    status: int = 0
    drop: Literal["", "before", "after"] = ""
    delay_s: float = 0.0
    retry_after_s: int = 0


@dataclass(slots=True)
class Call:
    """A call of the Web API and its response. `answer` is empty if the connection was closed
    without a response."""

    method: str
    arguments: dict[str, Any] = field(default_factory=dict)
    at: float = field(default_factory=time.time)
    """When the call arrived, in seconds since 1970 (UTC)."""
    status: int = 0
    answer: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the call succeeded."""
        return self.answer.get("ok", False) is True


class FaultInjector:
    """The faults for the next calls of each method, and the record of the last 10,000 calls."""

    def __init__(self) -> None:
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self.calls: deque[Call] = deque(maxlen=10_000)

    def add(self, method: str, fault: Fault, times: int) -> None:
        """Injects the fault into each of the next `times` calls of `method`."""
        self._faults[method].extend([fault] * times)

    def next(self, method: str) -> Fault:
        """The fault for this call; it has no field set if none is injected."""
        waiting = self._faults[method]
        return waiting.popleft() if waiting else Fault()


class WebApi:
    """Serves the methods to the only app of the workspace."""

    def __init__(
        self, team: Team, faults: FaultInjector, rate_limits: RateLimits, scopes: Collection[str]
    ) -> None:
        self._team, self._faults, self._rate_limits = team, faults, rate_limits
        self._scopes = tuple(scopes)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answers one call, or closes the connection if an injected fault says so."""
        call, fault, retry_after_s = Call(request.match_info["method"]), Fault(), 0
        self._faults.calls.append(call)
        try:
            method = METHODS.get(call.method)
            if method is None:
                raise ApiError("unknown_method", extra={"req_method": call.method})
            arguments = Arguments(await _read(request))
            call.arguments = {k: v for k, v in arguments.values.items() if k != "token"}
            self._authorize(call.method, method, request, arguments)
            fault = self._faults.next(call.method)
            if fault.drop == "before":
                return _close(request)
            if fault.error or fault.status:
                status, retry_after_s = fault.status or 200, fault.retry_after_s
                raise ApiError(fault.error or "fault", status=status, retry_after_s=retry_after_s)
            self._rate_limits.take(call.method, arguments.text("channel"))
            self._check_membership(call.method, arguments)
            call.answer, call.status = await method.run(self._team, arguments), 200
        except ApiError as error:
            call.answer, call.status = error.body(), error.status
            retry_after_s = error.retry_after_s
        else:
            if fault.drop == "after":
                call.answer, call.status = {}, 0
        await asyncio.sleep(fault.delay_s)
        if not call.status:
            return _close(request)
        headers = {"Retry-After": str(retry_after_s)} if retry_after_s else {}
        headers["X-OAuth-Scopes"] = ",".join(self._scopes)
        headers["X-Accepted-OAuth-Scopes"] = method.scope if method else ""
        if fault.status and not fault.error:
            return web.Response(status=fault.status, headers=headers, text="an injected fault")
        return web.json_response(call.answer, status=call.status, headers=headers)

    def _authorize(
        self, name: str, method: Method, request: web.Request, arguments: Arguments
    ) -> None:
        if name == _NO_TOKEN:
            return
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        token = token.strip() if scheme.lower() == "bearer" else arguments.text("token")
        if not token:
            raise ApiError("not_authed")
        identity = self._team.identity
        is_bot = secrets.compare_digest(token.encode(), identity.bot_token.encode())
        is_app = secrets.compare_digest(token.encode(), identity.app_token.encode())
        if not is_bot and not is_app:
            raise ApiError("invalid_auth")
        if is_app != (name == _APP_TOKEN):
            raise ApiError("not_allowed_token_type")
        if method.scope and method.scope not in self._scopes:
            extra = {"needed": method.scope, "provided": ",".join(self._scopes)}
            raise ApiError("missing_scope", extra=extra)

    def _check_membership(self, name: str, arguments: Arguments) -> None:
        """Raises ApiError for a post in a channel without the bot, unless the app has
        chat:write.public."""
        if name != "chat.postMessage" or "chat:write.public" in self._scopes:
            return
        channel = self._team.find_channel(arguments.text("channel"))
        if channel is not None and not channel.has_bot:
            raise ApiError("not_in_channel")


async def _read(request: web.Request) -> Mapping[str, Any]:
    """The arguments from the query and the body; raises ApiError if the body cannot be read."""
    values: dict[str, Any] = dict(request.query)
    if not request.can_read_body:
        return values
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError as error:
            raise ApiError("invalid_json") from error
        if not isinstance(body, dict):
            raise ApiError("json_not_object")
        return {**values, **body}
    if request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return {**values, **await request.post()}
    raise ApiError("invalid_post_type")


def _close(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
