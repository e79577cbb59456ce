"""Channel names from the settings become ids. A missing channel is an error with a fix."""

from pathlib import Path

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackError
from bot.local_slack.server import Workspace
from bot.slack.api.channels import find_channel


@pytest.mark.parametrize("name", ["trade-news", "#trade-news", "#Trade-News"])
async def test_a_channel_name_becomes_an_id(
    workspace: Workspace, client: AsyncWebClient, name: str
) -> None:
    found = workspace.team.find_channel("trade-news")
    assert found is not None
    assert await find_channel(client, name) == found.id


async def test_a_channel_id_is_used_unchanged(workspace: Workspace, client: AsyncWebClient) -> None:
    assert await find_channel(client, "C0123456789") == "C0123456789"
    assert not workspace.calls()


async def test_a_page_of_channels_is_within_slacks_maximum(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    await find_channel(client, "trade-news")
    (call,) = workspace.calls("conversations.list")
    assert int(call.arguments["limit"]) <= 999


async def test_a_missing_channel_is_reported_with_its_cure(client: AsyncWebClient) -> None:
    with pytest.raises(SlackError, match="TARIFFWIRE_CHANNEL"):
        await find_channel(client, "nowhere")


async def test_without_the_scope_the_channel_name_is_used(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    blind = Workspace(tmp_path / "w.db", scopes=["chat:write"])
    await blind.start(port=0)
    try:
        client = AsyncWebClient(blind.bot_token, base_url=blind.api_url, session=session)
        assert await find_channel(client, "trade-news") == "#trade-news"
    finally:
        await blind.stop()
