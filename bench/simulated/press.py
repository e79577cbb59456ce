"""Serves the feeds of a simulated day on loopback, with failures."""

import asyncio
import random
from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import NamedTuple

from aiohttp import web

from bench.simulated.world import BEGIN, LISTED, Published, World, host_of

_FAILING = 0.03
"""The share of requests that meet an error."""
_FAILURES = ("500", "no feed", "cut")


class Request(NamedTuple):
    """A request for a feed, in simulated time."""

    at: datetime
    answer: str
    """200, 304 or the name of an error."""
    published: int
    """How many entries the feed had published. A body has the last `LISTED` of them."""
    process: int = 0
    """The number of the process that sent it: how many were killed before."""


class FeedServer:
    """The server, an async context manager. The caller sets `now`, the simulated time, and
    `process`, the number of the bot's process."""

    def __init__(self, world: World) -> None:
        self.now: datetime = BEGIN
        self.process = 0
        self.requests: list[list[Request]] = [[] for _ in range(world.sizes.feeds)]
        """The requests for each feed."""
        self.port = 0
        self._world = world
        self._random = random.Random(world.sizes.seed + 1)

    async def __aenter__(self) -> "FeedServer":
        app = web.Application()
        app.router.add_get("/{feed}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        for host in dict.fromkeys(map(host_of, range(self._world.sizes.feeds))):
            await web.TCPSite(self._runner, host, self.port).start()
            self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @property
    def failures(self) -> int:
        """The number of answers that were errors."""
        answers = (each.answer for of_feed in self.requests for each in of_feed)
        return sum(answer not in ("200", "304") for answer in answers)

    def list_urls(self) -> list[str]:
        """The address of each feed."""
        return [
            f"http://{host_of(feed)}:{self.port}/{feed}" for feed in range(self._world.sizes.feeds)
        ]

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        feed = int(request.match_info["feed"])
        entries = self._world.entries_of[feed]
        newest = bisect_right(entries, self.now, key=lambda each: each.at)
        tag = f'"{newest}"'
        answer = "304" if request.headers.get("If-None-Match") == tag else "200"
        if self._world.is_down(feed, self.now) or self._random.random() < _FAILING:
            answer = self._random.choice(_FAILURES)
        self.requests[feed].append(Request(self.now, answer, newest, self.process))
        if answer in _FAILURES:
            return await _fail(request, answer)
        if answer == "304":
            return web.Response(status=304, headers={"ETag": tag})
        listed = entries[max(newest - LISTED, 0) : newest]
        return web.Response(
            text=_write_feed(feed, listed[::-1]),
            content_type="application/rss+xml",
            headers={"ETag": tag},
        )


async def _fail(request: web.Request, failure: str) -> web.StreamResponse:
    match failure:
        case "500":
            return web.Response(status=500)
        case "no feed":
            return web.Response(text="<html><body>Maintenance</body></html>")
        case _:
            if request.transport is not None:
                request.transport.abort()
            await asyncio.sleep(0)
            return web.Response()


def _write_feed(feed: int, listed: Sequence[Published]) -> str:
    items = "".join(
        f"<item><title>{each.title}</title><link>https://press{feed}.example/{each.number}</link>"
        f'<guid isPermaLink="false">press{feed}-{each.number}</guid>'
        f"<pubDate>{format_datetime(each.at)}</pubDate>"
        f"<description>{each.title}, reports desk {feed}.</description></item>\n"
        for each in listed
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>'
        f"<title>Press {feed}</title><link>https://press{feed}.example/</link>"
        f"<description>Generated</description>\n{items}</channel></rss>\n"
    )
