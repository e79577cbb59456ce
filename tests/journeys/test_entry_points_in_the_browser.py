"""In the browser, a person reaches the bot in every way: by the form for a product, a direct
message, the shortcuts of a message, the Home tab and the help."""

import asyncio
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

from tests.journeys.workspace_reader import WorkspaceReader
from tests.local_slack.page.test_page import click, find, waiting

pytestmark = pytest.mark.timeout(120)
NEWS = "US to impose 25% tariff on steel from Canada"


async def test_the_form_for_a_product_answers_in_the_modal(
    page: WorkspaceReader, browser: Chrome
) -> None:
    await asyncio.to_thread(_check_product, browser, page.address)


async def test_the_form_for_a_product_works_by_keyboard_alone(
    page: WorkspaceReader, browser: Chrome
) -> None:
    await asyncio.to_thread(_check_product_by_keyboard, browser, page.address)


async def test_a_direct_message_in_plain_words_is_answered(
    page: WorkspaceReader, browser: Chrome
) -> None:
    await asyncio.to_thread(_write_to_the_bot, browser, page.address)


async def test_the_shortcuts_of_a_message_say_what_it_is_about(
    page: WorkspaceReader, browser: Chrome
) -> None:
    await asyncio.to_thread(_use_shortcuts, browser, page.address)


async def test_the_home_tab_asks_with_two_menus_and_shows_the_help(
    page: WorkspaceReader, browser: Chrome
) -> None:
    await asyncio.to_thread(_use_home, browser, page.address)


def _check_product(browser: Chrome, address: str) -> None:
    browser.get(address)
    click(browser, "#shortcuts summary")
    click(browser, "#shortcuts button", "Check a product")
    find(browser, "#modal", "Importing country", "Origin", "Goods or code", "Claim")
    _field(browser, "partner", "select").select_by_visible_text("Mexico")
    goods = find(browser, '[data-block="goods"] input')
    goods.send_keys("stel")
    click(browser, "#modal button[type=submit]")
    find(browser, '[data-error="goods"]', "Did you mean steel?")
    goods.clear()
    goods.send_keys("steel")
    click(browser, '#modal input[value="usmca"]')
    find(browser, '[data-block="value"] input').send_keys("9000")
    click(browser, "#modal button[type=submit]")
    find(browser, "#modal", "Mexico", "To share it", "Change")
    click(browser, "#modal button[type=submit]")
    assert find(browser, '[data-block="goods"] input').get_attribute("value") == "steel"
    _assert_quiet(browser)


def _check_product_by_keyboard(browser: Chrome, address: str) -> None:
    """Opens, fills in and submits the form without the mouse."""
    browser.get(address)
    find(browser, "#compose-text")
    for _ in range(4):
        _press(browser, Keys.SHIFT, Keys.TAB)
        if browser.execute_script("return document.activeElement.closest('#shortcuts') !== null"):
            break
    _press(browser, Keys.ENTER)
    _press(browser, Keys.TAB)
    _press(browser, Keys.ENTER)
    find(browser, "#modal", "Check a product")
    _tab_to(browser, "partner")
    _press(browser, "Viet")
    _tab_to(browser, "goods")
    _press(browser, "shoes")
    _press(browser, Keys.ENTER)
    find(browser, "#modal", "Viet", "To share it")
    _press(browser, Keys.ESCAPE)
    waiting(browser).until(lambda b: not b.find_element("id", "modal").is_displayed())
    _assert_quiet(browser)


def _write_to_the_bot(browser: Chrome, address: str) -> None:
    browser.get(address)
    click(browser, "#apps button")
    click(browser, "#tab-messages")
    box = find(browser, "#compose-text")
    box.send_keys("hello" + Keys.ENTER)
    find(browser, "#stream .message", "Hello.", "Upcoming changes")
    box.send_keys("us china steel" + Keys.ENTER)
    find(browser, "#stream .message", "China", "steel")
    assert not browser.find_elements("css selector", "#stream .only-you")
    click(browser, "#stream .message .actions button", "Help")
    find(browser, "#stream .only-you", "Ask", "Watch", "News", "Admin")
    _assert_quiet(browser)


def _use_shortcuts(browser: Chrome, address: str) -> None:
    browser.get(address)
    find(browser, "#compose-text").send_keys(NEWS + Keys.ENTER)
    _choose_shortcut(browser, "Is this about tariffs?")
    find(browser, "#stream .only-you", "Yes: tariffs.", "Canada", "Rate now")
    _choose_shortcut(browser, "Rate now")
    click(browser, "#stream .only-you button", "Check a product")
    find(browser, "#modal", "Importing country")
    assert _field(browser, "partner", "select").first_selected_option.text == "Canada"
    _assert_quiet(browser)


def _use_home(browser: Chrome, address: str) -> None:
    browser.get(address)
    click(browser, "#apps button")
    find(browser, "#home", "Which duties apply?", "Coming up", "Latest", "My alerts")
    menus = browser.find_elements("css selector", "#home select")
    Select(menus[1]).select_by_visible_text("India")
    click(browser, "#home button", "Show the rate")
    find(browser, "#modal", "India")
    _press(browser, Keys.ESCAPE)
    waiting(browser).until(lambda b: not b.find_element("id", "modal").is_displayed())
    click(browser, "#home button", "Help")
    find(browser, "#modal", "Ask", "Watch", "News", "Admin")
    click(browser, "#modal button", "Find")
    find(browser, "#modal", "court ruling")
    _assert_quiet(browser)


def _field(browser: Chrome, block: str, tag: str) -> Select:
    return Select(find(browser, f'[data-block="{block}"] {tag}'))


def _choose_shortcut(browser: Chrome, name: str) -> None:
    """Picks a shortcut in the menu of the message; retries if the page redraws the message."""

    def pick(_: Any) -> bool:
        message = find(browser, "#stream .message:not(.only-you)", NEWS)
        ActionChains(browser).move_to_element(message).perform()
        menu = message.find_element("css selector", ".tools .overflow")
        menu.find_element("css selector", "summary").click()
        options = menu.find_elements("css selector", ".menu > *")
        next(each for each in options if name in each.text).click()
        return True

    waiting(browser).until(pick)


def _press(browser: Chrome, *keys: str) -> None:
    """Presses the keys together in the focused element."""
    chain = ActionChains(browser)
    for key in keys[:-1]:
        chain.key_down(key)
    chain.send_keys(keys[-1])
    for key in keys[:-1]:
        chain.key_up(key)
    chain.perform()


def _tab_to(browser: Chrome, block: str) -> None:
    """Presses Tab until a field of this block has the focus."""
    for _ in range(12):
        _press(browser, Keys.TAB)
        inside = "return document.activeElement.closest('[data-block]')?.dataset.block"
        if browser.execute_script(inside) == block:
            return
    raise AssertionError(f"{block} cannot be reached by Tab")


def _assert_quiet(browser: Chrome) -> None:
    window: Any = browser
    assert window.get_log("browser") == []
