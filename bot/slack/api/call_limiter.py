"""Keeps all calls of the Web API within Slack's rate limits, separately for each workspace and
method.

`CallLimiter` is a middleware of the aiohttp session that all clients share. It therefore also
limits the clients that Bolt creates for each request. A call waits up to `LONGEST_WAIT_S` for its
turn. If the turn comes later, the call fails as if Slack had answered 429: the error has the
seconds until the turn as Retry-After.

    turn | request | 429 -> refused, with Retry-After
                   | 5xx, no answer -> nothing is learned
                   | any other answer -> answered

The dispatcher has many messages to send and waits longer: it takes the turn before it sends, and
the call that follows in the same task uses that turn. A reply that a person waits for does the
same, but goes ahead of the dispatcher's messages and waits up to a minute.
"""

import asyncio
import logging
import math
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
from slack_sdk.errors import SlackApiError

from bot.slack.api import method_limits
from bot.slack.api.method_limits import MethodLimit
from bot.values import digest

log = logging.getLogger(__name__)

POST = "chat.postMessage"
UPDATE = "chat.update"
LONGEST_WAIT_S = 5.0
"""Maximum seconds that a call waits for its turn if its task has not taken one before. The
session's timeout includes this wait."""
LONGEST_TURN_S = 1.0
"""Maximum seconds that one `take_turn` waits. Short, because callers repeat it and check between
two calls whether to stop."""
LONGEST_REPLY_WAIT_S = 60.0
"""Maximum seconds that a reply to a person waits for its turn."""

_LONGEST_SLEEP_S = 0.25
"""Maximum seconds between two checks of the limit. The limit may change during the wait, because
responses to other calls arrive."""
_BEARER = "Bearer "

_taken: ContextVar["MethodKey | None"] = ContextVar("_taken", default=None)
"""The turn that the current task has taken but not used yet."""


class MethodKey(NamedTuple):
    """A method in a workspace. A digest of the token stands for the workspace, because Slack's
    limits are for each app in a workspace."""

    workspace: str
    method: str


def method_key(token: str, method: str) -> MethodKey:
    """The key for calls of `method` with this token."""
    return MethodKey(digest(token), method)


class MethodLimits:
    """Holds the limit of each method, in memory.

    All access goes through the four methods `wait_s`, `take`, `answered` and `refused`, so that a
    database could hold the limits for several processes. `per_second` has the configured pace of
    some methods.
    """

    def __init__(
        self,
        per_second: Mapping[str, float] | None = None,
        burst: float = method_limits.START_BURST,
    ) -> None:
        self._per_second, self._burst = per_second or {}, burst
        self._states: dict[MethodKey, MethodLimit] = {}

    async def wait_s(self, key: MethodKey, now: float, ahead: int = 0) -> float:
        """Seconds until the next call may start, if `ahead` other calls start before it."""
        return method_limits.wait_s(self._state(key, now), now, ahead)

    async def take(self, key: MethodKey, now: float) -> float:
        """Counts a call and returns 0. If no call may start yet, returns the seconds until one may,
        and counts none."""
        state = self._state(key, now)
        wait_s = method_limits.wait_s(state, now)
        if not wait_s:
            self._states[key] = method_limits.take(state, now)
        return wait_s

    async def answered(self, key: MethodKey, started_at: float, now: float) -> None:
        """Updates the limit after a call that Slack answered with anything but a 429 or a server
        error."""
        self._states[key] = method_limits.answered(self._state(key, now), started_at, now)

    async def refused(
        self, key: MethodKey, started_at: float, now: float, retry_after_s: float | None
    ) -> bool:
        """Updates the limit after a 429. Returns whether a new pause begins with it."""
        old = self._state(key, now)
        new = method_limits.refused(old, started_at, now, retry_after_s)
        self._states[key] = new
        return new.paused_at > old.paused_at

    def _state(self, key: MethodKey, now: float) -> MethodLimit:
        state = self._states.get(key)
        if state is None:
            per_second = self._per_second.get(key.method)
            state = method_limits.start(now, per_second, self._burst)
            self._states[key] = state
        return state


@dataclass(slots=True)
class _Line:
    """The calls that wait for a turn of the same method. The call whose turn is next holds `first`.

    A call of the dispatcher must hold `usual` before it waits for `first`. So at most one of these
    calls is ahead of a reply.
    """

    first: asyncio.Lock = field(default_factory=asyncio.Lock)
    usual: asyncio.Lock = field(default_factory=asyncio.Lock)
    replies: int = 0
    others: int = 0

    def ahead_of(self, is_reply: bool) -> int:
        """The number of calls that are ahead of a new one."""
        return self.replies + (min(self.others, 1) if is_reply else self.others)

    @asynccontextmanager
    async def wait(self, is_reply: bool) -> AsyncIterator[None]:
        """Waits until the call is the first one."""
        if is_reply:
            self.replies += 1
        else:
            self.others += 1
        try:
            async with nullcontext() if is_reply else self.usual, self.first:
                yield
        finally:
            if is_reply:
                self.replies -= 1
            else:
                self.others -= 1


@dataclass(frozen=True)
class _Refusal:
    """Stands in for Slack's response in the SlackApiError for a call that was not made."""

    data: Mapping[str, Any]
    headers: Mapping[str, str]
    status_code: int = 429


class CallLimiter:
    """Makes calls wait for their turns, and learns the limits from the responses. It is a
    middleware for aiohttp's client.

    `clock` counts seconds and never goes backward. By default, it is the event loop's clock.
    """

    def __init__(
        self,
        limits: MethodLimits,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._limits, self._sleep = limits, sleep
        self._clock = clock or _loop_time
        self._lines: defaultdict[MethodKey, _Line] = defaultdict(_Line)

    async def take_turn(self, key: MethodKey, longest_s: float = LONGEST_TURN_S) -> float:
        """Waits for a turn, which the next call of this task will use; returns 0.

        If the turn is more than `longest_s` away, takes no turn and returns the seconds until it.
        """
        return await self._take(key, longest_s, is_reply=False)

    async def take_reply_turn(self, key: MethodKey) -> float:
        """Like `take_turn`, for a reply that a person waits for: it goes ahead of other calls and
        waits up to a minute."""
        return await self._take(key, LONGEST_REPLY_WAIT_S, is_reply=True)

    async def _take(self, key: MethodKey, longest_s: float, is_reply: bool) -> float:
        if wait_s := await self._turn(key, longest_s, is_reply):
            return wait_s
        _taken.set(key)
        return 0.0

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Sends the request when its turn has come. Raises SlackApiError if the turn is too far
        away."""
        key = _key_of(request)
        if key is None:
            return await handler(request)
        if _taken.get() == key:
            _taken.set(None)
        elif wait_s := await self._turn(key, LONGEST_WAIT_S):
            raise _too_early(key.method, wait_s)
        started_at = self._clock()
        response = await handler(request)
        now = self._clock()
        if response.status == 429:
            retry_after_s = _seconds(response.headers.get("Retry-After", ""))
            if await self._limits.refused(key, started_at, now, retry_after_s):
                wait_s = await self._limits.wait_s(key, now)
                log.info("%s: Slack's rate limit; calls pause for %.0f s", key.method, wait_s)
        elif response.status < 500:
            await self._limits.answered(key, started_at, now)
        return response

    async def _turn(self, key: MethodKey, longest_s: float, is_reply: bool = False) -> float:
        line, until = self._lines[key], self._clock() + longest_s
        wait_s = await self._limits.wait_s(key, self._clock(), line.ahead_of(is_reply))
        if wait_s > longest_s:
            return wait_s
        async with line.wait(is_reply):
            while wait_s := await self._limits.take(key, self._clock()):
                if self._clock() + wait_s > until:
                    # A pause began meanwhile.
                    return wait_s
                await self._sleep(min(wait_s, _LONGEST_SLEEP_S))
        return 0.0


def _loop_time() -> float:
    return asyncio.get_running_loop().time()


def _key_of(request: ClientRequest) -> MethodKey | None:
    """The method that the request calls. None if it calls no method of the Web API, for example if
    it uploads the bytes of a file."""
    authorization = request.headers.get("Authorization", "")
    method = request.url.name
    if not authorization.startswith(_BEARER) or "." not in method:
        return None
    return method_key(authorization.removeprefix(_BEARER), method)


def _seconds(retry_after: str) -> float | None:
    """The seconds in a Retry-After header; None if the header has no valid number."""
    try:
        seconds = float(retry_after)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _too_early(method: str, wait_s: float) -> SlackApiError:
    refusal = _Refusal(
        {"ok": False, "error": "ratelimited"}, {"Retry-After": str(math.ceil(wait_s))}
    )
    # The constructor has no type annotations in slack_sdk.
    said = f"{method} was not called: Slack's rate limit"
    return SlackApiError(said, refusal)  # type: ignore[no-untyped-call]
