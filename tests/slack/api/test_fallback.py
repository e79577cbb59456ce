"""A history answer has a chart; if the workspace refuses charts, it is sent without one."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack.client import say
from bot.local_slack.server import Workspace
from bot.slack.api.fallback import respond_with
from bot.slack.app import build_app, build_web_app
from tests.slack.fakes import answer_message, slack_context

HISTORY = "us china history on 2025-05-20"


@pytest.fixture
async def bot(workspace: Workspace, client: AsyncWebClient) -> AsyncIterator[None]:
    """Runs the bot, which the local workspace calls over signed HTTP."""
    given = slack_context(client, secret=workspace.signing_secret)
    runner = web.AppRunner(build_web_app(build_app(given), given))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await workspace.connect_http(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    yield
    await given.background.finish()
    await runner.cleanup()


def block_types(message: dict[str, Any]) -> list[str]:
    return [block["type"] for block in message["blocks"]]


@pytest.mark.usefixtures("bot")
async def test_a_history_comes_with_a_chart(workspace: Workspace) -> None:
    (answer,) = await say(workspace.address, "#trade-news", f"/tariff {HISTORY}")
    assert "data_visualization" in block_types(answer)
    assert answer["ephemeral"]
    assert answer["text"].startswith("Duty history: US on goods of China")
    assert "US on goods of China: *145%*" in answer["text"]
    assert "*Next:* 14 May 2025 30%" in answer["text"]


@pytest.mark.usefixtures("bot")
async def test_if_charts_are_refused_the_list_comes_without_one(workspace: Workspace) -> None:
    workspace.fail_next("response_url", error="invalid_blocks")
    (answer,) = await say(workspace.address, "#trade-news", f"/tariff {HISTORY}")
    assert "data_visualization" not in block_types(answer)
    assert "10 Apr 2025: *145%*" in json.dumps(answer["blocks"])
    assert answer["ephemeral"]


@pytest.mark.usefixtures("bot")
async def test_a_mention_is_answered_even_if_charts_are_refused(workspace: Workspace) -> None:
    workspace.fail_next("chat.postMessage", error="invalid_blocks")
    (answer,) = await say(workspace.address, "#trade-news", f"@tariffwire {HISTORY}")
    assert "data_visualization" not in block_types(answer)
    assert "10 Apr 2025: *145%*" in json.dumps(answer["blocks"])


@pytest.mark.parametrize("body", ["invalid_blocks", '{"ok": false, "error": "invalid_blocks"}'])
async def test_a_refusal_by_response_url_is_read_as_text_or_json(body: str) -> None:
    arrived: list[dict[str, Any]] = []

    async def refuse_charts(request: web.Request) -> web.Response:
        message = await request.json()
        arrived.append(message)
        refused = "data_visualization" in block_types(message)
        return web.Response(text=body if refused else "ok", status=400 if refused else 200)

    hook = web.Application()
    hook.add_routes([web.post("/respond", refuse_charts)])
    runner = web.AppRunner(hook)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    respond = AsyncRespond(response_url=f"http://127.0.0.1:{runner.addresses[0][1]}/respond")
    message = await answer_message(HISTORY)
    await respond_with(respond, message.for_all())
    await runner.cleanup()
    assert [one["response_type"] for one in arrived] == ["in_channel", "in_channel"]
    assert ["data_visualization" in block_types(one) for one in arrived] == [True, False]


async def test_a_message_refused_for_another_reason_is_not_sent_twice(
    caplog: pytest.LogCaptureFixture, workspace: Workspace
) -> None:
    respond = AsyncRespond(response_url=f"{workspace.address}/respond/T1/unknown")
    await respond_with(respond, await answer_message(HISTORY))
    (record,) = caplog.records
    assert "expired_url" in record.getMessage()
    assert "unknown" not in record.getMessage()
