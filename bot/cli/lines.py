"""Commands about line lists: import, show, export, remove."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from bot.alerts.subscriptions.own_lines import count_dependent
from bot.cli.config import open_config
from bot.cli.output import echo, print_json, report_errors
from bot.cli.rates.service import build_current_ledger
from bot.cli.slack_ids import check_channel, check_team, check_user
from bot.commands.lines.replies import LineTable, ProposedImport
from bot.commands.lines.service import LineListService
from bot.errors import LinesRefused, StoreError
from bot.lines.difference import ImportMode
from bot.lines.files.limits import check_file, get_ending
from bot.lines.files.pasted import MAX_CHARACTERS, read_pasted
from bot.lines.files.reading import read_file
from bot.lines.files.writing import write_csv, write_xlsx
from bot.lines.model import ListOwner
from bot.lines.table import RowFilter, RowOrder
from bot.lines.validation import ImportedColumns, ImportedRow
from bot.parties import Parties
from bot.render import lines as words
from bot.runtime.settings import load_settings
from bot.store.engine import Database
from bot.store.installations import list_installations
from bot.store.owner import find_owner
from bot.store.subscriptions import Subscriptions

if TYPE_CHECKING:
    from rich.table import Table

_TEAM_HELP = "The workspace, if the bot serves many: T024BE7LH. The default is the home workspace."
_MOST_SHOWN = 20
"""Maximum wrong rows and differences that are printed, unless all are asked for."""


class NamedOwner(NamedTuple):
    """The owner of a list as given in the arguments. Without `team`, it is in the default one."""

    team: str | None
    conversation: str


def add_owner_options(command: Callable[..., None]) -> Callable[..., None]:
    """Adds the options that name the owner of a list. The command gets them as `place`."""

    @wraps(command)
    def run(channel: str | None, user: str | None, team: str | None, **given: object) -> None:
        command(place=_read_place(channel, user, team), **given)

    for option in (
        click.option("--team", metavar="ID", help=_TEAM_HELP),
        click.option("--user", metavar="ID", help="The list of a person: U024BE7LH."),
        click.option("--channel", metavar="ID", help="The list of a channel: C024BE91L."),
    ):
        run = option(run)
    return run


@click.group("lines")
def lines() -> None:
    """Import, show, export and remove lists of tariff lines with their duties."""


@lines.command("import")
@click.argument("file", metavar="FILE")
@add_owner_options
@click.option("--add", "mode", flag_value=ImportMode.ADD.value, help="Add to the list.")
@click.option("--replace", "mode", flag_value=ImportMode.REPLACE.value, help="Replace the list.")
@click.option("--skip-wrong", is_flag=True, help="Import the other rows if some are wrong.")
@click.option("--dry-run", is_flag=True, help="Show the difference and save nothing.")
@report_errors
def import_lines(
    file: str,
    place: NamedOwner,
    mode: str | None,
    skip_wrong: bool,
    dry_run: bool,
) -> None:
    """Import a list of tariff lines from FILE: .csv, .xlsx, or pasted text as .txt or -.

    The file has a column with HTS codes of 8 or 10 digits, one with countries of origin, and
    optionally one with labels. In text, each line has a code, an origin and a label.
    """
    asyncio.run(_import(file, place, mode, skip_wrong=skip_wrong, dry_run=dry_run))


async def _import(
    file: str, place: NamedOwner, mode: str | None, *, skip_wrong: bool, dry_run: bool
) -> None:
    async with _open(place) as (service, owner, parties, _):
        rows, columns = _read_rows(file, parties)
        found = await service.propose_import(
            owner, rows, ImportMode(mode or ImportMode.REPLACE), columns
        )
        if mode is None and found.before.lines:
            cause = f"already has {words.format_count(len(found.before.lines))}"
            raise LinesRefused(f"The list of {owner.place}", cause, "Pass --add or --replace")
        _print_proposal(found)
        if found.checked.wrong and not skip_wrong:
            count = len(found.checked.wrong)
            rows_text = "1 wrong row" if count == 1 else f"{count:,} wrong rows"
            cause = f"has {rows_text}; nothing was saved"
            raise LinesRefused(file, cause, "Correct them, or pass --skip-wrong")
        if dry_run:
            echo("nothing was changed (--dry-run)", err=True)
        elif found.difference or not found.before.revision:
            await service.save_import(found)


def _print_proposal(found: ProposedImport) -> None:
    checked = found.checked
    for text in _shorten([words.describe_wrong(one) for one in checked.wrong]):
        echo(f"! {text}", err=True)
    for text in _shorten([words.describe_note(one) for one in checked.noted]):
        echo(text, err=True)
    if found.columns is not None:
        echo(words.describe_columns(found.columns), err=True)
    if unchecked := words.describe_unchecked(checked.lines):
        echo(unchecked, err=True)
    for text in _shorten(list(words.list_differing(found.difference))):
        echo(text)
    echo(words.describe_difference(found.difference))


def _shorten(texts: list[str]) -> list[str]:
    if len(texts) <= _MOST_SHOWN:
        return texts
    return [*texts[: _MOST_SHOWN - 1], f"... and {len(texts) - _MOST_SHOWN + 1:,} more"]


def _read_rows(
    file: str, parties: Parties
) -> tuple[tuple[ImportedRow, ...], ImportedColumns | None]:
    """The rows and the columns; text has no columns."""
    if file == "-":
        return read_pasted(sys.stdin.read(MAX_CHARACTERS + 1), parties), None
    path = Path(file)
    try:
        # The size is checked before the content is read.
        check_file(path.name, path.stat().st_size)
        content = path.read_bytes()
        if get_ending(path.name) == "txt":
            return read_pasted(content.decode("utf-8-sig"), parties), None
    except OSError as error:
        cause = error.strerror or "cannot be read"
        raise LinesRefused(file, cause, "Name a file that can be read") from error
    except UnicodeDecodeError as error:
        raise LinesRefused(file, "is not UTF-8 text", "Save it as UTF-8") from error
    return read_file(path.name, content)


@lines.command("show")
@add_owner_options
@click.option("--origin", help="Only lines of this country.")
@click.option("--find", "text", default="", help="Only lines with this text, label or code.")
@click.option("--changing", is_flag=True, help="Only lines with a known next change.")
@click.option(
    "--sort",
    "order",
    type=click.Choice([one.value for one in RowOrder]),
    default=RowOrder.LIST.value,
    show_default=True,
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per tariff line.")
@report_errors
def show(
    place: NamedOwner,
    origin: str | None,
    text: str,
    changing: bool,
    order: str,
    as_json: bool,
) -> None:
    """Show a list with today's duties, and the last and the next change of each line."""
    found, parties = asyncio.run(_show(place, origin, text, changing, RowOrder(order)))
    if as_json:
        for row in found.rows:
            print_json(words.build_row_json(row))
        return
    from bot.cli.rates.console import print_all

    print_all([_make_table(found, parties)])
    for text in _shorten([words.describe_cause(one) for one in found.ended]):
        echo(f"! {text}", err=True)
    if found.rows:
        echo(words.describe_duties(found.rows, found.checked, found.day), err=True)
    if unchecked := words.describe_unchecked(found.lines.lines):
        echo(unchecked, err=True)
    echo(f"{len(found.rows):,} of {words.format_count(len(found.lines.lines))}", err=True)


async def _show(
    place: NamedOwner, origin: str | None, text: str, changing: bool, order: RowOrder
) -> tuple[LineTable, Parties]:
    async with _open(place) as (service, owner, parties, _):
        code = ""
        if origin:
            party = parties.find(origin)
            code = party.code if party else parties.get(origin).code
        wanted = RowFilter(code, text, changing)
        return await service.show(owner, wanted, order), parties


def _make_table(found: LineTable, parties: Parties) -> "Table":
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name in (*words.HEADER[:4], *words.HEADER[6:10]):
        table.add_column(name)
    for cells in words.list_cells(found.rows, parties, found.checked):
        shown = (*cells[:4], *cells[6:10])
        table.add_row(*("" if one is None else str(one) for one in shown))
    return table


@lines.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@add_owner_options
@report_errors
def export(file: Path, place: NamedOwner) -> None:
    """Write a list with today's duties to FILE, an .xlsx or a .csv file."""
    ending = get_ending(file.name)
    if ending not in ("xlsx", "csv"):
        raise click.UsageError(f"{file} ends neither in .xlsx nor in .csv.")
    found, parties = asyncio.run(_show(place, None, "", False, RowOrder.LIST))
    cells = list(words.list_cells(found.rows, parties, found.checked))
    if ending == "xlsx":
        content = write_xlsx("Lines", words.HEADER, cells)
    else:
        content = write_csv(words.HEADER, cells)
    try:
        file.write_bytes(content)
    except OSError as error:
        cause = error.strerror or "cannot be written"
        raise LinesRefused(str(file), cause, "Name a file that can be written") from error
    echo(f"wrote {words.format_count(len(found.rows))} to {file}", err=True)


@lines.command("remove")
@add_owner_options
@report_errors
def remove(place: NamedOwner) -> None:
    """Delete a list."""
    removed, silenced = asyncio.run(_remove(place))
    echo(f"removed {words.format_count(removed)}")
    if silenced:
        noun = "subscription" if silenced == 1 else "subscriptions"
        echo(
            f"{silenced} {noun} to only these lines will send nothing until the next import",
            err=True,
        )


async def _remove(place: NamedOwner) -> tuple[int, int]:
    """The number of removed lines, and of subscriptions that send nothing without them."""
    async with _open(place) as (service, owner, _, subscriptions):
        silenced = count_dependent(await subscriptions.of(*owner))
        return await service.remove(owner), silenced


def _read_place(channel: str | None, user: str | None, team: str | None) -> NamedOwner:
    """Raises click.UsageError unless there is exactly one id, of a channel or of a person."""
    if (channel is None) == (user is None):
        raise click.UsageError("Pass either --channel or --user.")
    conversation = check_channel(channel) if channel is not None else check_user(user or "")
    return NamedOwner(None if team is None else check_team(team), conversation)


@asynccontextmanager
async def _open(
    place: NamedOwner,
) -> AsyncIterator[tuple[LineListService, ListOwner, Parties, Subscriptions]]:
    """The service on the database of the settings, with the owner of the list and the
    subscriptions."""
    from bot.runtime.wiring.basics import open_store, read_clock

    settings = load_settings()
    async with open_store(settings) as store:
        team = await _find_team(store.database, place.team, settings.home_team)
        # It runs an event loop of its own.
        ledger = await asyncio.to_thread(build_current_ledger, open_config(settings))
        service = LineListService(store.lines, lambda: ledger, read_clock)
        owner = ListOwner(team, place.conversation)
        yield service, owner, ledger.parties, store.subscriptions


async def _find_team(database: Database, named: str | None, home: str) -> str:
    """The workspace of the list: the named one, or the bot's only or home workspace."""
    owner = await find_owner(database)
    if owner is None:
        cause = "belongs to no workspace yet"
        raise StoreError(database.name, cause, "Run the bot once: tariffwire run")
    if not owner.is_many:
        if named not in (None, owner.team):
            cause = f"belongs to {owner.name}, not to {named}"
            raise StoreError(database.name, cause, "Leave out --team")
        return owner.team
    team = named or home
    if not team:
        cure = "Name the workspace with --team, or set TARIFFWIRE_HOME_TEAM"
        raise StoreError(database.name, "belongs to many workspaces", cure)
    if team not in {each.team for each in await list_installations(database)}:
        cure = "List the workspaces with: tariffwire workspaces list"
        raise StoreError(team, "has not installed the app", cure)
    return team
