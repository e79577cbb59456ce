"""The bot starts with the configured posts per second and adapts to its workspace's limit."""

import asyncio
from pathlib import Path

import pytest
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError

from bot.local_slack.server import Workspace
from bot.runtime.settings import Settings
from bot.runtime.wiring.slack import open_slack, open_workspaces
from bot.slack.api.method_limits import START_BURST
from bot.store.engine import Database
from bot.store.installations import Installations
from bot.store.token_cipher import TokenCipher, make_key
from bot.store.upgrade import upgrade
from tests.store.test_installations import installation


def _settings(workspace: Workspace, posts_per_second: float | None = None) -> Settings:
    token = SecretStr(workspace.bot_token)
    base = Settings(slack_api_url=workspace.api_url, posts_per_second=posts_per_second)
    return base.model_copy(update={"slack_bot_token": token})


async def test_the_first_pace_of_posts_is_configurable(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w.db")
    await workspace.start(port=0)
    try:
        settings = _settings(workspace, posts_per_second=0.01)
        async with open_slack(settings, asyncio.Event()) as slack:
            waits = [await slack.take_turn(slack.home) for _ in range(int(START_BURST) + 1)]
    finally:
        await workspace.stop()
    assert waits[:-1] == [0] * int(START_BURST)
    assert waits[-1] == pytest.approx(100, rel=0.1)


async def test_a_429_pauses_posts_and_no_other_method(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w.db")
    await workspace.start(port=0)
    try:
        async with open_slack(_settings(workspace), asyncio.Event()) as slack:
            workspace.fail_next(
                "chat.postMessage", error="ratelimited", status=429, retry_after_s=60
            )
            with pytest.raises(SlackApiError):
                await slack.client.chat_postMessage(channel="#trade-news", text="news")
            assert await slack.take_turn(slack.home) == pytest.approx(60, rel=0.1)
            assert (await slack.client.auth_test())["ok"]
    finally:
        await workspace.stop()


async def test_each_workspace_has_a_pace_of_its_own(tmp_path: Path) -> None:
    key = make_key()
    settings = Settings(posts_per_second=0.01, home_team="").model_copy(
        update={
            "slack_client_id": "1.2",
            "slack_client_secret": SecretStr("secret"),
            "token_keys": SecretStr(key),
        }
    )
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    await upgrade(database.url.render_as_string())
    installations = Installations(database, TokenCipher([key]))
    for team in ("T1", "T2"):
        await installations.save(installation(team))
    try:
        async with open_workspaces(settings, database) as slack:
            waits = [await slack.take_turn("T1") for _ in range(int(START_BURST) + 1)]
            assert waits[-1] > 0
            assert await slack.take_turn("T2") == 0
            # The post to a workspace without an installation fails by itself.
            assert await slack.take_turn("T3") == 0
    finally:
        await database.close()
