"""Lists and removes workspaces that have installed the app by OAuth; makes and replaces keys."""

import asyncio
import sys

import click

from bot.cli.output import echo, print_json, report_errors
from bot.errors import StoreError
from bot.runtime.settings import load_settings
from bot.store.installations import ListedInstallation, Rotation, list_installations
from bot.store.removal_marks import RemovalMark, RemovalMarks
from bot.store.token_cipher import make_key
from bot.store.workspace_data import remove_workspace


@click.group()
def workspaces() -> None:
    """List and remove workspaces that have installed the app; replace the keys of their tokens."""


@workspaces.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@report_errors
def list_workspaces(as_json: bool) -> None:
    """List the workspaces that have installed the app, oldest first."""
    found = asyncio.run(_list())
    if as_json:
        print_json({"workspaces": [_fields(each) for each in found]})
        return
    for each in found:
        echo(f"{each.team}  {each.installed_at:%Y-%m-%d %H:%M} UTC  {each.name}")
    if not found:
        echo("no workspace has installed the app", err=True)


async def _list() -> tuple[ListedInstallation, ...]:
    from bot.runtime.wiring.basics import open_store

    async with open_store(load_settings()) as store:
        return await list_installations(store.database)


def _fields(installation: ListedInstallation) -> dict[str, str]:
    return {
        "team": installation.team,
        "name": installation.name,
        "enterprise": installation.enterprise,
        "installed_at": installation.installed_at.isoformat(),
    }


@workspaces.command()
@click.argument("team")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@report_errors
def remove(team: str, yes: bool) -> None:
    """Delete all data of the workspace with the id TEAM, with its token.

    This also works while the bot runs. A minute later, the bot deletes what it saved in the
    meantime. In Slack, the app stays in the workspace until its administrators remove it.
    """
    if not yes:
        click.confirm(f"Delete all data of workspace {team}?", abort=True, err=True)
    removed = asyncio.run(_remove(team))
    for name, rows in removed.items():
        if rows:
            echo(f"{name}: {rows} deleted")
    if not any(removed.values()):
        raise StoreError(team, "the database has nothing of this workspace", "Check the id")


async def _remove(team: str) -> dict[str, int]:
    from bot.runtime.wiring.basics import open_store, read_clock

    settings, now = load_settings(), read_clock()
    async with open_store(settings) as store:
        if settings.serves_many:
            # A running bot may still save something for the workspace.
            await RemovalMarks(store.database).put(RemovalMark(team, now), now)
        return await remove_workspace(store.database, team) or {}


@workspaces.command("rotate-keys")
@report_errors
def rotate_keys() -> None:
    """Encrypt all tokens with the first key of TARIFFWIRE_TOKEN_KEYS.

    Put the new key in front of the old one, restart the bot, run this, then remove the old key.
    If no key decrypts a token, the command prints its workspace and exits with 1. It still encrypts
    the other tokens.
    """
    found = asyncio.run(_rotate())
    echo(f"{found.rotated} tokens are encrypted with the first key")
    for error in found.errors:
        echo(f"tariffwire: {error}", err=True)
    if found.errors:
        sys.exit(1)


async def _rotate() -> Rotation:
    from bot.runtime.wiring.basics import open_store
    from bot.runtime.wiring.slack import open_installations

    settings = load_settings()
    async with open_store(settings) as store:
        return await open_installations(settings, store.database).rotate_keys()


@workspaces.command("new-key")
@report_errors
def new_key() -> None:
    """Print a new random key for TARIFFWIRE_TOKEN_KEYS."""
    echo(make_key())
