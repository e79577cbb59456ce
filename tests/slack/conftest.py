"""A local workspace, and a Web API client for it."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack.server import Workspace

_ANSWER_S = 15.0


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    # A busy machine is slow, so these tests do not measure that the bot answers within 3 seconds.
    opened = Workspace(tmp_path / "workspace.db", rate_limits=False, timeout_s=_ANSWER_S)
    await opened.start(port=0)
    yield opened
    await opened.stop()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def client(workspace: Workspace, session: aiohttp.ClientSession) -> AsyncWebClient:
    return AsyncWebClient(
        workspace.bot_token, base_url=workspace.api_url, session=session, retry_handlers=[]
    )
