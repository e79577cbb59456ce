"""The local workspace injects faults, records calls and limits rates."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack.api.call import ApiError
from bot.local_slack.api.rate_limits import RateLimits
from bot.local_slack.client import say
from bot.local_slack.server import Workspace
from tests.local_slack.bots import bolt, over_http


@pytest.fixture
def web(workspace: Workspace) -> AsyncWebClient:
    """A client without retries. By default, the SDK retries after a lost connection."""
    return AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url, retry_handlers=[])


async def texts(web: AsyncWebClient, workspace: Workspace) -> list[str]:
    channel = workspace.team.find_channel("#general")
    assert channel is not None
    read = await web.conversations_history(channel=channel.id)
    return [message["text"] for message in read["messages"]]


async def test_an_injected_error_does_not_run_the_method(
    web: AsyncWebClient, workspace: Workspace
) -> None:
    workspace.fail_next("chat.postMessage", error="fatal_error", times=2)
    for _ in range(2):
        with pytest.raises(SlackApiError, match="fatal_error"):
            await web.chat_postMessage(channel="#general", text="x")
    await web.chat_postMessage(channel="#general", text="third")
    assert await texts(web, workspace) == ["third"]


async def test_an_injected_status_has_no_json(web: AsyncWebClient, workspace: Workspace) -> None:
    workspace.fail_next("chat.postMessage", status=503)
    with pytest.raises(SlackApiError) as refused:
        await web.chat_postMessage(channel="#general", text="x")
    assert refused.value.response.status_code == 503


async def test_a_drop_before_the_call_does_not_run_the_method(
    web: AsyncWebClient, workspace: Workspace
) -> None:
    workspace.fail_next("chat.postMessage", drop="before")
    with pytest.raises(aiohttp.ClientError):
        await web.chat_postMessage(channel="#general", text="lost")
    assert await texts(web, workspace) == []


async def test_a_drop_after_the_call_leaves_the_message_without_an_answer(
    web: AsyncWebClient, workspace: Workspace
) -> None:
    workspace.fail_next("chat.postMessage", drop="after")
    with pytest.raises(aiohttp.ClientError):
        await web.chat_postMessage(channel="#general", text="there")
    assert await texts(web, workspace) == ["there"]
    (call,) = workspace.calls("chat.postMessage")
    assert (call.ok, call.arguments["text"]) == (False, "there")


async def test_a_delay_runs_the_method_first(workspace: Workspace) -> None:
    hasty = AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url, timeout=1)
    workspace.fail_next("chat.postMessage", delay_s=1.5)
    with pytest.raises(asyncio.TimeoutError):
        await hasty.chat_postMessage(channel="#general", text="late")
    assert await texts(hasty, workspace) == ["late"]


async def test_response_urls_can_fail_too(workspace: Workspace) -> None:
    app = bolt(workspace)
    met: list[tuple[int, str]] = []

    @app.command("/tariff")
    async def answer(ack: Any, respond: Any) -> None:
        await ack()
        for text in ("one", "two", "three"):
            said = await respond(text)
            met.append((said.status_code, said.body))

    workspace.fail_next("response_url", error="invalid_blocks")
    workspace.fail_next("response_url", status=503)
    async with over_http(workspace, app):
        messages = await say(workspace.address, "#general", "/tariff x")
    assert [message["text"] for message in messages] == ["three"]
    assert [status for status, _ in met] == [400, 503, 200]
    assert "invalid_blocks" in met[0][1]


async def test_calls_are_recorded_with_their_answers(
    web: AsyncWebClient, workspace: Workspace
) -> None:
    await web.chat_postMessage(channel="#general", text="x")
    with pytest.raises(SlackApiError):
        await web.chat_postMessage(channel="#nowhere", text="x")
    calls = workspace.calls("chat.postMessage")
    assert [(call.ok, call.answer.get("error")) for call in calls] == [
        (True, None),
        (False, "channel_not_found"),
    ]
    assert len(workspace.calls()) == 2


async def test_a_channel_accepts_a_burst_and_then_one_post_a_second(tmp_path: Path) -> None:
    limited = Workspace(tmp_path / "limited.db")
    await limited.start(port=0)
    try:
        web = AsyncWebClient(token=limited.bot_token, base_url=limited.api_url, retry_handlers=[])
        for _ in range(5):
            await web.chat_postMessage(channel="#general", text="x")
        with pytest.raises(SlackApiError) as refused:
            await web.chat_postMessage(channel="#general", text="x")
        answer = refused.value.response
        assert (answer.status_code, answer["error"]) == (429, "ratelimited")
        assert answer.headers["Retry-After"] == "1"
        await web.chat_postMessage(channel="#court-watch", text="elsewhere")
    finally:
        await limited.stop()


def test_a_post_succeeds_after_retry_after() -> None:
    now = [0.0]
    pace = RateLimits(True, lambda: now[0])
    for _ in range(5):
        pace.take("chat.postMessage", "C1")
    for _ in range(3):
        with pytest.raises(ApiError) as refused:
            pace.take("chat.postMessage", "C1")
        now[0] += refused.value.retry_after_s
        pace.take("chat.postMessage", "C1")


def test_other_methods_are_limited_by_the_minute() -> None:
    now = [0.0]
    pace = RateLimits(True, lambda: now[0])
    for _ in range(5):
        pace.take("conversations.list")
    with pytest.raises(ApiError) as refused:
        pace.take("conversations.list")
    assert refused.value.retry_after_s == 3
    pace.take("auth.test")
