"""Bolt apps over signed HTTP or Socket Mode, and builders of blocks."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack.server import Workspace

Connect = Callable[[Workspace, AsyncApp], AbstractAsyncContextManager[None]]


def bolt(workspace: Workspace, signing_secret: str = "") -> AsyncApp:
    """A Bolt app that is installed in this workspace; it has no listeners yet."""
    client = AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url)
    return AsyncApp(client=client, signing_secret=signing_secret or workspace.signing_secret)


@asynccontextmanager
async def over_http(workspace: Workspace, app: AsyncApp) -> AsyncIterator[None]:
    """Serves the app and connects the workspace to its request URL."""
    runner = web.AppRunner(app.web_app(path="/slack/events"), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        await workspace.connect_http(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def over_socket(workspace: Workspace, app: AsyncApp) -> AsyncIterator[None]:
    """Connects the app by Socket Mode."""
    # The type is Any, because Bolt does not annotate these methods.
    handler: Any = AsyncSocketModeHandler(app, workspace.app_token, ping_interval=0.2)
    await handler.connect_async()
    await until(lambda: workspace.connected)
    try:
        yield
    finally:
        await handler.close_async()


async def until(true: Callable[[], bool]) -> None:
    """Waits until `true()` is true; raises TimeoutError after ten seconds."""
    async with asyncio.timeout(10):
        # The loop polls, because the code under test has no event to wait for.
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def plain(text: str) -> dict[str, Any]:
    """A plain_text object."""
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    """A mrkdwn object."""
    return {"type": "mrkdwn", "text": text}


def section(text: str) -> dict[str, Any]:
    """A section block."""
    return {"type": "section", "text": mrkdwn(text)}


def button(label: str = "Press", **more: Any) -> dict[str, Any]:
    """A button element."""
    return {"type": "button", "text": plain(label), **more}


def actions(*elements: dict[str, Any], block_id: str = "row") -> dict[str, Any]:
    """An actions block."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A modal view with a submit button."""
    return {
        "type": "modal",
        "title": plain("Subscribe"),
        "submit": plain("Save"),
        "blocks": list(blocks),
        **more,
    }


def text_input(block_id: str = "words", **more: Any) -> dict[str, Any]:
    """An input block for one line of text, with the action_id `line`."""
    element = {"type": "plain_text_input", "action_id": "line"}
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain("Words"),
        "element": element,
        **more,
    }
