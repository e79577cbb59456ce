"""Commands that run the bot."""

import asyncio

import click

from bot.cli.output import report_errors
from bot.runtime.app import run_bot, run_demo
from bot.runtime.settings import load_settings


@click.command()
@click.option(
    "--by",
    "transport",
    type=click.Choice(["http", "socket"]),
    help="Run only if the tokens are for this way to Slack.",
)
@report_errors
def run(transport: str | None) -> None:
    """Run the bot: poll feeds, post alerts, answer /tariff.

    If SLACK_BOT_TOKEN is set (and SLACK_APP_TOKEN or SLACK_SIGNING_SECRET), it connects to Slack.
    If it is not set, the bot opens a local workspace and prints its address.
    """
    settings = load_settings()
    if transport is not None:
        settings.require_transport(transport)
    asyncio.run(run_bot(settings))


@click.command()
@report_errors
def demo() -> None:
    """Run the bot on scripted trade news of April to June 2025, replayed fast and offline."""
    asyncio.run(run_demo(load_settings()))
