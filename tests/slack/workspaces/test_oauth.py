"""Installing the app by OAuth: who gets a token saved, and who is refused."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from bot.slack.app import build_client
from bot.slack.workspaces.oauth import OAuthApp, build_flow, list_routes
from bot.slack.workspaces.registry import InstalledWorkspaces
from bot.store.installations import Installations
from bot.store.oauth_states import VALID_FOR, OAuthStates
from bot.store.token_cipher import TokenCipher, make_key
from tests.journeys.workspace_reader import free_port
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


@dataclass
class Installer:
    """The bot's pages for installing the app, and what a person does there."""

    slack: OAuthSlack
    installations: Installations
    session: aiohttp.ClientSession
    address: str = ""
    now: datetime = NOON

    async def start(self, team: str = FIRST) -> tuple[str, str]:
        """Opens the first page and agrees; returns the address back to the bot, and the cookie."""
        start = f"{self.address}/slack/install?team={team}"
        async with self.session.get(start, allow_redirects=False) as answer:
            assert answer.status == 302
            cookie = answer.headers["Set-Cookie"].partition(";")[0]
            agree = answer.headers["Location"]
        async with self.session.get(agree, allow_redirects=False) as answer:
            return answer.headers["Location"], cookie

    async def finish(self, back: str, cookie: str = "") -> tuple[int, str]:
        """The page that Slack sends the person to."""
        headers = {"Cookie": cookie} if cookie else {}
        async with self.session.get(back, headers=headers) as answer:
            return answer.status, await answer.text()


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[OAuthSlack]:
    async with playing_slack(tmp_path) as slack:
        yield slack


@pytest.fixture
async def installer(slack: OAuthSlack, store: Store) -> AsyncIterator[Installer]:
    session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
    installations = Installations(store.database, TokenCipher([make_key()]))
    made = Installer(slack, installations, session)
    async with session:
        client = build_client("", slack.api_url, session)
        workspaces = InstalledWorkspaces(
            installations, lambda token: build_client(token, slack.api_url, session)
        )
        port = free_port()
        made.address = f"http://127.0.0.1:{port}"
        app = OAuthApp(CLIENT_ID, SecretStr(CLIENT_SECRET), slack.api_url, made.address)
        states = OAuthStates(store.database)
        flow = build_flow(app, client, installations, states, workspaces, lambda: made.now)
        application = web.Application()
        application.add_routes(list_routes(flow))
        async with TestServer(application, port=port):
            yield made


async def test_a_person_installs_the_app_and_its_token_is_saved(
    installer: Installer, slack: OAuthSlack
) -> None:
    status, page = await slack.install(installer.address, FIRST)
    assert status == 200
    assert "/tariff subscribe" in page
    assert f"Team &lt;{FIRST}&gt;" in page
    found = await installer.installations.find(FIRST)
    assert found is not None
    own = slack.teams[FIRST].team.identity
    assert (found.bot_id, found.bot_user) == (own.bot_id, own.bot_user_id)
    assert found.token.get_secret_value() == own.bot_token
    assert await installer.installations.teams() == (FIRST,)


async def test_a_state_cannot_be_used_twice(installer: Installer) -> None:
    back, cookie = await installer.start()
    assert (await installer.finish(back, cookie))[0] == 200
    status, page = await installer.finish(back, cookie)
    assert status == 401
    assert "Try again" in page


async def test_a_state_that_is_too_old_is_refused(installer: Installer) -> None:
    back, cookie = await installer.start()
    installer.now += VALID_FOR + timedelta(seconds=1)
    status, _ = await installer.finish(back, cookie)
    assert status == 401
    assert await installer.installations.teams() == ()


async def test_another_browser_cannot_finish_the_installation(installer: Installer) -> None:
    back, _ = await installer.start()
    _, others = await installer.start(SECOND)
    for cookie in ("", others):
        status, _ = await installer.finish(back, cookie)
        assert status == 400
    assert await installer.installations.teams() == ()


async def test_a_code_that_slack_does_not_accept_installs_nothing(
    installer: Installer, caplog: pytest.LogCaptureFixture
) -> None:
    back, cookie = await installer.start()
    installer.slack.codes.clear()
    with caplog.at_level(logging.DEBUG):
        status, _ = await installer.finish(back, cookie)
    assert status == 401
    assert "code-0" not in caplog.text
    assert await installer.installations.teams() == ()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"is_enterprise_install": True, "team": None}, "whole organization"),
        ({"refresh_token": "xoxe-1", "expires_in": 43200}, "token rotation"),
    ],
)
async def test_an_installation_that_is_not_supported_is_refused_in_words(
    installer: Installer, answer: dict[str, object], words: str
) -> None:
    installer.slack.answers = answer
    back, cookie = await installer.start()
    status, page = await installer.finish(back, cookie)
    assert status == 500
    assert words in page
    assert await installer.installations.teams() == ()


async def test_a_person_who_does_not_agree_sees_that_nothing_was_installed(
    installer: Installer,
) -> None:
    path = f"{installer.address}/slack/oauth_redirect"
    status, page = await installer.finish(f"{path}?error=access_denied")
    assert (status, "nothing was installed" in page) == (200, True)
    _, page = await installer.finish(f"{path}?error=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script" not in page


async def test_other_sites_cannot_embed_the_pages(installer: Installer) -> None:
    path = f"{installer.address}/slack/oauth_redirect?error=access_denied"
    async with installer.session.get(path) as answer:
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"


async def test_a_slack_that_does_not_answer_is_no_failure_of_the_bot(
    installer: Installer, caplog: pytest.LogCaptureFixture
) -> None:
    back, cookie = await installer.start()
    installer.slack.is_down = True
    status, page = await installer.finish(back, cookie)
    assert (status, "Not installed" in page) == (401, True)
    assert CLIENT_SECRET not in caplog.text


async def test_no_token_is_logged(
    installer: Installer, slack: OAuthSlack, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await slack.install(installer.address, FIRST)
        await slack.install(installer.address, FIRST)
    assert slack.teams[FIRST].bot_token not in caplog.text
    assert CLIENT_SECRET not in caplog.text
