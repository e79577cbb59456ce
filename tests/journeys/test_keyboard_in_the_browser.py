"""In the browser, a person who uses only the keyboard asks, reads the details, turns to the other
direction and the history, reads a card, uses a shortcut of a message and writes to the bot."""

import asyncio
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.journeys.keys import focused, press, tab_to, tab_to_button
from tests.journeys.workspace_reader import WorkspaceReader
from tests.local_slack.page.test_page import find, waiting

pytestmark = pytest.mark.timeout(240)

NEWS = "US to impose 25% tariff on steel from Canada"


async def test_every_journey_works_by_keyboard_alone(
    page: WorkspaceReader, browser: Chrome
) -> None:
    await asyncio.to_thread(walk, browser, page.address)


def walk(browser: Chrome, address: str) -> None:
    browser.get(address)
    waiting(browser).until(lambda _: is_message_box(focused(browser)))
    read_an_answer(browser)
    read_a_card(browser)
    use_a_shortcut(browser)
    write_to_the_bot(browser)
    window: Any = browser
    assert window.get_log("browser") == []


def read_an_answer(browser: Chrome) -> None:
    """Details and its second page, the other direction, the history."""
    ask(browser, "/tariff us china")
    find(browser, "#stream .only-you", "US additional duty on goods of China")
    opener = tab_to_button(browser, "Details and sources", back=True)
    press(browser, Keys.ENTER)
    find(browser, "#modal", "Source:")
    tab_to_button(browser, "No longer collected")
    press(browser, Keys.ENTER)
    find(browser, "#modal", "Fentanyl tariff on China", "not collected since 24 Feb 2026")
    leave_modal(browser)
    assert focused(browser) == opener
    tab_to_button(browser, "US goods into China: ")
    press(browser, Keys.ENTER)
    find(browser, "#stream .only-you", "China additional duty on goods of the US")
    tab_to_button(browser, "History", back=True)
    press(browser, Keys.ENTER)
    find(browser, "#stream .only-you", "Duty history")


def read_a_card(browser: Chrome) -> None:
    tab_to(browser, is_message_box)
    ask(browser, "/tariff is section 122 still in force")
    find(browser, "#stream .only-you", "Section 122", "Charged to 23 Jul 2026")
    opener = tab_to_button(browser, "Details and sources", back=True)
    press(browser, Keys.ENTER)
    find(browser, "#modal", "Proclamation 11012")
    leave_modal(browser)
    assert focused(browser) == opener


def use_a_shortcut(browser: Chrome) -> None:
    tab_to(browser, is_message_box)
    ask(browser, NEWS)
    find(browser, "#stream .message:not(.only-you)", NEWS)
    tab_to_button(browser, "Message shortcuts", back=True)
    press(browser, Keys.ENTER)
    tab_to_button(browser, "Is this about tariffs?")
    press(browser, Keys.ENTER)
    find(browser, "#stream .only-you", "Yes: tariffs.", "Canada")


def write_to_the_bot(browser: Chrome) -> None:
    tab_to_button(browser, "tariffwire")
    press(browser, Keys.ENTER)
    find(browser, "#title", "tariffwire")
    tab_to_button(browser, "Messages")
    press(browser, Keys.ENTER)
    tab_to(browser, is_message_box)
    ask(browser, "could you please tell us what we pay on shoes from vietnam")
    find(browser, "#stream .message", "US additional duty on footwear", "12.5%")


def ask(browser: Chrome, text: str) -> None:
    """Types a text and sends it. Escape closes the suggestions."""
    press(browser, text, Keys.ESCAPE, Keys.ENTER)


def leave_modal(browser: Chrome) -> None:
    press(browser, Keys.ESCAPE)
    waiting(browser).until(lambda window: not window.find_element("id", "modal").is_displayed())


def is_message_box(node: WebElement) -> bool:
    return node.get_attribute("id") == "compose-text"
