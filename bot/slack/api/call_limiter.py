"""Paces all calls of the Web API, for each workspace and method apart.

`CallLimiter` is a middleware of the aiohttp session that all clients share, so that the clients
which Bolt makes for each request are paced too. A call waits for its turn for a few seconds. If the
turn is further away, the call fails as if Slack had refused it, with the seconds as Retry-After.

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
LONGEST_WAIT_S = 5.0
"""How long a call waits that took no turn before; a part of the session's timeout."""
LONGEST_TURN_S = 1.0
"""How long `take_turn` waits. Short, so that the caller can end in between."""
LONGEST_REPLY_WAIT_S = 60.0
"""How long a reply to a person waits."""

_LONGEST_SLEEP_S = 0.25
"""Between two looks at the state: an answer may have ended the wait."""
_BEARER = "Bearer "

_taken: ContextVar["MethodKey | None"] = ContextVar("_taken", default=None)
"""The turn that the present task has taken and not used yet."""


class MethodKey(NamedTuple):
    """A method in a workspace. The workspace is a digest of the token: Slack counts per app too."""

    workspace: str
    method: str


def method_key(token: str, method: str) -> MethodKey:
    """The key of the calls of `method` with the token."""
    return MethodKey(digest(token), method)


class MethodLimits:
    """The states of all methods, in memory.

    Every access is one of these four calls, so that a database can keep the states for several
    processes. `per_second` gives the first pace of some methods.
    """

    def __init__(
        self,
        per_second: Mapping[str, float] | None = None,
        burst: float = method_limits.START_BURST,
    ) -> None:
        self._per_second, self._burst = per_second or {}, burst
        self._states: dict[MethodKey, MethodLimit] = {}

    async def wait_s(self, key: MethodKey, now: float, ahead: int = 0) -> float:
        """Seconds until the call after `ahead` others may start."""
        return method_limits.wait_s(self._state(key, now), now, ahead)

    async def take(self, key: MethodKey, now: float) -> float:
        """Counts a call and returns 0, or returns the seconds until it may start."""
        state = self._state(key, now)
        wait_s = method_limits.wait_s(state, now)
        if not wait_s:
            self._states[key] = method_limits.take(state, now)
        return wait_s

    async def answered(self, key: MethodKey, started_at: float, now: float) -> None:
        """Learns from a call that Slack carried out."""
        self._states[key] = method_limits.answered(self._state(key, now), started_at, now)

    async def refused(
        self, key: MethodKey, started_at: float, now: float, retry_after_s: float | None
    ) -> bool:
        """Learns from a 429; returns whether a pause begins that was not known before."""
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
    """The calls that wait for their turn; the first one holds the lock `first`.

    A call of the dispatcher needs `usual` before. So only one of them is ahead of a reply.
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
    """What SlackApiError carries instead of an answer."""

    data: Mapping[str, Any]
    headers: Mapping[str, str]
    status_code: int = 429


class CallLimiter:
    """Waits for turns, and learns from the answers. It is an aiohttp client middleware.

    `clock` counts seconds and never goes back; by default it is the event loop's.
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
        """Waits for a turn, for the next call of this task; returns 0.

        If the turn is more than `longest_s` away, returns the seconds until then and takes none.
        """
        return await self._take(key, longest_s, is_reply=False)

    async def take_reply_turn(self, key: MethodKey) -> float:
        """The same for a reply that a person waits for: ahead of others, for up to a minute."""
        return await self._take(key, LONGEST_REPLY_WAIT_S, is_reply=True)

    async def _take(self, key: MethodKey, longest_s: float, is_reply: bool) -> float:
        if wait_s := await self._turn(key, longest_s, is_reply):
            return wait_s
        _taken.set(key)
        return 0.0

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Sends the request in its turn. Raises SlackApiError if that is too far away."""
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
    """None for a request that is no method of the Web API, as the upload of a file."""
    authorization = request.headers.get("Authorization", "")
    method = request.url.name
    if not authorization.startswith(_BEARER) or "." not in method:
        return None
    return method_key(authorization.removeprefix(_BEARER), method)


def _seconds(retry_after: str) -> float | None:
    """None where Slack names no time."""
    try:
        seconds = float(retry_after)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _too_early(method: str, wait_s: float) -> SlackApiError:
    refusal = _Refusal(
        {"ok": False, "error": "ratelimited"}, {"Retry-After": str(math.ceil(wait_s))}
    )
    # slack_sdk leaves its constructor without types.
    said = f"{method} was not called: Slack's rate limit"
    return SlackApiError(said, refusal)  # type: ignore[no-untyped-call]
