"""Serves the feeds of a simulated day on loopback, with failures."""

import asyncio
import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime

from aiohttp import web

from bench.simulated.world import BEGIN, LISTED, Published, World, host_of

_FAILING = 0.03
"""The share of requests that meet an error."""


class FeedServer:
    """The server, an async context manager. `now` is the simulated time, set by the caller."""

    def __init__(self, world: World) -> None:
        self.now: datetime = BEGIN
        self.answers: Counter[str] = Counter()
        self.port = 0
        self._world = world
        self._random = random.Random(world.sizes.seed + 1)
        self._entries: list[list[Published]] = [[] for _ in range(world.sizes.feeds)]
        for each in world.entries:
            self._entries[each.feed].append(each)

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
        return sum(count for name, count in self.answers.items() if name not in ("200", "304"))

    def list_urls(self) -> list[str]:
        """The address of each feed."""
        return [
            f"http://{host_of(feed)}:{self.port}/{feed}" for feed in range(self._world.sizes.feeds)
        ]

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        feed = int(request.match_info["feed"])
        if self._world.is_down(feed, self.now) or self._random.random() < _FAILING:
            return await self._fail(request)
        entries = self._entries[feed]
        newest = bisect_right(entries, self.now, key=lambda each: each.at)
        tag = f'"{newest}"'
        if request.headers.get("If-None-Match") == tag:
            self.answers["304"] += 1
            return web.Response(status=304, headers={"ETag": tag})
        self.answers["200"] += 1
        listed = entries[max(newest - LISTED, 0) : newest]
        return web.Response(
            text=_write_feed(feed, listed[::-1]),
            content_type="application/rss+xml",
            headers={"ETag": tag},
        )

    async def _fail(self, request: web.Request) -> web.StreamResponse:
        match self._random.randrange(3):
            case 0:
                self.answers["500"] += 1
                return web.Response(status=500)
            case 1:
                self.answers["no feed"] += 1
                return web.Response(text="<html><body>Maintenance</body></html>")
            case _:
                self.answers["cut"] += 1
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
