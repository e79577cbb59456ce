"""The commands: parse, call, print. Each imports what it needs, so that `--help` is quick.

Exit codes: 0 done, 1 the thing asked for failed (one line on stderr), 2 wrong usage.
"""

import asyncio
import os
import stat
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import wraps
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any, ParamSpec

import click

from bot import __version__
from bot.errors import TariffwireError

P = ParamSpec("P")

LONGEST_LINE = 5_000_000
"""Bytes of one line that `match` and `same` take."""

LARGEST_OPML = 20_000_001
"""Bytes read of a feed list: more than its bound, however many bytes its characters take."""


def _answers_for_errors(command: Callable[P, None]) -> Callable[P, None]:
    """Turns an error of ours into one line on stderr and exit code 1.

    An argument that is no text is wrong usage.
    """

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        _refuse_no_text(kwargs)
        try:
            command(*args, **kwargs)
        except TariffwireError as error:
            click.echo(f"tariffwire: {error}", err=True)
            sys.exit(1)
        except KeyboardInterrupt:
            sys.exit(130)
        except BrokenPipeError:
            # The reader of our output went away (`| head`); nobody is left to be told.
            sys.stderr.close()
            sys.exit(1)

    return guarded


def _refuse_no_text(given: Mapping[str, object]) -> None:
    """Raises UsageError where an argument holds bytes that are no text.

    They come as lone surrogates, which neither a database nor a terminal takes.
    """
    for value in given.values():
        for part in value if isinstance(value, tuple) else (value,):
            try:
                str(part).encode()
            except UnicodeEncodeError as error:
                raise click.UsageError(f"{str(part)!a} is not UTF-8 text") from error


def _run(coroutine: Coroutine[Any, Any, None]) -> None:
    asyncio.run(coroutine)


def _print_json(value: object) -> None:
    from bot.news.wire import written

    click.echo(written(value, sys.stdout.encoding or "utf-8"))


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="tariffwire")
def main() -> None:
    """Trade news in Slack: tariffs, negotiations, court rulings. Once, with the number and the
    source."""
    if isinstance(sys.stdout, TextIOWrapper):
        # Where the terminal lacks a character, a mark in its place is better than no answer.
        sys.stdout.reconfigure(errors="replace")


@main.command()
@_answers_for_errors
def run() -> None:
    """Run the bot: poll feeds, post alerts, answer /tariff.

    With SLACK_BOT_TOKEN (and SLACK_APP_TOKEN or SLACK_SIGNING_SECRET) it talks to Slack; with none
    it opens a local workspace and prints its address.
    """
    from bot.app import run_bot
    from bot.settings import load_settings

    _run(run_bot(load_settings()))


@main.command()
@_answers_for_errors
def demo() -> None:
    """Run the bot on a written week of trade news, replayed fast, offline."""
    from bot.app import run_demo
    from bot.settings import load_settings

    _run(run_demo(load_settings()))


@main.command()
@click.option("--once", is_flag=True, help="Poll what is due now, then stop.")
@click.option(
    "--feeds",
    "feeds_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A feed list to use instead of the configured one.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each new entry.")
@_answers_for_errors
def poll(once: bool, feeds_file: Path | None, as_json: bool) -> None:
    """Poll the feeds that are due and print what was new.

    Without --json only the stories are printed; with it every new entry, its topics empty where it
    is no story. What subscribers are owed is sent by `run`.
    """
    from bot.admin import poll_feeds
    from bot.settings import load_settings

    given = {"feeds_file": feeds_file} if feeds_file else {}
    with _bar("Polling") as advance:

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
            _print_json(
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


@contextmanager
def _bar(doing: str, *, shown: bool = True) -> Iterator[Callable[[int, int | None], None]]:
    """A progress bar on stderr where that is a terminal; call it with what is done, and of what."""
    if not (shown and sys.stderr.isatty()):
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(doing, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


@main.command()
@click.argument("file", type=click.File("rb"), default="-")
@_answers_for_errors
def match(file: IO[bytes]) -> None:
    """Say what stories are about: JSON lines in, JSON lines out, in the same order.

    In: {"id","title","summary","published"?}. Out: {"id","topics","parties","figures","evidence",
    "summary"}.
    """
    from bot.news.wire import understood

    _answer_lines(file, understood)


@main.command()
@click.argument("file", type=click.File("rb"), default="-")
@_answers_for_errors
def same(file: IO[bytes]) -> None:
    """Say whether two stories report one event: JSON lines in and out, in the same order.

    In: {"id","a":{story},"b":{story}}. Out: {"id","same","score"}.
    """
    from bot.news.wire import compared

    _answer_lines(file, compared)


def _answer_lines(file: IO[bytes], answer: Callable[[Any, dict[str, Any]], object]) -> None:
    """Prints the answer to each line as soon as the line is there."""
    from bot.library import Library
    from bot.news.wire import read_line
    from bot.settings import load_settings

    reader, size, done = Library(load_settings()).reader, _size(file), 0
    # A bar among the answers on one terminal would be in their way.
    with _bar("Reading", shown=not sys.stdout.isatty()) as advance:
        for number, line in enumerate(_lines(file), start=1):
            if line.strip():
                _print_json(answer(reader, read_line(line, number)))
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


@main.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="A day, such as 2025-05-20.")
@click.option("--product", help="A product in words or an HS code.")
@click.option("--json", "as_json", is_flag=True, help="The answer as JSON.")
@_answers_for_errors
def rate(words: tuple[str, ...], on: datetime | None, product: str | None, as_json: bool) -> None:
    """Answer what /tariff answers: `tariffwire rate us china`.

    JSON is one object where two parties are named: the first as imposer, the second as partner.
    Other questions have several answers, or days of the calendar: one object a line.
    """
    from bot.library import Library
    from bot.rates.agenda import calendar, how_far_read
    from bot.rates.answer import ask
    from bot.rates.query import CHANGES_DAYS, Kind, parse
    from bot.rates.reply_json import answer_json, upcoming_json
    from bot.rates.words import lines, upcoming_line
    from bot.settings import load_settings

    question, day = " ".join(words), on.date() if on else None
    settings = load_settings()
    ledger, today = _ledger(Library(settings)), datetime.now(UTC).date()
    query = parse(question, ledger.parties, today, ledger.reader)
    given = {"on": day, "product": product}
    query = query.model_copy(update={key: value for key, value in given.items() if value})
    if day and query.kind is Kind.CHANGES:
        # In words, the day of 'changes since ...' is where they begin; --on is where they end.
        begin = day - timedelta(days=CHANGES_DAYS)
        told = query.since is not None and query.since < day
        query = query.model_copy(update={"since": query.since if told else begin})
    answers = ask(question, ledger, today, on=day, product=product)
    if settings.live_sources:
        from bot.admin import with_live_sources

        asked = query.model_copy(update={"on": day or query.on})
        answers = asyncio.run(with_live_sources(settings, answers, asked, ledger, today))
    if answers and as_json:
        for answer in answers[:1] if query.kind is Kind.PAIR else answers:
            _print_json(answer_json(answer))
    elif answers:
        click.echo("\n\n".join("\n".join(lines(answer)) for answer in answers))
    if not answers and (warning := how_far_read(query, ledger, today)):
        click.echo(f"! {warning}", err=as_json)
    for item in () if answers else calendar(query, ledger, today):
        if as_json:
            _print_json(upcoming_json(item))
        else:
            click.echo(upcoming_line(item))


def _ledger(library: Any) -> Any:
    """The ledger with what operators approved; where that cannot be read, a warning and without."""
    from bot.errors import StoreError
    from bot.rates.layer import ledger_over
    from bot.store.approved import approved_rates

    try:
        approved = approved_rates(library.settings.database)
    except StoreError as error:
        click.echo(f"! Rates that operators approved are not in this answer: {error}", err=True)
        approved = ()
    return ledger_over(library.book, approved, library.parties)


@main.command()
@click.argument("channel")
@click.argument("text")
@click.option("--json", "as_json", is_flag=True, help="What came back, with its blocks, as JSON.")
@_answers_for_errors
def say(channel: str, text: str, as_json: bool) -> None:
    """Type a line in the local workspace and print what comes back.

    tariffwire say "#trade-news" "/tariff us china"
    """
    from bot.local.client import say as say_locally
    from bot.local.words import in_words
    from bot.settings import load_settings

    async def ask() -> None:
        address = f"http://127.0.0.1:{load_settings().port}"
        for message in await say_locally(address, channel, text):
            if as_json:
                _print_json(message)
            else:
                click.echo(in_words(message))

    _run(ask())


@main.command()
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON lines.")
@_answers_for_errors
def doctor(as_json: bool) -> None:
    """Check settings, config, database, clock, Slack and feeds; say what is wrong and the cure."""
    from bot.doctor import examine

    async def go() -> bool:
        sound = True
        async for finding in examine():
            sound = sound and finding.ok
            if as_json:
                _print_json(finding.model_dump())
            else:
                click.echo(f"{'ok ' if finding.ok else 'BAD'} {finding.subject}: {finding.says}")
                if finding.cure:
                    click.echo(f"    {finding.cure}")
        return sound

    sys.exit(0 if asyncio.run(go()) else 1)


@main.group("rates")
def rates_group() -> None:
    """List what comes and what was proposed; export what was approved."""


@rates_group.command("upcoming")
@click.argument("words", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="One JSON line a date.")
@click.option(
    "--ics",
    "ics_file",
    is_flag=False,
    flag_value="-",
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    help="An iCalendar file instead: to FILE, or to stdout.",
    metavar="[FILE]",
)
@_answers_for_errors
def upcoming(words: tuple[str, ...], as_json: bool, ics_file: Path | None) -> None:
    """List what takes effect, ends or falls due, for all economies or one.

    tariffwire rates upcoming china --ics china.ics
    """
    from bot.library import Library
    from bot.rates.agenda import calendar, how_far_read
    from bot.rates.ahead import all_ahead, title_of
    from bot.rates.query import parse
    from bot.rates.reply_json import upcoming_json
    from bot.rates.words import upcoming_line
    from bot.settings import load_settings

    ledger, now = _ledger(Library(load_settings())), datetime.now(UTC)
    query = parse(" ".join(("upcoming", *words)), ledger.parties, now.date(), ledger.reader)
    if ics_file is not None:
        from bot.rates.calendar_file import calendar_file

        changes = all_ahead(query, ledger, now.date())
        title = title_of(query, ledger.parties)
        _write(ics_file, calendar_file(changes, title, ledger.parties, now))
    if warning := how_far_read(query, ledger, now.date()):
        click.echo(f"! {warning}", err=as_json or ics_file is not None)
    for item in () if ics_file is not None else calendar(query, ledger, now.date()):
        if as_json:
            _print_json(upcoming_json(item))
        else:
            click.echo(upcoming_line(item))


def _write(file: Path, content: bytes) -> None:
    """Writes to the file, or to stdout for `-`."""
    try:
        with click.open_file(str(file), "wb") as out:
            out.write(content)
    except OSError as error:
        cause = error.strerror or "cannot be written"
        raise TariffwireError(str(file), cause, "Name a file that can be written") from error


@rates_group.command("proposals")
@click.option("--json", "as_json", is_flag=True, help="One JSON line a proposal.")
@_answers_for_errors
def list_proposals(as_json: bool) -> None:
    """Show what was proposed, what waits, and who decided what, when, on whose word."""
    from bot.admin import proposed_rates
    from bot.rates.record import lines, record_json
    from bot.settings import load_settings

    async def show() -> None:
        found = await proposed_rates(load_settings())
        for filed, acts in found:
            if as_json:
                _print_json(record_json(filed, acts))
            else:
                click.echo("\n".join(lines(filed, acts)))
        if not found and not as_json:
            click.echo("nothing was proposed yet")

    _run(show())


@rates_group.command("export")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="A folder for the changed files, or one .yaml file.",
)
@_answers_for_errors
def export_rates(out: Path | None) -> None:
    """Write the rates files with what operators approved, ready for a pull request.

    All else in them stays letter for letter. Without --out they are printed.
    """
    from bot.admin import export_rates as export
    from bot.settings import load_settings

    changed, left_out = export(load_settings())
    for left in left_out:
        click.echo(f"! left out: {left.amendment.measure_id}: {left.why}", err=True)
    if not changed:
        click.echo("nothing is approved that the rates files do not say", err=True)
        return
    if out is None:
        click.echo("---\n".join(changed.values()), nl=False)
        return
    for file in _write_files(changed, out):
        click.echo(f"wrote {file}", err=True)


def _write_files(texts: Mapping[str, str], out: Path) -> Iterator[Path]:
    """Writes each into the folder, or the only one to the file."""
    one = out.suffix in (".yaml", ".yml") and not out.is_dir()
    if one and len(texts) > 1:
        names = ", ".join(texts)
        raise TariffwireError(str(out), f"{names} are changed", "Name a folder instead")
    try:
        for name, text in texts.items():
            file = out if one else out / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            yield file
    except OSError as error:
        raise TariffwireError(str(out), error.strerror or "cannot be written") from error


@main.group()
def feeds() -> None:
    """List, add, remove, check, import and export feeds."""


@feeds.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON line a feed.")
@_answers_for_errors
def list_feeds(as_json: bool) -> None:
    """Show each feed's health: last success, next poll, what is wrong."""
    from bot.admin import feed_health
    from bot.assembly import clock
    from bot.settings import load_settings

    async def show() -> None:
        for health in await feed_health(load_settings()):
            click.echo(health.model_dump_json() if as_json else health.lines(clock()))

    _run(show())


@feeds.command("add")
@click.argument("url")
@_answers_for_errors
def add_feed(url: str) -> None:
    """Add the feed at URL, or the one that the page at URL names."""
    from bot.admin import add_feed as add
    from bot.settings import load_settings

    async def go() -> None:
        feed = await add(load_settings(), url)
        click.echo(f"added {feed.id}: {feed.title} <{feed.url}>")

    _run(go())


@feeds.command("remove")
@click.argument("feed_id", metavar="ID")
@_answers_for_errors
def remove_feed(feed_id: str) -> None:
    """Take out a feed that was added. Those of feeds.yaml are turned off there."""
    from bot.admin import remove_feed as remove
    from bot.settings import load_settings

    _run(remove(load_settings(), feed_id))
    click.echo(f"removed {feed_id}")


@feeds.command("check")
@click.argument("url")
@_answers_for_errors
def check_feed(url: str) -> None:
    """Fetch URL once and explain what it gives and what would be flagged. Nothing is kept."""
    from bot.admin import check_feed as check
    from bot.settings import load_settings

    async def go() -> None:
        for line in await check(load_settings(), url):
            click.echo(line)

    _run(go())


@feeds.command("import")
@click.argument("file", type=click.File("rb"))
@_answers_for_errors
def import_feeds(file: IO[bytes]) -> None:
    """Add every feed of an OPML file that is not known yet."""
    from bot.admin import import_feeds as add_all
    from bot.settings import load_settings

    async def go() -> None:
        opml = file.read(LARGEST_OPML).decode("utf-8-sig", "replace")
        added, known = await add_all(load_settings(), opml)
        click.echo(f"added {added} feed(s), {known} known already")

    _run(go())


@feeds.command("export")
@_answers_for_errors
def export_feeds() -> None:
    """Print all feeds as OPML."""
    from bot.admin import export_feeds as export
    from bot.settings import load_settings

    async def go() -> None:
        click.echo(await export(load_settings()), nl=False)

    _run(go())


@main.group()
def db() -> None:
    """Upgrade or back up the database."""


@db.command()
@_answers_for_errors
def upgrade() -> None:
    """Bring the database to this version's tables. `run` does it by itself."""
    from bot.admin import upgrade_database
    from bot.settings import load_settings

    _run(upgrade_database(load_settings()))


@db.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_answers_for_errors
def backup(file: Path) -> None:
    """Copy the database to FILE while the bot runs."""
    from bot.admin import backup_database
    from bot.settings import load_settings

    _run(backup_database(load_settings(), file))
    click.echo(f"backed up to {file}")
