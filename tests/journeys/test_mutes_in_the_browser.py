"""A reader mutes an event, ends the mute and catches up, in a real browser, wide and narrow; and
a digest fits on a phone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack.server import Workspace
from tests.journeys.simulated_bot import SimulatedBot, simulated_bot
from tests.journeys.test_in_the_browser import choose, click_button
from tests.local_slack.page.test_page import find
from tests.slack.conftest import client, session

__all__ = ["client", "session"]

pytestmark = pytest.mark.timeout(180)

START = datetime(2026, 10, 20, 12, tzinfo=UTC)
DESK = {"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": False}
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
MESSAGE, REPLY = "#stream .message", ".only-you"


@pytest.fixture
async def bot(
    workspace: Workspace, client: AsyncWebClient, tmp_path: Path
) -> AsyncIterator[SimulatedBot]:
    async with simulated_bot(workspace, client, tmp_path, START) as running:
        yield running


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
async def test_a_reader_mutes_an_event_and_catches_up(
    bot: SimulatedBot, browser: Chrome, screen: dict[str, Any]
) -> None:
    await bot.say("#trade-news", "/tariff subscribe tariffs")
    await bot.publish("New tariff on steel")
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    await asyncio.to_thread(_mute, browser, bot.page.address)
    await bot.publish("A tariff deal for steel")
    await asyncio.to_thread(_unmute, browser)
    await bot.wait_until(bot.now)
    await asyncio.to_thread(_catch_up, browser, screen["width"])


async def test_a_digest_fits_on_a_phone(bot: SimulatedBot, browser: Chrome) -> None:
    await bot.say("#trade-news", "/tariff subscribe tariffs daily at 8")
    long = "that raises the duties on several kinds of goods from many countries"
    await bot.publish(*(f"New tariff {long} number{n}" for n in range(12)))
    await bot.wait_until(datetime(2026, 10, 21, 8, tzinfo=UTC))
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    height = await asyncio.to_thread(_measure_digest, browser, bot.page.address)
    assert PHONE["height"] / 3 < height < PHONE["height"]


def _measure_digest(browser: Chrome, address: str) -> float:
    browser.get(address)
    digest = find(browser, MESSAGE, "Daily digest: 12 stories", "more events in the thread")
    return float(digest.rect["height"])


def _mute(browser: Chrome, address: str) -> None:
    browser.get(address)
    find(browser, MESSAGE, "New tariff on steel")
    choose(browser, MESSAGE, "New tariff on steel", "Mute this event")
    find(browser, MESSAGE, "muted this event here until", "Unmute")


def _unmute(browser: Chrome) -> None:
    assert "A tariff deal for steel" not in browser.find_element("css selector", "#stream").text
    click_button(browser, MESSAGE, "muted this event", "Unmute")
    find(browser, MESSAGE, "unmuted this event here")


def _catch_up(browser: Chrome, width: int) -> None:
    find(browser, MESSAGE, "1 story while an event was muted", "Show")
    click_button(browser, MESSAGE, "while an event was muted", "Show")
    find(browser, REPLY, "A tariff deal for steel")
    window: Any = browser
    assert window.execute_script("return document.documentElement.scrollWidth") <= width
    assert window.get_log("browser") == []
