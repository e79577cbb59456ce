"""The local workspace's page shows the components of an answer as a table."""

import asyncio

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.journeys.workspace_reader import WorkspaceReader

pytestmark = pytest.mark.timeout(120)


async def test_the_components_of_an_answer_are_shown_as_a_table(
    page: WorkspaceReader, browser: Chrome
) -> None:
    await page.say("#trade-news", "/tariff table us china steel on 2026-09-20")
    await asyncio.to_thread(_see_table, browser, page.address)


def _see_table(browser: Chrome, address: str) -> None:
    browser.get(address)
    table = WebDriverWait(browser, 20).until(
        lambda b: b.find_element(By.CSS_SELECTOR, "#stream table")
    )
    titles = [cell.text for cell in table.find_elements(By.CSS_SELECTOR, "th")]
    first = "Importing country, origin"
    assert titles == [first, "Rate", "Duty", "Legal basis", "Status", "Source"]
    rates = [cell.text for cell in table.find_elements(By.CSS_SELECTOR, "td:nth-child(2)")]
    assert rates == ["50%", "50% to 75%", "10%", "10%"]
