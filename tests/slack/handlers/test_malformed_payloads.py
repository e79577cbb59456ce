"""Signed payloads with nulls, wrong types and missing keys are answered without a traceback."""

import copy
import json
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.app import build_app, build_web_app
from bot.slack.context import SlackContext
from bot.slack.handlers.shortcuts import RATE_NOW
from bot.slack.views.approval_form import TERMS
from bot.slack.views.entry.check_product import FORM as FORM_FOR_PRODUCTS
from bot.slack.views.entry.home import ASK, IMPOSER, PARTNER
from bot.slack.views.replies import CHECK_PRODUCT, RUN
from tests.slack.fakes import signed, slack_context, slash

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
MISSING = object()
WRONG: tuple[Any, ...] = (
    None,
    1,
    True,
    "",
    "x",
    [],
    {},
    [None],
    [[]],
    {"id": None},
    {"id": {}},
    MISSING,
)

CLICK: dict[str, Any] = {
    "type": "block_actions",
    "team": {"id": "T1"},
    "user": {"id": "U2", "name": "ann"},
    "trigger_id": "1.2",
    "channel": {"id": "C1"},
    "container": {"type": "message", "channel_id": "C1", "message_ts": "1.2"},
    "response_url": "/respond/secret",
    "actions": [{"type": "button", "block_id": "b", "action_id": f"{RUN}_1", "value": "help"}],
}
# U2 is not an operator, so the bot does not call the fake store, which always fails.
SUBMISSION: dict[str, Any] = {
    "type": "view_submission",
    "team": {"id": "T1"},
    "user": {"id": "U2", "name": "ann"},
    "view": {
        "type": "modal",
        "callback_id": TERMS,
        "private_metadata": "p1",
        "state": {"values": {"rate": {"rate": {"type": "plain_text_input", "value": "3"}}}},
    },
    "response_urls": [],
}

MESSAGE_SHORTCUT: dict[str, Any] = {
    "type": "message_action",
    "callback_id": RATE_NOW,
    "trigger_id": "1.2",
    "team": {"id": "T1"},
    "user": {"id": "U2", "name": "ann"},
    "channel": {"id": "C1", "name": "general"},
    "message": {
        "type": "message",
        "user": "U2",
        "text": "25% on China by US",
        "ts": "1.2",
        "attachments": [{"title": "US tariffs", "text": "on China"}],
    },
    "message_ts": "1.2",
    "response_url": "/respond/secret",
}
GLOBAL_SHORTCUT: dict[str, Any] = {
    "type": "shortcut",
    "callback_id": CHECK_PRODUCT,
    "trigger_id": "1.2",
    "team": {"id": "T1"},
    "user": {"id": "U2", "name": "ann"},
}
PRODUCT: dict[str, Any] = {
    "type": "view_submission",
    "team": {"id": "T1"},
    "user": {"id": "U2", "name": "ann"},
    "view": {
        "type": "modal",
        "id": "V1",
        "callback_id": FORM_FOR_PRODUCTS,
        "state": {
            "values": {
                "imposer": {"field": {"selected_option": {"value": "US"}}},
                "partner": {"field": {"selected_option": {"value": "CN"}}},
                "goods": {"field": {"value": "steel"}},
                "claim": {"field": {"selected_option": {"value": "none"}}},
            }
        },
    },
    "response_urls": [],
}
HOME_CLICK: dict[str, Any] = {
    "type": "block_actions",
    "team": {"id": "T1"},
    "user": {"id": "U2", "name": "ann"},
    "trigger_id": "1.2",
    "container": {"type": "view", "view_id": "V1"},
    "view": {
        "type": "home",
        "id": "V1",
        "state": {
            "values": {
                "row": {
                    IMPOSER: {"selected_option": {"value": "US"}},
                    PARTNER: {"selected_option": {"value": "US"}},
                }
            }
        },
    },
    "actions": [{"type": "button", "block_id": "row", "action_id": ASK}],
}


def event(**content: Any) -> dict[str, Any]:
    return {
        "type": "event_callback",
        "team_id": "T1",
        "event_id": "Ev1",
        "event": content,
        "authorizations": [{"team_id": "T1", "user_id": "U9", "is_bot": True}],
    }


MENTION = event(type="app_mention", user="U2", text="<@U9> help", ts="1.2", channel="C1")
DIRECT = event(
    type="message", channel_type="im", user="U2", text="us china", ts="1.2", channel="D1"
)
HOME = event(type="app_home_opened", user="U2", tab="home", channel="D1")


def paths(value: Any, start: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path (keys and indexes) of every value in a payload."""
    inner = value if isinstance(value, dict) else {}
    inner = dict(enumerate(value)) if isinstance(value, list) else inner
    for key, each in inner.items():
        yield (*start, key)
        yield from paths(each, (*start, key))


def mutants(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Copies of the payload with one wrong value, for every path and kind of wrong value."""
    for path in paths(payload):
        for wrong in WRONG:
            changed = copy.deepcopy(payload)
            parent: Any = changed
            for key in path[:-1]:
                parent = parent[key]
            if wrong is MISSING:
                del parent[path[-1]]
            else:
                parent[path[-1]] = wrong
            yield changed
    yield nulls(payload)
    yield {**nulls(payload), "type": payload["type"]}
    if "event" in payload:
        yield {**payload, "event": nulls(payload["event"])}
        yield {**payload, "event": {**nulls(payload["event"]), "type": payload["event"]["type"]}}


def nulls(payload: dict[str, Any]) -> dict[str, Any]:
    return dict.fromkeys(payload)


class Bot(NamedTuple):
    """The bot's HTTP server, and the address to which the bot sends later replies."""

    context: SlackContext
    url: str
    responses: str


@pytest.fixture
async def bot(client: AsyncWebClient) -> AsyncIterator[Bot]:
    async def take(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    context = slack_context(client)
    application = build_web_app(build_app(context), context)
    application.router.add_post("/respond/{key}", take)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield Bot(context, f"{address}/slack/events", address)
    await context.background.finish()
    await runner.cleanup()


async def check(
    session: aiohttp.ClientSession, bot: Bot, body: str, kind: str, caplog: pytest.LogCaptureFixture
) -> int:
    """Sends the body, checks the response and the log, and returns the status."""
    caplog.clear()
    headers = {**signed(body), "Content-Type": kind}
    async with session.post(bot.url, data=body, headers=headers) as answer:
        status = answer.status
    await bot.context.background.finish()
    lines = [record for record in caplog.records if record.levelno >= logging.INFO]
    assert 200 <= status < 300 or 400 <= status < 500, body
    assert len(lines) <= 1, (body, lines)
    assert not any(record.exc_info for record in caplog.records), (body, caplog.text)
    assert "secret" not in caplog.text, body
    return status


@pytest.mark.parametrize("payload", [MENTION, DIRECT, HOME], ids=["mention", "direct", "home"])
async def test_a_malformed_event_leaves_no_traceback(
    bot: Bot,
    session: aiohttp.ClientSession,
    caplog: pytest.LogCaptureFixture,
    payload: dict[str, Any],
) -> None:
    for number, mutant in enumerate(mutants(payload)):
        # A new id each time, because the bot ignores a repeated one.
        if mutant.get("event_id") == "Ev1":
            mutant["event_id"] = f"Ev{number}"
        await check(session, bot, json.dumps(mutant), JSON, caplog)
    everything_null = json.dumps({**payload, "event": None})
    assert await check(session, bot, everything_null, JSON, caplog) == 400


@pytest.mark.parametrize(
    "payload",
    [CLICK, SUBMISSION, MESSAGE_SHORTCUT, GLOBAL_SHORTCUT, PRODUCT, HOME_CLICK],
    ids=["click", "form", "message shortcut", "global shortcut", "product", "home click"],
)
async def test_a_malformed_click_or_form_leaves_no_traceback(
    bot: Bot,
    session: aiohttp.ClientSession,
    caplog: pytest.LogCaptureFixture,
    payload: dict[str, Any],
) -> None:
    for mutant in mutants(payload):
        if mutant.get("response_url") == "/respond/secret":
            mutant["response_url"] = f"{bot.responses}/respond/secret"
        body = urlencode({"payload": json.dumps(mutant)})
        await check(session, bot, body, FORM, caplog)


async def test_a_malformed_command_leaves_no_traceback(
    bot: Bot, session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    names = ("command", "text", "team_id", "channel_id", "channel_name", "user_id", "trigger_id")
    for name in (*names, "response_url"):
        for wrong in ("", "\0", "x" * 3000, "[]", "null"):
            await check(session, bot, slash(**{"text": "help", name: wrong}), FORM, caplog)
    odd_bodies: tuple[Any, ...] = (None, [], 1, "x", {}, {"type": None}, {"command": None})
    for odd in odd_bodies:
        await check(session, bot, json.dumps(odd), JSON, caplog)
        await check(session, bot, urlencode({"payload": json.dumps(odd)}), FORM, caplog)


async def test_a_response_url_is_not_logged_even_at_debug(
    bot: Bot, session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for address in (bot.responses, "http://127.0.0.1:99999"):
        click = {**CLICK, "response_url": f"{address}/respond/secret"}
        body = urlencode({"payload": json.dumps(click)})
        assert await check(session, bot, body, FORM, caplog) == 200
