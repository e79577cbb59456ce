"""Removes a person from the database."""

import asyncio
import secrets

import click

from bot.cli.output import echo, print_json, report_errors
from bot.cli.slack_ids import check_team, check_user
from bot.runtime.settings import load_settings
from bot.store.personal_data import Erased, forget_person


@click.command()
@click.argument("user")
@click.option("--team", metavar="ID", help="The person's workspace, such as T024BE7LH.")
@click.option("--dry-run", is_flag=True, help="Only print what would be removed.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@report_errors
def forget(user: str, team: str | None, dry_run: bool, as_json: bool) -> None:
    """Remove a person from the database.

    USER is a Slack id, such as U024BE7LH. If several workspaces have data with this id,
    --team is needed, because it may belong to different people. Deletes their subscriptions,
    follows, feedback, list of tariff lines and the messages to them. Decisions on rates and kept
    answers stay with an anonymous id. This also works while the bot runs. Messages in Slack,
    backups, logs and exported files stay as they are.
    """
    check_user(user)
    if team is not None:
        check_team(team)
    # A random id, because a hash of the Slack id could be recomputed.
    anonymous = f"forgotten-{secrets.token_hex(4)}"
    result = asyncio.run(_forget(user, team, anonymous, dry_run))
    if as_json:
        fields = {"user": user, "team": team, "dry_run": dry_run, "tables": _fields(result)}
        print_json(fields)
        return
    words = "would be " if dry_run else ""
    for name, erased in result.items():
        echo(f"{name}: {erased.deleted} {words}deleted, {erased.anonymized} {words}anonymized")
    if not any(erased.deleted or erased.anonymized for erased in result.values()):
        where = f" in workspace {team}" if team else ""
        echo(f"the database has nothing about {user}{where}; check the id", err=True)
    elif dry_run:
        echo("nothing was changed (--dry-run)", err=True)
    elif any(erased.anonymized for erased in result.values()):
        echo(f"the anonymous id is {anonymous}", err=True)


async def _forget(
    user: str, team: str | None, anonymous: str, is_dry_run: bool
) -> dict[str, Erased]:
    from bot.runtime.wiring.basics import open_store

    settings = load_settings()
    home = settings.home_team or None
    async with open_store(settings) as store:
        return await forget_person(
            store.database, user, anonymous, team=team, home=home, is_dry_run=is_dry_run
        )


def _fields(result: dict[str, Erased]) -> dict[str, object]:
    return {
        name: {"deleted": erased.deleted, "anonymized": erased.anonymized}
        for name, erased in result.items()
    }
