"""In the browser, a person chooses what to get: by the form with its preview, in the Home tab, in
the list, on a phone and by keyboard alone."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack.server import Workspace
from bot.slack.app import open_session
from tests.journeys.keys import focused, press, tab_to, tab_to_button
from tests.journeys.workspace_reader import WorkspaceReader, eventually, words
from tests.local_slack.page.test_page import click, find, waiting
from tests.slack.http_bot import running_bot

pytestmark = pytest.mark.timeout(240)

PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
WIDEST = "return Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"


@pytest.fixture
async def news_day(workspace: Workspace) -> AsyncIterator[WorkspaceReader]:
    """The page on the day of a story about the United States and China."""
    async with open_session() as session:
        client = AsyncWebClient(
            workspace.bot_token, base_url=workspace.api_url, session=session, retry_handlers=[]
        )
        async with running_bot(workspace, client):
            yield WorkspaceReader(workspace.address)


async def test_the_form_the_home_tab_and_the_list_agree(
    demo: WorkspaceReader, browser: Chrome
) -> None:
    async def has_news() -> bool:
        return any("84%" in words(message) for message in await demo.messages("trade-news"))

    assert await eventually(has_news)
    await asyncio.to_thread(_choose, browser, demo.address)
    posted = [words(message) for message in await demo.messages("court-watch")]
    assert any("subscribed: *tariffs*, stories naming" in each for each in posted)


async def test_a_new_channel_is_greeted_and_chooses_on_a_phone(
    news_day: WorkspaceReader, browser: Chrome
) -> None:
    await asyncio.to_thread(_choose_on_phone, browser, news_day.address)


async def test_the_form_works_by_keyboard_alone(news_day: WorkspaceReader, browser: Chrome) -> None:
    await asyncio.to_thread(_choose_by_keyboard, browser, news_day.address)


def _choose(browser: Chrome, address: str) -> None:
    browser.get(address)
    click(browser, "#channels button", "court-watch")
    find(browser, "#title", "court-watch")
    _ask(browser, "/tariff subscribe")
    find(browser, "#modal", "Choose what you get", "#court-watch", "Topics", "Time zone")
    click(browser, '#modal input[value="tariff"]')
    find(browser, '[data-block="economies"] input').send_keys("us chnia")
    click(browser, "#modal button[type=submit]")
    find(browser, '[data-error="economies"]', "Did you mean China?")
    economies = find(browser, '[data-block="economies"] input')
    economies.clear()
    economies.send_keys("us china")
    click(browser, "#modal button", "Preview")
    find(browser, "#modal", "Would have sent", "in the last 7 days", "84%")
    click(browser, "#modal button[type=submit]")
    find(browser, "#modal", "Saved", "subscribed", "Would have sent")
    leave_modal(browser)
    find(browser, "#stream .message", "subscribed: tariffs", "China")
    _edit_in_home(browser)
    _read_the_list(browser)
    _assert_quiet(browser)


def _edit_in_home(browser: Chrome) -> None:
    click(browser, "#apps button")
    click(browser, "#tab-home")
    find(browser, "#home", "My alerts", "China", "posted at once")
    click(browser, "#home [data-action=subscription_edit]")
    find(browser, "#modal", "Edit a subscription")
    held = find(browser, '[data-block="economies"] input').get_attribute("value")
    assert held == "United States China"
    pick(browser, "frequency", "One digest a day")
    pick(browser, "hour", "8:00")
    zone = find(browser, '[data-block="zone"] input')
    zone.clear()
    zone.send_keys("Tokyo")
    click(browser, "#modal button[type=submit]")
    find(browser, "#modal", "Saved", "one digest a day at 8:00 (Asia/Tokyo)")
    leave_modal(browser)
    find(browser, "#home", "one digest a day at 8:00 (Asia/Tokyo)")


def _read_the_list(browser: Chrome) -> None:
    click(browser, "#channels button", "court-watch")
    find(browser, "#title", "court-watch")
    _ask(browser, "/tariff list")
    find(browser, "#stream .only-you", "1 subscription here", "8:00 (Asia/Tokyo)")
    pause = find(browser, "#stream .only-you [data-action=subscription_pause]")
    Select(pause).select_by_visible_text("For a week")
    find(browser, "#stream .message", "paused a subscription until")
    _ask(browser, "/tariff list")
    click(browser, "#stream .only-you button", "Resume")
    find(browser, "#stream .message", "ended the pause of a subscription")
    click(browser, "#stream .only-you button", "Remove")
    waiting(browser).until(lambda window: window.switch_to.alert).accept()
    find(browser, "#stream .message", "removed a subscription")


def _choose_on_phone(browser: Chrome, address: str) -> None:
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    browser.get(address)
    find(browser, "#compose-text")
    if not browser.find_element(By.ID, "add-channel").is_displayed():
        click(browser, "#show-sidebar")
    # The list of conversations slides in, so a click could miss the button.
    find(browser, "#add-channel").send_keys(Keys.ENTER)
    find(browser, "#channel-name").send_keys("steel-desk" + Keys.ENTER)
    find(browser, "#stream .message", "each event once")
    click(browser, "#stream .message button", "Choose what you get")
    find(browser, "#modal", "#steel-desk", "Topics")
    assert browser.execute_script(WIDEST) <= PHONE["width"]
    click(browser, "#modal button", "Preview")
    find(browser, "#modal", "Would have sent 1 message in the last 7 days", "for 90 days")
    assert browser.execute_script(WIDEST) <= PHONE["width"]
    click(browser, "#modal button[type=submit]")
    find(browser, "#modal", "Saved")
    leave_modal(browser)
    _ask(browser, "/tariff subscribe")
    find(browser, '#modal [data-block="economies"] input').send_keys("china")
    click(browser, "#modal button[type=submit]")
    find(browser, "#modal", "Narrow to this?", "Keep both")
    click(browser, '#modal input[value="replace"]')
    click(browser, "#modal button[type=submit]")
    find(browser, "#modal", "Saved", "China")
    leave_modal(browser)
    _ask(browser, "/tariff list")
    find(browser, "#stream .only-you", "1 subscription here", "China")
    assert browser.execute_script(WIDEST) <= PHONE["width"]
    _assert_quiet(browser)


def _choose_by_keyboard(browser: Chrome, address: str) -> None:
    browser.get(address)
    waiting(browser).until(lambda _: focused(browser).get_attribute("id") == "compose-text")
    press(browser, "/tariff subscribe", Keys.ESCAPE, Keys.ENTER)
    find(browser, "#modal", "Choose what you get")
    tab_to(browser, lambda node: node.get_attribute("value") == "tariff")
    press(browser, Keys.SPACE)
    _tab_to_block(browser, "economies")
    press(browser, "us china")
    _tab_to_block(browser, "frequency")
    press(browser, "One digest a day")
    tab_to_button(browser, "Preview")
    press(browser, Keys.ENTER)
    find(browser, "#modal", "Would have sent 1 message")
    assert focused(browser).accessible_name == "Preview"
    tab_to_button(browser, "Save")
    press(browser, Keys.ENTER)
    find(browser, "#modal", "Saved", "one digest a day")
    press(browser, Keys.ESCAPE)
    waiting(browser).until(lambda window: not window.find_element("id", "modal").is_displayed())
    find(browser, "#stream .message", "subscribed: tariffs")
    _assert_quiet(browser)


def _ask(browser: Chrome, text: str) -> None:
    click(browser, "#compose-text")
    press(browser, text, Keys.ESCAPE, Keys.ENTER)


def pick(browser: Chrome, block: str, label: str) -> None:
    Select(find(browser, f'[data-block="{block}"] select')).select_by_visible_text(label)


def _tab_to_block(browser: Chrome, block: str) -> None:
    inside = "return document.activeElement.closest('[data-block]')?.dataset.block"
    tab_to(browser, lambda _: bool(browser.execute_script(inside) == block))


def leave_modal(browser: Chrome) -> None:
    click(browser, "#modal button", "Close")
    waiting(browser).until(lambda window: not window.find_element("id", "modal").is_displayed())


def _assert_quiet(browser: Chrome) -> None:
    window: Any = browser
    assert window.get_log("browser") == []
