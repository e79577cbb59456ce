"""Other sites and machines cannot use the page, and the page loads nothing from other sites."""

import asyncio
import re
from pathlib import Path

import aiohttp
import pytest

from bot.local_slack.page import routes
from bot.local_slack.server import Workspace


@pytest.mark.parametrize("path", ["/", "/state", "/events", "/api/auth.test"])
async def test_another_host_name_is_refused(path: str, workspace: Workspace) -> None:
    headers = {"Host": "rebound.example"}
    async with (
        aiohttp.ClientSession() as session,
        session.get(workspace.address + path, headers=headers) as response,
    ):
        assert response.status == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({}, 200),
    ],
)
async def test_another_site_cannot_post(
    headers: dict[str, str], status: int, workspace: Workspace
) -> None:
    headers = {"Content-Type": "application/json", **headers}
    body = b'{"channel": "#general", "text": "hello"}'
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{workspace.address}/say", data=body, headers=headers) as response,
    ):
        assert response.status == status
    channel = workspace.team.find_channel("general")
    assert channel is not None
    kept = await workspace.team.storage.load_history(channel.id)
    assert len(kept.messages) == (status == 200)


@pytest.mark.parametrize("kind", ["", "text/plain", "multipart/form-data", "application/json"])
async def test_another_site_cannot_send_a_file(kind: str, workspace: Workspace) -> None:
    headers = {"Content-Type": kind} if kind else {}
    async with (
        aiohttp.ClientSession(skip_auto_headers=["Content-Type"]) as session,
        session.post(f"{workspace.address}/files", data=b"a,b", headers=headers) as response,
    ):
        assert response.status == 415


async def test_another_site_can_link_to_the_page_but_not_read_it(workspace: Workspace) -> None:
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    fetch = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
    async with aiohttp.ClientSession() as session:
        for path, headers, status in (("/", link, 200), ("/", fetch, 403), ("/state", link, 403)):
            async with session.get(workspace.address + path, headers=headers) as response:
                assert response.status == status


async def test_a_socket_needs_a_ticket(workspace: Workspace) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(f"{workspace.address}/link?ticket=guess")
    assert refused.value.status == 403


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"{}", b'{"channel": 5, "text": []}', b'{"channel": "general"}']
)
@pytest.mark.parametrize("path", ["/say", "/act", "/view", "/channels", "/read"])
async def test_an_invalid_body_gets_400(body: bytes, path: str, workspace: Workspace) -> None:
    headers = {"Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(workspace.address + path, data=body, headers=headers) as response,
    ):
        assert response.status == 400
        assert (await response.json())["error"] == "invalid_request"


async def test_the_page_cannot_load_other_sites(workspace: Workspace) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(workspace.address) as response,
    ):
        policy = response.headers["Content-Security-Policy"]
        html = await response.text()
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", html)
    assert not re.search(r"<script>|style=|\son\w+=", html)


def test_the_page_never_builds_html_from_data() -> None:
    script = (Path(routes.__file__).parent / "static" / "page.js").read_text(encoding="utf-8")
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert way not in script


@pytest.mark.parametrize(
    ("name", "ok"), [("steel-desk", True), ("general", False), ("No Spaces", False), ("", False)]
)
async def test_a_channel_needs_a_new_valid_name(name: str, ok: bool, workspace: Workspace) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{workspace.address}/channels", json={"name": name}) as response,
    ):
        assert (await response.json())["ok"] is ok
    assert (workspace.team.find_channel("steel-desk") is not None) == (name == "steel-desk")


async def test_changes_are_streamed_until_the_workspace_stops(
    workspace: Workspace,
) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{workspace.address}/events") as response,
    ):
        await response.content.readline()
        await workspace.keyboard.say("#general", "hello")
        async with asyncio.timeout(5):
            while b'"text": "hello"' not in await response.content.readline():
                pass
        await workspace.stop()
        async with asyncio.timeout(5):
            await response.content.read()
