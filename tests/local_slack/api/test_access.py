"""Calls of Web API methods need a valid token, the right scope and membership of the channel."""

from pathlib import Path

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SettingsError, StoreError
from bot.local_slack.server import Workspace


async def test_auth_test_returns_the_bot_and_its_scopes(
    web: AsyncWebClient, workspace: Workspace
) -> None:
    answer = await web.auth_test()
    assert answer["user_id"] == workspace.team.identity.bot_user_id
    assert "chat:write" in answer.headers["X-OAuth-Scopes"].split(",")


@pytest.mark.parametrize(
    ("token", "error"),
    [(None, "not_authed"), ("xoxb-wrong", "invalid_auth"), ("", "not_authed")],
)
async def test_a_call_without_a_valid_token_is_refused(
    token: str | None, error: str, workspace: Workspace
) -> None:
    stranger = AsyncWebClient(token=token, base_url=workspace.api_url)
    with pytest.raises(SlackApiError) as refused:
        await stranger.auth_test()
    assert refused.value.response["error"] == error
    assert (await stranger.api_test())["ok"]


async def test_each_token_works_for_its_own_methods_only(workspace: Workspace) -> None:
    by_app = AsyncWebClient(token=workspace.app_token, base_url=workspace.api_url)
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        await by_app.auth_test()
    by_bot = AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url)
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        await by_bot.api_call("apps.connections.open")


async def test_an_unknown_method_is_refused(web: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="unknown_method"):
        await web.api_call("bots.info")


async def test_a_missing_scope_is_named(tmp_path: Path) -> None:
    narrow = Workspace(tmp_path / "w.db", scopes=("chat:write", "channels:read"))
    await narrow.start(port=0)
    try:
        web = AsyncWebClient(token=narrow.bot_token, base_url=narrow.api_url)
        channel = narrow.team.channels[0].id
        with pytest.raises(SlackApiError) as refused:
            await web.conversations_history(channel=channel)
        assert refused.value.response["error"] == "missing_scope"
        assert refused.value.response["needed"] == "channels:history"
        await narrow.team.create_channel("elsewhere", with_bot=False)
        with pytest.raises(SlackApiError, match="not_in_channel"):
            await web.chat_postMessage(channel="#elsewhere", text="x")
    finally:
        await narrow.stop()


async def test_only_members_can_read_a_channel(web: AsyncWebClient, workspace: Workspace) -> None:
    channel = await workspace.team.create_channel("elsewhere", with_bot=False)
    assert channel is not None
    await web.chat_postMessage(channel=channel.id, text="in public")
    with pytest.raises(SlackApiError, match="not_in_channel"):
        await web.conversations_history(channel=channel.id)
    await web.conversations_join(channel=channel.id)
    assert len((await web.conversations_history(channel=channel.id))["messages"]) == 1


@pytest.mark.parametrize(
    ("body", "content_type", "error"),
    [
        ("{", "application/json", "invalid_json"),
        ("[]", "application/json", "json_not_object"),
        ("x", "text/plain", "invalid_post_type"),
    ],
)
async def test_an_unreadable_body_is_refused(
    body: str, content_type: str, error: str, workspace: Workspace
) -> None:
    headers = {"Authorization": f"Bearer {workspace.bot_token}", "Content-Type": content_type}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{workspace.api_url}auth.test", data=body, headers=headers) as response,
    ):
        assert (await response.json())["error"] == error


async def test_no_page_and_no_repr_shows_a_secret(workspace: Workspace) -> None:
    secrets = (workspace.bot_token, workspace.app_token, workspace.signing_secret)
    shown = repr(workspace.team.identity)
    async with aiohttp.ClientSession() as session:
        for path in ("/", "/state", "/page.js"):
            async with session.get(workspace.address + path) as response:
                shown += await response.text()
    assert not any(secret in shown for secret in secrets)


async def test_a_taken_port_and_a_foreign_host_are_refused(
    tmp_path: Path, workspace: Workspace
) -> None:
    other = Workspace(tmp_path / "other.db")
    port = int(workspace.address.rpartition(":")[2])
    with pytest.raises(SettingsError, match="PORT"):
        await other.start(port=port)
    with pytest.raises(SettingsError, match="this machine"):
        await other.start(host="192.0.2.1", port=0)


async def test_a_file_that_is_not_a_workspace_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "workspace.db"
    path.write_bytes(b"no database" * 200)
    with pytest.raises(StoreError, match=r"workspace\.db"):
        await Workspace(path).start(port=0)
