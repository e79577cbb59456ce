"""Marks journey tests, runs the bot and the demo, and connects a bot to the local workspace."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack.server import Workspace
from bot.runtime.app import open_demo
from bot.slack.app import open_session
from tests import shipped
from tests.journeys.bot_process import environment
from tests.journeys.bots_in_process import open_bots, read_settings
from tests.journeys.feed_server import FeedServer
from tests.journeys.workspace_reader import WorkspaceReader, free_port
from tests.journeys.world import World
from tests.slack.conftest import workspace
from tests.slack.http_bot import running_bot

__all__ = ["workspace"]

NOW = datetime(2026, 11, 30, 17, tzinfo=UTC)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Marks every test of this folder with the marker `journey`."""
    item.add_marker(pytest.mark.journey)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    workspace, feeds = Workspace(tmp_path / "slack.db", rate_limits=False), FeedServer()
    await workspace.start(port=0)
    await feeds.start()
    try:
        async with open_bots() as bots:
            made = World(tmp_path, workspace, feeds, bots)
            try:
                yield made
            finally:
                for process in made.processes:
                    await process.stop()
    finally:
        await feeds.stop()
        await workspace.stop()
    for process in made.processes:
        assert "Traceback" not in "\n".join(process.output)


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[WorkspaceReader]:
    """The demo, in the process of the test."""
    port = free_port()
    settings = read_settings(environment(tmp_path / "data", PORT=str(port)), tmp_path)
    async with open_demo(settings, shipped.open_config) as application, open_bots() as bots:
        await bots.start_application(application, settings)
        yield WorkspaceReader(f"http://127.0.0.1:{port}")


@pytest.fixture
async def page(workspace: Workspace) -> AsyncIterator[WorkspaceReader]:
    """The page of the local workspace at NOW; the bot is connected over signed HTTP."""
    async with open_session() as session:
        client = AsyncWebClient(
            workspace.bot_token, base_url=workspace.api_url, session=session, retry_handlers=[]
        )
        async with running_bot(workspace, client, clock=lambda: NOW):
            yield WorkspaceReader(workspace.address)
