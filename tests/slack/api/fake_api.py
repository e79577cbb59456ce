"""A server in place of Slack's Web API, with a clock that tests move on."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from bot.slack.api.call_limiter import POST

OK = {"ok": True, "team_id": "T1", "user_id": "U9", "bot_id": "B1"}


class FakeTime:
    """A clock that sleeping moves on."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


@dataclass
class FakeApi:
    """Answers `ok`, or what a test has queued. Keeps the times of calls."""

    clock: FakeTime
    calls: list[tuple[float, str, str]] = field(default_factory=list)
    answers: list[Callable[[], web.Response]] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.calls.append((self.clock.now, request.match_info["method"], token))
        return self.answers.pop(0)() if self.answers else web.json_response(OK)

    def refuse(self, retry_after: str | None) -> None:
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        body = {"ok": False, "error": "ratelimited"}
        self.answers.append(lambda: web.json_response(body, status=429, headers=headers))

    def times(self, method: str = POST) -> list[float]:
        return [at - 100 for at, called, _ in self.calls if called == method]
