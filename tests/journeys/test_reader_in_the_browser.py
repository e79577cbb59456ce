"""A reader's weeks in a real browser, wide and narrow, with a simulated clock: the form, an alert,
its developments, a mute, quiet hours, and digests while clocks change elsewhere."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack.server import Workspace
from tests.journeys.keys import press
from tests.journeys.simulated_bot import SimulatedBot, simulated_bot
from tests.journeys.test_in_the_browser import choose, click_button
from tests.journeys.test_subscriptions_in_the_browser import leave_modal, pick
from tests.local_slack.page.test_page import click, find
from tests.slack.conftest import client, session

__all__ = ["client", "session"]

pytestmark = pytest.mark.timeout(240)

TOKYO, NEW_YORK = ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")
START = datetime(2026, 10, 29, 20, tzinfo=TOKYO).astimezone(UTC)
CHANGES_OF_CLOCKS = (date(2026, 11, 1), date(2027, 3, 14))
"""The days on which clocks change in New York. In Tokyo they never change."""
DESK = {"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": False}
PHONE: dict[str, Any] = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
MESSAGE, REPLY, IN_THREAD = "#stream .message", ".only-you", "#replies .message"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
async def bot(
    workspace: Workspace, client: AsyncWebClient, tmp_path: Path
) -> AsyncIterator[SimulatedBot]:
    async with simulated_bot(workspace, client, tmp_path, START) as running:
        yield running


async def test_a_digest_fits_on_a_phone(bot: SimulatedBot, browser: Chrome) -> None:
    await bot.say("#trade-news", "/tariff subscribe tariffs daily at 8 Tokyo time")
    long = "that raises the duties on several kinds of goods from many countries"
    await bot.publish(*(f"New tariff {long} number{n}" for n in range(12)))
    await bot.wait_until(_next(TOKYO, bot.now))
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    height = await asyncio.to_thread(_measure_digest, browser, bot.page.address)
    assert PHONE["height"] / 3 < height < PHONE["height"]


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
async def test_a_reader_subscribes_follows_mutes_and_gets_digests(
    bot: SimulatedBot, browser: Chrome, screen: dict[str, Any]
) -> None:
    async def see(look: Callable[..., None], *arguments: object) -> None:
        await asyncio.to_thread(look, browser, *arguments)

    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    await bot.publish("Old tariff on copper")
    await see(_subscribe, bot.page.address)
    await bot.publish("New tariff on steel")
    await see(_follow)
    await bot.publish("A tariff deal for steel")
    # The alert is edited a few seconds after the development.
    await bot.wait_until(bot.now + MINUTE)
    await see(_read_development)
    await bot.publish("A second tariff deal for steel")
    await see(_unmute)
    await bot.wait_until(bot.now)
    await see(_catch_up)
    await see(_set_quiet_hours)
    await _spend_a_quiet_night(bot, see)
    await see(_choose_daily_digest)
    for day in CHANGES_OF_CLOCKS:
        await _read_digests(bot, see, day)
    await see(_assert_fits, screen["width"])


async def _spend_a_quiet_night(bot: SimulatedBot, see: Any) -> None:
    await bot.wait_until(_at(TOKYO, date(2026, 10, 29), 23))
    await bot.publish("New tariff on wine", "New tariff on toys")
    await bot.wait_until(_at(TOKYO, date(2026, 10, 30), 7) - MINUTE)
    await see(_assert_absent, "New tariff on wine")
    await bot.wait_until(bot.now + MINUTE)
    await see(find, MESSAGE, "During the quiet time: 2 stories", "New tariff on wine")


async def _read_digests(bot: SimulatedBot, see: Any, change: date) -> None:
    """On the day of a change of clocks, the day before and the day after, a story comes out. Each
    channel shows it in its digest at 8:00 of its zone, not a minute earlier."""
    channels = {"trade-news": TOKYO, "court-watch": NEW_YORK}
    for day in (change - DAY, change, change + DAY):
        await bot.wait_until(datetime.combine(day, time(1), UTC))
        await bot.publish(title := f"New tariff on goods{day:%d%m}")
        moments = sorted((_next(zone, bot.now), name) for name, zone in channels.items())
        for moment, name in moments:
            await bot.wait_until(moment - MINUTE)
            await see(_open, name)
            await see(_assert_absent, title)
            await bot.wait_until(moment)
            await see(find, MESSAGE, "Daily digest: 1 story", title)


def _at(zone: ZoneInfo, day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), zone).astimezone(UTC)


def _next(zone: ZoneInfo, now: datetime) -> datetime:
    """The next eight o'clock in a zone."""
    today = now.astimezone(zone).date()
    return next(at for day in (today, today + DAY) if (at := _at(zone, day, 8)) > now)


def _subscribe(browser: Chrome, address: str) -> None:
    browser.get(address)
    find(browser, "#title", "trade-news")
    _say(browser, "/tariff subscribe")
    find(browser, "#modal", "Choose what you get")
    click(browser, '#modal input[value="tariff"]')
    click(browser, "#modal button", "Preview")
    find(browser, "#modal", "Would have sent 1 message in the last 7 days", "Old tariff on copper")
    click(browser, "#modal button[type=submit]")
    find(browser, "#modal", "Saved", "subscribed")
    leave_modal(browser)
    find(browser, MESSAGE, "subscribed: tariffs")


def _follow(browser: Chrome) -> None:
    find(browser, MESSAGE, "New tariff on steel", "Follow")
    click_button(browser, MESSAGE, "New tariff on steel", "Follow")
    find(browser, REPLY, "Following")


def _read_development(browser: Chrome) -> None:
    """The development is in the channel, in the thread of the alert, and in the messages of the
    follower. Then the event is muted."""
    find(browser, MESSAGE, "New: ", "A tariff deal for steel")
    find(browser, MESSAGE, "New tariff on steel", "Latest: A tariff deal for steel", "1 reply")
    click_button(browser, MESSAGE, "Latest: A tariff deal", "1 reply")
    find(browser, IN_THREAD, "A tariff deal for steel")
    click(browser, "#close-thread")
    _open(browser, "tariffwire")
    click(browser, "#tab-messages")
    find(browser, MESSAGE, "A tariff deal for steel", "You follow", "Unfollow")
    _open(browser, "trade-news")
    choose(browser, MESSAGE, "Latest: A tariff deal", "Mute this event")
    find(browser, MESSAGE, "muted this event here until", "Unmute")


def _unmute(browser: Chrome) -> None:
    _assert_absent(browser, "A second tariff deal for steel")
    click_button(browser, MESSAGE, "muted this event", "Unmute")
    find(browser, MESSAGE, "unmuted this event here")


def _catch_up(browser: Chrome) -> None:
    find(browser, MESSAGE, "1 story arrived while an event was muted", "Show")
    click_button(browser, MESSAGE, "while an event was muted", "Show")
    find(browser, REPLY, "A second tariff deal for steel")


def _set_quiet_hours(browser: Chrome) -> None:
    _edit_in_home(browser)
    pick(browser, "quiet_from", "22:00")
    pick(browser, "quiet_to", "7:00")
    zone = find(browser, '[data-block="zone"] input')
    zone.clear()
    zone.send_keys("Tokyo")
    click(browser, "#modal button[type=submit]")
    find(browser, "#modal", "Saved", "quiet 22:00–7:00 (Asia/Tokyo)")
    leave_modal(browser)
    find(browser, "#home", "quiet 22:00–7:00 (Asia/Tokyo)")
    _open(browser, "trade-news")


def _choose_daily_digest(browser: Chrome) -> None:
    _edit_in_home(browser)
    pick(browser, "frequency", "One digest a day")
    pick(browser, "hour", "8:00")
    click(browser, "#modal button[type=submit]")
    find(browser, "#modal", "Saved", "one digest a day at 8:00 (Asia/Tokyo)")
    leave_modal(browser)
    _open(browser, "trade-news")
    _say(browser, "/tariff list")
    find(browser, REPLY, "1 subscription here", "one digest a day at 8:00 (Asia/Tokyo)")
    _open(browser, "court-watch")
    _say(browser, "/tariff subscribe tariffs daily at 8 America/New_York")
    find(browser, MESSAGE, "one digest a day at 8:00 (America/New York)")


def _measure_digest(browser: Chrome, address: str) -> float:
    browser.get(address)
    digest = find(browser, MESSAGE, "Daily digest: 12 stories", "more events in the thread")
    return float(digest.rect["height"])


def _edit_in_home(browser: Chrome) -> None:
    _open(browser, "tariffwire")
    click(browser, "#tab-home")
    click(browser, "#home [data-action=subscription_edit]")
    find(browser, "#modal", "Edit a subscription")


def _open(browser: Chrome, name: str) -> None:
    """Opens a conversation in the list, which is hidden on a phone."""
    if browser.find_element(By.ID, "show-sidebar").is_displayed():
        click(browser, "#show-sidebar")
    # The list slides in, so a click could miss the button.
    find(browser, "#sidebar li button", name).send_keys(Keys.ENTER)
    find(browser, "#title", name)


def _say(browser: Chrome, text: str) -> None:
    click(browser, "#compose-text")
    press(browser, text, Keys.ESCAPE, Keys.ENTER)


def _assert_absent(browser: Chrome, text: str) -> None:
    assert text not in browser.find_element(By.ID, "stream").text


def _assert_fits(browser: Chrome, width: int) -> None:
    window: Any = browser
    assert window.execute_script("return document.documentElement.scrollWidth") <= width
    assert window.get_log("browser") == []
