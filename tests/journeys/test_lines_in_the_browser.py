"""In the browser, a person pastes tariff lines, corrects two codes, saves them, sees their duties,
and gets them back as a workbook."""

import asyncio

import aiohttp
import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.keys import Keys

from bot.lines.files.reading import read_file
from tests.journeys.keys import press
from tests.journeys.test_subscriptions_in_the_browser import leave_modal
from tests.journeys.workspace_reader import WorkspaceReader
from tests.local_slack.page.test_page import click, find

pytestmark = pytest.mark.timeout(120)

PASTED = "8507.60.00 CN cells\n7208.39.99 DE steel\n9403.60.99 VN tables"
CORRECTED = "7208.39.00 DE steel\n9403.60.80 VN tables"


async def test_pasted_lines_are_corrected_saved_shown_and_read_back(
    page: WorkspaceReader, browser: Chrome
) -> None:
    await asyncio.to_thread(_paste_and_correct, browser, page.address)
    await asyncio.to_thread(_look_and_download, browser)
    [file] = [
        file for message in await page.messages("tariffwire") for file in message.get("files", ())
    ]
    async with aiohttp.ClientSession() as session, session.get(file["url_private"]) as response:
        rows = read_file(file["name"], await response.read())
    assert [(one.code, one.origin, one.label) for one in rows] == [
        ("8507.60.00", "China", "cells"),
        ("7208.39.00", "Germany", "steel"),
        ("9403.60.80", "Vietnam", "tables"),
    ]


def _paste_and_correct(browser: Chrome, address: str) -> None:
    browser.get(address)
    click(browser, "#channels button", "trade-news")
    find(browser, "#title", "trade-news")
    _ask(browser, "/tariff my")
    click(browser, "#stream .message button", "Paste lines")
    find(browser, "#modal", "Tariff lines", "which only you see")
    find(browser, '#modal [data-block="lines"] textarea').send_keys(PASTED)
    click(browser, "#modal button[type=submit]")
    find(
        browser, "#modal", "2 rows cannot be imported", "7208.39.99", "Use 7208.39.00", "9403.60.99"
    )
    wrong = find(browser, '#modal [data-block="lines"] textarea')
    wrong.clear()
    wrong.send_keys(CORRECTED)
    click(browser, "#modal button[type=submit]", "Check again")
    find(browser, "#modal", "3 added")
    click(browser, "#modal button[type=submit]", "Save")
    find(browser, "#modal", "Saved", "3 lines in the list")
    leave_modal(browser)


def _look_and_download(browser: Chrome) -> None:
    _ask(browser, "/tariff my")
    find(browser, "#stream .message", "Your lines: 3", "8507.60.00", "cells", "9403.60.80")
    _ask(browser, "/tariff my label tables")
    find(browser, "#stream .message", "Your lines: 1 of 3", "tables")
    click(browser, "#stream .message button", "Download XLSX")
    find(browser, "#stream .message", "The file with 3 lines is in our direct messages")


def _ask(browser: Chrome, text: str) -> None:
    click(browser, "#compose-text")
    press(browser, text, Keys.ESCAPE, Keys.ENTER)
