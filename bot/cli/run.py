"""Commands that run the bot."""

import asyncio
from types import ModuleType

import click

from bot.cli.output import report_errors
from bot.errors import SettingsError
from bot.runtime.app import run_bot, run_demo
from bot.runtime.settings import load_settings


@click.command()
@report_errors
def run() -> None:
    """Run the bot: poll feeds, post alerts, answer /tariff.

    If SLACK_BOT_TOKEN is set (and SLACK_APP_TOKEN or SLACK_SIGNING_SECRET), it connects to Slack.
    If it is not set, the bot opens a local workspace and prints its address.
    """
    asyncio.run(run_bot(load_settings()))


@click.command()
@report_errors
def web() -> None:
    """Serve Slack's requests; workers poll and send."""
    asyncio.run(_import_roles().run_web(load_settings()))


@click.command()
@report_errors
def worker() -> None:
    """Poll and send, together with other workers."""
    asyncio.run(_import_roles().run_worker(load_settings()))


def _import_roles() -> ModuleType:
    """The module of the roles. Its job queue is installed only with PostgreSQL's driver."""
    try:
        from bot.runtime.workers import roles
    except ModuleNotFoundError as error:
        cure = "Install them with: pip install 'tariffwire[postgres]'"
        cause = f"several processes need packages that are missing ({error.name})"
        raise SettingsError("PostgreSQL", cause, cure) from error
    return roles


@click.command()
@report_errors
def demo() -> None:
    """Run the bot on scripted trade news of April to June 2025, replayed fast and offline."""
    asyncio.run(run_demo(load_settings()))
