"""Functions that all commands use: one-line errors, JSON output, a progress bar."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from functools import wraps
from typing import ParamSpec

import click

from bot.errors import TariffwireError

P = ParamSpec("P")


def report_errors(command: Callable[P, None]) -> Callable[P, None]:
    """Prints a TariffwireError as one line on stderr and exits with 1.

    If an argument is not valid text, the exit code is 2 (wrong usage).
    """

    @wraps(command)
    def run_command(*args: P.args, **kwargs: P.kwargs) -> None:
        _check_text(kwargs)
        try:
            command(*args, **kwargs)
        except TariffwireError as error:
            click.echo(f"tariffwire: {error}", err=True)
            sys.exit(1)
        except KeyboardInterrupt:
            sys.exit(130)
        except BrokenPipeError:
            # The program that reads our output has ended, for example `head` after a pipe.
            sys.stderr.close()
            sys.exit(1)

    return run_command


def parse_day(text: str) -> date:
    """The day of an option, written as 2025-12-31; any other text is wrong usage."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise click.BadParameter(f"'{text}' is not a day. Write it as 2025-12-31.") from error


def _check_text(given: Mapping[str, object]) -> None:
    """Raises UsageError for an argument with bytes that are not UTF-8.

    Python represents these bytes as lone surrogates, which databases and terminals refuse.
    """
    for value in given.values():
        for part in value if isinstance(value, tuple) else (value,):
            try:
                str(part).encode()
            except UnicodeEncodeError as error:
                raise click.UsageError(f"{str(part)!a} is not UTF-8 text") from error


def print_json(value: object) -> None:
    # Imported here, because the import takes 0.12 s and most commands do not need it.
    from bot.news.jsonl import dump_line

    click.echo(dump_line(value, sys.stdout.encoding or "utf-8"))


@contextmanager
def progress_bar(doing: str, *, shown: bool = True) -> Iterator[Callable[[int, int | None], None]]:
    """Shows a progress bar on stderr, if stderr is a terminal.

    Yields a function that updates the bar. Its arguments are the count so far and the total.
    """
    if not (shown and sys.stderr.isatty()):
        yield lambda _done, _total: None
        return
    # Imported here, because the import takes 0.05 s and `match` shows no bar in a script.
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(doing, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
