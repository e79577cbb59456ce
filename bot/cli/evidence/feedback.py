"""Lists the stories that readers marked as not relevant."""

import asyncio

import click

from bot.cli.output import echo, print_json, report_errors
from bot.runtime.settings import Settings, load_settings
from bot.store.feedback import ListedFeedback


@click.command()
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per entry.")
@report_errors
def feedback(limit: int, as_json: bool) -> None:
    """List the stories that readers marked as not relevant.

    The newest comes first. With --json, each line has the story's title and link.
    """
    settings = load_settings()
    found = asyncio.run(_read(settings, limit))
    if as_json:
        for each in found:
            print_json(_fields(each))
        return
    _print_table(found, shows_team=settings.serves_many)
    echo(f"{len(found)} entr{'y' if len(found) == 1 else 'ies'}", err=True)


async def _read(settings: Settings, limit: int) -> tuple[ListedFeedback, ...]:
    from bot.runtime.wiring.basics import open_store

    async with open_store(settings) as store:
        return await store.feedback.newest(limit)


def _fields(listed: ListedFeedback) -> dict[str, object]:
    said = listed.feedback
    return {
        "at": said.at.isoformat(),
        "kind": said.kind,
        "team": said.team,
        "conversation": said.conversation,
        "user": said.user,
        "story": said.story_id,
        "title": listed.title or None,
        "link": listed.link or None,
    }


def _print_table(found: tuple[ListedFeedback, ...], *, shows_team: bool) -> None:
    rows = [("when", "what", "where", "who", "story")] if found else []
    for listed in found:
        said = listed.feedback
        when, what = f"{said.at:%Y-%m-%d %H:%M}Z", said.kind.replace("_", " ")
        story = listed.title or f"{said.story_id} (no longer saved)"
        where = f"{said.team} {said.conversation}" if shows_team else said.conversation
        rows.append((when, what, where, said.user, " ".join(story.split())))
    widths = [max(len(row[place]) for row in rows) for place in range(4)] if rows else []
    for *cells, story in rows:
        padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        echo("  ".join([*padded, story]))
