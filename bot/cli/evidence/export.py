"""Writes the stories, alerts and answers of a period to a file."""

import asyncio
import csv
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TextIO

import click

from bot.cli.evidence.records import (
    COLUMNS,
    Record,
    build_alert_record,
    build_answer_record,
    build_line,
    build_row,
    build_story_record,
)
from bot.cli.output import echo, parse_day, report_errors
from bot.errors import TariffwireError
from bot.runtime.settings import load_settings
from bot.store.evidence import KeptEvidence
from bot.text.single_line import escape_controls

_NAMES = (("story", "stories"), ("alert", "alerts"), ("answer", "answers"))
Write = Callable[[Record], object]


@click.command()
@click.option("--from", "first", metavar="DAY", required=True, help="The first day, 2026-01-01.")
@click.option("--to", "last", metavar="DAY", required=True, help="The last day, in UTC.")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), required=True)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file that does not exist yet.",
)
@report_errors
def export(first: str, last: str, form: str, out: Path | None) -> None:
    """Export stories, alerts and answers of a period.

    The records are JSON lines or rows of CSV: first the stories that were seen in the period, then
    the alerts that were sent, then the answers that were given. Each has the time when it was
    published, seen and sent, and a SHA-256 hash.
    """
    since, until = parse_day(first), parse_day(last)
    if until < since:
        raise click.UsageError("--to is before --from.")
    with _open(out) as file:
        counts = asyncio.run(_export(since, until, _make_writer(form, file)))
    listed = (f"{counts[name]} {name if counts[name] == 1 else plural}" for name, plural in _NAMES)
    echo(f"exported {', '.join(listed)}", err=True)


async def _export(first: date, last: date, write: Write) -> Counter[str]:
    from bot.runtime.wiring.basics import open_store

    counts: Counter[str] = Counter()
    async with open_store(load_settings()) as store:
        async for record in _records(KeptEvidence(store.database), first, last):
            write(record)
            counts[str(record["record"])] += 1
    return counts


async def _records(evidence: KeptEvidence, first: date, last: date) -> AsyncIterator[Record]:
    since = datetime.combine(first, time(), UTC)
    until = datetime.combine(last, time(), UTC) + timedelta(days=1)
    async for story in evidence.stories(since, until):
        yield build_story_record(story)
    async for message in evidence.messages(since, until):
        yield build_alert_record(message)
    async for answer in evidence.answers(since, until):
        yield build_answer_record(answer)


def _make_writer(form: str, file: TextIO) -> Write:
    if form == "json":
        return lambda record: file.write(escape_controls(build_line(record)) + "\n")
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(COLUMNS)
    return lambda record: rows.writerow(build_row(record))


@contextmanager
def _open(out: Path | None) -> Iterator[TextIO]:
    """The new file, which only its owner can read, or stdout. After an error, no file remains."""
    if out is None:
        yield sys.stdout
        return
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        cure = "Name a new file in a folder that can be written"
        raise TariffwireError(str(out), error.strerror or "cannot be created", cure) from error
    try:
        with open(descriptor, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123
            yield file
    except OSError as error:
        out.unlink(missing_ok=True)
        cure = "Free some space, or name another folder"
        raise TariffwireError(str(out), error.strerror or "cannot be written", cure) from error
    except BaseException:
        out.unlink(missing_ok=True)
        raise
