"""A WebSub hub on loopback that records requests and sends callbacks on demand."""

import hashlib
import hmac
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import aiohttp
from aiohttp import web

from tests.feeds.server import FeedServer


@dataclass
class LoopbackHub:
    """The hub at `/hub` of a feed server; `asked` has the forms that it received, in order."""

    server: FeedServer
    status: int = 202
    asked: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.url = self.server.at("/hub", self._accept)

    async def _accept(self, request: web.BaseRequest) -> web.Response:
        assert request.content_type == "application/x-www-form-urlencoded"
        self.asked.append(dict(parse_qsl((await request.read()).decode())))
        return web.Response(status=self.status)

    async def confirm(self, number: int = -1, **changes: str) -> tuple[int, str]:
        """Sends the subscriber a verification request; returns the response's status and body."""
        asked = self.asked[number]
        query = {
            "hub.mode": asked["hub.mode"],
            "hub.topic": asked["hub.topic"],
            "hub.challenge": "ch<b>allenge",
            "hub.lease_seconds": "1000",
            **{f"hub.{name}": value for name, value in changes.items()},
        }
        return await self.call("GET", asked["hub.callback"], params=query)

    async def push(
        self, body: bytes, *, method: str = "sha256", signature: str | None = None, **headers: str
    ) -> int:
        """Pushes a signed body for the last requested topic; returns the response's status."""
        asked = next(each for each in reversed(self.asked) if each["hub.mode"] == "subscribe")
        digest = hmac.new(asked["hub.secret"].encode(), body, getattr(hashlib, method)).hexdigest()
        signed = f"{method}={digest}" if signature is None else signature
        given = {"X-Hub-Signature": signed, "Content-Type": "application/rss+xml", **headers}
        sent = {name.replace("_", "-"): value for name, value in given.items() if value}
        return (await self.call("POST", asked["hub.callback"], data=body, headers=sent))[0]

    async def call(self, method: str, address: str, **given: object) -> tuple[int, str]:
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, address, **given) as answer,  # type: ignore[arg-type]  # test
        ):
            return answer.status, await answer.text()
