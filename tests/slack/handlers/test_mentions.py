"""A mention is answered also while the workspace's limit of posts is used up."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.call_limiter import POST, CallLimiter, MethodLimits, method_key
from bot.slack.app import build_app
from bot.slack.context import SlackContext
from tests.slack.api.fake_api import FakeApi, FakeTime
from tests.slack.fakes import slack_context

TOKEN = "xoxb-1"


@pytest.fixture
async def api() -> AsyncIterator[FakeApi]:
    fake = FakeApi(FakeTime())
    app = web.Application()
    app.router.add_route("*", "/api/{method}", fake.answer)
    async with TestServer(app) as server:
        fake.url = str(server.make_url("/api/"))
        yield fake


@pytest.fixture
async def context(api: FakeApi) -> AsyncIterator[SlackContext]:
    """A context whose posts wait for their turns by the clock of `api`."""
    limiter = CallLimiter(MethodLimits({POST: 2.0}, burst=1), api.clock, api.clock.sleep)
    async with aiohttp.ClientSession(middlewares=(limiter,)) as session:
        client = AsyncWebClient(TOKEN, base_url=api.url, session=session, retry_handlers=[])
        yield replace(
            slack_context(client),
            take_reply_turn=lambda _: limiter.take_reply_turn(method_key(TOKEN, POST)),
        )


async def mention(app: AsyncApp, context: SlackContext, number: int) -> None:
    event = {"type": "app_mention", "user": "U2", "text": "<@U9> help", "ts": f"{number}.2"}
    payload = {
        "type": "event_callback",
        "team_id": "T1",
        "event_id": f"Ev{number}",
        "event": {**event, "channel": "C1"},
        "authorizations": [{"team_id": "T1", "user_id": "U9", "is_bot": True}],
    }
    await app.async_dispatch(AsyncBoltRequest(body=json.dumps(payload), mode="socket_mode"))
    await context.background.finish()


async def test_a_mention_is_answered_at_the_end_of_a_pause(
    api: FakeApi, context: SlackContext
) -> None:
    app = build_app(context)
    await mention(app, context, 1)
    api.refuse("30")
    with pytest.raises(SlackApiError):
        await context.client.chat_postMessage(channel="C1", text="news")
    await mention(app, context, 2)
    _, refused, second = api.times()
    assert second - refused == pytest.approx(30)


async def test_a_mention_whose_answer_meets_the_limit_is_answered_after_it(
    api: FakeApi, context: SlackContext, caplog: pytest.LogCaptureFixture
) -> None:
    app = build_app(context)
    await mention(app, context, 1)
    api.refuse("30")
    await mention(app, context, 2)
    _, refused, second = api.times()
    assert second - refused == pytest.approx(30)
    assert "was not answered" not in caplog.text


async def test_a_mention_is_not_answered_if_the_pause_is_longer_than_a_minute(
    api: FakeApi, context: SlackContext, caplog: pytest.LogCaptureFixture
) -> None:
    app = build_app(context)
    await mention(app, context, 1)
    api.refuse("90")
    await mention(app, context, 2)
    assert len(api.times()) == 2
    assert "a message was not answered: ratelimited" in caplog.text
