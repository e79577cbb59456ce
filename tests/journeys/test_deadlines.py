"""A deadline in an official notice reaches the alert, the calendar, a file and a reminder."""

from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from bot.text.dates import format_day
from tests.journeys.workspace_reader import Message, eventually, words
from tests.journeys.world import World

pytestmark = pytest.mark.timeout(120)


async def click(world: World, message: Message, action_id: str) -> None:
    """Clicks a button of a message in the channel #trade-news."""
    row = next(block for block in message["blocks"] if block["type"] == "actions")
    button = next(each for each in row["elements"] if each["action_id"] == action_id)
    channel = world.workspace.team.find_channel("trade-news")
    assert channel is not None
    act = {
        "channel": channel.id,
        "ts": message["ts"],
        "block_id": row["block_id"],
        "action_id": action_id,
        "value": button["value"],
    }
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{world.workspace.address}/act", json=act) as answer,
    ):
        assert (await answer.json())["ok"]


async def test_a_deadline_of_a_notice_is_shown_listed_exported_and_reminded_of(
    world: World,
) -> None:
    # Of all zones, the day is five or six days ahead, so only the first reminder is due.
    day = (datetime.now(UTC) + timedelta(days=5)).date()
    text = f"Written comments are due by 5 p.m. EST on {day:%B} {day.day}, {day.year}."
    world.feeds.publish("gazette", "Request for comments on a duty on lamps from Fiji", text)
    world.feeds.publish("wire", "US plans a tariff on lamps from Samoa", text)
    world.feeds.kinds["gazette"] = "official"
    bot = await world.start_bot()

    async def alert_about(place: str) -> Message | None:
        found = await world.page.messages("trade-news")
        return next(
            (each for each in found if place in words(each) and "lamps" in words(each)), None
        )

    notice = await eventually(lambda: alert_about("Fiji"))
    report = await eventually(lambda: alert_about("Samoa"))
    assert notice is not None
    assert report is not None
    assert f"*Comments close* {format_day(day)}, 17:00 EST" in words(notice)
    assert "Comments close" not in words(report)
    *_, calendar = await world.page.say("#trade-news", "/tariff upcoming fiji")
    assert "Deadlines in official notices" in words(calendar)
    assert "Comments close" in words(calendar)
    await click(world, notice, "alert_deadlines")

    async def find_file() -> list[Message]:
        found = await world.page.messages("trade-news")
        return [file for each in found for file in each.get("files", ())]

    [file] = await eventually(find_file)
    async with aiohttp.ClientSession() as session, session.get(file["url_private"]) as answer:
        assert "SUMMARY:Comments close" in (await answer.text())
    await bot.stop()
    await world.start_bot(TARIFFWIRE_DIGEST_HOUR="0", TARIFFWIRE_REMINDERS="true")

    async def reminded() -> list[Message]:
        found = await world.page.messages("trade-news")
        return [each for each in found if "In the words of the notice" in words(each)]

    [reminder] = await eventually(reminded)
    assert f"{day:%A}, {format_day(day)}" in words(reminder)
    assert "Samoa" not in words(reminder)
