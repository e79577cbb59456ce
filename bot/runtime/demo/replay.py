"""Replays scripted trade news on loopback, as the feeds of a few invented outlets.

    config/demo/*.rss, *.atom --read_recordings--> Recording --HTTP--> the bot

The bot polls these feeds over HTTP like any others. At each moment, a feed lists what its outlet
has published so far. The replay takes `duration_s` seconds: entries appear one by one in the
order of their dates, at equal intervals.
"""

import time
from bisect import bisect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path
from xml.dom.minidom import Document, Element, parse
from xml.parsers.expat import ExpatError

from aiohttp import web

from bot.errors import ConfigError
from bot.feeds.model import Feed
from bot.values import to_utc

PLACEHOLDER = "http://127.0.0.1:0"
"""The address in `config/demo/feeds.yaml`. It stands for the address of the replay's server."""

_MEDIA_TYPES = {".rss": "application/rss+xml", ".atom": "application/atom+xml"}


@dataclass(frozen=True, slots=True)
class Recording:
    """A feed during the replay: `bodies[n]` is its document while its `n` oldest entries are
    published."""

    name: str
    """The name of the feed's file. It is also the feed's path on the server."""
    media_type: str
    published: tuple[datetime, ...]
    """The dates of the entries, in UTC, oldest first."""
    bodies: tuple[bytes, ...]


def read_recordings(folder: Path) -> tuple[Recording, ...]:
    """The feeds in the folder; raises ConfigError if a file cannot be used."""
    paths = sorted(path for path in folder.glob("*") if path.suffix in _MEDIA_TYPES)
    week = tuple(map(_read, paths))
    if not any(recording.published for recording in week):
        raise ConfigError(str(folder), None, "", "nothing to replay", "Check TARIFFWIRE_CONFIG_DIR")
    return week


def set_demo_address(feeds: Iterable[Feed], base_url: str) -> tuple[Feed, ...]:
    """The demo's feeds with the address of the replay's server in place of the placeholder."""
    return tuple(
        feed.model_copy(update={"url": base_url + feed.url.removeprefix(PLACEHOLDER)})
        for feed in feeds
    )


def select_published(
    published: Sequence[datetime], elapsed_s: float, duration_s: float
) -> Sequence[datetime]:
    """Of the dates (oldest first), those that are published `elapsed_s` seconds after the start of
    the replay.

    The first is published at once, the last after `duration_s` seconds, and the others at equal
    intervals between these two.
    """
    if elapsed_s >= duration_s:
        return published
    steps = (len(published) - 1) * max(elapsed_s, 0.0) / duration_s
    return published[: int(steps) + 1]


class Replay:
    """Serves the news on 127.0.0.1 at a free port. `clock` counts seconds and never goes
    backward."""

    def __init__(
        self,
        week: Sequence[Recording],
        duration_s: float = 40.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._recordings = {recording.name: recording for recording in week}
        self._published = sorted(moment for recording in week for moment in recording.published)
        self._duration_s, self._clock = duration_s, clock
        self._started_s = 0.0
        self._runner: web.AppRunner | None = None

    @property
    def period(self) -> tuple[datetime, datetime]:
        """The dates of the oldest and the newest entry."""
        return self._published[0], self._published[-1]

    @property
    def remaining_s(self) -> float:
        """Seconds until every entry is published; negative after the end."""
        return self._duration_s - (self._clock() - self._started_s)

    async def start(self) -> str:
        """Starts the server and the replay. Returns the server's address without a slash at the
        end."""
        app = web.Application()
        app.router.add_get("/{name}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._started_s = self._clock()
        host, port = self._runner.addresses[0][:2]
        return f"http://{host}:{port}"

    async def stop(self) -> None:
        """Stops the server. May be called at any time and more than once."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _answer(self, request: web.Request) -> web.Response:
        recording = self._recordings.get(request.match_info["name"])
        if recording is None:
            raise web.HTTPNotFound
        elapsed_s = self._clock() - self._started_s
        now = select_published(self._published, elapsed_s, self._duration_s)[-1]
        count = bisect(recording.published, now)
        body = recording.bodies[count]
        etag = sha256(body).hexdigest()[:16]
        modified = recording.published[count - 1] if count else None
        if _is_unchanged(request, etag, modified):
            response = web.Response(status=304)
        else:
            response = web.Response(body=body, content_type=recording.media_type, charset="utf-8")
        response.etag = etag
        response.last_modified = modified
        response.headers["Cache-Control"] = "no-cache"
        return response


def _is_unchanged(request: web.Request, etag: str, modified: datetime | None) -> bool:
    # If a client sends both an ETag and a date, only the ETag counts (RFC 9110, 13.2.2).
    if request.if_none_match is not None:
        return any(tag.value in (etag, "*") for tag in request.if_none_match)
    since = request.if_modified_since
    return modified is not None and since is not None and modified <= since


def _read(path: Path) -> Recording:
    try:
        document = parse(str(path))  # noqa: S318 - the operator's own file
    except OSError as error:
        raise ConfigError(str(path), None, "", error.strerror or "cannot be read") from error
    except ExpatError as error:
        raise ConfigError(str(path), error.lineno, "", "not well-formed XML") from error
    holders = document.getElementsByTagName("channel") or document.getElementsByTagName("feed")
    if not holders:
        raise ConfigError(str(path), None, "", "neither RSS 2.0 nor Atom")
    items = holders[0].getElementsByTagName("item") or holders[0].getElementsByTagName("entry")
    try:
        dated = sorted(((_read_date(item), item) for item in items), key=lambda pair: pair[0])
    except (ValueError, IndexError) as error:
        cure = "Give it a pubDate (RSS) or a published date (Atom) with its time zone"
        raise ConfigError(str(path), None, "", "an entry without a date", cure) from error
    return Recording(
        name=path.name,
        media_type=_MEDIA_TYPES[path.suffix],
        published=tuple(moment for moment, _ in dated),
        bodies=_make_bodies(document, holders[0], [item for _, item in dated]),
    )


def _read_date(item: Element) -> datetime:
    if dates := item.getElementsByTagName("pubDate"):
        return to_utc(parsedate_to_datetime(_read_text(dates[0])))
    return to_utc(datetime.fromisoformat(_read_text(item.getElementsByTagName("published")[0])))


def _read_text(element: Element) -> str:
    return "".join(node.data for node in element.childNodes if hasattr(node, "data")).strip()


def _make_bodies(
    document: Document, holder: Element, oldest_first: Sequence[Element]
) -> tuple[bytes, ...]:
    """The document without entries, then with the oldest entry, then with the two oldest, up to all
    entries."""
    bodies = [document.toxml(encoding="utf-8")]
    for item in reversed(oldest_first):
        holder.removeChild(item)
        bodies.append(document.toxml(encoding="utf-8"))
    return tuple(reversed(bodies))
