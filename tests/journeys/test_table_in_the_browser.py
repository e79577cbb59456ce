"""The local workspace's page shows the components of an answer as a table."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack.server import Workspace
from bot.slack.app import build_app, build_web_app, open_session
from tests.journeys.workspace_reader import WorkspaceReader
from tests.slack.conftest import workspace
from tests.slack.fakes import slack_context

__all__ = ["workspace"]

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def page(workspace: Workspace) -> AsyncIterator[WorkspaceReader]:
    """The address of the local workspace's page; the bot is connected over signed HTTP."""
    async with open_session() as session:
        client = AsyncWebClient(
            workspace.bot_token, base_url=workspace.api_url, session=session, retry_handlers=[]
        )
        made = slack_context(client, secret=workspace.signing_secret)
        runner = web.AppRunner(build_web_app(build_app(made), made))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        await workspace.connect_http(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
        yield WorkspaceReader(workspace.address)
        await made.background.finish()
        await runner.cleanup()


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
