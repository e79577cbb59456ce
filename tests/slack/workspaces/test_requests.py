"""Requests of many workspaces: each is answered with the token of its own workspace."""

import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from bot.http_server.rejections import Rejection, Rejections
from bot.installation import Installation
from bot.slack.announcements import post_change
from bot.slack.app import OAuthParts, build_app, build_client, build_web_app
from bot.slack.teams import InstalledTeamsGuard
from bot.slack.views.replies import render_notice
from bot.slack.workspaces.oauth import InstalledAuthorize, OAuthApp, build_flow
from bot.slack.workspaces.registry import InstalledWorkspaces
from bot.store.installations import Installations
from bot.store.oauth_states import OAuthStates
from bot.store.token_cipher import TokenCipher, make_key
from tests.slack.fakes import signed, slack_context, slash
from tests.slack.test_teams import FORM, JSON, click, event
from tests.slack.workspaces.oauth_slack import (
    CLIENT_ID,
    CLIENT_SECRET,
    FIRST,
    SECOND,
    OAuthSlack,
    playing_slack,
)
from tests.store.examples import NOON
from tests.store.opened import Store

UNKNOWN = "T0UNKNOWN"


@dataclass
class SharedBot:
    """A bot for many workspaces, called over HTTP."""

    slack: OAuthSlack
    context: Any
    rejections: Rejections
    url: str

    async def send(self, body: str, kind: str) -> tuple[int, str]:
        """The response to a signed request, after all that it causes is done."""
        async with aiohttp.ClientSession() as session:
            headers = {**signed(body), "Content-Type": kind}
            async with session.post(self.url, data=body, headers=headers) as answer:
                result = answer.status, await answer.text()
        await self.context.background.finish()
        return result


@pytest.fixture
async def bot(store: Store, tmp_path: Path) -> AsyncIterator[SharedBot]:
    installations = Installations(store.database, TokenCipher([make_key()]))
    async with playing_slack(tmp_path) as slack, aiohttp.ClientSession() as session:
        for team in (FIRST, SECOND):
            own = slack.teams[team].team.identity
            await installations.save(
                Installation(
                    team=team,
                    bot_id=own.bot_id,
                    bot_user=own.bot_user_id,
                    token=SecretStr(own.bot_token),
                    installed_at=NOON,
                )
            )
        client = build_client("", slack.api_url, session)
        workspaces = InstalledWorkspaces(
            installations, lambda token: build_client(token, slack.api_url, session)
        )
        rejections = Rejections()
        context = replace(slack_context(client, answer_within_s=60), clients=workspaces)
        app = OAuthApp(CLIENT_ID, SecretStr(CLIENT_SECRET), slack.api_url)
        states = OAuthStates(store.database)
        flow = build_flow(app, client, installations, states, workspaces, lambda: NOON)
        guard = InstalledTeamsGuard(workspaces, rejections)
        parts = OAuthParts(flow, guard, InstalledAuthorize(workspaces))
        served: web.Application = build_web_app(build_app(context, parts), context, rejections)
        async with TestServer(served) as server:
            url = str(server.make_url("/slack/events"))
            yield SharedBot(slack, context, rejections, url)


async def test_a_command_of_each_workspace_is_answered(bot: SharedBot) -> None:
    for team in (FIRST, SECOND):
        status, text = await bot.send(slash("help", team_id=team), FORM)
        assert status == 200
        assert "Ask in plain words" in text
    # The answer is the response, so nothing is called.
    assert bot.slack.calls == []


@pytest.mark.parametrize("team", [FIRST, SECOND])
async def test_a_home_tab_is_drawn_with_the_token_of_its_workspace(
    bot: SharedBot, team: str
) -> None:
    opened = json.loads(event(team))
    opened["event"]["tab"] = "home"
    assert (await bot.send(json.dumps(opened), JSON))[0] == 200
    assert bot.slack.calls == [(team, "views.publish")]


async def test_a_mention_is_answered_in_its_own_workspace(bot: SharedBot) -> None:
    """A message of the other workspace with the same ids is not taken for a repetition."""
    channel = bot.slack.teams[FIRST].team.find_channel("trade-news")
    assert channel is not None
    for team in (FIRST, SECOND, FIRST):
        mention = json.loads(event(team))
        mention["event"] = {"type": "app_mention", "user": "U1", "text": "<@U0BOT> help"}
        mention["event"] |= {"channel": channel.id, "ts": "1.1"}
        await bot.send(json.dumps(mention), JSON)
    assert bot.slack.calls == [(FIRST, "chat.postMessage"), (SECOND, "chat.postMessage")]


async def test_an_event_in_a_shared_channel_belongs_to_the_workspace_of_the_installation(
    bot: SharedBot,
) -> None:
    opened = json.loads(event(SECOND, shared_by=FIRST))
    opened["event"]["tab"] = "home"
    await bot.send(json.dumps(opened), JSON)
    assert bot.slack.calls == [(SECOND, "views.publish")]


async def test_workspaces_without_an_installation_are_refused(bot: SharedBot) -> None:
    status, text = await bot.send(slash("us china", team_id=UNKNOWN), FORM)
    assert (status, "another workspace" in text) == (200, True)
    assert (await bot.send(event(UNKNOWN), JSON))[0] == 200
    assert (await bot.send(click(UNKNOWN), FORM))[0] == 403
    assert bot.rejections.counts() == {Rejection.OTHER_TEAM: 3}
    assert bot.slack.calls == []


async def test_a_request_of_a_workspace_that_has_just_removed_the_app_is_no_error(
    bot: SharedBot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.slack")
    # The app was still installed when the request was received.
    posting = post_change(bot.context, UNKNOWN, "C1", render_notice("changed"))
    bot.context.background.spawn(posting, "announcing a change")
    await bot.context.background.finish()
    assert [each.levelno for each in caplog.records] == [logging.INFO]
    assert bot.slack.calls == []


async def test_a_payload_without_a_workspace_is_refused(bot: SharedBot) -> None:
    status, text = await bot.send(slash("us china", team_id=""), FORM)
    assert (status, "another workspace" in text) == (200, True)


async def test_slack_can_check_the_address(bot: SharedBot) -> None:
    status, text = await bot.send(
        json.dumps({"type": "url_verification", "challenge": "abc"}), JSON
    )
    assert (status, "abc" in text) == (200, True)


@pytest.mark.parametrize("tokens", [{"bot": ["U1"]}, {"oauth": ["U1"]}])
async def test_only_a_revoked_bot_token_removes_a_workspace(
    bot: SharedBot, tokens: dict[str, list[str]]
) -> None:
    removed = []

    async def remove(team: str, _at: object) -> None:
        removed.append(team)

    object.__setattr__(bot.context, "remove_workspace", remove)
    revoked = json.loads(event(SECOND))
    revoked["event"] = {"type": "tokens_revoked", "tokens": tokens}
    await bot.send(json.dumps(revoked), JSON)
    assert removed == ([SECOND] if "bot" in tokens else [])
