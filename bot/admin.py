"""What the commands about feeds and the database do."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from pydantic import AwareDatetime

from bot.app import LONGEST_TICK_S, Store, clock, fetch_limits, open_store, open_watch
from bot.errors import FeedError
from bot.feeds.check import Check, check
from bot.feeds.opml import read_opml, write_opml
from bot.feeds.poll import Poller
from bot.frozen import Frozen
from bot.library import Library
from bot.news.entry import Feed, FeedState
from bot.news.read import Reader
from bot.pipeline import Taken
from bot.settings import Settings
from bot.store.backup import backup
from bot.store.feeds import Lag
from bot.store.upgrade import upgrade

LAG_OVER = timedelta(days=30)


class Health(Frozen):
    """How one feed is doing."""

    id: str
    title: str
    url: str
    enabled: bool
    status: str
    """`ok`, `failing`, `stopped`, `new` (never polled) or `off`."""
    error: str = ""
    failures: int = 0
    last_success_at: AwareDatetime | None = None
    last_entry_at: AwareDatetime | None = None
    next_poll_at: AwareDatetime | None = None
    interval_s: float | None = None
    lag_median_s: float | None = None
    """Seconds from an entry's publication to its being seen here."""
    lag_p95_s: float | None = None

    def lines(self, now: datetime) -> str:
        """The feed as an operator reads it: one line, and a second where something is wrong."""
        parts = [f"{self.status:8}{self.id:32}"]
        if self.interval_s is not None and self.status == "ok":
            parts.append(f"every {_span(self.interval_s)}")
        if self.last_entry_at is not None:
            parts.append(f"last new entry {_span((now - self.last_entry_at).total_seconds())} ago")
        if self.lag_median_s is not None and self.lag_p95_s is not None:
            parts.append(f"lag {_span(self.lag_median_s)} (95%: {_span(self.lag_p95_s)})")
        if self.next_poll_at is not None and self.status not in ("off", "stopped"):
            wait_s = max((self.next_poll_at - now).total_seconds(), 0.0)
            parts.append(f"next poll {self.next_poll_at:%H:%M:%S}Z (in {_span(wait_s)})")
        line = "  ".join(parts)
        times = f" ({self.failures} in a row)" if self.failures > 1 else ""
        return f"{line}\n        {self.error}{times}" if self.error else line


class Polled(NamedTuple):
    """One poll of many: what it brought (None after a fault of our own), and how many are done."""

    taken: Taken | None
    number: int
    of: int


def _span(seconds: float) -> str:
    """A length of time in the largest unit that fits: `45 s`, `12 min`, `3 h`, `5 d`."""
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


async def feed_health(settings: Settings) -> tuple[Health, ...]:
    """Every feed, those that are off included, and how it is doing."""
    library = Library(settings)
    async with open_store(settings) as store:
        states = await store.feeds.states()
        lags = await store.feeds.lags(clock() - LAG_OVER)
        feeds = await _all_feeds(library, store)
    return tuple(_health(feed, states.get(feed.id), lags.get(feed.id)) for feed in feeds)


def _health(feed: Feed, state: FeedState | None, lag: Lag | None) -> Health:
    basis = Health(
        id=feed.id,
        title=feed.title,
        url=feed.url,
        enabled=feed.enabled,
        status=_status(feed, state),
    )
    if state is None:
        return basis
    return basis.model_copy(
        update={
            "error": state.error,
            "failures": state.failures,
            "last_success_at": state.last_success_at,
            "last_entry_at": state.last_entry_at,
            "next_poll_at": state.next_poll_at,
            "interval_s": state.interval_s,
            "lag_median_s": lag.median_s if lag else None,
            "lag_p95_s": lag.p95_s if lag else None,
        }
    )


def _status(feed: Feed, state: FeedState | None) -> str:
    if not feed.enabled:
        return "off"
    if state is None or state.last_poll_at is None:
        return "new"
    if state.stopped:
        return "stopped"
    return "failing" if state.error else "ok"


async def _all_feeds(library: Library, store: Store) -> tuple[Feed, ...]:
    known = {feed.id: feed for feed in library.feeds}
    for feed in await store.feeds.added():
        known.setdefault(feed.id, feed)
    return tuple(known.values())


@asynccontextmanager
async def _open_poller(settings: Settings) -> AsyncIterator[Poller]:
    poller = Poller(fetch_limits(settings), clock, random.random)
    try:
        yield poller
    finally:
        await poller.close()


async def add_feed(settings: Settings, url: str) -> Feed:
    """Adds the feed at the address, or the first that the page there names.

    What it lists now counts as seen, and it is next polled when it is due: adding a feed neither
    alerts nor fetches twice. Raises FeedError where there is no feed or it is known already.
    """
    library = Library(settings)
    async with open_store(settings) as store, _open_poller(settings) as poller:
        feeds = await _all_feeds(library, store)
        _refuse_known(url, feeds)
        found = await check(poller, url, frozenset(feed.id for feed in feeds))
        _refuse_known(found.feed.url, feeds)
        await store.feeds.add(found.feed)
        await store.shelf.keep(
            Taken(round=found.round, first_round=True, entries=found.round.entries)
        )
    return found.feed


def _refuse_known(url: str, feeds: tuple[Feed, ...]) -> None:
    for feed in feeds:
        if feed.url == url:
            raise FeedError(url, f"known already, as {feed.id}", "See it in: tariffwire feeds list")


async def check_feed(settings: Settings, url: str) -> tuple[str, ...]:
    """What the address gives, and what of it would be flagged, in lines for an operator."""
    library = Library(settings)
    async with _open_poller(settings) as poller:
        found = await check(poller, url)
        now = clock()
    return (*_about(found), *_flagged(found, library.reader, now))


def _about(found: Check) -> list[str]:
    state, round_ = found.round.state, found.round
    lines = [f"{found.title or found.feed.id}: {found.form}, {found.listed} entries"]
    lines += [f"address: {found.feed.url}"]
    lines += [f"named by the page {found.page}"] if found.page else []
    lines += [f"also there: {other.url} {other.title}".rstrip() for other in found.others]
    dates = [entry.published for entry in round_.entries if entry.published is not None]
    if dates:
        lines.append(f"entries from {min(dates):%Y-%m-%d %H:%M}Z to {max(dates):%Y-%m-%d %H:%M}Z")
    if state.window_s is not None:
        lines.append(f"its entries cover {_span(state.window_s)}")
    if state.interval_s is not None:
        lines.append(f"it would be polled every {_span(state.interval_s)}")
    lines += list(found.headers) or ["no caching headers"]
    lines += [f"hub: {hub}" for hub in found.hubs]
    return lines + [f"warning: {warning}" for warning in round_.warnings]


def _flagged(found: Check, reader: Reader, now: datetime) -> list[str]:
    read = (reader.read(entry, found.feed, now) for entry in found.round.entries)
    stories = [story for story in read if story is not None]
    lines = [f"{len(stories)} of {len(found.round.entries)} entries would be flagged:"]
    for story in stories:
        lines.append(f"  [{', '.join(topic.label for topic in story.topics)}] {story.title}")
        lines += [
            f"      {each.topic.label}: “{each.words}” ({each.rule})" for each in story.evidence
        ]
    return lines


async def import_feeds(settings: Settings, opml: str) -> tuple[int, int]:
    """Adds the feeds of an OPML text; returns how many were added and how many known already."""
    feeds = read_opml(opml)
    library = Library(settings)
    async with open_store(settings) as store:
        listed = await _all_feeds(library, store)
        urls, ids = {feed.url for feed in listed}, {feed.id for feed in listed}
        fresh = [feed for feed in feeds if feed.url not in urls and feed.id not in ids]
        for feed in fresh:
            await store.feeds.add(feed)
    return len(fresh), len(feeds) - len(fresh)


async def export_feeds(settings: Settings) -> str:
    """All enabled feeds as OPML."""
    library = Library(settings)
    async with open_store(settings) as store:
        feeds = await _all_feeds(library, store)
    return write_opml([feed for feed in feeds if feed.enabled])


async def poll_feeds(settings: Settings, *, once: bool, show: Callable[[Polled], None]) -> bool:
    """Polls what is due and shows what each poll brought; returns whether any feed could be read.

    `once` polls what is due now and ends; otherwise it goes on until it is interrupted. Messages
    that subscribers are owed are sent by `run`.
    """
    library = Library(settings).read_all()
    async with (
        open_store(settings) as store,
        open_watch(settings, library.feeds, library, store, lambda: None) as watch,
    ):
        while True:
            started = await watch.poll_due()
            read = 0
            for number, task in enumerate(asyncio.as_completed(started), start=1):
                taken = await task
                read += taken is not None and not taken.round.state.error
                show(Polled(taken=taken, number=number, of=len(started)))
            well = bool(read) or not started
            if once:
                return well
            await asyncio.sleep(min(settings.poll_seconds / 4, LONGEST_TICK_S))


async def upgrade_database(settings: Settings) -> None:
    """Brings the database to this version's tables; raises StoreError."""
    await upgrade(settings.database)


async def backup_database(settings: Settings, file: Path) -> None:
    """Copies the database to the file; raises StoreError."""
    await backup(settings.database, file)
