"""A reader gets an alert, follows it, mutes it and catches up; quiet hours hold stories back; and a
digest comes at eight in Tokyo while clocks change elsewhere. The clock is simulated."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack.server import Workspace
from tests.journeys.simulated_bot import SimulatedBot, simulated_bot
from tests.journeys.workspace_reader import words
from tests.slack.conftest import client, session

__all__ = ["client", "session"]

pytestmark = pytest.mark.timeout(180)

START = datetime(2026, 10, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CHANNEL = "trade-news"
TOKYO, NEW_YORK = ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")


@pytest.fixture
async def bot(
    workspace: Workspace, client: AsyncWebClient, tmp_path: Path
) -> AsyncIterator[SimulatedBot]:
    async with simulated_bot(workspace, client, tmp_path, START) as running:
        yield running


async def _texts(bot: SimulatedBot, channel: str = CHANNEL) -> list[str]:
    return [words(each) for each in await bot.page.messages(channel)]


async def test_an_alert_is_followed_muted_and_caught_up_with(bot: SimulatedBot) -> None:
    await bot.say("#trade-news", "/tariff subscribe tariffs")
    await bot.publish("New tariff on steel")
    alert = (await bot.page.messages(CHANNEL))[-1]
    assert "New tariff on steel" in words(alert)
    assert "Following" in words(await bot.click(CHANNEL, alert, "Follow"))
    assert "New tariff on steel" in words(await bot.say("#court-watch", "/tariff following"))

    await bot.publish("A tariff deal for steel")
    shown = await _texts(bot)
    assert "A tariff deal for steel" in shown[-1]

    muted = await bot.choose(CHANNEL, alert, "mute_event")
    assert "muted this event here until" in words(muted)
    before = len(await _texts(bot))
    await bot.publish("Another tariff deal for steel", "A last tariff deal for steel")
    assert len(await _texts(bot)) == before

    await bot.click(CHANNEL, muted, "Unmute")
    await bot.wait_until(bot.now)
    offer = (await bot.page.messages(CHANNEL))[-1]
    assert "2 stories arrived while an event was muted" in offer["text"]
    assert "Another tariff deal" not in words(offer)
    caught_up = await bot.click(CHANNEL, offer, "Show")
    assert "A last tariff deal for steel" in words(caught_up)

    await bot.publish("One more tariff deal for steel")
    assert "One more tariff deal for steel" in (await _texts(bot))[-1]
    elsewhere = await bot.page.messages("court-watch")
    assert [each for each in elsewhere if not each.get("only_you")] == []


async def test_a_muted_channel_offers_what_it_missed_when_the_mute_ends(bot: SimulatedBot) -> None:
    await bot.say("#trade-news", "/tariff subscribe tariffs")
    await bot.publish("New tariff on steel")
    alert = (await bot.page.messages(CHANNEL))[-1]
    await bot.choose(CHANNEL, alert, "mute_day")
    before = len(await _texts(bot))
    for name in ("wine", "toys", "cars"):
        await bot.wait_until(bot.now + HOUR)
        await bot.publish(f"New tariff on {name}")
    await bot.wait_until(START + 24 * HOUR - timedelta(minutes=1))
    assert len(await _texts(bot)) == before
    await bot.wait_until(START + 24 * HOUR)
    await bot.wait_until(START + 30 * HOUR)
    shown = await _texts(bot)
    assert len(shown) == before + 1
    assert "3 stories arrived while this conversation was muted" in shown[-1]


async def test_quiet_hours_hold_stories_and_then_deliver_them(bot: SimulatedBot) -> None:
    await bot.say("#trade-news", "/tariff subscribe tariffs quiet 22-7 Tokyo time")
    before = len(await _texts(bot))
    evening = datetime(2026, 10, 20, 23, tzinfo=TOKYO).astimezone(UTC)
    await bot.wait_until(evening)
    await bot.publish("New tariff on steel", "New tariff on wine")
    await bot.wait_until(datetime(2026, 10, 21, 6, 59, tzinfo=TOKYO).astimezone(UTC))
    assert len(await _texts(bot)) == before
    await bot.wait_until(datetime(2026, 10, 21, 7, tzinfo=TOKYO).astimezone(UTC))
    shown = await _texts(bot)
    assert len(shown) == before + 1
    assert "During the quiet time: 2 stories" in shown[-1]
    await bot.publish("New tariff on toys")
    assert "New tariff on toys" in (await _texts(bot))[-1]


async def test_a_digest_comes_at_eight_in_each_zone_while_clocks_change(bot: SimulatedBot) -> None:
    zones = {"trade-news": TOKYO, "court-watch": NEW_YORK}
    await bot.say("#trade-news", "/tariff subscribe tariffs daily at 8 Tokyo time")
    await bot.say("#court-watch", "/tariff subscribe tariffs daily at 8 America/New_York")
    sent: dict[str, Counter[date]] = {name: Counter() for name in zones}
    name_of = {
        channel.id: name for name in zones if (channel := bot.workspace.team.find_channel(name))
    }
    posted: Counter[str] = Counter()

    def note(event: Any) -> None:
        if event.get("message"):
            posted[name_of[event["channel"]]] += 1

    # Clocks change in Europe on 25 October and in America on 1 November.
    start = datetime(2026, 10, 23, tzinfo=UTC)
    with bot.workspace.team.live.listen(note):
        for hour in range(12 * 24):
            await bot.wait_until(start + hour * HOUR)
            if hour % 4 == 1:
                await bot.publish(f"New tariff on item{hour}")
            for name, zone in zones.items():
                if count := posted[name]:
                    local = bot.now.astimezone(zone)
                    assert local.hour == 8, (name, local)
                    sent[name][local.date()] += count
            posted.clear()
    for name, days in sent.items():
        assert set(days.values()) == {1}, name
        assert len(days) == (max(days) - min(days)).days + 1 >= 11, name
    shown = "".join(words(each) for each in await bot.page.everything(CHANNEL))
    last = datetime.combine(max(sent[CHANNEL]), time(8), TOKYO)
    for story in await bot.store.stories.latest(None, 1_000):
        assert shown.count(f"*{story.title}*") == (story.seen_at < last), story.title
