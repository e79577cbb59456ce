"""Clicks, selections, forms and the Home tab work through the page's HTTP interface."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.local_slack import limits
from bot.local_slack.api.call import ApiError
from bot.local_slack.api.response_urls import ResponseUrls
from bot.local_slack.client import say
from bot.local_slack.server import Workspace
from tests.local_slack.bots import (
    Connect,
    actions,
    bolt,
    button,
    modal,
    over_http,
    over_socket,
    plain,
    section,
    text_input,
)

BOTH = pytest.mark.parametrize("connect", [over_http, over_socket])
CHOICES = [{"text": plain("China"), "value": "CN"}, {"text": plain("Japan"), "value": "JP"}]
PICKER = {"type": "static_select", "action_id": "party", "options": CHOICES}


class PageClient:
    """Sends the HTTP requests that the page sends."""

    def __init__(self, session: aiohttp.ClientSession, workspace: Workspace) -> None:
        self._session, self._workspace = session, workspace

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        async with self._session.post(self._workspace.address + path, json=body) as response:
            answer: dict[str, Any] = await response.json()
        return answer

    async def state(self) -> dict[str, Any]:
        async with self._session.get(f"{self._workspace.address}/state") as response:
            state: dict[str, Any] = await response.json()
        return state

    async def messages(self, channel: str) -> list[dict[str, Any]]:
        address = f"{self._workspace.address}/messages?channel={channel}"
        async with self._session.get(address) as response:
            messages: list[dict[str, Any]] = (await response.json())["messages"]
        return messages


@pytest.fixture
async def page(workspace: Workspace) -> AsyncIterator[PageClient]:
    async with aiohttp.ClientSession() as session:
        yield PageClient(session, workspace)


@BOTH
async def test_a_click_can_replace_its_message(
    connect: Connect, workspace: Workspace, page: PageClient
) -> None:
    app = bolt(workspace)
    row = actions(button("Mute", action_id="mute", value="e-1"), PICKER)

    @app.action("mute")
    async def mute(ack: Any, body: dict[str, Any], respond: Any) -> None:
        await ack()
        chosen = body["state"]["values"]["row"]["party"]["selected_option"]
        words = f"muted {body['actions'][0]['value']} for {chosen['value']}"
        await respond(words, replace_original=True)

    async with connect(workspace, app):
        posted = await app.client.chat_postMessage(channel="#general", text="x", blocks=[row])
        click = {"channel": posted["channel"], "ts": posted["ts"], "block_id": "row"}
        click |= {"action_id": "mute", "values": {"row": {"party": "JP"}}}
        assert (await page.post("/act", click))["ok"]
        await asyncio.sleep(0.3)
    (message,) = await page.messages(posted["channel"])
    assert message["text"] == "muted e-1 for JP"
    assert "blocks" not in message
    assert message["ts"] == posted["ts"]


async def test_a_selection_sends_the_option(workspace: Workspace, page: PageClient) -> None:
    app = bolt(workspace)
    seen: list[Any] = []

    @app.action("party")
    async def choose(ack: Any, action: dict[str, Any]) -> None:
        seen.append(action["selected_option"])
        await ack()

    async with over_socket(workspace, app):
        row = actions(PICKER)
        posted = await app.client.chat_postMessage(channel="#general", text="x", blocks=[row])
        click = {"channel": posted["channel"], "ts": posted["ts"], "block_id": "row"}
        assert (await page.post("/act", {**click, "action_id": "party", "value": "CN"}))["ok"]
        wrong = await page.post("/act", {**click, "action_id": "party", "value": "XX"})
        gone = await page.post("/act", {**click, "action_id": "other"})
    assert seen == [CHOICES[0]]
    assert wrong["error"] == "invalid_request"
    assert gone["error"] == "action_not_found"


async def test_an_overflow_menu_sends_the_option_and_has_no_value_of_its_own(
    workspace: Workspace, page: PageClient
) -> None:
    app = bolt(workspace)
    seen: list[Any] = []

    @app.action("more")
    async def choose(ack: Any, action: dict[str, Any], body: dict[str, Any]) -> None:
        seen.append((action["type"], action["selected_option"], body["state"]["values"]))
        await ack()

    async with over_socket(workspace, app):
        menu = {"type": "overflow", "action_id": "more", "options": CHOICES}
        block = {**section("An alert"), "block_id": "row", "accessory": menu}
        posted = await app.client.chat_postMessage(channel="#general", text="x", blocks=[block])
        click = {"channel": posted["channel"], "ts": posted["ts"], "block_id": "row"}
        assert (await page.post("/act", {**click, "action_id": "more", "value": "JP"}))["ok"]
        none = await page.post("/act", {**click, "action_id": "more"})
    assert seen == [("overflow", CHOICES[1], {})]
    assert none["error"] == "invalid_request"


@BOTH
async def test_a_form_opens_shows_errors_and_closes(
    connect: Connect, workspace: Workspace, page: PageClient
) -> None:
    app = bolt(workspace)

    @app.command("/tariff")
    async def open_form(ack: Any, client: Any, command: dict[str, str]) -> None:
        await ack()
        view = modal(section("loading"), submit=None)
        opened = await client.views_open(trigger_id=command["trigger_id"], view=view)
        form = modal(text_input(), callback_id="words", private_metadata="kept")
        await client.views_update(view_id=opened["view"]["id"], view=form)

    @app.view("words")
    async def take(ack: Any, view: dict[str, Any]) -> None:
        line = view["state"]["values"]["words"]["line"]["value"]
        if line != "steel":
            await ack(response_action="errors", errors={"words": "Only steel is known"})
        else:
            assert view["private_metadata"] == "kept"
            await ack()

    async with connect(workspace, app):
        (answer,) = await say(workspace.address, "#general", "/tariff subscribe")
        assert answer["text"] == "A form opened: Subscribe"
        view_id = (await page.state())["modal"]["id"]
        send = {"view_id": view_id}
        empty = await page.post("/view", send)
        assert empty["errors"] == {"words": "Please complete this required field."}
        wrong = await page.post("/view", {**send, "values": {"words": {"line": "tin"}}})
        assert wrong["errors"] == {"words": "Only steel is known"}
        right = await page.post("/view", {**send, "values": {"words": {"line": "steel"}}})
        assert right["ok"]
    assert (await page.state())["modal"] is None


async def test_a_trigger_id_is_valid_once_and_expires(workspace: Workspace) -> None:
    client = bolt(workspace).client
    spent = workspace.team.triggers.new()
    await client.views_open(trigger_id=spent, view=modal(section("x")))
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await client.views_open(trigger_id=spent, view=modal(section("x")))
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        await client.views_open(trigger_id="1.2.x", view=modal(section("x")))
    old = workspace.team.triggers.new()
    await asyncio.sleep(1.1)
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await client.views_open(trigger_id=old, view=modal(section("x")))


async def test_opening_the_home_tab_sends_an_event(workspace: Workspace, page: PageClient) -> None:
    app = bolt(workspace)
    filled = asyncio.Event()

    @app.event("app_home_opened")
    async def fill(client: Any, event: dict[str, str]) -> None:
        view = {"type": "home", "blocks": [section("Your subscriptions")]}
        await client.views_publish(user_id=event["user"], view=view)
        filled.set()

    async with over_socket(workspace, app):
        await page.post("/home", {})
        await asyncio.wait_for(filled.wait(), 5)
    home = (await page.state())["home"]
    assert home["blocks"][0]["text"]["text"] == "Your subscriptions"


async def test_a_response_url_is_valid_five_times(workspace: Workspace) -> None:
    app = bolt(workspace)
    urls: list[str] = []

    @app.command("/tariff")
    async def keep(ack: Any, command: dict[str, str]) -> None:
        urls.append(command["response_url"])
        await ack()

    async with over_socket(workspace, app):
        await workspace.keyboard.say("#general", "/tariff")
    post = AsyncWebhookClient(urls[0]).send
    refused = await post(text="x", blocks=[{"type": "ticker"}])
    assert (refused.status_code, "invalid_blocks" in refused.body) == (400, True)
    answers = [await post(text=f"{n}") for n in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [404]
    assert "used_url" in answers[4].body


async def test_a_response_url_expires(workspace: Workspace) -> None:
    now = [0.0]
    responses = ResponseUrls(workspace.team, lambda: now[0])
    channel = workspace.team.channels[0]
    key = responses.issue(channel, "cause").rpartition("/")[2]
    now[0] = limits.RESPONSE_WINDOW_S
    await responses.receive(key, {"text": "just in time"})
    now[0] += 1
    with pytest.raises(ApiError, match="expired_url"):
        await responses.receive(key, {"text": "too late"})
    with pytest.raises(ApiError, match="expired_url"):
        await responses.receive("unknown", {"text": "x"})


async def test_a_form_can_be_closed(workspace: Workspace, page: PageClient) -> None:
    view = modal(section("x"))
    trigger_id = workspace.team.triggers.new()
    opened = await bolt(workspace).client.views_open(trigger_id=trigger_id, view=view)
    assert (await page.state())["modal"]["id"] == opened["view"]["id"]
    assert (await page.post("/view", {"view_id": opened["view"]["id"], "action": "close"}))["ok"]
    assert (await page.state())["modal"] is None


async def test_an_answer_by_a_response_url_is_for_the_person_alone(
    workspace: Workspace, page: PageClient
) -> None:
    channel = workspace.team.channels[0]
    await ResponseUrls(workspace.team).show(channel, {"text": "only for you"}, "cause")
    (message,) = await page.messages(channel.id)
    assert message["only_you"]
