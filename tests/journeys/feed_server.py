"""A feed server on loopback; tests publish entries to its feeds while it runs."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.etree import ElementTree

from aiohttp import web


@dataclass
class FeedServer:
    """Serves `/<name>.rss` for every published feed and records each request."""

    feeds: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    answers: dict[str, web.Response] = field(default_factory=dict)
    """Maps paths to a response that replaces the feed."""
    kinds: dict[str, str] = field(default_factory=dict)
    """Maps feeds to their kinds; the others are of specialists."""
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    address: str = ""
    _runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/{path:.*}", self._serve)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.address = f"http://127.0.0.1:{port}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def publish(self, feed: str, title: str, text: str = "", at: datetime | None = None) -> None:
        """Adds an entry to the feed, newest first."""
        entries = self.feeds.setdefault(feed, [])
        number = len(entries) + 1
        entries.insert(
            0,
            {
                "title": title,
                "description": text,
                "guid": f"{feed}-{number}",
                "link": f"https://{feed}.example/{number}",
                "pubDate": format_datetime(at or datetime.now(UTC)),
            },
        )

    def yaml(self) -> str:
        """The text of a feeds.yaml that lists the feeds of this server."""
        rows = [
            f"  - {{id: {name}, title: {name.title()} News, url: '{self.address}/{name}.rss',"
            f" kind: {self.kinds.get(name, 'specialist')}}}"
            for name in self.feeds
        ]
        return "\n".join(["feeds:", *rows, ""])

    async def _serve(self, request: web.Request) -> web.Response:
        self.requests.append((request.path, dict(request.headers)))
        if request.path in self.answers:
            answer = self.answers[request.path]
            return web.Response(body=answer.body, status=answer.status, headers=answer.headers)
        entries = self.feeds.get(request.path.removeprefix("/").removesuffix(".rss"))
        if entries is None:
            raise web.HTTPNotFound
        return web.Response(body=_rss(entries), content_type="application/rss+xml")


def _rss(entries: list[dict[str, str]]) -> bytes:
    root = ElementTree.Element("rss", version="2.0")
    channel = ElementTree.SubElement(root, "channel")
    ElementTree.SubElement(channel, "title").text = "News"
    for entry in entries:
        item = ElementTree.SubElement(channel, "item")
        for name, value in entry.items():
            ElementTree.SubElement(item, name).text = value
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))
