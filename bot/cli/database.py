"""Commands about the database."""

import asyncio
from pathlib import Path

import click

from bot.cli.output import report_errors
from bot.runtime.settings import load_settings
from bot.store import backup as store_backup
from bot.store import upgrade as store_upgrade


@click.group()
def db() -> None:
    """Upgrade or back up the database."""


@db.command()
@report_errors
def upgrade() -> None:
    """Upgrade the database's tables to this version of the bot. `run` does it automatically."""
    asyncio.run(store_upgrade.upgrade(load_settings().database))


@db.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@report_errors
def backup(file: Path) -> None:
    """Copy the database to FILE. This also works while the bot runs."""
    asyncio.run(store_backup.backup(load_settings().database, file))
    click.echo(f"backed up to {file}")
