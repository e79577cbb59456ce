"""Commands that read news: poll the feeds, say what stories are about and which are the same."""

import asyncio
import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import click

from bot.cli.output import answers_for_errors, print_json, progress_bar
from bot.errors import TariffwireError

LONGEST_LINE = 5_000_000
"""Bytes of one line that `match` and `same` take."""


@click.command()
@click.option("--once", is_flag=True, help="Poll what is due now, then stop.")
@click.option(
    "--feeds",
    "feeds_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A feed list to use instead of the configured one.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each new entry.")
@answers_for_errors
def poll(once: bool, feeds_file: Path | None, as_json: bool) -> None:
    """Poll the feeds that are due and print what was new.

    Without --json only the stories are printed; with it every new entry, its topics empty where it
    is no story. What subscribers are owed is sent by `run`.
    """
    from bot.cli.operations import poll_feeds
    from bot.runtime.settings import load_settings

    given = {"feeds_file": feeds_file} if feeds_file else {}
    with progress_bar("Polling") as advance:

        def show(polled: Any) -> None:
            advance(polled.number, polled.of)
            if polled.taken is not None:
                _show_taken(polled.taken, as_json)

        well = asyncio.run(poll_feeds(load_settings(**given), once=once, show=show))
    if not well:
        raise TariffwireError(
            "poll", "no feed could be read", "See the reasons in: tariffwire feeds list"
        )


def _show_taken(taken: Any, as_json: bool) -> None:
    state = taken.round.state
    if state.error:
        click.echo(f"{state.feed_id}: {state.error}", err=True)
    stories = {story.entry_key: story for story in taken.stories}
    for entry in taken.entries:
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
            click.echo(f"{story.published:%Y-%m-%d %H:%M}Z  [{topics}] {story.title}")
            click.echo(f"    {story.source}  {story.link}")


@click.command()
@click.argument("file", type=click.File("rb"), default="-")
@answers_for_errors
def match(file: IO[bytes]) -> None:
    """Say what stories are about: JSON lines in, JSON lines out, in the same order.

    In: {"id","title","summary","published"?}. Out: {"id","topics","parties","figures","evidence",
    "summary"}.
    """
    from bot.news.jsonl import match_story

    _answer_lines(file, match_story)


@click.command()
@click.argument("file", type=click.File("rb"), default="-")
@answers_for_errors
def same(file: IO[bytes]) -> None:
    """Say whether two stories report one event: JSON lines in and out, in the same order.

    In: {"id","a":{story},"b":{story}}. Out: {"id","same","score"}.
    """
    from bot.news.jsonl import compare_stories

    _answer_lines(file, compare_stories)


def _answer_lines(file: IO[bytes], answer: Callable[[Any, dict[str, Any]], object]) -> None:
    """Prints the answer to each line as soon as the line is there."""
    from bot.news.jsonl import read_line
    from bot.runtime.config_folder import ConfigFolder
    from bot.runtime.settings import load_settings

    reader, size, done = ConfigFolder(load_settings()).reader, _size(file), 0
    # A bar among the answers on one terminal would be in their way.
    with progress_bar("Reading", shown=not sys.stdout.isatty()) as advance:
        for number, line in enumerate(_lines(file), start=1):
            if line.strip():
                print_json(answer(reader, read_line(line, number)))
            done += len(line)
            advance(done, size)


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    number = 1
    while line := file.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            cause = f"longer than {LONGEST_LINE:,} bytes"
            raise TariffwireError(f"line {number}", cause, "Give one story a line")
        yield line
        number += 1


def _size(file: IO[bytes]) -> int | None:
    """The file's bytes; None for a pipe or a terminal."""
    try:
        status = os.fstat(file.fileno())
    except OSError:
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None
