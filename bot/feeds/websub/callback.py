"""Where WebSub hubs call: `GET` asks whether a request was ours, `POST` brings a feed's news.

A push is acknowledged when it has arrived and is taken in afterwards; what a crash loses on that
way, the next poll brings.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bot.errors import StoreAway
from bot.feeds.http.limits import FetchLimits
from bot.feeds.websub import protocol
from bot.feeds.websub.subscriptions import CALLBACK_PATH, WebSubSubscriptions

log = logging.getLogger(__name__)

_AT_ONCE = 8
"""Pushes held in memory; a hub that is told to come later does."""
_PLAIN_CODINGS = ("", "identity")


@dataclass(frozen=True, slots=True)
class Push:
    """What a hub brought, signed with the secret that only it and we know."""

    feed_id: str
    topic: str
    body: bytes
    content_type: str


class WebSubCallback:
    """The hubs' way in; `take_in` takes a push in and returns when that is done."""

    def __init__(
        self,
        hubs: WebSubSubscriptions,
        limits: FetchLimits,
        take_in: Callable[[Push], Awaitable[object]],
    ) -> None:
        self._hubs, self._limits, self._take_in = hubs, limits, take_in
        self._reading = 0
        self._taking: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.RouteDef]:
        """The routes, for the program's HTTP server."""
        path = CALLBACK_PATH + "{token}"
        return [web.get(path, self._asked, allow_head=False), web.post(path, self._pushed)]

    async def close(self) -> None:
        """Ends what is under way."""
        for task in self._taking:
            task.cancel()
        await asyncio.gather(*self._taking, return_exceptions=True)

    async def _asked(self, request: web.Request) -> web.Response:
        said = await self._hubs.answer(request.match_info["token"], request.query)
        if said is None:
            return web.Response(status=404)
        # A browser must not take what a stranger had us echo for a page.
        return web.Response(text=said, headers={"X-Content-Type-Options": "nosniff"})

    async def _pushed(self, request: web.Request) -> web.Response:
        subscription = self._hubs.by_token(request.match_info["token"])
        if subscription is None:
            return web.Response(status=404)
        if request.headers.get("Content-Encoding", "").strip().lower() not in _PLAIN_CODINGS:
            return web.Response(status=415)
        if self._reading + len(self._taking) >= _AT_ONCE:
            return web.Response(status=503, headers={"Retry-After": "60"})
        try:
            body = await self._body(request)
        except TimeoutError:
            return web.Response(status=408)
        if body is None:
            return web.Response(status=413)
        signature = request.headers.get("X-Hub-Signature", "")
        if not protocol.authentic(body, signature, subscription.secret):
            # Acknowledged all the same: whoever tries signatures learns nothing.
            log.warning("a push for feed %s bore no valid signature", subscription.feed_id)
            return web.Response(status=202)
        content_type = request.headers.get("Content-Type", "")
        push = Push(subscription.feed_id, subscription.topic, body, content_type)
        task = asyncio.create_task(self._taken(push), name=f"push {push.feed_id}")
        self._taking.add(task)
        task.add_done_callback(self._taking.discard)
        return web.Response(status=202)

    async def _body(self, request: web.Request) -> bytes | None:
        """The whole body; None where it is larger than a feed may be."""
        self._reading += 1
        body = bytearray()
        try:
            async with asyncio.timeout(self._limits.deadline_s):
                async for chunk in request.content.iter_any():
                    body += chunk
                    if len(body) > self._limits.max_body_bytes:
                        return None
        finally:
            self._reading -= 1
        return bytes(body)

    async def _taken(self, push: Push) -> None:
        try:
            await self._take_in(push)
        except StoreAway:
            return
        except Exception:
            log.exception("a push for feed %s could not be taken in", push.feed_id)
