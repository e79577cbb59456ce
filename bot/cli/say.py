"""The command that posts a line in the local workspace."""

import asyncio

import click

from bot.cli.output import echo, print_json, report_errors
from bot.local_slack.client import say as say_locally
from bot.local_slack.page.plain_text import format_plain
from bot.runtime.settings import load_settings


@click.command()
@click.argument("channel")
@click.argument("text")
@click.option(
    "--json", "as_json", is_flag=True, help="Print the replies with their blocks as JSON."
)
@report_errors
def say(channel: str, text: str, as_json: bool) -> None:
    """Post a line in the local workspace and print the bot's replies.

    tariffwire say "#trade-news" "/tariff us china"

    CHANNEL is a channel, or @tariffwire for a direct message to the bot. Forms open on the page.
    """
    address = f"http://127.0.0.1:{load_settings().port}"
    for message in asyncio.run(say_locally(address, channel, text)):
        if as_json:
            print_json(message)
        else:
            echo(format_plain(message))
