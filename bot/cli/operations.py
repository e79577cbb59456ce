"""What the commands about feeds, approved rates, the database and live sources do."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from bot.feeds.health import span
from bot.feeds.model import Feed
from bot.feeds.opml import read_opml, write_opml
from bot.feeds.polling.feed_check import FeedCheck, check
from bot.feeds.registry import Imported
from bot.news.reader import Reader
from bot.pipeline import Taken
from bot.proposals.approval.audit import AuditEntry, ProposalRecord
from bot.rates.answer.live_lookups import lookups, supplied
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer
from bot.rates.question.parse import RateQuery
from bot.runtime.config_folder import ConfigFolder
from bot.runtime.settings import Settings
from bot.runtime.wiring import (
    clock,
    fetch_limits,
    only_one,
    open_feedbook,
    open_poller,
    open_store,
    open_watch,
    tick_s,
)
from bot.sources.registry import SourceRegistry
from bot.store.backup import backup
from bot.store.upgrade import upgrade


class Polled(NamedTuple):
    """One poll of many: what it brought (None after a fault of our own), and how many are done."""

    taken: Taken | None
    number: int
    of: int


async def add_feed(settings: Settings, url: str) -> Feed:
    """Adds the feed at the address, or the first that the page there names."""
    async with open_feedbook(settings) as book:
        return await book.add(url)


async def remove_feed(settings: Settings, feed_id: str) -> None:
    """Takes out a feed that was added; raises FeedError where there is none."""
    async with open_feedbook(settings) as book:
        await book.remove(feed_id)


async def resume_feed(settings: Settings, feed_id: str) -> None:
    """Makes a feed that was gone due at once; raises FeedError where it is none of those."""
    async with open_feedbook(settings) as book:
        await book.resume(feed_id)


async def check_feed(settings: Settings, url: str) -> tuple[str, ...]:
    """What the address gives, and what of it would be flagged, in lines for an operator."""
    library = ConfigFolder(settings)
    async with open_poller(settings) as poller:
        found = await check(poller, url)
        now = clock()
    return (*_about(found), *_flagged(found, library.reader, now))


def _about(found: FeedCheck) -> list[str]:
    state, round_ = found.round.state, found.round
    entries = "1 entry" if found.listed == 1 else f"{found.listed:,} entries"
    lines = [f"{found.title or found.feed.id}: {found.form}, {entries}"]
    lines += [f"address: {found.feed.url}"]
    lines += [f"named by the page {found.page}"] if found.page else []
    lines += [f"also there: {other.url} {other.title}".rstrip() for other in found.others]
    dates = [entry.published for entry in round_.entries if entry.published is not None]
    if dates:
        lines.append(f"entries from {min(dates):%Y-%m-%d %H:%M}Z to {max(dates):%Y-%m-%d %H:%M}Z")
    if state.window_s is not None:
        lines.append(f"its entries cover {span(state.window_s)}")
    if state.interval_s is not None:
        lines.append(f"it would be polled every {span(state.interval_s)}")
    lines += list(found.headers) or ["no caching headers"]
    lines += [f"hub: {hub}" for hub in found.hubs]
    return lines + [f"warning: {warning}" for warning in round_.warnings]


def _flagged(found: FeedCheck, reader: Reader, now: datetime) -> list[str]:
    read = (reader.read(entry, found.feed, now) for entry in found.round.entries)
    stories = [story for story in read if story is not None]
    lines = [f"{len(stories)} of {len(found.round.entries)} entries would be flagged:"]
    for story in stories:
        lines.append(f"  [{', '.join(topic.label for topic in story.topics)}] {story.title}")
        lines += [
            f"      {each.topic.label}: “{each.words}” ({each.rule})" for each in story.evidence
        ]
    return lines


async def import_feeds(settings: Settings, opml: str) -> Imported:
    """Adds the feeds of an OPML text; raises NotAFeed for what is none."""
    listed = read_opml(opml)
    unusable = tuple((url, "no feed can have this address") for url in listed.left_out)
    async with open_feedbook(settings) as book:
        done = await book.add_all(listed.feeds)
    return done._replace(refused=unusable + done.refused)


async def export_feeds(settings: Settings) -> str:
    """All enabled feeds as OPML."""
    async with open_feedbook(settings) as book:
        return write_opml([feed for feed in await book.every() if feed.enabled])


async def poll_feeds(settings: Settings, *, once: bool, show: Callable[[Polled], None]) -> bool:
    """Polls what is due and shows what each poll brought; returns whether any feed could be read.

    `once` polls what is due now and ends; otherwise it goes on until it is interrupted. Raises
    StoreError where a bot, which polls what is due by itself, runs on the same data folder: each
    would ask for what is due in the same moment. Messages that subscribers are owed are sent by
    `run`.
    """
    library = ConfigFolder(settings).read_all()
    with only_one(settings):
        return await _poll_feeds(settings, library, once, show)


async def _poll_feeds(
    settings: Settings, library: ConfigFolder, once: bool, show: Callable[[Polled], None]
) -> bool:
    async with (
        open_store(settings) as store,
        open_poller(settings) as poller,
        open_watch(settings, library.feeds, library, store, poller, lambda: None) as watch,
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
            await asyncio.sleep(tick_s(settings))


async def proposed_rates(
    settings: Settings,
) -> tuple[tuple[ProposalRecord, tuple[AuditEntry, ...]], ...]:
    """Every proposal with the record of what was decided on it, in the order of their coming."""
    async with open_store(settings) as store:
        record = await store.proposals.record()
        return tuple(
            (filed, tuple(act for act in record if act.proposal_id == filed.proposal.id))
            for filed in await store.proposals.every()
        )


async def upgrade_database(settings: Settings) -> None:
    """Brings the database to this version's tables; raises StoreError."""
    await upgrade(settings.database)


async def backup_database(settings: Settings, file: Path) -> None:
    """Copies the database to the file; raises StoreError."""
    await backup(settings.database, file)


async def with_live_sources(
    settings: Settings,
    answers: Sequence[Answer],
    query: RateQuery,
    ledger: Ledger,
    today: date,
) -> tuple[Answer, ...]:
    """The answers with what the live sources that are on say in time of what the ledger lacks."""
    sources = SourceRegistry(settings, fetch_limits(settings), ledger.parties, clock)
    try:
        lacks = lookups(answers, query, ledger, today)
        found = await sources.reference.find(lacks) if sources.reference else ()
        return supplied(answers, found, query, ledger, today)
    finally:
        await sources.close()
