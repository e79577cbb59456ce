"""Commands about rates: ask a question, list upcoming changes and proposals, export approvals."""

import asyncio
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import cast

import click

from bot.cli.config import open_config
from bot.cli.output import echo, print_json, read_day, report_errors, report_errors_as
from bot.cli.rates.completion import complete_word
from bot.cli.rates.console import print_all
from bot.cli.rates.service import build_current_ledger, open_answers
from bot.cli.rates.terminal import (
    render_dates,
    render_dates_long,
    render_deadlines,
    render_deadlines_long,
    render_line,
    render_long,
    render_short,
)
from bot.commands.answers import AnswerService
from bot.commands.rates.replies import CardList, RateAnswers, RateCalendar, RateCard
from bot.errors import QueryError, TariffwireError
from bot.mcp.facts import RateReply, build_refusal, build_reply
from bot.parties import Parties
from bot.rates.calendar.upcoming import CheckedPeriod, select_shown
from bot.rates.consistency import list_contradictions
from bot.rates.ledger import Ledger
from bot.rates.question.value import take_value
from bot.render import words as say
from bot.render.cards import render_card_lines, render_card_list_lines
from bot.render.dates.calendar_rows import describe_surroundings
from bot.render.dates.spells import describe_spells
from bot.render.json import build_deadline_json, build_upcoming_json
from bot.render.overview.headline import has_figure
from bot.render.unread import describe_unread
from bot.runtime.settings import Settings, load_settings
from bot.store.read_only import SavedStories


@click.command()
@click.argument("words", nargs=-1, required=True, shell_complete=complete_word)
@click.option("--on", metavar="DAY", help="The day; today by default.")
@click.option("--product", help="A product in words or an HS code.")
@click.option("--value", metavar="DOLLARS", help="The entered value, for duties in dollars: 10000.")
@click.option("--long", "as_long", is_flag=True, help="Print every duty, note and source.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@report_errors_as(lambda error, given: build_refusal(" ".join(given["words"]), error))
def rate(
    words: tuple[str, ...],
    on: str | None,
    product: str | None,
    value: str | None,
    as_long: bool,
    as_json: bool,
) -> None:
    """Answer a question like /tariff: `tariffwire rate us china`.

    With --json, print one JSON object: question, answers, error. The exit code is 1 if there is no
    answer.
    """
    settings = load_settings()
    ledger = build_current_ledger(open_config(settings))
    question, now = " ".join(words), datetime.now(UTC)
    day = read_day(on, ledger.find_duty_day(now))
    dollars = None if value is None else _parse_value(value)
    reply, today = asyncio.run(_answer(settings, ledger, question, day, product, dollars))
    if as_json:
        if isinstance(reply, RateCalendar):
            _warn(reply.checked_period, to_stderr=True)
        print_json(build_reply(question, reply))
    elif isinstance(reply, RateCalendar):
        _print_calendar(reply, ledger.parties, as_long=as_long)
    elif isinstance(reply, RateCard):
        lines = render_card_lines(reply.facts, reply.query, ledger.parties, reply.others)
        print_all(map(render_line, lines))
    elif isinstance(reply, CardList):
        print_all(map(render_line, render_card_list_lines(reply.cards)))
    elif as_long:
        if unread := describe_unread(reply.query, ledger.parties):
            print_all([render_line(f"! {unread}")])
        print_all(render_long(reply.answers, reply.query, today))
    else:
        if unread := describe_unread(reply.query, ledger.parties):
            print_all([render_line(f"! {unread}")])
        for sentence in describe_spells(reply.spells, reply.query, ledger.parties):
            echo(sentence)
        print_all(render_short(reply.answers, reply.query, today))
    if isinstance(reply, RateAnswers) and not any(map(has_figure, reply.answers)):
        sys.exit(1)


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
) -> tuple[RateReply, date]:
    """The reply that `/tariff` gives to the question, and today's date in the importing country."""
    async with open_answers(settings, ledger) as answers:
        parsed = answers.parse(question, datetime.now(UTC), on=on, product=product, value=value)
        return await answers.answer(parsed), parsed.today


@click.group("rates")
def rates() -> None:
    """List upcoming changes and proposals; check the rates files; export approved rates."""


@rates.command("upcoming")
@click.argument("words", nargs=-1, shell_complete=complete_word)
@click.option("--long", "as_long", is_flag=True, help="Print each change with its source.")
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
def upcoming(words: tuple[str, ...], as_long: bool, as_json: bool, ics_file: Path | None) -> None:
    """List the dates on which duties take effect, end or are due for a decision, and the deadlines
    of official notices that the bot has read, for one economy or all."""
    settings, question = load_settings(), " ".join(("upcoming", *words))
    ledger = build_current_ledger(open_config(settings))
    if ics_file is None:
        calendar, _ = asyncio.run(_answer(settings, ledger, question))
        _print_calendar(
            cast("RateCalendar", calendar), ledger.parties, as_json=as_json, as_long=as_long
        )
        return
    from bot.render.dates.ics import render_calendar_file

    now = datetime.now(UTC)
    answers = AnswerService(ledger, stories=SavedStories(settings.database))
    file = asyncio.run(answers.build_calendar_file(question, now))
    title = say.format_calendar_title(file.query, ledger.parties)
    content = render_calendar_file(file.entries, title, ledger.parties, now, file.deadlines)
    _write(ics_file, content)
    _warn(file.checked_period, to_stderr=True)


def _warn(reach: CheckedPeriod | None, *, to_stderr: bool) -> None:
    """Prints a warning with the date when the calendar's sources were last checked, unless they
    were checked today."""
    if not (warning := say.describe_checked_period(reach)):
        return
    if to_stderr:
        click.echo(f"! {warning}", err=True)
    else:
        print_all([render_line(f"! {warning}")])


def _print_calendar(
    calendar: RateCalendar, parties: Parties, *, as_json: bool = False, as_long: bool = False
) -> None:
    """Prints the dates and the deadlines. If the sources were not checked today, a warning comes
    with them."""
    if as_json:
        _warn(calendar.checked_period, to_stderr=True)
        for item in calendar.items:
            print_json(build_upcoming_json(item))
        for deadline in calendar.deadlines:
            print_json(build_deadline_json(deadline))
        return
    if as_long:
        print_all(render_dates_long(calendar.items, parties))
        print_all(render_deadlines_long(calendar.deadlines))
    else:
        dates = select_shown(calendar.query, calendar.items, calendar.today)
        if calendar.items or not calendar.deadlines:
            print_all(render_dates(dates, parties))
        listed = bool(dates.listed)
        around = describe_surroundings(calendar.around, calendar.query, parties, has_rows=listed)
        print_all(map(render_line, around))
        print_all(render_deadlines(calendar.deadlines))
    _warn(calendar.checked_period, to_stderr=False)


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
    from bot.runtime.wiring.basics import open_store

    async with open_store(load_settings()) as store:
        record, found = await store.proposals.record(), await store.proposals.every()
    for filed in found:
        acts = [act for act in record if act.proposal_id == filed.proposal.id]
        if as_json:
            print_json(proposals.build_record_json(filed, acts))
        else:
            echo("\n".join(proposals.render_record_lines(filed, acts)))
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
    config = open_config(load_settings())
    found = list_contradictions(config.book, config.ledger)
    for one in found:
        echo(f"{one.thing}: {one.text}")
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
    from bot.runtime.config.loader import APPROVED

    text, left_out = export(load_settings())
    for left in left_out:
        echo(f"! skipped {left.amendment.measure_id}: {left.why}", err=True)
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
