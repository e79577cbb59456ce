"""Commands about rates: ask a question, list upcoming changes and proposals, export approvals."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import cast

import click

from bot.cli.output import parse_day, print_json, report_errors
from bot.commands.answers import AnswerService
from bot.commands.replies import CardList, RateAnswers, RateCalendar, RateCard
from bot.errors import QueryError, StoreError, TariffwireError
from bot.parties import Parties
from bot.proposals.approval.data_checks import apply_checks
from bot.proposals.approval.overlay import build_ledger
from bot.rates.calendar.upcoming import CheckedPeriod
from bot.rates.consistency import list_contradictions
from bot.rates.ledger import Ledger
from bot.rates.question.value import take_value
from bot.render import words as say
from bot.render.cards import render_card_lines, render_card_list_lines
from bot.render.json import build_rate_json, build_upcoming_json
from bot.render.spells import describe_spell
from bot.render.text import render_calendar_line, render_lines
from bot.runtime.config_folder import ConfigFolder
from bot.runtime.settings import Settings, load_settings
from bot.store.read_only import SavedStories, approved_rates, data_checks


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--on", type=parse_day, metavar="YYYY-MM-DD", help="The day; today by default.")
@click.option("--product", help="A product in words or an HS code.")
@click.option("--value", metavar="DOLLARS", help="The entered value, for duties in dollars: 10000.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@report_errors
def rate(
    words: tuple[str, ...],
    on: date | None,
    product: str | None,
    value: str | None,
    as_json: bool,
) -> None:
    """Answer a question like /tariff: `tariffwire rate us china`.

    With --json, print one JSON object: question, answers, error.
    """
    settings = load_settings()
    ledger = _build_ledger(ConfigFolder(settings))
    question = " ".join(words)
    try:
        dollars = None if value is None else _parse_value(value)
        reply = asyncio.run(_answer(settings, ledger, question, on, product, dollars))
    except QueryError as error:
        if as_json:
            print_json(build_rate_json(question, None, error=error))
        raise
    if as_json:
        if isinstance(reply, RateCalendar):
            _warn(reply.checked_period, to_stderr=True)
        dates = reply.items if isinstance(reply, RateCalendar) else None
        answers = reply.answers if isinstance(reply, RateAnswers) else ()
        card = reply.facts if isinstance(reply, RateCard) else None
        print_json(build_rate_json(question, reply.query, answers, calendar=dates, card=card))
    elif isinstance(reply, RateCalendar):
        _print_calendar(reply, ledger.parties)
    elif isinstance(reply, RateCard):
        click.echo("\n".join(render_card_lines(reply.facts)))
    elif isinstance(reply, CardList):
        click.echo("\n".join(render_card_list_lines(reply.cards)))
    else:
        for spell in reply.spells:
            click.echo(describe_spell(spell, ledger.parties))
        click.echo("\n\n".join("\n".join(render_lines(answer)) for answer in reply.answers))


def _parse_value(text: str) -> Decimal:
    value, rest = take_value(f"value {text.casefold()}")
    if value is None or rest.strip():
        raise QueryError(text, "not an amount in dollars", "Write it as 10000")
    return value


async def _answer(
    settings: Settings,
    ledger: Ledger,
    question: str,
    on: date | None = None,
    product: str | None = None,
    value: Decimal | None = None,
) -> RateAnswers | RateCalendar | RateCard | CardList:
    """The reply that `/tariff` gives to the question. It uses the live sources that are enabled."""
    async with AsyncExitStack() as stack:
        live = None
        if settings.live_sources:
            from bot.runtime.wiring import make_fetch_limits, read_clock
            from bot.sources.registry import SourceRegistry

            sources = SourceRegistry(
                settings, make_fetch_limits(settings), ledger.parties, read_clock
            )
            stack.push_async_callback(sources.close)
            live = sources.reference
        answers = AnswerService(ledger, live, SavedStories(settings.database))
        parsed = answers.parse(question, datetime.now(UTC), on=on, product=product, value=value)
        return await answers.answer(parsed)


def _build_ledger(config: ConfigFolder) -> Ledger:
    """The ledger with the approved rates. If the database cannot be read, prints a warning and
    returns the ledger without them."""
    try:
        approved = approved_rates(config.settings.database)
        checks = data_checks(config.settings.database)
    except StoreError as error:
        click.echo(f"! Approved rates are missing from this answer: {error}", err=True)
        approved, checks = (), ()
    return build_ledger(apply_checks(config.book, checks), approved, config.parties)


@click.group("rates")
def rates() -> None:
    """List upcoming changes and proposals; check the rates files; export approved rates."""


@rates.command("upcoming")
@click.argument("words", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per date.")
@click.option(
    "--ics",
    "ics_file",
    is_flag=False,
    flag_value="-",
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    help="Write an iCalendar file to FILE, or to stdout without FILE.",
    metavar="[FILE]",
)
@report_errors
def upcoming(words: tuple[str, ...], as_json: bool, ics_file: Path | None) -> None:
    """List the dates on which duties take effect, end or are due for a decision, for one economy or
    all."""
    settings, question = load_settings(), " ".join(("upcoming", *words))
    ledger = _build_ledger(ConfigFolder(settings))
    if ics_file is None:
        calendar = cast("RateCalendar", asyncio.run(_answer(settings, ledger, question)))
        _print_calendar(calendar, ledger.parties, as_json=as_json)
        return
    from bot.render.ics import render_calendar_file

    now = datetime.now(UTC)
    file = AnswerService(ledger).build_calendar_file(question, now)
    title = say.format_calendar_title(file.query, ledger.parties)
    _write(ics_file, render_calendar_file(file.entries, title, ledger.parties, now))
    _warn(file.checked_period, to_stderr=True)


def _warn(reach: CheckedPeriod | None, *, to_stderr: bool) -> None:
    """Prints a warning with the date when the calendar's sources were last checked, unless they
    were checked today."""
    if warning := say.describe_checked_period(reach):
        click.echo(f"! {warning}", err=to_stderr)


def _print_calendar(calendar: RateCalendar, parties: Parties, *, as_json: bool = False) -> None:
    """Prints one line for each date. If the sources were not checked today, a warning comes
    first."""
    _warn(calendar.checked_period, to_stderr=as_json)
    for item in calendar.items:
        if as_json:
            print_json(build_upcoming_json(item))
        else:
            click.echo(render_calendar_line(item, parties))


def _write(file: Path, content: bytes) -> None:
    """Writes to the file, or to stdout if the file is `-`."""
    try:
        with click.open_file(str(file), "wb") as out:
            out.write(content)
    except OSError as error:
        cause = error.strerror or "cannot be written"
        raise TariffwireError(str(file), cause, "Name a file that can be written") from error


@rates.command("proposals")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per proposal.")
@report_errors
def list_proposals(as_json: bool) -> None:
    """Show all proposals with their state, decisions and sources."""
    asyncio.run(_print_proposals(as_json))


async def _print_proposals(as_json: bool) -> None:
    from bot.render import proposals
    from bot.runtime.wiring import open_store

    async with open_store(load_settings()) as store:
        record, found = await store.proposals.record(), await store.proposals.every()
    for filed in found:
        acts = [act for act in record if act.proposal_id == filed.proposal.id]
        if as_json:
            print_json(proposals.build_record_json(filed, acts))
        else:
            click.echo("\n".join(proposals.render_record_lines(filed, acts)))
    if not found and not as_json:
        click.echo("no proposals yet")


@rates.command("check")
@report_errors
def check() -> None:
    """Compare the rates files with the tariff schedule.

    Print each contradiction, such as a heading that the schedule lacks or dates differently, a line
    on two lists with different rates, or a heading that ended while its duty is still charged. The
    exit code is 1 if there is one.
    """
    config = ConfigFolder(load_settings())
    found = list_contradictions(config.book, config.ledger)
    for one in found:
        click.echo(f"{one.thing}: {one.text}")
    if found:
        raise TariffwireError("the rates files", f"have {len(found)} contradictions")
    lines = sum(len(one.lines) for one in config.book.tariff_schedules.values())
    click.echo(f"no contradictions; {lines:,} tariff lines")


@rates.command("export")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The folder in which to write approved.yaml, or another .yaml file.",
)
@report_errors
def export_rates(out: Path | None) -> None:
    """Write the file approved.yaml with the rates that operators have approved.

    Put this file into config/rates, where it overrides the other files. Without --out, print it.
    """
    from bot.cli.rates.export import export_rates as export
    from bot.runtime.config_loader import APPROVED

    text, left_out = export(load_settings())
    for left in left_out:
        click.echo(f"! skipped {left.amendment.measure_id}: {left.why}", err=True)
    if not text:
        click.echo("nothing to export: the rates files already have all approved rates", err=True)
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
