"""The bot starts its components in order and stops them in reverse order."""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from ipaddress import ip_network
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from sqlalchemy import text

from bot.errors import SettingsError, SlackError, StoreError
from bot.local_slack.server import Workspace
from bot.runtime.app import Application, make_demo_settings
from bot.runtime.settings import Settings
from bot.runtime.wiring.basics import lock_data_folder, read_clock
from bot.store.engine import Database
from bot.store.instance_lock import hold_instance_lock
from bot.store.tables import REVISION
from tests.shipped import open_config
from tests.store.schemas import create_older

FEEDS = "feeds:\n- {id: a, title: A, url: 'https://a.example/rss', enabled: false}\n"


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    opened = Workspace(tmp_path / "workspace.db", rate_limits=False)
    await opened.start(port=0)
    yield opened
    await opened.stop()


@pytest.fixture
def settings(workspace: Workspace, tmp_path: Path) -> Settings:
    """Settings of a bot over HTTP with all feeds disabled."""
    (tmp_path / "feeds.yaml").write_text(FEEDS, encoding="utf-8")
    changes = {
        "slack_bot_token": SecretStr(workspace.bot_token),
        "slack_app_token": None,
        "slack_signing_secret": SecretStr("secret"),
        "slack_api_url": workspace.api_url,
        "database_url": "",
        "public_url": "",
        "channel": "trade-news",
        "operators": (),
        "operators_channel": "",
        "live_sources": (),
        "data_dir": tmp_path / "data",
        "feeds_file": tmp_path / "feeds.yaml",
    }
    return Settings().model_copy(update=changes)


def test_the_demo_opens_the_local_workspace_whatever_app_the_settings_have() -> None:
    many = {
        "slack_client_id": "111.222",
        "slack_client_secret": SecretStr("secret-of-the-app"),
        "slack_signing_secret": SecretStr("signs"),
        "home_team": "T0HOME",
        "operators_channel": "C0OPERATORS",
    }
    with ExitStack() as stack:
        demo = make_demo_settings(Settings().model_copy(update=many), stack)
    assert demo.transport == "local"
    assert (demo.home_team, demo.operators_channel, demo.database_url) == ("", "", "")


def application(settings: Settings, port: int) -> Application:
    settings = settings.model_copy(update={"port": port})
    config = open_config(settings)
    return Application(settings, config, config.feeds)


async def is_healthy(port: int) -> bool:
    async with aiohttp.ClientSession() as session:
        try:
            async with session.get(f"http://127.0.0.1:{port}/healthz") as answer:
                return answer.status == 200
        except aiohttp.ClientConnectionError:
            return False


def running_tasks() -> set[str]:
    return {task.get_name() for task in asyncio.all_tasks()} & {"dispatcher", "instance lock"}


async def test_a_failed_start_stops_the_components_already_started(settings: Settings) -> None:
    with socket.create_server(("", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"PORT: {port} cannot be opened"):
            await application(settings, port).start()
    assert not running_tasks()
    with lock_data_folder(settings):
        pass
    app = application(settings, port)
    await app.start()
    assert await is_healthy(port)
    assert running_tasks() == {"dispatcher", "instance lock"}
    await app.stop()
    assert not await is_healthy(port)
    assert not running_tasks()


@pytest.fixture
def unfrozen() -> Iterator[None]:
    """Lets garbage collections after the test visit all objects again."""
    gc.unfreeze()
    yield
    gc.unfreeze()


async def test_a_request_to_stop_ends_the_run(settings: Settings, unfrozen: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    app = application(settings, port)
    running = asyncio.create_task(app.run())
    async with asyncio.timeout(20):
        while not await is_healthy(port):
            await asyncio.wait({running}, timeout=0.02)
        while not gc.get_freeze_count():
            await asyncio.wait({running}, timeout=0.02)
        assert app.request_stop()
        assert not app.request_stop()
        await running
    with lock_data_folder(settings):
        pass


async def test_an_older_database_is_upgraded_after_the_last_bot_has_ended(
    settings: Settings,
) -> None:
    settings.data_dir.mkdir()
    create_older(settings.data_dir / "tariffwire.db")
    database = Database(settings.database)
    revision = text("SELECT version_num FROM alembic_version")
    async with hold_instance_lock(database, read_clock):
        with pytest.raises(StoreError, match="another Tariffwire works on it"):
            await application(settings, 0).start()
        assert await database.column(revision) == ["0006"]
    app = application(settings, 0)
    await app.start()
    await app.stop()
    assert await database.column(revision) == [REVISION]
    await database.close()


async def test_a_second_workspace_on_the_same_database_is_refused(
    settings: Settings, workspace: Workspace, tmp_path: Path
) -> None:
    app = application(settings, 0)
    await app.start()
    await app.stop()
    second = Workspace(tmp_path / "second.db", rate_limits=False)
    await second.start(port=0)
    changes = {
        "slack_bot_token": SecretStr(second.bot_token),
        "slack_api_url": second.api_url,
    }
    try:
        team = workspace.team.identity.team_id
        with pytest.raises(StoreError, match=f"belongs to workspace {team}"):
            await application(settings.model_copy(update=changes), 0).start()
    finally:
        await second.stop()
    assert not running_tasks()


async def test_the_local_workspace_does_not_take_over_the_data_of_slack(
    settings: Settings,
) -> None:
    app = application(settings, 0)
    await app.start()
    await app.stop()
    local = settings.model_copy(update={"slack_bot_token": None, "slack_signing_secret": None})
    with pytest.raises(StoreError, match="not to the local workspace"):
        await application(local, 0).start()


async def test_a_token_that_is_refused_at_the_start_is_reported_to_the_webhook(
    settings: Settings, workspace: Workspace
) -> None:
    texts: list[str] = []

    async def handle(request: web.Request) -> web.Response:
        texts.append((await request.json())["text"])
        return web.Response()

    hook = web.Application()
    hook.router.add_post("/secret", handle)
    workspace.fail_next("auth.test", error="token_revoked")
    async with TestServer(hook) as server:
        changes = {
            "alert_webhook": SecretStr(str(server.make_url("/secret"))),
            "allowed_networks": (ip_network("127.0.0.0/8"),),
        }
        with pytest.raises(SlackError, match="token_revoked"):
            await application(settings.model_copy(update=changes), 0).run()
    [text] = texts
    assert "token_revoked" in text
    assert "install it again" in text
