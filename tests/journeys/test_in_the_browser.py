"""The demo in a real browser: see an alert, ask a question, click "Why?", subscribe."""

import asyncio
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.keys import Keys

from tests.journeys.workspace_reader import WorkspaceReader, eventually
from tests.local_slack.page.test_page import click, find, waiting

pytestmark = pytest.mark.timeout(180)


async def test_a_new_user_watches_asks_and_subscribes_in_the_browser(
    demo: WorkspaceReader, browser: Chrome
) -> None:
    assert await eventually(lambda: demo.messages("trade-news"))
    await asyncio.to_thread(_use, browser, demo.address)


def _use(browser: Chrome, address: str) -> None:
    browser.get(address)
    find(browser, "#stream .message", "Geneva", "145%")
    _click_button(browser, "#stream .message", "Geneva", "Why")
    find(browser, ".only-you", "tariff")
    box = find(browser, "#compose-text")
    box.send_keys("/tariff us china" + Keys.ENTER)
    find(browser, ".only-you", "12.5", "Section 301")
    box.send_keys("/tariff us chnia" + Keys.ENTER)
    _click_button(browser, ".only-you", "chnia", "China")
    click(browser, "#channels button", "court-watch")
    find(browser, "#title", "court-watch")
    find(browser, "#compose-text").send_keys("/tariff subscribe court-rulings" + Keys.ENTER)
    find(browser, "#stream .message", "court ruling")
    window: Any = browser
    assert window.get_log("browser") == []


def _click_button(browser: Chrome, css: str, text: str, label: str) -> None:
    """Clicks a button of the message with this text; retries if the page redraws the message."""

    def press(_: Any) -> bool:
        buttons = find(browser, css, text).find_elements("css selector", "button")
        button = next(each for each in buttons if label in each.text)
        browser.execute_script("arguments[0].click()", button)
        return True

    waiting(browser).until(press)
