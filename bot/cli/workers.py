"""Commands that run one of several processes on PostgreSQL; the Procfile names them."""

import asyncio
from types import ModuleType

import click

from bot.cli.output import report_errors
from bot.errors import SettingsError
from bot.runtime.settings import load_settings


@click.command()
@report_errors
def release() -> None:
    """Upgrade the PostgreSQL database for `web` and `worker`, before they start."""
    asyncio.run(_import_roles().run_release(load_settings()))


@click.command()
@report_errors
def web() -> None:
    """Receive Slack's requests over HTTP, for workers that poll and send. Needs PostgreSQL."""
    asyncio.run(_import_roles().run_web(load_settings()))


@click.command()
@report_errors
def worker() -> None:
    """Poll feeds and send messages, together with other workers. Needs PostgreSQL."""
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
