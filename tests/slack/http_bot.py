"""Connects a bot to the local workspace over signed HTTP, without feeds and database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack.server import Workspace
from bot.slack.app import build_app, build_web_app
from bot.slack.context import SlackContext
from tests.slack.fakes import slack_context


@asynccontextmanager
async def running_bot(
    workspace: Workspace, client: AsyncWebClient, **changes: Any
) -> AsyncIterator[SlackContext]:
    """Runs the bot while the `with` block runs; the workspace calls it over signed HTTP.

    `changes` are passed to `slack_context`, such as a `clock`.
    """
    made = slack_context(client, secret=workspace.signing_secret, **changes)
    async with serving(made, workspace):
        yield made


@asynccontextmanager
async def serving(context: SlackContext, workspace: Workspace) -> AsyncIterator[None]:
    """Serves a context while the `with` block runs; the workspace calls it over signed HTTP."""
    runner = web.AppRunner(build_web_app(build_app(context), context))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await workspace.connect_http(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    try:
        yield
    finally:
        await context.background.finish()
        await runner.cleanup()
