"""The operators' page in Chromium: readable on a phone, without scripts, and nothing for axe."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.journeys.keys import focused, press
from tests.journeys.test_accessibility import SCHEMES, SIZES, WIDEST, run_axe, show_as
from tests.operators_page.served import TOKEN, fill, serving_page

pytestmark = pytest.mark.timeout(240)

PATHS = ("", "/feeds", "/events", "/events/e1", "/events/e2", "/proposals", "/conversations")
SMALL = """
return [...document.querySelectorAll("a, button, input")]
  .filter((node) => node.getClientRects().length && node.getBoundingClientRect().height < 24)
  .map((node) => node.outerHTML);
"""


async def test_the_page_works_on_every_screen(browser: Chrome, tmp_path: Path) -> None:
    async with serving_page(tmp_path) as page:
        await fill(page)
        found = await asyncio.to_thread(look_around, browser, page.address)
    assert found == []


def look_around(browser: Chrome, address: str) -> list[str]:
    """Logs in with the keyboard and visits all pages; returns the problems."""
    found = []
    browser.get(address)
    assert browser.current_url == f"{address}/login"
    found += check(browser, "login")
    log_in(browser, "a wrong token")
    assert browser.find_element(By.ID, "error").text
    assert browser.current_url == f"{address}/login"
    found += check(browser, "wrong token")
    log_in(browser, TOKEN)
    assert browser.current_url == address
    for width, height in SIZES:
        for scheme in SCHEMES:
            show_as(browser, width, height, scheme)
            for path in PATHS:
                browser.get(address + path)
                found += check(browser, f"{path} at {width} {scheme}", width)
    assert browser.execute_script("return document.cookie") == ""
    return found


def log_in(browser: Chrome, token: str) -> None:
    browser.find_element(By.ID, "token").send_keys(token + Keys.ENTER)
    WebDriverWait(browser, 20).until(
        lambda window: (
            window.find_elements(By.ID, "error") or not window.current_url.endswith("/login")
        )
    )


def check(browser: Chrome, where: str, widest: int = 1280) -> list[str]:
    found = [f"{where}: {problem}" for problem in run_axe(browser)]
    if browser.execute_script(WIDEST) > widest:
        found.append(f"{where}: wider than the window")
    if "taken" in browser.title:
        found.append(f"{where}: a script of a feed ran")
    found += [f"{where}: small {node}" for node in browser.execute_script(SMALL)]
    # A feed's text may not load anything; the icon that a browser asks for by itself is refused.
    return found + [
        f"{where}: {line['message']}"
        for line in read_console(browser)
        if "favicon" not in line["message"] and "status of 40" not in line["message"]
    ]


def read_console(window: Any) -> list[dict[str, str]]:
    """The lines of the console since the last call."""
    return list(window.get_log("browser"))


async def test_the_keyboard_is_enough(browser: Chrome, tmp_path: Path) -> None:
    async with serving_page(tmp_path) as page:
        await fill(page)
        await asyncio.to_thread(use_the_keyboard, browser, page.address)


def use_the_keyboard(browser: Chrome, address: str) -> None:
    browser.get(address)
    log_in(browser, TOKEN)
    press(browser, Keys.TAB)
    assert focused(browser).text == "Skip to the content"
    press(browser, Keys.TAB, Keys.TAB, Keys.ENTER)
    WebDriverWait(browser, 20).until(lambda window: window.current_url == f"{address}/feeds")
    box = browser.find_element(By.ID, "search")
    box.send_keys("wire", Keys.ENTER)
    WebDriverWait(browser, 20).until(lambda window: "search=wire" in window.current_url)
    assert len(browser.find_elements(By.CSS_SELECTOR, ".rows li")) == 1
    browser.find_element(By.CSS_SELECTOR, "header button").send_keys(Keys.ENTER)
    WebDriverWait(browser, 20).until(lambda window: window.current_url == f"{address}/login")
    browser.get(f"{address}/events")
    assert browser.current_url == f"{address}/login"
