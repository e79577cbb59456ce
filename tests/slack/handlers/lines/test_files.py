"""A person sends a file with tariff lines to the bot in a direct message."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands.request import RequestLimit
from bot.lines.files.writing import write_xlsx
from bot.local_slack.server import Workspace
from bot.slack.handlers.lines.files import find_sheet
from tests.journeys.workspace_reader import WorkspaceReader, words
from tests.slack.handlers.lines.test_forms import LinesUser, save
from tests.slack.http_bot import running_bot

HEADER = ("HTS code", "Origin", "Label")
CONTENT = write_xlsx("Lines", HEADER, [("8507.60.00", "China", "cells"), ("1", "China", "x")])


async def test_a_file_is_checked_confirmed_and_saved(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    async with running_bot(workspace, client) as context:
        user = LinesUser(workspace, context)
        sent = await workspace.keyboard.send_file("lines.xlsx", CONTENT)
        await context.background.finish()
        [message] = sent.messages
        assert "lines.xlsx: 1 line, 1 row cannot be imported. Nothing is saved yet." in words(
            message
        )
        assert "HTS code" in words(message)
        assert "none yet" in await user.type("/tariff my")
        await press(user, message, 0)
        assert "1 row cannot be imported" in user.text
        assert "HTS code" in user.text
        await user.submit(lines="")
        await user.submit()
        assert "Saved" in user.text
        assert "cells" in await user.type("/tariff my")


async def test_both_buttons_under_a_file_work_one_after_the_other(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    async with running_bot(workspace, client) as context:
        user = LinesUser(workspace, context)
        await save(user, "7208.39.00 DE steel")
        sent = await workspace.keyboard.send_file("lines.csv", b"HTS,Origin\n8507.60.00,CN\n")
        await context.background.finish()
        [message] = sent.messages
        await press(user, message, 0)
        assert "1 added, 1 removed" in user.text
        await press(user, message, 1)
        assert "1 added; 2 lines" in user.text
        await user.submit()
        assert "Your lines: 2" in await user.type("/tariff my")
    async with running_bot(workspace, client) as restarted:
        await press(LinesUser(workspace, restarted), message, 0)
        answers = await WorkspaceReader(workspace.address).messages("tariffwire")
        assert "Send the file again" in words(answers[-1])


async def test_a_file_with_a_mention_is_for_the_list_of_the_channel(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    async with running_bot(workspace, client) as context:
        user = LinesUser(workspace, context)
        sent = await workspace.keyboard.send_file(
            "lines.csv", b"HTS,Origin\n8507.60.00,CN\n", "#trade-news", "@tariffwire"
        )
        await context.background.finish()
        [message] = sent.messages
        assert "lines.csv: 1 line. Nothing is saved yet." in words(message)
        await press(user, message, 0, "trade-news")
        await user.submit()
        assert "Saved" in user.text
        assert "8507.60.00" in await user.type("/tariff my channel")
        assert "none yet" in await user.type("/tariff my")


async def test_a_file_counts_as_a_request(workspace: Workspace, client: AsyncWebClient) -> None:
    async with running_bot(workspace, client, limit=RequestLimit(1)) as context:
        user = LinesUser(workspace, context)
        assert "none yet" in await user.type("/tariff my")
        sent = await workspace.keyboard.send_file("lines.xlsx", CONTENT)
        await context.background.finish()
        [message] = sent.messages
        assert "more than 1 requests in a minute" in words(message)


async def press(user: LinesUser, message: dict[str, Any], place: int, channel: str = "") -> None:
    """Presses a button under a file."""
    row = message["blocks"][-1]
    pressed = row["elements"][place]
    team = user.workspace.team
    found = team.find_channel(channel) if channel else team.direct
    assert found is not None
    await user.workspace.pointer.click(
        found.id,
        message["ts"],
        row["block_id"],
        pressed["action_id"],
        pressed["value"],
        {},
    )
    await user.context.background.finish()


@pytest.mark.parametrize(
    ("name", "content", "cause"),
    [
        ("lines.xlsm", CONTENT, "macros"),
        ("lines.xlsx", b"PK broken", "lines.xlsx"),
        ("lines.csv", b"a,b\n1,2\n", "lines.csv"),
    ],
)
async def test_a_file_that_cannot_be_read_is_explained(
    workspace: Workspace, client: AsyncWebClient, name: str, content: bytes, cause: str
) -> None:
    async with running_bot(workspace, client) as context:
        sent = await workspace.keyboard.send_file(name, content)
        await context.background.finish()
    assert cause in "\n".join(words(one) for one in sent.messages)


@pytest.mark.parametrize(
    ("files", "is_found"),
    [
        ([{"name": "a.png"}, {"name": "Lines.XLSX"}], True),
        ([{"name": "a.csv"}], True),
        ([{"name": "a.png"}], False),
        ([{}], False),
        (["a.csv"], False),
        ("a.csv", False),
        (None, False),
    ],
)
def test_only_sheets_are_imports(files: Any, is_found: bool) -> None:
    assert (find_sheet({"files": files}) is not None) is is_found
