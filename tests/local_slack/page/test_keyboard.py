"""Typed lines reach a Bolt app, and its replies reach the page, over HTTP and Socket Mode."""

import asyncio
import io
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp

from bot.errors import SlackError
from bot.local_slack.client import say
from bot.local_slack.limits import FILE_BYTES
from bot.local_slack.server import Workspace
from tests.local_slack.bots import Connect, bolt, over_http, over_socket, section

BOTH = pytest.mark.parametrize("connect", [over_http, over_socket])


@BOTH
async def test_a_command_can_be_answered_in_the_acknowledgement(
    connect: Connect, workspace: Workspace
) -> None:
    app = bolt(workspace)

    @app.command("/tariff")
    async def answer(ack: Any, command: dict[str, str]) -> None:
        words = f"{command['user_name']} asks {command['text']} in {command['channel_name']}"
        await ack(text=words, blocks=[section(words)])

    async with connect(workspace, app):
        (message,) = await say(workspace.address, "#trade-news", "/tariff us china")
    assert message["text"] == "you asks us china in trade-news"
    assert message["blocks"][0]["text"]["text"] == message["text"]
    assert message["ephemeral"]


@BOTH
async def test_messages_by_the_response_url_are_replies(
    connect: Connect, workspace: Workspace
) -> None:
    app = bolt(workspace)

    @app.command("/tariff")
    async def answer(ack: Any, respond: Any) -> None:
        await ack()
        await asyncio.sleep(0.4)
        await respond("one")
        await respond("two", response_type="in_channel")

    async with connect(workspace, app):
        messages = await say(workspace.address, "general", "/tariff x")
    assert [(m["text"], m["ephemeral"]) for m in messages] == [("one", True), ("two", False)]


@BOTH
async def test_a_mention_sends_an_event_and_returns_the_reply(
    connect: Connect, workspace: Workspace
) -> None:
    app = bolt(workspace)

    @app.event("app_mention")
    async def answer(event: dict[str, str], say: Any) -> None:
        await say(text=f"heard: {event['text']}", thread_ts=event["ts"])

    bot = workspace.team.identity.bot_user_id
    async with connect(workspace, app):
        (message,) = await say(workspace.address, "#general", "@tariffwire what about <5% & up?")
        unheard = await say(workspace.address, "#general", "just between us")
    assert message["text"] == f"heard: <@{bot}> what about &lt;5% &amp; up?"
    assert unheard == []


async def test_a_file_is_posted_and_sends_an_event_with_its_address(workspace: Workspace) -> None:
    app, sent = bolt(workspace), []

    @app.event("message")
    async def answer(event: dict[str, Any], say: Any) -> None:
        sent.append(event)
        await say("read")

    async with over_socket(workspace, app), aiohttp.ClientSession() as session:
        direct = workspace.team.direct.id
        name = "a/b\\<b>1</b>\n.csv"
        answers = [
            await _send_file(session, workspace, {"channel": channel, "name": name}, content)
            for channel, content in (
                *((direct, b"HTS,Origin\n"), (direct, b""), ("nowhere", b"1")),
                (direct, bytes(FILE_BYTES + 1)),
            )
        ]
        assert [one["ok"] for one in answers] == [True, False, False, False]
        assert [one["text"] for one in answers[0]["messages"]] == ["read"]
        [event] = sent
        [file] = event["files"]
        assert (event["subtype"], file["name"]) == ("file_share", "b>.csv")
        async with session.get(file["url_private"]) as response:
            assert await response.read() == b"HTS,Origin\n"
            assert response.headers["Content-Disposition"] == "attachment"


async def _send_file(
    session: aiohttp.ClientSession, workspace: Workspace, query: dict[str, str], content: bytes
) -> dict[str, Any]:
    headers = {"Content-Type": "application/octet-stream"}
    address = f"{workspace.address}/files"
    body = io.BytesIO(content)
    async with session.post(address, params=query, data=body, headers=headers) as response:
        found: dict[str, Any] = await response.json()
        return found


async def test_a_direct_message_sends_an_event(workspace: Workspace) -> None:
    app = bolt(workspace)

    @app.event("message")
    async def answer(event: dict[str, str], say: Any) -> None:
        assert event["channel_type"] == "im"
        await say("here")

    async with over_socket(workspace, app):
        (message,) = await say(workspace.address, "@tariffwire", "hello")
    assert message["text"] == "here"


@BOTH
async def test_a_slow_bot_is_reported_as_a_timeout(connect: Connect, workspace: Workspace) -> None:
    app = bolt(workspace)

    @app.command("/tariff")
    async def answer(ack: Any) -> None:
        await asyncio.sleep(1.5)
        await ack("too late")

    async with connect(workspace, app):
        with pytest.raises(SlackError, match="operation_timeout"):
            await say(workspace.address, "#general", "/tariff x")
        await asyncio.sleep(0.6)
    (notice,) = await shown(workspace, "#general")
    assert notice["only_you"]
    assert "didn't respond" in notice["text"]


async def shown(workspace: Workspace, name: str) -> list[dict[str, Any]]:
    """The messages of a channel as the page shows them."""
    channel = workspace.team.find_channel(name)
    assert channel is not None
    async with aiohttp.ClientSession() as session:
        address = f"{workspace.address}/messages?channel={channel.id}"
        async with session.get(address) as response:
            messages: list[dict[str, Any]] = (await response.json())["messages"]
    return messages


async def test_a_missing_bot_is_reported(workspace: Workspace) -> None:
    with pytest.raises(SlackError, match="isn't connected"):
        await say(workspace.address, "#general", "/tariff x")


@pytest.mark.parametrize(
    ("channel", "text", "words"),
    [
        (
            "#nowhere",
            "hello",
            "#trade-news, #court-watch, #general, and @tariffwire",
        ),
        ("#general", "/weather", "the commands are /tariff"),
        ("#general", "   ", "nothing was typed"),
    ],
)
async def test_an_invalid_line_is_explained(
    channel: str, text: str, words: str, workspace: Workspace
) -> None:
    with pytest.raises(SlackError, match=words):
        await say(workspace.address, channel, text)


async def test_a_missing_workspace_is_reported_with_the_cure() -> None:
    with pytest.raises(SlackError, match=r"no local workspace at .*:1\. Start it with"):
        await say("http://127.0.0.1:1", "#general", "hello")


async def test_bolt_refuses_a_wrong_signing_secret(workspace: Workspace) -> None:
    app = bolt(workspace, signing_secret="another secret")
    asked = []

    @app.command("/tariff")
    async def answer(ack: Any) -> None:
        asked.append(1)
        await ack("never")

    async with over_http(workspace, app):
        with pytest.raises(SlackError, match="dispatch_failed"):
            await say(workspace.address, "#general", "/tariff x")
    assert not asked


async def test_a_request_url_is_verified(workspace: Workspace) -> None:
    app = bolt(workspace)
    async with over_http(workspace, app):
        assert workspace.connected
    assert not await workspace.connect_http("http://127.0.0.1:1/slack/events")


async def test_an_event_is_retried_until_acknowledged(workspace: Workspace) -> None:
    app = bolt(workspace)
    tries: list[str | None] = []

    @app.middleware
    async def stumble(req: Any, resp: Any, next: Any) -> Any:  # noqa: A002 - Bolt's own name
        tries.append(req.headers.get("x-slack-retry-num", [None])[0])
        if len(tries) == 1:
            raise RuntimeError("not yet")
        await next()

    @app.error
    async def silence(error: Exception) -> None:
        assert str(error) == "not yet"

    @app.event("app_mention")
    async def answer(say: Any) -> None:
        await say("at last")

    async with over_http(workspace, app):
        (message,) = await say(workspace.address, "#general", "@tariffwire hello")
    assert message["text"] == "at last"
    assert tries == [None, "1"]


async def test_the_bot_reconnects_after_a_socket_refresh(workspace: Workspace) -> None:
    app = bolt(workspace)

    @app.command("/tariff")
    async def answer(ack: Any) -> None:
        await ack("still here")

    async with over_socket(workspace, app):
        await workspace.refresh_sockets()
        async with asyncio.timeout(10):
            while True:
                try:
                    (message,) = await say(workspace.address, "#general", "/tariff x")
                    break
                except SlackError:
                    await asyncio.sleep(0.05)
    assert message["text"] == "still here"
    assert len(workspace.calls("apps.connections.open")) >= 2


async def test_a_delivery_is_not_a_reply(workspace: Workspace) -> None:
    app: AsyncApp = bolt(workspace)

    @app.command("/tariff")
    async def answer(ack: Any, client: Any, command: dict[str, str]) -> None:
        await ack()
        note = {"event_type": "delivery", "event_payload": {"id": "d"}}
        where = command["channel_id"]
        await client.chat_postMessage(channel=where, text="an alert", metadata=note)
        await client.chat_postMessage(channel=where, text="the answer")

    async with over_socket(workspace, app):
        messages = await say(workspace.address, "#general", "/tariff x")
    assert [m["text"] for m in messages] == ["the answer"]
