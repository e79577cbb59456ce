"""In the browser, people paste tariff lines, correct two codes, save them, see their duties, and
get them back as a workbook. A channel that wants only stories about its lines gets these, and sees
which lines an alert and an approved rate touch."""

import asyncio
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.keys import Keys

from bot.lines.files.reading import read_file
from bot.text.dates import format_day
from tests.journeys.keys import press
from tests.journeys.test_in_the_browser import choose, click_button
from tests.journeys.test_subscriptions_in_the_browser import leave_modal
from tests.journeys.workspace_reader import WorkspaceReader, eventually, words
from tests.journeys.world import World
from tests.local_slack.page.test_page import click, find, waiting

pytestmark = pytest.mark.timeout(240)

DAY = (datetime.now(UTC) + timedelta(days=20)).date()
WINE = "US raises tariffs on French wine to 35%"
CHINA = f"US raises Section 301 tariffs on Chinese goods to 87% from {DAY}"
CHANNEL_LINES = "8507.60.00 CN cells\n7208.39.99 DE steel\n9403.60.99 CN tables"
CORRECTED_IN_CHANNEL = "7208.39.00 DE steel\n9403.60.80 CN tables"
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
        rows = read_file(file["name"], await response.read()).rows
    assert [(one.code, one.origin, one.label) for one in rows] == [
        ("8507.60.00", "China", "cells"),
        ("7208.39.00", "Germany", "steel"),
        ("9403.60.80", "Vietnam", "tables"),
    ]


async def test_a_channel_gets_only_what_touches_its_lines_and_sees_how_they_change(
    world: World, browser: Chrome
) -> None:
    page = world.page

    async def has_alert() -> bool:
        return any("Touches" in words(one) for one in await page.messages("trade-news"))

    async def has_proposal() -> bool:
        return any("→ 87%" in words(one) for one in await page.messages("court-watch"))

    async def has_wine_alert() -> bool:
        return any(WINE in words(one) for one in await page.messages("court-watch"))

    world.feeds.publish("wire", "Brazil and India open talks on a trade deal over sugar")
    await world.start_bot(
        TARIFFWIRE_OPERATORS=world.workspace.person_id, TARIFFWIRE_OPERATORS_CHANNEL="court-watch"
    )
    await asyncio.to_thread(_choose_only_lines, browser, page.address)
    await page.say("#court-watch", "/tariff subscribe france")
    world.feeds.publish("wire", WINE)
    assert await eventually(has_wine_alert)
    world.feeds.publish("wire", CHINA)
    assert await eventually(has_alert)
    assert await eventually(has_proposal)
    await asyncio.to_thread(_see_touched_lines_and_approve, browser)
    await asyncio.to_thread(_see_changed_lines, browser)
    assert not any(WINE in words(one) for one in await page.messages("trade-news"))
    [file] = [
        file for message in await page.messages("trade-news") for file in message.get("files", ())
    ]
    async with aiohttp.ClientSession() as session, session.get(file["url_private"]) as response:
        rows = read_file(file["name"], await response.read()).rows
    assert [(one.code, one.origin, one.label) for one in rows] == [
        ("8507.60.00", "China", "cells"),
        ("7208.39.00", "Germany", "steel"),
        ("9403.60.80", "China", "tables"),
    ]


def _choose_only_lines(browser: Chrome, address: str) -> None:
    _open_channel(browser, address)
    _ask(browser, "/tariff subscribe")
    find(browser, "#modal", "There is no list of lines yet", "/tariff my channel upload")
    click(browser, '#modal input[value="lines"]')
    click(browser, "#modal button[type=submit]")
    find(browser, '[data-error="limits"]', "This channel has no list of lines")
    click(browser, "#modal button", "Cancel")
    _ask(browser, "/tariff my channel")
    click(browser, "#stream .message button", "Paste lines")
    _correct(browser, CHANNEL_LINES, CORRECTED_IN_CHANNEL)
    _ask(browser, "/tariff subscribe")
    find(browser, "#modal", "My lines are those of /tariff my channel")
    click(browser, '#modal input[value="lines"]')
    click(browser, "#modal button", "Preview")
    find(browser, "#modal", "Would have sent nothing in the last 7 days")
    click(browser, "#modal button[type=submit]")
    # The channel's first subscription is to all stories.
    find(browser, "#modal", "Narrow to this?")
    click(browser, '#modal input[value="replace"]')
    click(browser, "#modal button[type=submit]")
    find(browser, "#modal", "Saved", "only stories that touch your lines")
    leave_modal(browser)
    find(browser, "#stream .message", "changed a subscription", "touch your lines")


def _see_touched_lines_and_approve(browser: Chrome) -> None:
    find(browser, "#stream .message", "87%", "Touches 2 of your 3 lines")
    click(browser, "#stream .message button", "Show lines")
    find(browser, "#stream .only-you", "8507.60.00 China (cells)", "9403.60.80 China (tables)")
    choose(browser, "#stream .message", "Touches 2 of your 3 lines", "Why am I seeing this")
    find(browser, "#stream .only-you", "in stories that touch your lines")
    click(browser, "#channels button", "court-watch")
    find(browser, "#title", "court-watch")
    click_button(browser, "#stream .message", "→ 87%", "Approve")
    waiting(browser).until(lambda window: window.switch_to.alert).accept()
    find(browser, "#stream .message", "Approved by")


def _see_changed_lines(browser: Chrome) -> None:
    click(browser, "#channels button", "trade-news")
    find(browser, "#title", "trade-news")
    reported = "New in our data: the duty on 2 of your 3 lines"
    find(browser, "#stream .message", reported, format_day(DAY))
    _ask(browser, "/tariff my channel changing")
    find(browser, "#stream .only-you", "2 of 3", "8507.60.00", "9403.60.80", format_day(DAY))
    _ask(browser, "/tariff my channel xlsx")
    find(browser, "#stream .message", "The file with 3 lines is in this channel")


def _paste_and_correct(browser: Chrome, address: str) -> None:
    _open_channel(browser, address)
    _ask(browser, "/tariff my")
    click(browser, "#stream .message button", "Paste lines")
    find(browser, "#modal", "Tariff lines", "which only you see")
    _correct(browser, PASTED, CORRECTED)


def _open_channel(browser: Chrome, address: str) -> None:
    browser.get(address)
    click(browser, "#channels button", "trade-news")
    find(browser, "#title", "trade-news")


def _correct(browser: Chrome, pasted: str, corrected: str) -> None:
    """Pastes lines of which two have wrong codes, corrects these, and saves the list."""
    find(browser, '#modal [data-block="lines"] textarea').send_keys(pasted)
    click(browser, "#modal button[type=submit]")
    find(browser, "#modal", "2 rows cannot be imported", "7208.39.99", "7208.39.00", "9403.60.99")
    wrong = find(browser, '#modal [data-block^="corrected_"] textarea')
    wrong.clear()
    wrong.send_keys(corrected)
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
