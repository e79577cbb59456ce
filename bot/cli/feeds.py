"""Commands about the list of feeds."""

from typing import IO

import click

from bot.cli.output import answers_for_errors, run_async

LARGEST_OPML = 20_000_001
"""Bytes read of a feed list: more than its bound, however many bytes its characters take."""


@click.group()
def feeds() -> None:
    """List, add, remove, resume, check, import and export feeds."""


@feeds.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON line a feed.")
@answers_for_errors
def list_feeds(as_json: bool) -> None:
    """Show each feed's health: last success, next poll, what is wrong."""
    from bot.runtime.settings import load_settings
    from bot.runtime.wiring import clock, feed_health

    async def show() -> None:
        for health in await feed_health(load_settings()):
            click.echo(health.model_dump_json() if as_json else health.lines(clock()))

    run_async(show())


@feeds.command("add")
@click.argument("url")
@answers_for_errors
def add_feed(url: str) -> None:
    """Add the feed at URL, or the one that the page at URL names."""
    from bot.cli.operations import add_feed as add
    from bot.runtime.settings import load_settings

    async def go() -> None:
        feed = await add(load_settings(), url)
        click.echo(f"added {feed.id}: {feed.title} <{feed.url}>")

    run_async(go())


@feeds.command("remove")
@click.argument("feed_id", metavar="ID")
@answers_for_errors
def remove_feed(feed_id: str) -> None:
    """Take out a feed that was added. Those of feeds.yaml are turned off there."""
    from bot.cli.operations import remove_feed as remove
    from bot.runtime.settings import load_settings

    run_async(remove(load_settings(), feed_id))
    click.echo(f"removed {feed_id}")


@feeds.command("resume")
@click.argument("feed_id", metavar="ID")
@answers_for_errors
def resume_feed(feed_id: str) -> None:
    """Ask a feed again that has stopped because it was gone (410)."""
    from bot.cli.operations import resume_feed as resume
    from bot.runtime.settings import load_settings

    run_async(resume(load_settings(), feed_id))
    click.echo(f"resumed {feed_id}: it is due at once")


@feeds.command("check")
@click.argument("url")
@answers_for_errors
def check_feed(url: str) -> None:
    """Fetch URL once and explain what it gives and what would be flagged. Nothing is kept."""
    from bot.cli.operations import check_feed as check
    from bot.runtime.settings import load_settings

    async def go() -> None:
        for line in await check(load_settings(), url):
            click.echo(line)

    run_async(go())


@feeds.command("import")
@click.argument("file", type=click.File("rb"))
@answers_for_errors
def import_feeds(file: IO[bytes]) -> None:
    """Add every feed of an OPML file that is not known yet; name those that cannot be."""
    from bot.cli.operations import import_feeds as add_all
    from bot.feeds.http.fetch import shown
    from bot.runtime.settings import load_settings

    async def go() -> None:
        opml = file.read(LARGEST_OPML).decode("utf-8-sig", "replace")
        done = await add_all(load_settings(), opml)
        for url, reason in done.refused:
            address = "".join(filter(str.isprintable, shown(url)))
            click.echo(f"left out {address}: {reason}", err=True)
        click.echo(f"added {done.added} feed(s), {done.known} known already")

    run_async(go())


@feeds.command("export")
@answers_for_errors
def export_feeds() -> None:
    """Print all feeds as OPML."""
    from bot.cli.operations import export_feeds as export
    from bot.runtime.settings import load_settings

    async def go() -> None:
        click.echo(await export(load_settings()), nl=False)

    run_async(go())
