"""The HTTP routes that WebSub hubs call.

With `GET`, a hub verifies that the bot made a request. With `POST`, it pushes a feed's news. A push
is acknowledged on arrival and processed afterwards. If a crash loses a push, the next poll finds
its entries.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bot.errors import StoreUnavailable
from bot.feeds.http.limits import FetchLimits
from bot.feeds.websub import protocol
from bot.feeds.websub.subscriptions import CALLBACK_PATH, WebSubSubscriptions
from bot.http_server.rejections import Rejection, Rejections

log = logging.getLogger(__name__)

_MAX_PUSHES = 8
"""Maximum pushes in memory at the same time. Further pushes get 503 and Retry-After."""
_NO_CODINGS = ("", "identity")


@dataclass(frozen=True, slots=True)
class Push:
    """A body that a hub pushed with a valid signature."""

    feed_id: str
    topic: str
    body: bytes
    content_type: str


class WebSubCallback:
    """Receives the calls of hubs. `process_push` processes a push and returns when it is done."""

    def __init__(
        self,
        hubs: WebSubSubscriptions,
        limits: FetchLimits,
        process_push: Callable[[Push], Awaitable[object]],
        rejections: Rejections,
    ) -> None:
        self._hubs, self._limits, self._take_in = hubs, limits, process_push
        self._rejections = rejections
        self._reading = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.RouteDef]:
        """The routes for the program's HTTP server."""
        path = CALLBACK_PATH + "{token}"
        return [web.get(path, self._verify, allow_head=False), web.post(path, self._receive)]

    async def close(self) -> None:
        """Cancels the processing of pushes."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _verify(self, request: web.Request) -> web.Response:
        challenge = await self._hubs.answer(request.match_info["token"], request.query)
        if challenge is None:
            return web.Response(status=404)
        # The challenge is text from the caller, so a browser must not interpret it as a web page.
        return web.Response(text=challenge, headers={"X-Content-Type-Options": "nosniff"})

    async def _receive(self, request: web.Request) -> web.Response:
        subscription = self._hubs.find_by_token(request.match_info["token"])
        if subscription is None:
            return web.Response(status=404)
        if request.headers.get("Content-Encoding", "").strip().lower() not in _NO_CODINGS:
            return web.Response(status=415)
        if self._reading + len(self._tasks) >= _MAX_PUSHES:
            return web.Response(status=503, headers={"Retry-After": "60"})
        try:
            body = await self._read_body(request)
        except TimeoutError:
            self._rejections.count(Rejection.SLOW)
            return web.Response(status=408)
        if body is None:
            self._rejections.count(Rejection.OVERSIZED)
            return web.Response(status=413)
        signature = request.headers.get("X-Hub-Signature", "")
        if not protocol.is_authentic(body, signature, subscription.secret):
            # A forged push gets the same response as an authentic one, as WebSub allows, so the
            # response does not show whether a signature is right.
            self._rejections.count(Rejection.FORGED_PUSH, subscription.feed_id)
            return web.Response(status=202)
        content_type = request.headers.get("Content-Type", "")
        push = Push(subscription.feed_id, subscription.topic, body, content_type)
        task = asyncio.create_task(self._process(push), name=f"push {push.feed_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return web.Response(status=202)

    async def _read_body(self, request: web.Request) -> bytes | None:
        """The whole body; None if it exceeds the size limit of feeds."""
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

    async def _process(self, push: Push) -> None:
        try:
            await self._take_in(push)
        except StoreUnavailable:
            return
        except Exception:
            log.exception("a push for feed %s could not be processed", push.feed_id)
