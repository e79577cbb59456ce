"""The bot's HTTP server answers signed requests and refuses all others."""

import asyncio
import io
import json
import logging
import time
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SettingsError, SlackError
from bot.http_server.limits import HttpLimits
from bot.http_server.rejections import Rejection, Rejections
from bot.http_server.server import HttpServer
from bot.local_slack.server import Workspace
from bot.slack.app import RepetitionFilter, build_app, build_web_app, connect
from bot.slack.context import SlackContext
from tests.http_server.clients import Client, post
from tests.slack.fakes import FailingStore, signed, slack_context, slash

Post = Callable[..., Any]


class Server:
    """The bot's HTTP server on loopback."""

    def __init__(self, given: SlackContext, limits: HttpLimits | None = None) -> None:
        self.context, self.rejections = given, Rejections()
        limits = limits or HttpLimits()
        application = build_web_app(build_app(given), given, self.rejections, limits)
        self._server = HttpServer(application, limits, self.rejections)
        self.port, self.url = 0, ""

    async def __aenter__(self) -> "Server":
        await self._server.start("127.0.0.1", 0)
        self.port = self._server.port
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.context.background.finish()
        await self._server.stop()

    async def command(self, session: aiohttp.ClientSession, text: str) -> dict[str, Any]:
        body = slash(text)
        async with session.post(
            f"{self.url}/slack/events", data=body, headers=signed(body)
        ) as answer:
            assert answer.status == 200
            said: dict[str, Any] = await answer.json()
            return said


@pytest.fixture
async def server(client: AsyncWebClient) -> AsyncIterator[Server]:
    async with Server(slack_context(client)) as started:
        yield started


async def status(session: aiohttp.ClientSession, server: Server, body: Any, headers: Any) -> int:
    async with session.post(f"{server.url}/slack/events", data=body, headers=headers) as answer:
        return answer.status


async def test_a_signed_command_is_answered_in_its_acknowledgement(
    server: Server, session: aiohttp.ClientSession, workspace: Workspace
) -> None:
    said = await server.command(session, "japan on us")
    assert said["response_type"] == "ephemeral"
    assert "Japan additional duty on goods of the US" in json.dumps(said["blocks"])
    assert not workspace.calls("chat.postMessage")


async def test_a_wrong_signature_is_refused(
    server: Server, session: aiohttp.ClientSession, workspace: Workspace
) -> None:
    body = slash("help")
    assert await status(session, server, body, signed(body, secret="another")) == 401
    assert await status(session, server, body + "x", signed(body)) == 401
    assert server.rejections.counts() == {Rejection.FORGED: 2}
    assert not workspace.calls()


@pytest.mark.parametrize("age_s", [301, 86_400, -301])
async def test_a_stale_timestamp_is_refused(
    server: Server, session: aiohttp.ClientSession, age_s: float
) -> None:
    body = slash("help")
    assert await status(session, server, body, signed(body, age_s=age_s)) == 401


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"", {}),
        (b"{", {"Content-Type": "application/json"}),
        (b"payload=%7B", {"X-Slack-Request-Timestamp": "abc", "X-Slack-Signature": "v0=1"}),
        (b"a=b", {"X-Slack-Request-Timestamp": "9" * 5000, "X-Slack-Signature": "v0=1"}),
        (b"a=b", {"X-Slack-Request-Timestamp": str(int(time.time())), "X-Slack-Signature": "ü"}),
        (b"\xff\xfe", {"X-Slack-Request-Timestamp": str(int(time.time()))}),
        (b"[" * 100_000, {"Content-Type": "application/json"}),
    ],
)
async def test_an_unsigned_body_is_not_read(
    server: Server,
    session: aiohttp.ClientSession,
    caplog: pytest.LogCaptureFixture,
    body: bytes,
    headers: dict[str, str],
) -> None:
    assert await status(session, server, body, headers) == 401
    assert not caplog.records


async def test_a_signed_but_malformed_body_is_refused(
    server: Server, session: aiohttp.ClientSession
) -> None:
    for body in ("[1]", "{", "payload=%7B", "payload=[]", ""):
        headers = {**signed(body), "Content-Type": "application/json"}
        assert await status(session, server, body, headers) in (400, 404)


async def test_a_body_with_a_missing_or_stale_signature_is_not_read(server: Server) -> None:
    """The server responds although the client never sends the body."""
    stale = signed("help", age_s=301)
    for headers in ({}, stale, {**signed("help"), "X-Slack-Signature": "v0=1"}):
        async with Client(server.port) as client:
            client.send(post("/slack/events", 1000, headers=headers))
            assert b" 401 " in await client.response()
    assert server.rejections.counts() == {Rejection.UNSIGNED: 2, Rejection.STALE: 1}


async def test_a_signed_body_that_stops_arriving_is_given_up(client: AsyncWebClient) -> None:
    async with (
        Server(slack_context(client), HttpLimits(body_s=0.1)) as server,
        Client(server.port) as slow,
    ):
        slow.send(post("/slack/events", 1000, b"command=", signed("command=")))
        assert b" 408 " in await slow.response()
        assert server.rejections.counts() == {Rejection.SLOW: 1}


async def test_a_click_in_a_large_view_is_read(
    server: Server, session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    """When a person clicks in a view, Slack sends the whole view, so the payload is large."""
    view = {"type": "home", "blocks": [{"text": "x" * 200_000}]}
    payload: dict[str, Any] = {"type": "block_actions", "view": view, "user": {"id": "U1"}}
    payload["actions"] = [{"type": "button", "action_id": "another", "block_id": "b"}]
    body = urlencode({"payload": json.dumps(payload)})
    assert await status(session, server, body, signed(body)) == 404
    assert "no listener for a block_actions" in caplog.text


async def test_a_huge_body_is_refused(server: Server, session: aiohttp.ClientSession) -> None:
    assert await status(session, server, io.BytesIO(b"a" * 2_000_000), signed("a")) == 413


async def test_the_health_check_needs_no_signature(
    server: Server, session: aiohttp.ClientSession
) -> None:
    async with session.get(f"{server.url}/healthz") as answer:
        assert (answer.status, await answer.json()) == (200, {"ok": True})


async def test_the_token_is_checked_once_and_not_for_every_request(
    server: Server, session: aiohttp.ClientSession, workspace: Workspace
) -> None:
    assert not workspace.calls()
    for _ in range(5):
        await server.command(session, "help")
    assert len(workspace.calls("auth.test")) == 1


async def test_slacks_url_verification_is_answered(
    server: Server, session: aiohttp.ClientSession
) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "c123", "token": "t"})
    headers = {**signed(body), "Content-Type": "application/json"}
    async with session.post(f"{server.url}/slack/events", data=body, headers=headers) as answer:
        assert "c123" in await answer.text()


async def test_an_unknown_command_is_logged_without_its_response_url(
    server: Server, session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    body = slash("x", command="/another", response_url="https://hooks.example/secret")
    assert await status(session, server, body, signed(body)) == 404
    assert "secret" not in caplog.text
    assert "/another" in caplog.text


async def test_an_internal_error_is_logged_with_the_id_that_the_user_sees(
    client: AsyncWebClient, session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    async with Server(
        slack_context(client, stories=FailingStore(), subscriptions=FailingStore())
    ) as server:
        for text in ("latest", "list", "subscribe tariffs", "unsubscribe"):
            caplog.clear()
            said = await server.command(session, text)
            (record,) = [r for r in caplog.records if r.levelno >= logging.ERROR]
            error_id = record.getMessage().split()[1]
            assert f"`{error_id}`" in said["text"]
            assert "RuntimeError" not in json.dumps(said)


async def test_a_slow_answer_is_acknowledged_immediately_and_sent_later(
    client: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    given = slack_context(client)

    class Slow:
        async def search(self, *_: object) -> tuple[()]:
            await asyncio.sleep(0.1)
            return ()

    arrived: list[Any] = []

    async def take(request: web.Request) -> web.Response:
        arrived.append(await request.json())
        return web.Response(text="ok")

    hook = web.Application()
    hook.add_routes([web.post("/respond", take)])
    runner = web.AppRunner(hook)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}/respond"
    body = slash("latest", response_url=address)
    changed = slack_context(
        client, stories=Slow(), background=given.background, answer_within_s=0.01
    )
    async with Server(changed) as server:
        async with session.post(
            f"{server.url}/slack/events", data=body, headers=signed(body)
        ) as answer:
            assert "One moment" in (await answer.json())["text"]
        await given.background.finish()
    await runner.cleanup()
    assert arrived[0]["text"] == "No stories yet."


async def test_building_the_app_makes_no_requests(
    client: AsyncWebClient, workspace: Workspace
) -> None:
    build_app(slack_context(client))
    assert not workspace.calls()


async def test_oauth_variables_in_the_environment_are_refused_with_the_cure(
    client: AsyncWebClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "s")
    with pytest.raises(SettingsError, match="SLACK_CLIENT_ID"):
        build_app(slack_context(client))


async def test_socket_mode_reaches_the_same_listeners(
    workspace: Workspace, client: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    given = slack_context(client, answer_within_s=60)
    socket = await connect(build_app(given), workspace.app_token, session)
    try:
        outcome = await workspace.keyboard.say("#trade-news", "/tariff us on china on 2025-05-20")
    finally:
        await socket.close_async()  # type: ignore[no-untyped-call]
    assert outcome.ok
    assert "30% to 55%" in json.dumps(outcome.messages[0]["blocks"])


async def test_a_wrong_app_token_is_reported_with_its_cure(
    workspace: Workspace, client: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    with pytest.raises(SlackError, match="SLACK_APP_TOKEN"):
        await connect(build_app(slack_context(client)), "xapp-wrong", session)


def test_a_repeated_connection_error_is_logged_once_in_five_minutes() -> None:
    repetition_filter = RepetitionFilter()
    log = logging.getLogger("tests.terse")

    def is_logged(text: str, at: float) -> bool:
        record = log.makeRecord(log.name, logging.ERROR, "f", 1, text, (), None)
        record.created = at
        return repetition_filter.filter(record)

    passed = [is_logged(text, at) for at in (0, 10, 20) for text in ("no address", "no connection")]
    assert passed == [True, True, False, False, False, False]
    assert is_logged("no address", 301)


async def test_a_wrong_bot_token_shows_the_user_no_traceback(
    workspace: Workspace, session: aiohttp.ClientSession
) -> None:
    client = AsyncWebClient("xoxb-wrong", base_url=workspace.api_url, session=session)
    with pytest.raises(SlackApiError):
        await client.auth_test()
    async with Server(slack_context(client)) as server:
        body = slash("help")
        assert await status(session, server, body, signed(body)) == 200
