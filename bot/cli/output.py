"""Functions that all commands use: one-line errors, JSON output, a progress bar."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from functools import wraps
from typing import Any, ParamSpec

import click

from bot.errors import QueryError, TariffwireError
from bot.text.single_line import escape_controls, remove_controls

P = ParamSpec("P")


def report_errors(command: Callable[P, None]) -> Callable[P, None]:
    """Prints a TariffwireError as one line on stderr and exits with 1.

    With --json, it also prints the error as JSON on stdout. If an argument is not valid text, the
    exit code is 2 (wrong usage).
    """
    return report_errors_as(lambda error, _: {"error": error.to_json()})(command)


def report_errors_as(
    build_json: Callable[[TariffwireError, Mapping[str, Any]], object],
) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Like `report_errors`, with another JSON value. It is built from the error and the arguments
    of the command."""

    def decorate(command: Callable[P, None]) -> Callable[P, None]:
        @wraps(command)
        def run_command(*args: P.args, **kwargs: P.kwargs) -> None:
            _check_text(kwargs)
            try:
                command(*args, **kwargs)
                # Otherwise Python would report a closed pipe itself, at its end.
                sys.stdout.flush()
            except TariffwireError as error:
                if kwargs.get("as_json"):
                    print_json(build_json(error, kwargs))
                echo(f"tariffwire: {error}", err=True)
                sys.exit(1)
            except KeyboardInterrupt:
                sys.exit(130)
            except BrokenPipeError:
                # The program that reads our output has ended, for example `head` after a pipe.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                sys.exit(1)

        return run_command

    return decorate


def print_usage_error(error: click.UsageError) -> None:
    """Prints wrong usage as `{"error": {"thing", "cause", "cure"}}`."""
    command = error.ctx.command_path if error.ctx else "tariffwire"
    found = {"thing": command, "cause": error.format_message(), "cure": f"Try {command} --help"}
    print_json({"error": found})


def parse_day(text: str) -> date:
    """The day of an option, written as 2025-12-31; any other text is wrong usage."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise click.BadParameter(f"'{text}' is not a day. Write it as 2025-12-31.") from error


def read_day(text: str | None, today: date) -> date | None:
    """The day of the option --on, in the words of questions; other text is wrong usage.

    None if the option is not given.
    """
    if text is None:
        return None
    # Imported here, because the commands that have no such option do not need the parser.
    from bot.rates.question.times import periods

    try:
        return periods.read_day(text, today)
    except QueryError as error:
        raise click.BadParameter(f"{error}.", param_hint="--on") from error


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

    click.echo(escape_controls(dump_line(value, sys.stdout.encoding or "utf-8")))


def echo(text: str, *, err: bool = False) -> None:
    """Prints text from outside, such as a title of a feed, without what a terminal would obey."""
    click.echo(remove_controls(text), err=err)


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
