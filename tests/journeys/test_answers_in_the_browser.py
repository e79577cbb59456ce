"""Answers fit on a phone's screen, and their buttons lead to the rest."""

import asyncio
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from tests.journeys.workspace_reader import WorkspaceReader

pytestmark = pytest.mark.timeout(240)

PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
WORDS = 120
ANSWER = "#stream article.only-you"
WIDE_ANSWERS = {
    "/tariff is section 122 still in force": ("Section 122", "Charged to 23 Jul 2026"),
    "/tariff section 232": ("Section 232",),
    "/tariff ieepa refunds": ("CAPE",),
    "/tariff us china vs vietnam vs india": ("Lowest additional duty", "Vietnam", "India"),
    "/tariff upcoming": ("Duty changes, next 60 days", "polysilicon derivatives"),
    "/tariff us china history": ("Duty history",),
}
"""Questions with wide answers, and words of each answer."""
US_PARTNERS = (
    "canada,mexico,japan,south korea,european union,united kingdom,india,brazil,vietnam,taiwan,"
    "switzerland,russia,belarus,cuba,iran,iceland,nicaragua,germany,france,thailand,indonesia,"
    "malaysia,bangladesh,australia,south africa,turkey,israel,norway,haiti"
)
OTHER_IMPORTERS = (
    "china us,canada us,european union us,mexico china,canada china,european union china,"
    "china canada,mexico india,japan us,india us,mexico us"
)
PAIRS = (
    "us china",
    *(f"us {partner}" for partner in US_PARTNERS.split(",")),
    *OTHER_IMPORTERS.split(","),
)


async def test_the_answers_to_41_pairs_fit_on_one_screen(
    page: WorkspaceReader, browser: Chrome
) -> None:
    assert len(PAIRS) == 41
    for pair in PAIRS:
        await page.say("#trade-news", f"/tariff {pair}")
    seen = await asyncio.to_thread(_measure, browser, page.address)
    assert len(seen) == len(PAIRS)
    shown = dict(zip(PAIRS, seen, strict=True))
    assert {pair: one for pair, one in shown.items() if one["height"] > one["room"]} == {}
    assert {pair: one for pair, one in shown.items() if one["words"] > WORDS} == {}
    assert {pair: one for pair, one in shown.items() if one["chips"] != 1} == {}
    assert {pair: one for pair, one in shown.items() if one["cut"]} == {}


def _open_on_phone(browser: Chrome, address: str) -> None:
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    browser.get(address)


def _measure(browser: Chrome, address: str) -> list[dict[str, Any]]:
    """For each answer: its height, the height in which the page shows messages, its visible words,
    its chips, and whether its table is wider than the message."""
    _open_on_phone(browser, address)
    WebDriverWait(browser, 20).until(
        lambda b: len(b.find_elements(By.CSS_SELECTOR, ANSWER)) >= len(PAIRS)
    )
    found: list[dict[str, Any]] = browser.execute_script(
        """
        const room = document.getElementById("stream").clientHeight;
        return [...document.querySelectorAll(arguments[0])].map((node) => {
          const text = node.querySelector(".content").innerText;
          return {
            height: Math.ceil(node.getBoundingClientRect().height),
            room,
            words: text.split(/\\s+/).filter(Boolean).length,
            chips: [...text].filter((sign) => "🟢🟡🔴".includes(sign)).length,
            cut: [...node.querySelectorAll(".scroll")].some((b) => b.scrollWidth > b.clientWidth),
          };
        });
        """,
        ANSWER,
    )
    return found


async def test_a_person_reads_the_details_and_turns_to_the_other_direction(
    page: WorkspaceReader, browser: Chrome
) -> None:
    await page.say("#trade-news", "/tariff us china")
    await asyncio.to_thread(_walk, browser, page.address)


def _walk(browser: Chrome, address: str) -> None:
    """Ask, details, next page, close, other direction, history."""
    _open_on_phone(browser, address)
    first = _wait(browser, f"{ANSWER} .actions")
    _click(browser, first, "Details and sources")
    modal = _wait(browser, "#modal .actions")
    assert "Source:" in _wait(browser, "#modal").text
    _click(browser, modal, "No longer collected")
    _wait_for_text(browser, "#modal", "Fentanyl tariff on China")
    assert "not collected since 24 Feb 2026" in _wait(browser, "#modal").text
    _click(browser, _wait(browser, "#modal .actions"), "Notes")
    _wait_for_text(browser, "#modal", "Talks")
    _wait(browser, "#modal .modal-foot button").click()
    WebDriverWait(browser, 20).until(lambda b: not b.find_elements(By.CSS_SELECTOR, "#modal[open]"))
    _click(browser, first, "US goods into China: 10%+")
    _wait_for_text(browser, "#stream", "China additional duty on goods of the US")
    _click(browser, first, "History")
    _wait_for_text(browser, "#stream", "Duty history")


async def test_cards_comparisons_and_calendars_fit_on_a_phone(
    page: WorkspaceReader, browser: Chrome
) -> None:
    await asyncio.to_thread(_read_cards, browser, page.address)


def _read_cards(browser: Chrome, address: str) -> None:
    """Types each question; no answer is wider than the screen."""
    _open_on_phone(browser, address)
    for question, texts in WIDE_ANSWERS.items():
        box = _wait(browser, "#compose-text")
        box.send_keys(question + Keys.ESCAPE + Keys.ENTER)
        for text in texts:
            _wait_for_text(browser, f"{ANSWER}:last-of-type", text)
    wider = "return [...document.querySelectorAll(arguments[0])].map((n) => n.scrollWidth)"
    widths = browser.execute_script(wider, f"{ANSWER}, #stream .scroll")
    assert widths
    assert max(widths) <= PHONE["width"]
    card = browser.find_elements(By.CSS_SELECTOR, ANSWER)[0]
    _click(browser, card, "Details and sources")
    _wait_for_text(browser, "#modal", "Proclamation 11012")


def _wait(browser: Chrome, selector: str) -> WebElement:
    return WebDriverWait(browser, 20).until(
        lambda b: b.find_element(By.CSS_SELECTOR, selector), f"no {selector}"
    )


def _wait_for_text(browser: Chrome, selector: str, text: str) -> None:
    WebDriverWait(browser, 20).until(
        lambda b: text in b.find_element(By.CSS_SELECTOR, selector).text, f"no '{text}'"
    )


def _click(browser: Chrome, row: WebElement, label: str) -> None:
    buttons = {button.text: button for button in row.find_elements(By.TAG_NAME, "button")}
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", buttons[label])
    buttons[label].click()
