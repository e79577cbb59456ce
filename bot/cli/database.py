"""Commands about the database."""

from pathlib import Path

import click

from bot.cli.output import answers_for_errors, run_async


@click.group()
def db() -> None:
    """Upgrade or back up the database."""


@db.command()
@answers_for_errors
def upgrade() -> None:
    """Bring the database to this version's tables. `run` does it by itself."""
    from bot.cli.operations import upgrade_database
    from bot.runtime.settings import load_settings

    run_async(upgrade_database(load_settings()))


@db.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@answers_for_errors
def backup(file: Path) -> None:
    """Copy the database to FILE while the bot runs."""
    from bot.cli.operations import backup_database
    from bot.runtime.settings import load_settings

    run_async(backup_database(load_settings(), file))
    click.echo(f"backed up to {file}")
