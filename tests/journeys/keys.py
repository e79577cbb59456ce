"""Operates the page in the browser with the keyboard alone."""

from collections.abc import Callable

import pytest
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

MOST_TABS = 150


def press(browser: Chrome, *keys: str) -> None:
    """Presses keys one after the other in the focused element."""
    ActionChains(browser).send_keys(*keys).perform()


def press_together(browser: Chrome, held: str, key: str) -> None:
    """Presses a key while another one is held."""
    ActionChains(browser).key_down(held).send_keys(key).key_up(held).perform()


def focused(browser: Chrome) -> WebElement:
    return browser.switch_to.active_element


def tab_to(
    browser: Chrome, fits: Callable[[WebElement], bool], *, back: bool = False
) -> WebElement:
    """Presses Tab, or Shift+Tab, until a control that `fits` has the focus."""
    for _ in range(MOST_TABS):
        if back:
            press_together(browser, Keys.SHIFT, Keys.TAB)
        else:
            press(browser, Keys.TAB)
        if fits(node := focused(browser)):
            return node
    pytest.fail("the keyboard does not reach the control")


def tab_to_button(browser: Chrome, label: str, *, back: bool = False) -> WebElement:
    """Presses Tab, or Shift+Tab, until a button whose label begins like this has the focus."""
    return tab_to(browser, lambda node: node.accessible_name.startswith(label), back=back)
