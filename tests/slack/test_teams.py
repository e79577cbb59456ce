"""The bot serves only its own workspace, over HTTP and over Socket Mode."""

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.http_server.rejections import Rejection, Rejections
from bot.local_slack.server import Workspace
from bot.slack.app import build_app, build_web_app, connect
from bot.slack.teams import TeamGuard, find_installed_teams
from tests.slack.fakes import signed, slack_context, slash

OURS, THEIRS = "T1", "T9"


class Guarded:
    """The bot of workspace T1, called over HTTP."""

    def __init__(self, app: AsyncApp, rejections: Rejections, url: str) -> None:
        self.app, self.rejections, self.url = app, rejections, url


@pytest.fixture
async def guarded(client: AsyncWebClient) -> AsyncIterator[Guarded]:
    made, rejections = slack_context(client), Rejections()
    app = build_app(made)
    app.use(TeamGuard(OURS, rejections))
    runner = web.AppRunner(build_web_app(app, made, rejections))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield Guarded(app, rejections, f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    await made.background.finish()
    await runner.cleanup()


async def send(
    session: aiohttp.ClientSession, guarded: Guarded, body: str, kind: str
) -> tuple[int, str]:
    headers = {**signed(body), "Content-Type": kind}
    async with session.post(guarded.url, data=body, headers=headers) as answer:
        return answer.status, await answer.text()


def click(team: str) -> str:
    payload = {
        "type": "block_actions",
        "team": {"id": team, "domain": "d"},
        "user": {"id": "U1", "team_id": team},
        "api_app_id": "A1",
        "channel": {"id": "C1", "name": "trade-news"},
        "container": {"type": "message", "channel_id": "C1", "message_ts": "1.2"},
        "actions": [{"type": "button", "block_id": "b", "action_id": "command:1", "value": "help"}],
    }
    return urlencode({"payload": json.dumps(payload)})


def event(team: str, shared_by: str = "") -> str:
    content = {"type": "app_home_opened", "user": "U1", "tab": "messages", "channel": "D1"}
    head = {"type": "event_callback", "api_app_id": "A1", "event_id": "Ev1", "event_time": 1}
    authorization = {"team_id": team, "enterprise_id": None, "is_enterprise_install": False}
    return json.dumps(
        {**head, "team_id": shared_by or team, "event": content, "authorizations": [authorization]}
    )


FORM, JSON = "application/x-www-form-urlencoded", "application/json"


async def test_a_command_of_another_workspace_is_refused_in_words(
    guarded: Guarded, session: aiohttp.ClientSession
) -> None:
    status, text = await send(session, guarded, slash("us on china", team_id=THEIRS), FORM)
    assert status == 200
    assert json.loads(text).keys() == {"response_type", "text"}
    assert json.loads(text)["response_type"] == "ephemeral"
    assert guarded.rejections.counts() == {Rejection.OTHER_TEAM: 1}


async def test_a_click_of_another_workspace_is_refused(
    guarded: Guarded, session: aiohttp.ClientSession
) -> None:
    assert await send(session, guarded, click(THEIRS), FORM) == (403, "")
    assert guarded.rejections.counts() == {Rejection.OTHER_TEAM: 1}


async def test_an_event_of_another_workspace_is_acknowledged_and_ignored(
    guarded: Guarded, session: aiohttp.ClientSession, workspace: Workspace
) -> None:
    assert await send(session, guarded, event(THEIRS), JSON) == (200, "")
    assert guarded.rejections.counts() == {Rejection.OTHER_TEAM: 1}
    assert not workspace.calls("views.publish")


async def test_an_event_for_another_workspace_in_a_channel_of_ours_is_ignored(
    guarded: Guarded, session: aiohttp.ClientSession
) -> None:
    assert await send(session, guarded, event(THEIRS, shared_by=OURS), JSON) == (200, "")
    assert guarded.rejections.counts() == {Rejection.OTHER_TEAM: 1}


async def test_payloads_of_the_own_workspace_pass(
    guarded: Guarded, session: aiohttp.ClientSession
) -> None:
    status, text = await send(session, guarded, slash("help"), FORM)
    assert (status, "/tariff" in text) == (200, True)
    await send(session, guarded, click(OURS), FORM)
    await send(session, guarded, event(OURS), JSON)
    await send(session, guarded, event(OURS, shared_by=THEIRS), JSON)
    assert guarded.rejections.counts() == {}


async def test_socket_mode_is_guarded_too(
    workspace: Workspace, guarded: Guarded, session: aiohttp.ClientSession
) -> None:
    socket = await connect(guarded.app, workspace.app_token, session)
    try:
        outcome = await workspace.keyboard.say("#trade-news", "/tariff us on china on 2025-05-20")
    finally:
        await socket.close_async()  # type: ignore[no-untyped-call]
    assert "30%" not in json.dumps(outcome.messages)
    assert guarded.rejections.counts() == {Rejection.OTHER_TEAM: 1}


@pytest.mark.parametrize(
    ("payload", "teams"),
    [
        ({"command": "/tariff", "team_id": "T1", "enterprise_id": "E1"}, {"T1"}),
        ({"team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T9"}}, {"T1"}),
        # A person of T9 submits a view in a channel that is shared with T1.
        ({"team": {"id": "T9"}, "view": {"app_installed_team_id": "T1"}}, {"T1"}),
        # A person of T1 submits a view of T9's app in a channel that is shared with T9.
        ({"team": {"id": "T1"}, "view": {"app_installed_team_id": "T9"}}, {"T9"}),
        # An event in a channel of T9 that is shared with T1.
        ({"team_id": "T9", "authorizations": [{"team_id": "T1"}]}, {"T1"}),
        # An event in a channel of T1 that is shared with T9, for the app of T9.
        (
            {"team_id": "T1", "context_team_id": "T1", "authorizations": [{"team_id": "T9"}]},
            {"T9"},
        ),
        ({"team_id": "T9", "context_team_id": "T1", "authorizations": []}, {"T1"}),
        ({"team": {"id": "T1"}, "view": {"app_installed_team_id": None}}, {"T1"}),
        # The app is installed for a whole organization, not for one workspace.
        ({"team": None, "enterprise": {"id": "E1"}, "is_enterprise_install": True}, set()),
        ({"authorizations": [{"team_id": None, "enterprise_id": "E1"}]}, set()),
        ({"type": "url_verification", "challenge": "c"}, set()),
        ({"team": 1, "view": [], "authorizations": {"team_id": "T9"}, "team_id": None}, set()),
    ],
)
def test_where_payloads_name_the_workspace(payload: dict[str, Any], teams: set[str]) -> None:
    assert find_installed_teams(payload) == teams
