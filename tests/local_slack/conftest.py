"""A running local workspace and an SDK client for it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack.server import Workspace


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    """A local workspace on a free port, without rate limits and with short timeouts."""
    running = Workspace(
        tmp_path / "workspace.db",
        rate_limits=False,
        timeout_s=1.0,
        event_retries_s=(0.05,),
    )
    await running.start(port=0)
    yield running
    await running.stop()


@pytest.fixture
def web(workspace: Workspace) -> AsyncWebClient:
    """An SDK client with the bot's token."""
    return AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url)
