"""Commands about the database."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import click

from bot.cli.output import report_errors
from bot.runtime.settings import Settings, load_settings
from bot.runtime.workers.release import run_release
from bot.store import backup as store_backup
from bot.store import upgrade as store_upgrade
from bot.store.copying import copy_database
from bot.store.instance_lock import hold_instance_lock
from bot.store.owner import Owner, assign_database, find_teams
from bot.store.store import Store


@click.group()
def db() -> None:
    """Upgrade, back up, copy or assign the database."""


@db.command()
@report_errors
def upgrade() -> None:
    """Upgrade the tables of the database to this version, while no bot runs.

    `run` does it too.
    """
    asyncio.run(_upgrade(load_settings()))
    click.echo("the database has the tables of this version")


async def _upgrade(settings: Settings) -> None:
    async with _lock_database(settings):
        await store_upgrade.upgrade(settings.database)


@db.command()
@click.argument("workspace")
@report_errors
def assign(workspace: str) -> None:
    """Reassign the database to the WORKSPACE with this id, such as T024BE7LD, while no bot runs.

    Its subscriptions stay with the workspace that made them.
    """
    if not re.fullmatch(r"T[A-Z0-9]{2,30}", workspace):
        raise click.UsageError(f"{workspace} is not the id of a workspace, such as T024BE7LD.")
    asyncio.run(_assign(load_settings(), workspace))
    click.echo(f"the database belongs to workspace {workspace}")


async def _assign(settings: Settings, workspace: str) -> None:
    from bot.runtime.wiring.basics import read_clock

    async with _lock_database(settings) as store:
        await assign_database(store.database, Owner(workspace), read_clock())


@db.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@report_errors
def backup(file: Path) -> None:
    """Copy the database to FILE. This also works while the bot runs."""
    asyncio.run(store_backup.backup(load_settings().database, file))
    click.echo(f"backed up to {file}")


@db.command("copy")
@click.argument("address", metavar="DATABASE_URL")
@report_errors
def copy_to(address: str) -> None:
    """Copy all rows to the empty database at DATABASE_URL, while no bot runs.

    Also from SQLite to PostgreSQL and back: postgresql://user@host/name or sqlite:///path/to/file.
    Other users of the machine can see a password in a command; use PGPASSWORD or ~/.pgpass.
    """
    rows = asyncio.run(_copy(load_settings(), address))
    click.echo(f"copied {rows:,} rows; set DATABASE_URL to use the copy")


async def _copy(settings: Settings, address: str) -> int:
    async with _lock_database(settings, may_be_older=False) as store:
        return await copy_database(store.database, address)


@asynccontextmanager
async def _lock_database(settings: Settings, *, may_be_older: bool = True) -> AsyncIterator[Store]:
    """The database, also one of an older version, while no bot works on it."""
    from bot.runtime.wiring.basics import lock_data_folder, open_store, read_clock

    with lock_data_folder(settings):
        async with open_store(settings, may_be_older=may_be_older) as store:
            teams = await find_teams(store.database)
            async with hold_instance_lock(store.database, read_clock, teams):
                yield store


@click.command()
@report_errors
def release() -> None:
    """Upgrade the PostgreSQL database for `web` and `worker`."""
    asyncio.run(run_release(load_settings()))
    click.echo("the database is ready for web and worker")
