"""An accessibility checker (axe) finds nothing serious on the page.

`test_demo` uses the page with the keyboard alone when the replay is over.
"""

import asyncio
from collections.abc import Callable
from importlib import resources
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.journeys.keys import focused, press, tab_to
from tests.journeys.workspace_reader import WorkspaceReader, eventually
from tests.local_slack.page.test_page import click, find, waiting

pytestmark = pytest.mark.timeout(240)

SIZES = ((1280, 900), (390, 844))
SCHEMES = ("light", "dark")
SERIOUS = ("serious", "critical")
AXE = resources.files("selenium_axe_python") / "axe-core" / "axe.min.js"
RUN_AXE = """
const done = arguments[arguments.length - 1];
axe.run(document, { resultTypes: ["violations"] }).then((found) => done(found.violations));
"""
WIDEST = "return Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"


async def test_axe_finds_nothing_serious_on_the_page(
    demo: WorkspaceReader, browser: Chrome
) -> None:
    assert await eventually(lambda: demo.messages("trade-news"))
    assert await eventually(lambda: demo.messages("tariffwire"))
    found = await asyncio.to_thread(look_around, browser, demo.address)
    assert found == []


def look_around(browser: Chrome, address: str) -> list[str]:
    """Checks the states of the page in both sizes and color schemes; returns the problems."""
    found: list[str] = []
    for width, height in SIZES:
        for scheme in SCHEMES:
            show_as(browser, width, height, scheme)
            browser.get(address)

            def check(state: str, where: str = f"{width} {scheme}", widest: int = width) -> None:
                # The page itself never scrolls sideways.
                if browser.execute_script(WIDEST) > widest:
                    found.append(f"{where}, {state}: wider than the window")
                found.extend(f"{where}, {state}: {problem}" for problem in run_axe(browser))

            visit_states(browser, check)
    return found


def show_as(browser: Chrome, width: int, height: int, scheme: str) -> None:
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 700}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})


def visit_states(browser: Chrome, check: Callable[[str], None]) -> None:
    """Brings the page into each of its main states and calls `check` with the state's name."""
    find(browser, "#banner", "/tariff us china")
    find(browser, "#stream .message", "China raises tariff on US goods")
    check("banner and alerts")
    box = find(browser, "#compose-text")
    box.send_keys("/tariff us c" + Keys.ARROW_DOWN)
    find(browser, "#compose-hint", "China")
    check("suggestions")
    box.send_keys(Keys.ESCAPE + "hina steel" + Keys.ESCAPE + Keys.ENTER)
    find(browser, "#stream .only-you table", "Steel")
    check("answer with a table")
    click(browser, "#stream .only-you button", "Details and sources")
    find(browser, "#modal button", "Duties")
    check("modal with pages")
    close_modal(browser)
    click(browser, "#shortcuts summary")
    click(browser, "#shortcuts button", "Check a product")
    find(browser, "#modal", "Importing country")
    check("product form")
    close_modal(browser)
    box = find(browser, "#compose-text")
    box.send_keys("/tariff subscribe" + Keys.ESCAPE + Keys.ENTER)
    click(browser, "#modal button", "Preview")
    find(browser, "#modal", "Would have sent")
    check("form for subscriptions")
    close_modal(browser)
    open_app(browser)
    click(browser, "#tab-messages")
    click(browser, "#stream [data-action=rate_edit]")
    find(browser, "#modal", "Rate in percent")
    check("form of a proposal")
    close_modal(browser)
    click(browser, "#tab-home")
    find(browser, "#home .header")
    check("home")


def close_modal(browser: Chrome) -> None:
    press(browser, Keys.ESCAPE)
    waiting(browser).until(lambda window: not window.find_element(By.ID, "modal").is_displayed())


def open_app(browser: Chrome) -> None:
    """Opens the conversation with the app; on a phone, the list of conversations first."""
    menu = browser.find_element(By.ID, "show-sidebar")
    if menu.is_displayed():
        menu.click()
    click(browser, "#apps button", "tariffwire")
    find(browser, "#title", "tariffwire")


def run_axe(browser: Chrome) -> list[str]:
    """The serious problems that axe finds in the present state of the page."""
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    violations: list[dict[str, Any]] = browser.execute_async_script(RUN_AXE)
    return [
        f"{one['id']} at {one['nodes'][0]['target']}, {len(one['nodes'])} places"
        for one in violations
        if one["impact"] in SERIOUS
    ]


def use_the_keyboard(browser: Chrome) -> None:
    """Uses the page of the demo, where the message box has the focus, with the keyboard alone.

    While news arrives, each alert may be drawn again, so the replay must be over.
    """
    assert focused(browser).get_attribute("id") == "compose-text"
    press(browser, *"/tariff us chin", Keys.TAB, *"steel", Keys.ENTER)
    find(browser, "#stream .only-you", "steel", "China")
    open_a_menu(browser)
    tab_to(browser, is_app)
    press(browser, Keys.ENTER)
    find(browser, "#title", "tariffwire")
    if browser.find_element(By.ID, "home").is_displayed():
        tab_to(browser, lambda node: node.get_attribute("id") == "tab-messages")
        press(browser, Keys.ENTER)
    decide_nothing(browser)


def is_app(node: WebElement) -> bool:
    return node.tag_name == "button" and "tariffwire" in node.text


def open_a_menu(browser: Chrome) -> None:
    """Opens the menu of an alert and closes it with Escape; the focus returns to its button."""
    opener = tab_to(browser, lambda node: node.accessible_name == "More actions", back=True)
    press(browser, Keys.ENTER)
    menu = opener.find_element(By.XPATH, "..")
    assert menu.get_attribute("open") is not None
    press(browser, Keys.TAB)
    assert focused(browser) in menu.find_elements(By.CSS_SELECTOR, ".menu > *")
    press(browser, Keys.ESCAPE)
    assert menu.get_attribute("open") is None
    assert focused(browser) == opener


def decide_nothing(browser: Chrome) -> None:
    """Opens the form of a proposal and closes it with Escape; the focus returns to its button."""
    find(browser, "#stream .message", "Reported rate")
    opener = tab_to(browser, lambda node: node.get_attribute("data-action") == "rate_edit")
    press(browser, Keys.ENTER)
    modal = find(browser, "#modal", "Rate in percent")
    press(browser, Keys.TAB)
    assert focused(browser) in modal.find_elements(By.CSS_SELECTOR, "*")
    press(browser, Keys.ESCAPE)
    waiting(browser).until(lambda _: not modal.is_displayed())
    assert focused(browser) == opener
