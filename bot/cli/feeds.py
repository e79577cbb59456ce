"""Commands about the list of feeds."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import IO, TypeVar

import click

from bot.cli.config import open_config
from bot.cli.feed_report import format_report
from bot.cli.output import echo, report_errors
from bot.feeds.http.fetch import redact_address
from bot.feeds.opml import read_opml, write_opml
from bot.feeds.polling.feed_check import FeedCheck, check_address
from bot.runtime.feed_registry import FeedRegistry
from bot.runtime.settings import Settings, load_settings
from bot.runtime.wiring.basics import read_clock
from bot.runtime.wiring.polling import open_feed_registry, open_poller

T = TypeVar("T")

LARGEST_OPML = 20_000_001
"""Maximum bytes read from a file of feeds. It is one more than `read_opml` accepts, so that
`read_opml` notices a file that is too large."""


def _ask(question: Callable[[FeedRegistry], Awaitable[T]]) -> T:
    """Runs `question` on the feed registry of the configured bot and returns its result."""
    return asyncio.run(_answer(question))


async def _answer(question: Callable[[FeedRegistry], Awaitable[T]]) -> T:
    async with open_feed_registry(load_settings()) as registry:
        return await question(registry)


@click.group()
def feeds() -> None:
    """List, add, remove, resume, check, import and export feeds."""


@feeds.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per feed.")
@report_errors
def list_feeds(as_json: bool) -> None:
    """Show the state of each feed: last new entry, next poll, error."""
    for health in _ask(lambda registry: registry.health()):
        echo(health.model_dump_json() if as_json else health.format_lines(read_clock()))


@feeds.command("add")
@click.argument("url")
@report_errors
def add_feed(url: str) -> None:
    """Add the feed at URL. If URL is a web page, add the feed that the page links to."""
    feed = _ask(lambda registry: registry.add(url))
    echo(f"added {feed.id}: {feed.title} <{feed.url}>")


@feeds.command("remove")
@click.argument("feed_id", metavar="ID")
@report_errors
def remove_feed(feed_id: str) -> None:
    """Remove a feed that was added by command. To disable a feed of feeds.yaml, edit that file."""
    _ask(lambda registry: registry.remove(feed_id))
    echo(f"removed {feed_id}")


@feeds.command("resume")
@click.argument("feed_id", metavar="ID")
@report_errors
def resume_feed(feed_id: str) -> None:
    """Poll a feed again that was stopped because its server answered 410 (gone)."""
    _ask(lambda registry: registry.resume(feed_id))
    echo(f"resumed {feed_id}: it is due now")


@feeds.command("check")
@click.argument("url")
@report_errors
def check_feed(url: str) -> None:
    """Fetch URL once and show the feed and its entries that match a topic. Nothing is saved."""
    settings = load_settings()
    found = asyncio.run(_check(settings, url))
    config = open_config(settings)
    for line in format_report(found, config.reader, config.topic_languages, read_clock()):
        echo(line)


async def _check(settings: Settings, url: str) -> FeedCheck:
    async with open_poller(settings) as poller:
        return await check_address(poller, url)


@feeds.command("import")
@click.argument("file", type=click.File("rb"))
@report_errors
def import_feeds(file: IO[bytes]) -> None:
    """Add every feed of an OPML file that is not in the list yet. Show the feeds that cannot be
    added."""
    listed = read_opml(file.read(LARGEST_OPML))
    done = _ask(lambda registry: registry.add_all(listed.feeds))
    refused = [(url, "not a valid feed address") for url in listed.left_out]
    for url, reason in (*refused, *done.refused):
        address = "".join(filter(str.isprintable, redact_address(url)))
        echo(f"skipped {address}: {reason}", err=True)
    click.echo(f"added {done.added} feed(s), {done.known} already in the list")


@feeds.command("export")
@report_errors
def export_feeds() -> None:
    """Print all feeds as OPML."""
    enabled = [feed for feed in _ask(lambda registry: registry.every()) if feed.enabled]
    click.echo(write_opml(enabled), nl=False)
