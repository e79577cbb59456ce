"""Calls to Slack at startup retry after temporary errors, fail on others, and can be stopped."""

import asyncio

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackError
from bot.local_slack.server import Workspace
from bot.slack.api.channels import find_channel
from bot.slack.startup import Stopped, fetch_team, retry_until_answered
from tests.feeds.server import serving
from tests.journeys.workspace_reader import eventually


async def test_a_lost_connection_at_start_is_retried(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    workspace.fail_next("auth.test", drop="before")
    team = await retry_until_answered("auth.test", lambda: fetch_team(client), asyncio.Event())
    assert team == workspace.team.identity.team_id
    assert len(workspace.calls("auth.test")) == 2


async def test_a_wrong_token_ends_the_start_with_its_cure(
    workspace: Workspace, session: aiohttp.ClientSession
) -> None:
    wrong = AsyncWebClient("xoxb-wrong", base_url=workspace.api_url, session=session)
    with pytest.raises(SlackError, match="SLACK_BOT_TOKEN"):
        await retry_until_answered("auth.test", lambda: fetch_team(wrong), asyncio.Event())


async def test_an_app_of_a_whole_organization_ends_the_start_with_its_cure() -> None:
    said = {"ok": True, "team_id": "E1", "enterprise_id": "E1", "is_enterprise_install": True}
    async with serving() as slack:
        slack.at("/auth.test", lambda _: web.json_response(said))
        client = AsyncWebClient("xoxb-1", base_url=f"{slack.url}/")
        with pytest.raises(SlackError, match=r"whole organization.*org_deploy_enabled"):
            await retry_until_answered("auth.test", lambda: fetch_team(client), asyncio.Event())


async def test_a_stop_ends_the_wait_for_a_rate_limit(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    workspace.fail_next("auth.test", error="ratelimited", status=429, retry_after_s=30)
    stop = asyncio.Event()
    asked = asyncio.create_task(retry_until_answered("auth.test", lambda: fetch_team(client), stop))

    async def auth_test_was_called() -> bool:
        return bool(workspace.calls("auth.test"))

    assert await eventually(auth_test_was_called)
    stop.set()
    with pytest.raises(Stopped):
        await asked


async def test_a_stop_ends_a_call_that_gets_no_response() -> None:
    stop = asyncio.Event()
    asked = asyncio.create_task(retry_until_answered("Socket Mode", asyncio.Event().wait, stop))
    await asyncio.sleep(0)
    stop.set()
    with pytest.raises(Stopped):
        await asked


async def test_a_rate_limit_is_not_mistaken_for_a_missing_scope_when_looking_up_a_channel(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    workspace.fail_next("conversations.list", error="ratelimited", status=429, retry_after_s=1)
    with pytest.raises(SlackApiError):
        await find_channel(client, "trade-news")
