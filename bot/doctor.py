"""Looks at everything the bot needs and says what is wrong, and the cure."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

from bot.admin import feed_health
from bot.assembly import open_store, revealed
from bot.errors import TariffwireError
from bot.frozen import Frozen
from bot.library import Library
from bot.news.health import Health
from bot.settings import Settings, load_settings, unknown_variables
from bot.slack.bolt import open_session, web_client
from bot.slack.check import check_slack

ENOUGH_BYTES = 200_000_000
"""Free space under which the operator is warned."""
CLOCK_SLACK_S = 120.0
"""Slack refuses requests that are five minutes off; this leaves room."""


class Finding(Frozen):
    """One line: what was looked at, whether it is well, what was seen, and the cure if not."""

    subject: str
    ok: bool
    says: str
    cure: str = ""


async def examine() -> AsyncIterator[Finding]:
    """Every finding, as it is made; never raises for what it finds."""
    for line in unknown_variables():
        yield Finding(subject="settings", ok=False, says=line, cure="Rename or remove it")
    try:
        settings = load_settings()
    except TariffwireError as error:
        yield _bad("settings", error)
        return
    yield Finding(subject="settings", ok=True, says=f"Slack by {_TRANSPORTS[settings.transport]}")
    library = Library(settings)
    yield _config(library)
    async for finding in _database(settings):
        yield finding
    yield _disk(settings)
    async for finding in _slack(settings):
        yield finding
    for finding in await _feeds(settings):
        yield finding


_TRANSPORTS = {"local": "the local workspace", "socket": "Socket Mode", "http": "HTTP"}


def _bad(subject: str, error: TariffwireError) -> Finding:
    return Finding(subject=subject, ok=False, says=f"{error.thing}: {error.cause}", cure=error.cure)


def _config(library: Library) -> Finding:
    try:
        library.read_all()
    except TariffwireError as error:
        return _bad("config", error)
    on = sum(feed.enabled for feed in library.feeds)
    return Finding(
        subject="config", ok=True, says=f"{len(library.feeds)} feeds, {on} of them on; rates read"
    )


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    try:
        async with open_store(settings) as store:
            counts = await store.outbox.counts()
            failed = await store.outbox.failed(limit=3)
            name = store.database.name
    except TariffwireError as error:
        yield _bad("database", error)
        return
    says = ", ".join(f"{number} {state}" for state, number in counts.items()) or "nothing owed yet"
    yield Finding(subject="database", ok=True, says=f"{name}: {says}")
    for delivery in failed:
        yield Finding(
            subject=f"delivery {delivery.id[:8]}",
            ok=False,
            says=f"given up: {delivery.error}",
            cure=f"Check the bot's access to {delivery.conversation}",
        )


def _disk(settings: Settings) -> Finding:
    folder = settings.data_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    says = f"{free / 1e9:.1f} GB free at {folder}"
    if free >= ENOUGH_BYTES:
        return Finding(subject="disk", ok=True, says=says)
    return Finding(subject="disk", ok=False, says=says, cure="Free some space")


async def _slack(settings: Settings) -> AsyncIterator[Finding]:
    if settings.slack_bot_token is None:
        yield Finding(subject="Slack", ok=True, says="no tokens; the local workspace is used")
        return
    async with open_session() as session:
        client = web_client(revealed(settings.slack_bot_token), settings.slack_api_url, session)
        for found in await check_slack(client):
            yield Finding(subject=found.thing, ok=found.ok, says=found.says, cure=found.cure)
        clock = await _clock(settings.slack_api_url, session)
        if clock is not None:
            yield clock


async def _clock(api_url: str, session: aiohttp.ClientSession) -> Finding | None:
    """How far this machine's clock is from Slack's; None where Slack does not answer."""
    try:
        async with session.post(f"{api_url}api.test") as answer:
            told = parsedate_to_datetime(answer.headers["Date"])
    except (aiohttp.ClientError, TimeoutError, KeyError, ValueError):
        return None
    off_s = (datetime.now(UTC) - told).total_seconds()
    if abs(off_s) <= CLOCK_SLACK_S:
        return Finding(subject="clock", ok=True, says=f"{abs(off_s):.0f} s from Slack's")
    return Finding(
        subject="clock",
        ok=False,
        says=f"{abs(off_s):.0f} s {'ahead of' if off_s > 0 else 'behind'} Slack's",
        cure="Set the clock, for example with NTP: Slack's signatures are refused otherwise",
    )


async def _feeds(settings: Settings) -> list[Finding]:
    try:
        feeds = [feed for feed in await feed_health(settings) if feed.enabled]
    except TariffwireError as error:
        return [_bad("feeds", error)]
    unwell = [feed for feed in feeds if feed.unwell]
    well = sum(feed.status == "ok" for feed in feeds)
    never = sum(feed.status == "new" for feed in feeds)
    says = f"{well} well, {len(unwell)} failing, {never} never polled"
    return [Finding(subject="feeds", ok=True, says=says), *map(_feed, unwell)]


def _feed(feed: Health) -> Finding:
    cure = f"Open {feed.url}; correct or disable it in feeds.yaml if it is gone for good"
    return Finding(subject=f"feed {feed.id}", ok=False, says=feed.error or feed.status, cure=cure)


def examine_now() -> list[Finding]:
    """Every finding, for callers without an event loop."""

    async def collect() -> list[Finding]:
        return [finding async for finding in examine()]

    return asyncio.run(collect())
