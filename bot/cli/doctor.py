"""The command that checks the setup."""

import asyncio
import sys

import click

from bot.cli.config import open_config
from bot.cli.output import echo, print_json, report_errors
from bot.doctor import CheckResult, examine


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per check.")
@report_errors
def doctor(as_json: bool) -> None:
    """Check settings, config, database, clock, Slack and feeds; print each problem and its fix."""
    sys.exit(0 if asyncio.run(_examine(as_json)) else 1)


async def _examine(as_json: bool) -> bool:
    """Prints each result as soon as it is known; returns whether every check passed."""
    ok = True
    async for result in examine(open_config):
        ok = ok and result.ok
        if as_json:
            print_json(result.model_dump())
        else:
            _print(result)
    return ok


def _print(result: CheckResult) -> None:
    mark = "BAD" if not result.ok else "warning" if result.cure else "ok "
    echo(f"{mark} {result.subject}: {result.says}")
    if result.cure:
        echo(f"    {result.cure}")
