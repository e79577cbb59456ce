"""The page shows a banner with examples and completes commands, as registered by the program."""

import asyncio
from typing import Any

import aiohttp
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from bot.local_slack.page.hints import Completion
from bot.local_slack.server import Workspace
from tests.local_slack.bots import bolt, over_socket
from tests.local_slack.page.test_page import click, find, waiting

COMPLETIONS = (
    Completion("subscribe", "get alerts"),
    Completion("court-rulings", "topic", after="subscribe"),
    Completion("China", "CN", after="*"),
    Completion("Chile", "CL", after="*"),
    Completion("South Korea", "KR", after="*"),
)
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}


async def fetch_hints(workspace: Workspace) -> Any:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{workspace.address}/hints") as answer,
    ):
        return await answer.json()


async def test_without_hints_there_is_no_banner_and_no_completion(workspace: Workspace) -> None:
    assert await fetch_hints(workspace) == {"banner": "", "examples": [], "completions": []}


async def test_a_changed_banner_is_published_and_served(workspace: Workspace) -> None:
    with workspace.team.live.subscribe() as queue:
        workspace.hints.show_banner("A replay", ["/tariff us china"])
        assert queue.get_nowait() == {"type": "hints"}
    served = await fetch_hints(workspace)
    assert (served["banner"], served["examples"]) == ("A replay", ["/tariff us china"])


async def test_a_click_on_an_example_sends_it(workspace: Workspace, browser: Chrome) -> None:
    app = bolt(workspace)

    @app.command("/tariff")
    async def answer(ack: Any, command: dict[str, str]) -> None:
        await ack(f"you asked: {command['text']}")

    async with over_socket(workspace, app):
        await asyncio.to_thread(browser.get, workspace.address)
        await asyncio.to_thread(find, browser, "#stream .empty")
        assert not browser.find_element(By.ID, "banner").is_displayed()
        workspace.hints.show_banner("A replay", ["/tariff us china"])
        await asyncio.to_thread(find, browser, "#banner", "A replay")
        await asyncio.to_thread(click, browser, "#banner button", "/tariff us china")
        await asyncio.to_thread(find, browser, ".only-you", "you asked: us china")
        workspace.hints.show_banner("")
        await asyncio.to_thread(waiting(browser).until, banner_is_gone)


def banner_is_gone(browser: Chrome) -> bool:
    return not browser.find_element(By.ID, "banner").is_displayed()


async def test_commands_are_completed_with_the_keyboard(
    workspace: Workspace, browser: Chrome
) -> None:
    workspace.hints.complete(COMPLETIONS)
    await asyncio.to_thread(complete, browser, workspace.address)


def complete(browser: Chrome, address: str) -> None:
    browser.get(address)
    find(browser, "#stream .empty")
    assert type_text(browser, "/") == ["/tariff"]
    # Tab takes the first suggestion.
    assert value_after(browser, Keys.TAB) == "/tariff "
    assert type_text(browser, "subscribe ") == ["court-rulings"]
    assert type_text(browser, "ch") == ["China", "Chile"]
    assert active_option(browser) is None
    box = find(browser, "#compose-text")
    box.send_keys(Keys.ARROW_DOWN)
    assert active_option(browser) == "China"
    box.send_keys(Keys.ARROW_DOWN)
    assert active_option(browser) == "Chile"
    box.send_keys(Keys.ARROW_DOWN + Keys.ARROW_UP)
    # Enter takes the active suggestion and does not send the line.
    assert value_after(browser, Keys.ENTER) == "/tariff subscribe Chile "
    assert not browser.find_elements(By.CSS_SELECTOR, "#stream .message")
    assert type_text(browser, "and south k") == ["South Korea"]
    box.send_keys(Keys.ESCAPE)
    assert options(browser) == []
    assert box.get_property("value") == "/tariff subscribe Chile and south k"
    # Escape closes the list, so Tab moves the focus again.
    box.send_keys(Keys.TAB)
    assert browser.switch_to.active_element.accessible_name == "Send"


async def test_the_suggestions_fit_on_a_phone(workspace: Workspace, browser: Chrome) -> None:
    names = [Completion(f"Country of a long name {number}", "XX", "*") for number in range(30)]
    workspace.hints.complete(names)
    await asyncio.to_thread(complete_on_a_phone, browser, workspace.address)


def complete_on_a_phone(browser: Chrome, address: str) -> None:
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    browser.get(address)
    find(browser, "#stream .empty")
    box = find(browser, "#compose-text")
    # The placeholder is not cut off.
    measure = "const b = arguments[0]; const c = document.createElement('canvas').getContext('2d');"
    measure += "c.font = getComputedStyle(b).font;"
    measure += "return c.measureText(b.placeholder).width <= b.clientWidth;"
    assert browser.execute_script(measure, box)
    assert len(type_text(browser, "/tariff country")) == 7
    listed = find(browser, "#compose-hint").rect
    assert listed["x"] >= 0
    assert listed["x"] + listed["width"] <= 390
    assert listed["y"] >= 0
    assert listed["y"] + listed["height"] <= box.rect["y"]
    click(browser, "#compose-hint li", "name 3")
    assert box.get_property("value") == "/tariff Country of a long name 3 "
    assert browser.switch_to.active_element == box


def type_text(browser: Chrome, text: str) -> list[str]:
    """Types the text and returns the suggestions."""
    find(browser, "#compose-text").send_keys(text)
    return options(browser)


def value_after(browser: Chrome, key: str) -> Any:
    box = find(browser, "#compose-text")
    box.send_keys(key)
    return box.get_property("value")


def options(browser: Chrome) -> list[str]:
    found = browser.find_elements(By.CSS_SELECTOR, "#compose-hint:not([hidden]) [role=option] b")
    return [one.text for one in found]


def active_option(browser: Chrome) -> str | None:
    """The suggestion that the box names as active."""
    active = find(browser, "#compose-text").get_attribute("aria-activedescendant")
    if not active:
        return None
    option = browser.find_element(By.ID, active)
    assert option.get_attribute("aria-selected") == "true"
    return option.find_element(By.TAG_NAME, "b").text


async def test_flags_are_left_out_where_no_font_has_them(
    workspace: Workspace, browser: Chrome
) -> None:
    await asyncio.to_thread(browser.get, workspace.address)
    await asyncio.to_thread(find, browser, "#stream .empty")
    read = "return ['🇺🇸 United States on 🇨🇳 *China*', '🇺🇸', 'of 🇨🇳, 5%'].map(readableFlags)"
    with_font = browser.execute_script(f"hasFlags = true; {read}")
    without = browser.execute_script(f"hasFlags = false; {read}")
    assert with_font == ["🇺🇸 United States on 🇨🇳 *China*", "🇺🇸", "of 🇨🇳, 5%"]
    assert without == ["United States on *China*", "US", "of CN, 5%"]
