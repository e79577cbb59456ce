"""The commands: parse, call, print. Each imports what it needs, so that `--help` is quick.

Exit codes: 0 done, 1 the thing asked for failed (one line on stderr), 2 wrong usage.
"""

import asyncio
import sys
from io import TextIOWrapper

import click

from bot import __version__
from bot.cli.database import db
from bot.cli.feeds import feeds
from bot.cli.news import match, poll, same
from bot.cli.output import answers_for_errors, print_json, run_async
from bot.cli.rates import rate, rates


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="tariffwire")
def main() -> None:
    """Trade news in Slack: tariffs, negotiations, court rulings. Once, with the number and the
    source."""
    if isinstance(sys.stdout, TextIOWrapper):
        # Where the terminal lacks a character, a mark in its place is better than no answer.
        sys.stdout.reconfigure(errors="replace")


@main.command()
@answers_for_errors
def run() -> None:
    """Run the bot: poll feeds, post alerts, answer /tariff.

    With SLACK_BOT_TOKEN (and SLACK_APP_TOKEN or SLACK_SIGNING_SECRET) it talks to Slack; with none
    it opens a local workspace and prints its address.
    """
    from bot.runtime.app import run_bot
    from bot.runtime.settings import load_settings

    run_async(run_bot(load_settings()))


@main.command()
@answers_for_errors
def demo() -> None:
    """Run the bot on a written week of trade news, replayed fast, offline."""
    from bot.runtime.app import run_demo
    from bot.runtime.settings import load_settings

    run_async(run_demo(load_settings()))


@main.command()
@click.argument("channel")
@click.argument("text")
@click.option("--json", "as_json", is_flag=True, help="What came back, with its blocks, as JSON.")
@answers_for_errors
def say(channel: str, text: str, as_json: bool) -> None:
    """Type a line in the local workspace and print what comes back.

    tariffwire say "#trade-news" "/tariff us china"
    """
    from bot.local_slack.client import say as say_locally
    from bot.local_slack.page.plain_text import in_words
    from bot.runtime.settings import load_settings

    async def ask() -> None:
        address = f"http://127.0.0.1:{load_settings().port}"
        for message in await say_locally(address, channel, text):
            if as_json:
                print_json(message)
            else:
                click.echo(in_words(message))

    run_async(ask())


@main.command()
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON lines.")
@answers_for_errors
def doctor(as_json: bool) -> None:
    """Check settings, config, database, clock, Slack and feeds; say what is wrong and the cure."""
    from bot.doctor import examine

    async def go() -> bool:
        sound = True
        async for finding in examine():
            sound = sound and finding.ok
            if as_json:
                print_json(finding.model_dump())
            else:
                click.echo(f"{'ok ' if finding.ok else 'BAD'} {finding.subject}: {finding.says}")
                if finding.cure:
                    click.echo(f"    {finding.cure}")
        return sound

    sys.exit(0 if asyncio.run(go()) else 1)


for command in (poll, match, same, rate, rates, feeds, db):
    main.add_command(command)
