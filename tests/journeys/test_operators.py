"""A hub pushes news before any poll, and an operator manages feeds from Slack."""

from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiohttp import web

from tests.feeds.bodies import item, rss
from tests.feeds.server import serving
from tests.feeds.websub.hub import LoopbackHub
from tests.journeys.bot_process import run_to_end
from tests.journeys.workspace_reader import eventually, words
from tests.journeys.world import World

pytestmark = pytest.mark.timeout(120)


async def test_news_pushed_by_a_hub_becomes_one_alert(world: World) -> None:
    now = format_datetime(datetime.now(UTC))
    news = item(2, "Canada raises tariffs on steel from 10% to 25%", now)
    async with serving() as server:
        hub = LoopbackHub(server)
        world.feeds.feeds["wire"] = []
        world.feeds.answers["/wire.rss"] = web.Response(body=_listing(hub, item(1, date=now)))
        # The feed never lists the news and asks for a long poll interval, so no poll can find it.
        await world.start_bot(TARIFFWIRE_PUBLIC_URL=f"http://127.0.0.1:{world.port}/")

        async def hub_was_asked() -> bool:
            return bool(hub.asked)

        assert await eventually(hub_was_asked)
        assert await hub.confirm() == (200, "ch<b>allenge")
        forged = rss([item(3, "Forged: Norway imposes a 99% tariff on steel", now)])
        assert await hub.push(forged.encode(), signature="sha256=" + "0" * 64) == 202
        for _ in range(2):
            assert await hub.push(rss([news]).encode()) == 202
        [alert] = await eventually(lambda: world.page.messages("trade-news"))
        assert "25%" in words(alert)
        assert await hub.push(rss([news]).encode()) == 202
        assert len(await world.page.everything("trade-news")) == 1


def _listing(hub: LoopbackHub, *items: str) -> bytes:
    head = f'<link xmlns="http://www.w3.org/2005/Atom" rel="hub" href="{hub.url}"/>'
    return rss(items, head=f"{head}<ttl>600</ttl>").encode()


async def test_news_of_a_feed_that_an_operator_adds_is_sent(world: World) -> None:
    world.feeds.publish("wire", "Nothing to see")
    await world.start_bot(TARIFFWIRE_OPERATORS=world.workspace.person_id)
    world.feeds.publish("extra", "Nothing to see here either")
    address = f"{world.feeds.address}/extra.rss"
    await world.page.say("#court-watch", f"/tariff feeds add {address}")

    async def is_added() -> bool:
        return any("Added" in words(one) for one in await world.page.messages("court-watch"))

    assert await eventually(is_added)
    [health] = await world.page.say("#court-watch", "/tariff feeds")
    assert "2 feeds" in words(health)
    world.feeds.publish("extra", "Brazil raises tariffs on Norwegian fish to 12%")
    [alert] = await eventually(lambda: world.page.messages("trade-news"))
    assert "12%" in words(alert)


async def test_a_stopped_feed_is_resumed_from_the_command_line_while_the_bot_runs(
    world: World, tmp_path: Path
) -> None:
    world.feeds.feeds["wire"] = []
    world.feeds.answers["/wire.rss"] = web.Response(status=410)
    await world.start_bot(TARIFFWIRE_OPERATORS=world.workspace.person_id)

    async def feed_is_stopped() -> bool:
        [health] = await world.page.say("#court-watch", "/tariff feeds")
        return "answered 410 Gone" in words(health)

    assert await eventually(feed_is_stopped)
    del world.feeds.answers["/wire.rss"]
    world.feeds.publish("wire", "Brazil raises tariffs on Norwegian fish to 12%")
    code, reported = await run_to_end(("feeds", "resume", "wire"), world.env(), tmp_path)
    assert (code, reported.strip()) == (0, "resumed wire: it is due now")

    async def feed_is_healthy() -> bool:
        [health] = await world.page.say("#court-watch", "/tariff feeds")
        return "1 ok" in words(health)

    assert await eventually(feed_is_healthy)
