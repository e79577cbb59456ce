"""Marks journey tests, runs the demo in its own process, and connects a bot to the local
workspace."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack.server import Workspace
from bot.slack.app import open_session
from tests.journeys.bot_process import BotProcess, environment
from tests.journeys.workspace_reader import WorkspaceReader, free_port
from tests.slack.conftest import workspace
from tests.slack.http_bot import running_bot

__all__ = ["workspace"]

NOW = datetime(2026, 11, 30, 17, tzinfo=UTC)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Marks every test of this folder with the marker `journey`."""
    item.add_marker(pytest.mark.journey)


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[WorkspaceReader]:
    port = free_port()
    # This proxy does not exist, so requests to any other host than loopback fail.
    env = environment(tmp_path / "data", PORT=str(port), HTTP_PROXY="http://127.0.0.1:9")
    process = await BotProcess(("demo",), env, tmp_path).start()
    try:
        yield WorkspaceReader(f"http://127.0.0.1:{port}")
    finally:
        code = await process.stop()
    assert code == 0, "\n".join(process.output)
    assert "Traceback" not in "\n".join(process.output)


@pytest.fixture
async def page(workspace: Workspace) -> AsyncIterator[WorkspaceReader]:
    """The page of the local workspace at NOW; the bot is connected over signed HTTP."""
    async with open_session() as session:
        client = AsyncWebClient(
            workspace.bot_token, base_url=workspace.api_url, session=session, retry_handlers=[]
        )
        async with running_bot(workspace, client, clock=lambda: NOW):
            yield WorkspaceReader(workspace.address)
