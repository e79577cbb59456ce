"""`/tariff upcoming ics` uploads a calendar file, or names the missing scope."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest
from icalendar import Calendar
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands.grammar import Verb, parse_command
from bot.local_slack.client import say
from bot.local_slack.server import SCOPES, Workspace
from tests.journeys.workspace_reader import WorkspaceReader, words
from tests.slack.http_bot import running_bot
from tests.slack.samples import PARTIES


async def files(workspace: Workspace, channel: str) -> list[dict[str, Any]]:
    found = await WorkspaceReader(workspace.address).messages(channel)
    return [file for message in found for file in message.get("files", ())]


async def test_the_calendar_file_is_uploaded_to_the_channel(
    workspace: Workspace, client: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    async with running_bot(workspace, client):
        answers = await say(workspace.address, "#trade-news", "/tariff upcoming ics china")
    assert any("is above" in answer["text"] for answer in answers)
    [file] = await files(workspace, "trade-news")
    assert (file["name"], file["title"]) == ("tariffs-ahead.ics", "Upcoming tariff dates: China")
    async with session.get(file["url_private"]) as response:
        events = Calendar.from_ical(await response.read()).walk("VEVENT")
    assert events


async def test_without_the_scope_the_reply_names_the_scope_to_grant(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    scopes = [scope for scope in SCOPES if scope != "files:write"]
    workspace = Workspace(tmp_path / "slack.db", rate_limits=False, scopes=scopes)
    await workspace.start(port=0)
    client = AsyncWebClient(
        workspace.bot_token, base_url=workspace.api_url, session=session, retry_handlers=[]
    )
    async with running_bot(workspace, client):
        *_, answer = await say(workspace.address, "#trade-news", "/tariff upcoming ics")
    assert "files:write" in words(answer)
    assert "install it again" in words(answer)
    await workspace.stop()


@pytest.mark.parametrize(
    ("error", "cure"),
    [("not_in_channel", "/invite"), ("internal_error", "could not be shared")],
)
async def test_an_upload_that_slack_refuses_is_reported(
    workspace: Workspace, client: AsyncWebClient, error: str, cure: str
) -> None:
    workspace.fail_next("files.completeUploadExternal", error=error)
    async with running_bot(workspace, client):
        *_, answer = await say(workspace.address, "#trade-news", "/tariff calendar .ics")
    assert cure in words(answer)
    assert await files(workspace, "trade-news") == []


async def test_the_list_of_changes_has_a_button_for_the_file(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    async with running_bot(workspace, client):
        *_, answer = await say(workspace.address, "#trade-news", "/tariff upcoming china")
    [row] = [block for block in answer["blocks"] if block["type"] == "actions"]
    [button] = [one for one in row["elements"] if one.get("value", "").endswith("ics")]
    command = parse_command(button["value"], PARTIES)
    assert button["text"]["text"] == "Add to calendar"
    assert (command.verb, command.text) == (Verb.CALENDAR_FILE, "upcoming 🇨🇳")
