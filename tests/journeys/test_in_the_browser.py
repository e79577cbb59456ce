"""The demo in a real browser: see alerts, ask questions, use the menu of an alert, subscribe.

`test_demo` reads the developments when the replay is over.
"""

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
    find(browser, "#stream .message", "China raises tariff on US goods to 84%")
    click_button(browser, "#stream .message", "84%", "Rate now")
    find(browser, ".only-you", "China additional duty on goods of the US")
    choose(browser, "#stream .message", "84%", "Why am I seeing this")
    find(browser, ".only-you", "Because this channel follows", "Matched:")
    box = find(browser, "#compose-text")
    box.send_keys("/tariff us china" + Keys.ENTER)
    find(browser, ".only-you", "12.5", "Section 301")
    box.send_keys("/tariff us chnia" + Keys.ENTER)
    click_button(browser, ".only-you", "chnia", "China")
    click(browser, "#channels button", "court-watch")
    find(browser, "#title", "court-watch")
    find(browser, "#compose-text").send_keys("/tariff subscribe court-rulings" + Keys.ENTER)
    find(browser, "#stream .message", "court ruling")
    window: Any = browser
    assert window.get_log("browser") == []


def read_developments(browser: Chrome, address: str) -> None:
    """Finds each alert with its present state and each development in the channel itself."""
    browser.get(address)
    alert = "#stream .message"
    find(browser, alert, "New: RULING STAYED 29 May 2025 · duties still collected")
    find(browser, alert, "RULING STAYED 29 May 2025", "sources · official", "Follow")
    find(browser, alert, "New: DELAYED to 9 Jul 2025")
    find(browser, alert, "DELAYED to 9 Jul 2025", "Importing country", "50%", "Follow")
    find(browser, alert, "New: rate 84% → 125%")
    find(browser, alert, "Corrected:", "Rate 84% → 125%", "Follow")
    find(browser, alert, "THREATENED", "smartphones")
    find(browser, alert, "TALKS ENDED 27 Jun 2025", "Canada")
    window: Any = browser
    assert window.get_log("browser") == []


def choose(browser: Chrome, css: str, text: str, label: str) -> None:
    """Opens the menu of the message with this text and picks an option; retries if the page redraws
    the message."""

    def pick(_: Any) -> bool:
        menu = find(browser, css, text).find_element("css selector", ".overflow")
        menu.find_element("css selector", "summary").click()
        options = menu.find_elements("css selector", ".menu > *")
        next(each for each in options if label in each.text).click()
        return True

    waiting(browser).until(pick)


def click_button(browser: Chrome, css: str, text: str, label: str) -> None:
    """Clicks a button of the message with this text; retries if the page redraws the message."""

    def press(_: Any) -> bool:
        buttons = find(browser, css, text).find_elements("css selector", "button")
        button = next(each for each in buttons if label in each.text)
        browser.execute_script("arguments[0].click()", button)
        return True

    waiting(browser).until(press)
