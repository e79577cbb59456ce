"""Commands about news: what a story is about, whether two report one event, and their scores."""

import os
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import click

from bot.cli.config import open_config
from bot.cli.output import print_json, progress_bar, report_errors
from bot.errors import TariffwireError
from bot.news.evaluation import evaluate
from bot.news.events.comparison import compare
from bot.news.jsonl import (
    compare_stories,
    dump_comparison,
    explain_story,
    match_story,
    read_line,
    read_pair,
)
from bot.news.reader import Reader
from bot.render.story_comparison import explain_comparison
from bot.runtime.settings import load_settings

LONGEST_LINE = 5_000_000
"""Maximum bytes of one line of input."""


@click.command()
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--explain", is_flag=True, help="Add the words that decided the status.")
@report_errors
def match(file: IO[bytes], explain: bool) -> None:
    """Find topics, parties and figures of stories: JSON lines in and out, in the same order.

    Input: {"id","title","summary","published"?}. Output:
    {"id","topics","parties","figures","evidence","summary","status","effective","severity"}, and
    "collection" if the story states it.
    """
    _answer_lines(file, explain_story if explain else match_story)


@click.command()
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--explain", is_flag=True, help="Add the reasons as sentences.")
@report_errors
def same(file: IO[bytes], explain: bool) -> None:
    """Print whether two stories report one event: JSON lines in and out, in the same order.

    In: {"id","a":{story},"b":{story}}, where {story} is {"title","summary","published"?}.
    Out: {"id","relation","same","score"}. The relation is "same", "follow_up" or "different". The
    score, from 0 to 1, is the probability that both report one state of the event.
    """
    _answer_lines(file, _explain_pair if explain else compare_stories)


def _explain_pair(reader: Reader, given: Mapping[str, Any]) -> dict[str, Any]:
    found = compare(*read_pair(reader, given))
    return dump_comparison(given.get("id"), found) | {"explanation": explain_comparison(found)}


@click.command("eval")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--misses", is_flag=True, help="List the items that differ from their labels.")
@report_errors
def evaluate_sets(folder: Path, misses: bool) -> None:
    """Score topics, parties, figures, states and pairs on the labeled sets of a folder.

    Each *.jsonl file in FOLDER is a set, with one labeled story or pair per line.
    """
    reader = open_config(load_settings()).reader
    paths = sorted(folder.glob("*.jsonl"))
    if not paths:
        raise TariffwireError(str(folder), "no *.jsonl files", "Name a folder with labeled sets")
    for path in paths:
        click.echo(f"{path.name}:")
        try:
            result = evaluate(_read_set(path), reader)
        except (KeyError, TypeError, IndexError) as error:
            cause = f"not a labeled set ({type(error).__name__}: {error})"
            cure = "bot/news/evaluation.py describes the sets"
            raise TariffwireError(str(path), cause, cure) from error
        for name, tally in result.tallies.items():
            click.echo(
                f"  {name}: F1 {tally.f1:.3f}, precision {tally.precision:.3f}, recall "
                f"{tally.recall:.3f} ({tally.right} right, {tally.false} false, "
                f"{tally.missed} missed)"
            )
        for name, share in result.shares.items():
            click.echo(f"  {name}: {share.number} of {share.of}")
        if misses:
            for miss in result.misses:
                click.echo(
                    f"  - {miss.what} of {miss.id}: wanted {miss.wanted or 'none'}, found "
                    f"{miss.found or 'none'}: {miss.title}"
                )


def _read_set(path: Path) -> list[dict[str, Any]]:
    with path.open("rb") as file:
        lines = enumerate(_read_lines(file), start=1)
        return [read_line(line, number) for number, line in lines if line.strip()]


def _answer_lines(file: IO[bytes], answer: Callable[[Any, dict[str, Any]], object]) -> None:
    """Reads line by line and prints the answer to each line before it reads the next one."""
    reader, size, done = open_config(load_settings()).reader, _find_size(file), 0
    # If the answers go to the terminal, no progress bar is shown, because it would mix with
    # the answers.
    with progress_bar("Reading", shown=not sys.stdout.isatty()) as advance:
        for number, line in enumerate(_read_lines(file), start=1):
            if line.strip():
                print_json(answer(reader, read_line(line, number)))
            done += len(line)
            advance(done, size)


def _read_lines(file: IO[bytes]) -> Iterator[bytes]:
    number = 1
    while line := file.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            cause = f"longer than {LONGEST_LINE:,} bytes"
            raise TariffwireError(f"line {number}", cause, "Put one story on each line")
        yield line
        number += 1


def _find_size(file: IO[bytes]) -> int | None:
    """The file's size in bytes; None for a pipe or a terminal."""
    try:
        status = os.fstat(file.fileno())
    except OSError:
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None
