"""The whole bot: feeds are polled, alerts are posted, and slash commands are answered."""

import asyncio
import json
import re
import signal
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import aiohttp
import pytest
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from tests.journeys.bot_process import run_to_end
from tests.journeys.workspace_reader import eventually, free_port, words
from tests.journeys.world import World

pytestmark = pytest.mark.timeout(180)

PARTNERS = ["Japan", "Vietnam", "Brazil", "India"]
GOODS = ["steel", "timber", "coffee", "copper", "cars", "shoes", "wine"]


async def test_a_subscription_changes_which_channel_gets_a_story(world: World) -> None:
    world.feeds.publish("wire", "Canada raises tariffs on steel from 10% to 25%")
    bot = await world.start_process(TARIFFWIRE_LOG_FORMAT="text")
    [alert] = await eventually(lambda: world.page.messages("trade-news"))
    assert "10%" in words(alert)
    assert "25%" in words(alert)
    assert await world.page.messages("court-watch") == []
    await world.page.say("#court-watch", "/tariff subscribe rulings us")
    world.feeds.publish("wire", "US trade court strikes down tariffs on imported solar panels")
    world.feeds.publish("wire", "Brazil and India open talks on a trade deal over sugar")

    async def ruling_and_answer() -> bool:
        return len(await world.page.messages("court-watch")) == 2

    assert await eventually(ruling_and_answer)

    async def three_alerts() -> bool:
        return len(await world.page.messages("trade-news")) == 3

    assert await eventually(three_alerts)
    subscribed, ruling = await world.page.messages("court-watch")
    assert "subscribed" in words(subscribed)
    assert "solar panels" in words(ruling)
    [question] = await world.page.say("#court-watch", "/tariff unsubscribe all")
    assert "Unsubscribe this conversation?" in words(question)
    court_watch = world.workspace.team.find_channel("court-watch")
    assert court_watch is not None
    row = question["blocks"][-1]
    where = court_watch.id, question["ts"], row["block_id"], "unsubscribe_confirmed"
    confirmed = await world.workspace.pointer.click(*where, row["elements"][0]["value"], {})
    assert confirmed.ok

    async def unsubscribed() -> bool:
        return any(
            "unsubscribed this" in words(m) for m in await world.page.messages("court-watch")
        )

    assert await eventually(unsubscribed)
    world.feeds.publish("wire", "US Supreme Court hears challenge to tariffs on Swiss watches")

    async def four_messages() -> bool:
        return len(await world.page.everything("trade-news")) == 4

    assert await eventually(four_messages)
    seen = await world.page.everything("court-watch")
    assert len([each for each in seen if not each.get("only_you")]) == 3
    assert await bot.stop() == 0
    # Output to a pipe is text if the setting says so.
    [line] = [each for each in bot.output if "reading 1 feeds" in each]
    assert re.fullmatch(r"\S+Z \[info +\] reading 1 feeds \[bot\.runtime\.app\]", line.strip())


async def test_a_broken_feed_does_not_stop_the_others(world: World) -> None:
    broken = {
        "html": b"<html><body>Access denied</body></html>",
        "empty": b"",
        "cut": b"<?xml version='1.0'?><rss version='2.0'><channel><item><title>Half",
        "bomb": b"<!DOCTYPE r [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><rss>&b;</rss>",
        "huge": b"<rss><channel>" + b" " * 6_000_000 + b"</channel></rss>",
    }
    for name, body in broken.items():
        world.feeds.feeds[name] = []
        world.feeds.answers[f"/{name}.rss"] = aiohttp.web.Response(body=body)
    world.feeds.publish("wire", "Norway imposes 15% tariff on fish from Chile")
    await world.start_bot()
    [alert] = await eventually(lambda: world.page.messages("trade-news"))
    assert "15%" in words(alert)


async def test_requests_without_slacks_signature_are_refused(world: World) -> None:
    world.feeds.publish("wire", "Nothing to see")
    await world.start_bot()
    body = urlencode({"command": "/tariff", "text": "us china", "team_id": "T1", "user_id": "U1"})
    now = str(int(time.time()))
    stale = str(int(time.time()) - 600)
    secret = world.workspace.signing_secret
    assert await _post(world, body, now, _signed("wrong" * 8, now, body)) == 401
    assert await _post(world, body, stale, _signed(secret, stale, body)) == 401
    assert await _post(world, body, now, "v0=" + "0" * 64) == 401
    assert await _post(world, body, now, _signed(secret, now, body)) == 200


def _signed(secret: str, timestamp: str, body: str) -> str:
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    assert signature is not None
    return signature


async def test_a_second_bot_on_the_same_data_is_refused(world: World) -> None:
    world.feeds.publish("wire", "Nothing to see")
    await world.start_bot()
    code, reported = await run_to_end(("run",), world.env(PORT=str(free_port())), world.folder)
    assert code == 1
    assert "a bot is running on it" in reported
    assert "Traceback" not in reported


async def _post(world: World, body: str, timestamp: str, signature: str) -> int:
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature,
    }
    async with (
        aiohttp.ClientSession() as session,
        session.post(world.events_url, data=body, headers=headers) as answer,
    ):
        return answer.status


HOSTILE = [
    "us " * 1000,
    "<!channel> <@U123ABC> <#C123|general>",
    "\u202eanihc su\u202c \u200f\u200b",
    "`; DROP TABLE stories; --",
    "*" * 3000,
]


async def test_a_slash_command_answers_any_text(world: World) -> None:
    world.feeds.publish("wire", "Nothing to see")
    await world.start_bot()
    for text in HOSTILE:
        [answer] = await world.page.say("#trade-news", f"/tariff {text}")
        shown = words(answer)
        assert answer["ephemeral"]
        assert "<!channel>" not in shown
        assert "<@U123ABC>" not in shown
        assert "Traceback" not in shown


async def test_killing_the_process_loses_no_message_and_sends_none_twice(
    world: World,
) -> None:
    start = datetime.now(UTC) - timedelta(hours=3)
    titles = [
        f"{partner} raises tariffs on {good} to {10 + 7 * i + j}%"
        for i, partner in enumerate(PARTNERS)
        for j, good in enumerate(GOODS[i : i + 4])
    ]
    # The bot posts one message a second in a channel, so more titles would take longer.
    for number, title in enumerate(titles):
        world.feeds.publish(f"wire{number % 3}", title, at=start + timedelta(minutes=number))
    for kill_after in (2, 6, 11):
        process = await world.start_process()

        async def enough_posted(count: int = kill_after) -> bool:
            return await _posted(world) >= count

        assert await eventually(enough_posted)
        process.kill()
        await process.wait_for_exit()
    await world.start_process()

    async def all_posted() -> bool:
        return await _posted(world) >= len(titles)

    assert await eventually(all_posted, within_s=90)
    await asyncio.sleep(2)
    shown = [words(message) for message in await world.page.everything("trade-news")]
    for title in titles:
        assert sum(title in each for each in shown) == 1, title


async def _posted(world: World) -> int:
    client = AsyncWebClient(world.workspace.bot_token, base_url=world.workspace.api_url)
    channels = (await client.conversations_list())["channels"]
    channel = next(one["id"] for one in channels if one["name"] == "trade-news")
    history = await client.conversations_history(channel=channel, limit=200)
    return len(json.loads(json.dumps(history.data))["messages"])


async def test_a_second_stop_signal_ends_the_bot_while_the_database_is_locked(world: World) -> None:
    world.feeds.publish("wire", "Canada raises tariffs on steel from 10% to 25%")
    bot = await world.start_process()
    database = world.folder / "data" / "tariffwire.db"
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await world.page.say("#court-watch", "/tariff subscribe rulings us")
        ending = asyncio.create_task(bot.stop())
        await asyncio.sleep(1)
        assert not ending.done()
        assert await bot.stop() == 128 + signal.SIGTERM
        await ending
    assert "ended immediately" in bot.output[-1]
