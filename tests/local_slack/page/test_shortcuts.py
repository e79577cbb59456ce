"""A person uses the app's shortcuts, and fills in the menus that its forms have."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.local_slack.server import Workspace
from tests.local_slack.bots import bolt, modal, over_http, plain, section
from tests.local_slack.page.test_interactions import PageClient


@pytest.fixture
async def page(workspace: Workspace) -> AsyncIterator[PageClient]:
    async with aiohttp.ClientSession() as session:
        yield PageClient(session, workspace)


async def test_a_message_shortcut_sends_the_message_and_a_response_url(
    workspace: Workspace, page: PageClient
) -> None:
    app = bolt(workspace)

    @app.message_shortcut("rate_now")
    async def answer(ack: Any, shortcut: dict[str, Any], respond: Any) -> None:
        await ack()
        await respond(f"about {shortcut['message']['text']} in {shortcut['channel']['id']}")

    async with over_http(workspace, app):
        posted = await app.client.chat_postMessage(channel="#general", text="steel")
        channel, ts = posted["channel"], posted["ts"]
        used = {"callback_id": "rate_now", "channel": channel, "ts": ts}
        assert (await page.post("/shortcut", used))["ok"]
        _, answered = await page.messages(channel)
        assert (answered["text"], answered["only_you"]) == (f"about steel in {channel}", True)
        private = await page.post("/shortcut", {**used, "ts": answered["ts"]})
        deleted = await page.post("/shortcut", {**used, "ts": "1.2"})
        unknown = await page.post("/shortcut", {**used, "callback_id": "other"})
    assert private["error"] == deleted["error"] == "message_not_found"
    assert unknown["error"] == "shortcut_not_found"


async def test_a_global_shortcut_opens_a_form_with_a_menu_of_groups_and_radio_buttons(
    workspace: Workspace, page: PageClient
) -> None:
    app = bolt(workspace)
    seen: list[Any] = []
    options = [{"text": plain(name), "value": name} for name in ("none", "some")]
    groups = [{"label": plain("Group"), "options": [each]} for each in options]
    fields = {
        "menu": {"type": "static_select", "action_id": "one", "option_groups": groups},
        "radio": {"type": "radio_buttons", "action_id": "one", "options": options},
    }
    blocks = [
        {"type": "input", "block_id": name, "label": plain(name), "element": element}
        for name, element in fields.items()
    ]

    @app.global_shortcut("check_product")
    async def open_form(ack: Any, shortcut: dict[str, Any], client: Any) -> None:
        await ack()
        assert "response_url" not in shortcut
        view = modal(section("x"), *blocks, callback_id="form")
        await client.views_open(trigger_id=shortcut["trigger_id"], view=view)

    @app.view("form")
    async def take(ack: Any, view: dict[str, Any]) -> None:
        values = view["state"]["values"]
        seen.extend(values[name]["one"]["selected_option"]["value"] for name in fields)
        await ack()

    async with over_http(workspace, app):
        assert (await page.post("/shortcut", {"callback_id": "check_product"}))["ok"]
        form = {"view_id": (await page.state())["modal"]["id"]}
        chosen = {"menu": {"one": "some"}, "radio": {"one": "none"}}
        assert (await page.post("/view", {**form, "values": chosen}))["ok"]
    assert seen == ["some", "none"]


async def test_the_page_lists_the_shortcuts(page: PageClient) -> None:
    named = [(one["kind"], one["name"]) for one in (await page.state())["shortcuts"]]
    assert named == [
        ("message", "Is this about tariffs?"),
        ("message", "Rate now"),
        ("global", "Check a product"),
    ]
