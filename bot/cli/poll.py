"""The command that polls the feeds."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import click

from bot.cli.config import open_config
from bot.cli.output import echo, print_json, progress_bar, report_errors
from bot.errors import TariffwireError
from bot.pipeline import IntakeResult
from bot.runtime.settings import Settings, load_settings
from bot.runtime.wiring.basics import lock_data_folder, open_decisions, open_store
from bot.runtime.wiring.polling import (
    Polling,
    build_touches,
    choose_tick_s,
    open_poller,
    open_scheduler,
)
from bot.store.pipeline_store import PipelineStore
from bot.text.dates import format_day


@click.command()
@click.option("--once", is_flag=True, help="Poll the feeds that are due now, then stop.")
@click.option(
    "--feeds",
    "feeds_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A feed list to use instead of the configured one.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per new entry.")
@report_errors
def poll(once: bool, feeds_file: Path | None, as_json: bool) -> None:
    """Poll the feeds that are due and print new stories.

    Without --json, only stories are printed. With --json, every new entry is printed; entries that
    are not stories have no topics. This command sends no alerts; `run` sends them. First stop a bot
    that uses the same data folder.
    """
    settings = load_settings(**({"feeds_file": feeds_file} if feeds_file else {}))
    # The lock prevents that two processes poll the same feeds.
    with lock_data_folder(settings), progress_bar("Polling") as advance:
        readable = asyncio.run(_poll(settings, once, as_json, advance))
    if not readable:
        raise TariffwireError(
            "poll", "no feed could be read", "See the reasons in: tariffwire feeds list"
        )


async def _poll(
    settings: Settings, once: bool, as_json: bool, advance: Callable[[int, int], None]
) -> bool:
    """Polls until it is interrupted, or only once if `once` is set. Returns whether at least one
    feed could be read."""
    config = open_config(settings).read_all()
    async with open_store(settings) as store, open_poller(settings) as poller:
        decisions = await open_decisions(config, store)
        polling = Polling(
            settings,
            config.feeds,
            config,
            PipelineStore(store),
            poller,
            decisions,
            touches=build_touches(store, decisions),
        )
        async with open_scheduler(polling) as scheduler:
            while True:
                polls = await scheduler.poll_due()
                read = 0
                for number, poll in enumerate(asyncio.as_completed(polls), start=1):
                    result = await poll
                    advance(number, len(polls))
                    if result is not None:
                        read += not result.round.state.error
                        _show_taken(result, as_json)
                if once:
                    return bool(read) or not polls
                await asyncio.sleep(choose_tick_s(settings))


def _show_taken(result: IntakeResult, as_json: bool) -> None:
    state = result.round.state
    if state.error:
        echo(f"{state.feed_id}: {state.error}", err=True)
    stories = {story.entry_key: story for story in result.stories}
    for entry in result.entries:
        story = stories.get(entry.key)
        if as_json:
            print_json(
                {
                    "feed": entry.feed_id,
                    "id": entry.guid or entry.key,
                    "title": entry.title,
                    "link": entry.link,
                    "published": entry.published.isoformat() if entry.published else None,
                    "summary": entry.summary,
                    "topics": list(story.topics) if story else [],
                    "parties": list(story.parties) if story else [],
                    "event": story.event_id if story else None,
                }
            )
        elif story:
            topics = ", ".join(topic.label for topic in story.topics)
            when = f"{format_day(story.published)}, {story.published:%H:%M} UTC"
            echo(f"{when}  [{topics}] {story.title}")
            echo(f"    {story.source}  {story.link}")
