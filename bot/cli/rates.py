"""Commands about rates: ask, list what comes and what was proposed, export what was approved."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from bot.cli.output import answers_for_errors, print_json, run_async
from bot.errors import TariffwireError


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="A day, such as 2025-05-20.")
@click.option("--product", help="A product in words or an HS code.")
@click.option("--json", "as_json", is_flag=True, help="The answer as JSON.")
@answers_for_errors
def rate(words: tuple[str, ...], on: datetime | None, product: str | None, as_json: bool) -> None:
    """Answer what /tariff answers: `tariffwire rate us china`.

    JSON is one object where two parties are named: the first as imposer, the second as partner.
    Other questions have several answers, or days of the calendar: one object a line.
    """
    from bot.rates.answer.build import ask, today_for
    from bot.rates.calendar.upcoming import calendar, how_far_read
    from bot.rates.question.parse import CHANGES_DAYS, Kind, parse
    from bot.render.json import answer_json, upcoming_json
    from bot.render.text import calendar_line, lines
    from bot.runtime.config_folder import ConfigFolder
    from bot.runtime.settings import load_settings

    question, day = " ".join(words), on.date() if on else None
    settings = load_settings()
    ledger = _ledger(ConfigFolder(settings))
    today = today_for(question, ledger, datetime.now(UTC))
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
        from bot.cli.operations import with_live_sources

        answers = asyncio.run(with_live_sources(settings, answers, query, ledger, today))
    if answers and as_json:
        for answer in answers[:1] if query.kind is Kind.PAIR else answers:
            print_json(answer_json(answer))
    elif answers:
        click.echo("\n\n".join("\n".join(lines(answer)) for answer in answers))
    if not answers and (warning := how_far_read(query, ledger, today)):
        click.echo(f"! {warning}", err=as_json)
    for item in () if answers else calendar(query, ledger, today):
        if as_json:
            print_json(upcoming_json(item))
        else:
            click.echo(calendar_line(item))


def _ledger(library: Any) -> Any:
    """The ledger with what operators approved; where that cannot be read, a warning and without."""
    from bot.errors import StoreError
    from bot.proposals.approval.overlay import ledger_over
    from bot.store.approved_rates import approved_rates

    try:
        approved = approved_rates(library.settings.database)
    except StoreError as error:
        click.echo(f"! Rates that operators approved are not in this answer: {error}", err=True)
        approved = ()
    return ledger_over(library.book, approved, library.parties)


@click.group("rates")
def rates() -> None:
    """List what comes and what was proposed; export what was approved."""


@rates.command("upcoming")
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
@answers_for_errors
def upcoming(words: tuple[str, ...], as_json: bool, ics_file: Path | None) -> None:
    """List what takes effect, ends or falls due, for all economies or one.

    tariffwire rates upcoming china --ics china.ics
    """
    from bot.rates.calendar.entries import all_ahead, title_of
    from bot.rates.calendar.upcoming import calendar, how_far_read
    from bot.rates.question.parse import parse
    from bot.render.json import upcoming_json
    from bot.render.text import calendar_line
    from bot.runtime.config_folder import ConfigFolder
    from bot.runtime.settings import load_settings

    ledger, now = _ledger(ConfigFolder(load_settings())), datetime.now(UTC)
    today = ledger.duty_day(now)
    query = parse(" ".join(("upcoming", *words)), ledger.parties, today, ledger.reader)
    if ics_file is not None:
        from bot.rates.calendar.ics import calendar_file

        changes = all_ahead(query, ledger, today)
        title = title_of(query, ledger.parties)
        _write(ics_file, calendar_file(changes, title, ledger.parties, now))
    if warning := how_far_read(query, ledger, today):
        click.echo(f"! {warning}", err=as_json or ics_file is not None)
    for item in () if ics_file is not None else calendar(query, ledger, today):
        if as_json:
            print_json(upcoming_json(item))
        else:
            click.echo(calendar_line(item))


def _write(file: Path, content: bytes) -> None:
    """Writes to the file, or to stdout for `-`."""
    try:
        with click.open_file(str(file), "wb") as out:
            out.write(content)
    except OSError as error:
        cause = error.strerror or "cannot be written"
        raise TariffwireError(str(file), cause, "Name a file that can be written") from error


@rates.command("proposals")
@click.option("--json", "as_json", is_flag=True, help="One JSON line a proposal.")
@answers_for_errors
def list_proposals(as_json: bool) -> None:
    """Show what was proposed, what waits, and who decided what, when, on whose word."""
    from bot.cli.operations import proposed_rates
    from bot.render.proposals import lines, record_json
    from bot.runtime.settings import load_settings

    async def show() -> None:
        found = await proposed_rates(load_settings())
        for filed, acts in found:
            if as_json:
                print_json(record_json(filed, acts))
            else:
                click.echo("\n".join(lines(filed, acts)))
        if not found and not as_json:
            click.echo("nothing was proposed yet")

    run_async(show())


@rates.command("export")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The folder in which to write approved.yaml, or another .yaml file.",
)
@answers_for_errors
def export_rates(out: Path | None) -> None:
    """Write the rates that operators approved as approved.yaml.

    In config/rates it is laid over the other files. Without --out it is printed.
    """
    from bot.cli.rates_export import export_rates as export
    from bot.runtime.config_loader import APPROVED
    from bot.runtime.settings import load_settings

    text, left_out = export(load_settings())
    for left in left_out:
        click.echo(f"! left out: {left.amendment.measure_id}: {left.why}", err=True)
    if not text:
        click.echo("nothing is approved that the rates files do not hold", err=True)
    elif out is None:
        click.echo(text, nl=False)
    else:
        file = out if out.suffix in (".yaml", ".yml") and not out.is_dir() else out / APPROVED
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TariffwireError(str(out), error.strerror or "cannot be written") from error
        _write(file, text.encode())
        click.echo(f"wrote {file}", err=True)
