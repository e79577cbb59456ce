"""A fake Slack on loopback that fails on purpose and remembers what was posted and edited.

The server is independent of `bot.local_slack`. It has only the methods that delivery uses, and it
accepts every token. A post to a person's id (`U...`) goes to their direct message (`D...`).
"""

import asyncio
import json
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.slack.views.replies import MAY_REPEAT
from tests.chaos.faults import Fault, FaultPlan, Met, RateLimit

TEAM = "T1"
_PAGE = 100
_READS = ("conversations.history", "conversations.replies")

Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class Posted:
    """One message in a conversation, in the order of posting."""

    conversation: str
    """The conversation's id as the caller gave it; `U...` for a direct message."""
    ts: str
    delivery_id: str
    thread_ts: str | None
    is_broadcast: bool
    """Whether the channel shows the reply too."""
    metadata: Mapping[str, Any]
    is_marked: bool
    """Whether the message says that it may be a repetition."""
    at_s: float
    """When the message was posted, in seconds of the monotonic clock."""
    blocks: str = ""
    """The blocks as JSON; empty if the message has none."""


@dataclass
class Behavior:
    """How the fake Slack answers; a test may change the fields between calls."""

    posts: FaultPlan = field(default_factory=FaultPlan)
    reads: FaultPlan = field(default_factory=FaultPlan)
    edits: FaultPlan = field(default_factory=FaultPlan)
    limits: dict[str, RateLimit] = field(default_factory=dict)
    """The rate limit of each method, for the whole workspace."""
    has_history_scope: bool = True
    slow_s: float = 0.2
    refuses_all: str = ""
    """An error code with which all calls fail; empty: no such error."""
    refuses: dict[str, str] = field(default_factory=dict)
    """Maps conversations to the error code with which all posts to them fail."""
    delays_s: dict[str, float] = field(default_factory=dict)
    """Maps conversations to the seconds until a post to them is answered."""
    held: set[str] = field(default_factory=set)
    """Conversations whose posts are answered only after `release`."""


class FaultySlack:
    """The server, an async context manager. `url` is the base address of its Web API."""

    def __init__(self, behavior: Behavior | None = None) -> None:
        self.behavior = behavior or Behavior()
        self.url = ""
        self.posted: list[Posted] = []
        self.edited: Counter[str] = Counter()
        """The number of edits of each delivery's message."""
        self.shown: dict[str, str] = {}
        """What each message shows now, by delivery id."""
        self.calls: Counter[str] = Counter()
        self.faults: Counter[Fault] = Counter()
        self.limited: Counter[str] = Counter()
        """The number of calls over the rate limit, by method."""
        self.holding: set[str] = set()
        """Conversations that have a post whose answer waits for `release`."""
        self._by_channel: defaultdict[str, list[Posted]] = defaultdict(list)
        self._distinct: set[str] = set()
        self._attempts: Counter[str] = Counter()
        self._released, self._stopping = asyncio.Event(), asyncio.Event()
        self._changed = asyncio.Event()
        self._last_us = 0
        self._methods: dict[str, Callable[[Arguments], dict[str, Any]]] = {
            "auth.test": self._auth_test,
            "chat.update": self._update,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "conversations.open": self._open,
            "conversations.list": self._list,
            "conversations.join": self._join,
        }

    async def __aenter__(self) -> "FaultySlack":
        app = web.Application()
        app.router.add_post("/api/{method}", self._serve)
        app.router.add_get("/api/{method}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, backlog=1024)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/api/"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stopping.set()
        self._released.set()
        await self._runner.cleanup()

    @property
    def arrived(self) -> int:
        """The number of different deliveries that were posted."""
        return len(self._distinct)

    def in_conversation(self, conversation: str) -> list[Posted]:
        """The messages of a conversation, oldest first."""
        return self._by_channel[_channel(conversation)]

    def release(self) -> None:
        """Answers the waiting posts in held conversations, and from now on all others at once."""
        self._released.set()

    async def wait_until(self, is_reached: Callable[[], bool]) -> None:
        """Returns once `is_reached()` is true; checks it now and after each post."""
        while not is_reached():
            self._changed.clear()
            await self._changed.wait()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.calls[method] += 1
        given = await _arguments(request)
        if refusal := self.behavior.refuses_all:
            return _json({"ok": False, "error": refusal})
        if limit := self.behavior.limits.get(method):
            retry_after_s = limit.take(time.monotonic())
            if retry_after_s is not None:
                self.limited[method] += 1
                return _too_many(retry_after_s)
        if method == "chat.postMessage":
            return await self._answer(request, given, self._draw_post(given), self._post_slowly)
        if method not in self._methods:
            return _json({"ok": False, "error": "unknown_method"})

        async def run(given: Arguments) -> dict[str, Any]:
            return self._methods[method](given)

        if method == "chat.update":
            met = self._draw_edit(given)
        else:
            met = self._draw_read(method, given) if method in _READS else None
        return await self._answer(request, given, met, run)

    def _draw_post(self, given: Arguments) -> Met | None:
        conversation = str(given["channel"])
        if refusal := self.behavior.refuses.get(conversation):
            return Met(Fault.CONVERSATION, refusal)
        subject = _delivery_id(given) or conversation
        self._attempts[subject] += 1
        return self.behavior.posts.draw(subject, self._attempts[subject])

    def _draw_edit(self, given: Arguments) -> Met | None:
        subject = f"chat.update {given['channel']} {given['ts']}"
        self._attempts[subject] += 1
        return self.behavior.edits.draw(subject, self._attempts[subject])

    def _draw_read(self, method: str, given: Arguments) -> Met | None:
        subject = f"{method} {given['channel']}"
        self._attempts[subject] += 1
        return self.behavior.reads.draw(subject, self._attempts[subject])

    async def _answer(
        self,
        request: web.Request,
        given: Arguments,
        met: Met | None,
        run: Callable[[Arguments], Awaitable[dict[str, Any]]],
    ) -> web.StreamResponse:
        """Runs the method unless the fault prevents it; answers as the fault requires."""
        if met is None or (met.fault is Fault.CONTENT and not given.get("blocks")):
            return _json(await run(given))
        self.faults[met.fault] += 1
        answer = await run(given) if met.fault.takes_effect else {}
        match met.fault:
            case Fault.LIMITED:
                return _too_many(1)
            case Fault.LIMITED_BARE:
                return _too_many(None)
            case Fault.ERROR_500 | Fault.ERROR_500_AFTER:
                return web.Response(status=500, text="Internal Server Error")
            case Fault.HTML_503 | Fault.HTML_503_AFTER:
                page = "<html><body><h1>503 Service Unavailable</h1></body></html>"
                return web.Response(status=503, text=page, content_type="text/html")
            case Fault.CUT | Fault.CUT_AFTER:
                return _cut(request)
            case Fault.NO_ANSWER | Fault.NO_ANSWER_AFTER:
                await self._stopping.wait()
                return _cut(request)
            case Fault.SLOW:
                await asyncio.sleep(self.behavior.slow_s)
                return _json(answer)
            case _:
                return _json({"ok": False, "error": met.code})

    async def _post_slowly(self, given: Arguments) -> dict[str, Any]:
        conversation = str(given["channel"])
        answer = self._post(given)
        if delay_s := self.behavior.delays_s.get(conversation):
            await asyncio.sleep(delay_s)
        if conversation in self.behavior.held and not self._released.is_set():
            self.holding.add(conversation)
            self._changed.set()
            await self._released.wait()
        return answer

    def _post(self, given: Arguments) -> dict[str, Any]:
        conversation = str(given["channel"])
        posted = Posted(
            conversation=conversation,
            ts=self._next_ts(),
            delivery_id=_delivery_id(given),
            thread_ts=given.get("thread_ts"),
            is_broadcast=bool(given.get("reply_broadcast")),
            metadata=given.get("metadata") or {},
            is_marked=MAY_REPEAT in f"{given.get('text', '')} {given.get('blocks', '')}",
            at_s=time.monotonic(),
            blocks=json.dumps(blocks) if (blocks := given.get("blocks")) else "",
        )
        self.posted.append(posted)
        self.shown[posted.delivery_id] = f"{given.get('text', '')} {given.get('blocks', '')}"
        self._by_channel[_channel(conversation)].append(posted)
        self._distinct.add(posted.delivery_id)
        self._changed.set()
        return {"ok": True, "channel": _channel(conversation), "ts": posted.ts}

    def _update(self, given: Arguments) -> dict[str, Any]:
        ts = str(given["ts"])
        if all(each.ts != ts for each in self._by_channel[given["channel"]]):
            return {"ok": False, "error": "message_not_found"}
        self.edited[_delivery_id(given)] += 1
        self.shown[_delivery_id(given)] = f"{given.get('text', '')} {given.get('blocks', '')}"
        self._changed.set()
        return {"ok": True, "channel": given["channel"], "ts": ts}

    def _next_ts(self) -> str:
        self._last_us = max(self._last_us + 1, time.time_ns() // 1000)
        return f"{self._last_us // 1_000_000}.{self._last_us % 1_000_000:06d}"

    def _history(self, given: Arguments) -> dict[str, Any]:
        found = [
            each
            for each in self._by_channel[given["channel"]]
            if each.thread_ts is None or each.is_broadcast
        ]
        return self._page(given, found)

    def _replies(self, given: Arguments) -> dict[str, Any]:
        thread = (given["ts"],)
        found = [
            each
            for each in self._by_channel[given["channel"]]
            if each.ts in thread or each.thread_ts in thread
        ]
        return self._page(given, found)

    def _page(self, given: Arguments, found: list[Posted]) -> dict[str, Any]:
        """One page of these messages, newest first."""
        if not self.behavior.has_history_scope:
            return {"ok": False, "error": "missing_scope", "needed": "channels:history"}
        oldest = float(given.get("oldest") or 0)
        newest_first = [each for each in reversed(found) if float(each.ts) >= oldest]
        start = int(given.get("cursor") or 0)
        end = start + min(int(given.get("limit") or _PAGE), 999)
        shown = [
            {"type": "message", "ts": each.ts, "text": "", "metadata": each.metadata}
            for each in newest_first[start:end]
        ]
        cursor = str(end) if end < len(newest_first) else ""
        return {"ok": True, "messages": shown, "response_metadata": {"next_cursor": cursor}}

    def _auth_test(self, given: Arguments) -> dict[str, Any]:
        return {"ok": True, "team_id": TEAM, "team": "Chaos", "user_id": "UBOT", "bot_id": "B1"}

    def _open(self, given: Arguments) -> dict[str, Any]:
        return {"ok": True, "channel": {"id": _channel(str(given["users"]))}}

    def _list(self, given: Arguments) -> dict[str, Any]:
        channels = [{"id": each, "name": each.lower()} for each in sorted(self._by_channel)]
        return {"ok": True, "channels": channels, "response_metadata": {"next_cursor": ""}}

    def _join(self, given: Arguments) -> dict[str, Any]:
        return {"ok": True, "channel": {"id": given["channel"]}}


def _channel(conversation: str) -> str:
    return f"D{conversation[1:]}" if conversation.startswith("U") else conversation


def _delivery_id(given: Arguments) -> str:
    payload = (given.get("metadata") or {}).get("event_payload") or {}
    return str(payload.get("delivery_id", ""))


async def _arguments(request: web.Request) -> dict[str, Any]:
    """The arguments of a call: from JSON, a form or the query."""
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        given |= await request.json()
    elif request.method == "POST":
        given |= dict(await request.post())
    return given


def _json(answer: dict[str, Any]) -> web.Response:
    return web.json_response(answer)


def _too_many(retry_after_s: int | None) -> web.Response:
    headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)


def _cut(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
