"""A person pastes tariff lines in the local workspace, over signed HTTP."""

import io
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import openpyxl
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.lines.files.reading import read_file
from bot.local_slack.client import say
from bot.local_slack.server import Workspace
from bot.slack.views.lines.importing import LINES, MODE, MOST_CHARACTERS, find_correction
from tests.journeys.workspace_reader import WorkspaceReader, words
from tests.slack.fakes import FakePeople
from tests.slack.form_reader import FormReader
from tests.slack.http_bot import running_bot

PASTED = "8507.60.00 CN cells\n7208.39.99 DE steel\n9403.60.99 VN tables"


class LinesUser(FormReader):
    """A person who pastes lines in a channel."""

    async def type(self, text: str) -> str:
        """The visible text of the answers to a command."""
        answers = await say(self.workspace.address, "#trade-news", text)
        await self.context.background.finish()
        return "\n".join(words(one) for one in answers)

    async def open(self, text: str = "/tariff my upload") -> dict[str, Any]:
        await self.type(text)
        return self.modal


@pytest.fixture
async def user(workspace: Workspace, client: AsyncWebClient) -> AsyncIterator[LinesUser]:
    async with running_bot(workspace, client) as context:
        yield LinesUser(workspace, context)


async def test_two_codes_are_corrected_and_the_list_is_saved_and_shown(user: LinesUser) -> None:
    assert user_field(await user.open(), LINES)["multiline"]
    await user.submit(**{LINES: PASTED, MODE: "replace"})
    assert "2 rows cannot be imported" in user.text
    assert "7208.39.99 is not in the tariff schedule" in user.text
    field = find_correction(user.modal)
    assert user_field(user.modal, field)["initial_value"] == (
        "7208.39.99\tDE\tsteel\n9403.60.99\tVN\ttables"
    )
    assert user.modal["submit"]["text"] == "Check again"
    await user.submit(**{field: "7208.39.00 DE steel\n9403.60.80 VN tables"})
    assert user.modal["submit"]["text"] == "Save"
    assert "3 added" in user.text
    await user.submit()
    assert "Saved" in user.text
    shown = await user.type("/tariff my")
    assert "Your lines: 3" in shown
    assert "8507.60.00" in shown
    assert "cells" in shown
    assert "No lines match" in await user.type("/tariff my japan")
    assert "tables" not in await user.type("/tariff my china")


async def test_wrong_rows_can_be_left_out(user: LinesUser) -> None:
    await user.open()
    await user.submit(**{LINES: PASTED, MODE: "replace"})
    await user.submit(**{find_correction(user.modal): ""})
    assert user.modal["submit"]["text"] == "Save"
    assert "1 added" in user.text


async def test_each_check_has_a_new_field_so_that_slack_keeps_no_text_in_it(
    user: LinesUser,
) -> None:
    await user.open()
    await user.submit(**{LINES: PASTED, MODE: "replace"})
    first = find_correction(user.modal)
    await user.submit(**{first: "7208.39.00 DE steel\n9403.60.98 VN tables"})
    second = find_correction(user.modal)
    assert user_field(user.modal, second)["initial_value"] == "9403.60.98\tVN\ttables"
    assert len({LINES, first, second}) == 3
    result = await user.submit(**{second: "hello " * 600})
    assert list(result.errors) == [second]


@pytest.mark.parametrize("command", ["/tariff my upload", "/tariff my channel upload"])
async def test_a_text_that_fills_the_field_is_refused_because_its_end_may_be_missing(
    user: LinesUser, command: str
) -> None:
    await user.open(command)
    assert f"{MOST_CHARACTERS:,} characters" in user.text
    pasted = "\n".join(["8507.60.00 CN cells"] * 200)[:MOST_CHARACTERS]
    result = await user.submit(**{LINES: pasted, MODE: "add"})
    assert not result.ok
    assert "its end may be missing" in json.dumps(result.errors)
    await user.submit(**{LINES: pasted[:-1], MODE: "add"})
    assert "1 added" in user.text


async def test_pasted_lines_are_added_unless_the_person_chooses_to_replace_the_list(
    user: LinesUser,
) -> None:
    mode = user_field(await user.open(), MODE)
    assert mode["initial_option"]["value"] == "add"


async def test_a_text_without_codes_is_an_error_at_the_field(user: LinesUser) -> None:
    await user.open()
    result = await user.submit(**{LINES: "hello", MODE: "add"})
    assert not result.ok
    assert "has no tariff codes" in json.dumps(result.errors)


async def test_the_form_for_a_channel_changes_the_list_of_the_channel(user: LinesUser) -> None:
    await user.open("/tariff my channel upload")
    await user.submit(**{LINES: "8507.60.00 CN shared cells", MODE: "replace"})
    await user.submit()
    assert "none yet" in await user.type("/tariff my")
    assert "shared cells" in await user.type("/tariff my channel")
    person = user.workspace.team.identity.person_id
    changed = f"<@{person}> changed the tariff lines of this channel: 1 added"
    assert await list_announced(user) == [changed]
    [asked] = await say(user.workspace.address, "#trade-news", "/tariff my channel remove")
    row = asked["blocks"][-1]
    [button] = row["elements"]
    place = next(one.id for one in user.workspace.team.channels if one.name == "trade-news")
    pressed = (row["block_id"], button["action_id"], button["value"])
    await user.workspace.pointer.click(place, asked["ts"], *pressed, {})
    await user.context.background.finish()
    removed = f"<@{person}> removed the tariff lines of this channel (1 line)."
    assert await list_announced(user) == [changed, removed]
    assert "none yet" in await user.type("/tariff my channel")


async def test_one_line_of_the_list_is_removed_after_a_click(user: LinesUser) -> None:
    await save(user, "8507.60.00 CN cells\n8507.60.00 VN packs\n7208.39.00 DE steel")
    [asked] = await say(user.workspace.address, "#trade-news", "/tariff my remove 8507.60.00 china")
    assert "Remove 1 line from your list? 2 lines would be left." in words(asked)
    assert "cells" in words(asked)
    row = asked["blocks"][-1]
    [button] = row["elements"]
    place = next(one.id for one in user.workspace.team.channels if one.name == "trade-news")
    pressed = (row["block_id"], button["action_id"], button["value"])
    await user.workspace.pointer.click(place, asked["ts"], *pressed, {})
    await user.context.background.finish()
    shown = await user.type("/tariff my")
    assert "Your lines: 2" in shown
    assert "cells" not in shown


async def test_the_own_list_is_not_announced(user: LinesUser) -> None:
    await save(user, "8507.60.00 CN cells")
    assert await list_announced(user) == []


async def test_a_form_for_a_channel_that_the_person_has_left_saves_nothing(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    people = FakePeople()
    async with running_bot(workspace, client, people=people) as context:
        user = LinesUser(workspace, context)
        place = next(one.id for one in workspace.team.channels if one.name == "trade-news")
        people.members.add((place, workspace.team.identity.person_id))
        await user.open("/tariff my channel upload")
        await user.submit(**{LINES: "8507.60.00 CN shared cells", MODE: "replace"})
        assert "shared cells" in user.text
        people.members.clear()
        await user.submit()
        assert "no longer in this channel" in user.text
        assert "none yet" in await user.type("/tariff my channel")


async def test_a_mention_in_a_channel_does_not_show_the_own_list(user: LinesUser) -> None:
    await save(user, "8507.60.00 CN secret cells")
    answer = await user.type("@tariffwire my")
    assert "secret" not in answer
    assert "Only you may see your list" in answer
    posted = await WorkspaceReader(user.workspace.address).messages("trade-news")
    assert "secret" not in json.dumps(posted)


async def test_the_file_of_an_own_list_goes_to_the_person_and_is_read_back(
    user: LinesUser, session: aiohttp.ClientSession
) -> None:
    await save(user, "8507.60.00 CN =cells\n7208.39.00 DE steel")
    assert "in our direct messages" in await user.type("/tariff my xlsx")
    reader = WorkspaceReader(user.workspace.address)
    assert not any(one.get("files") for one in await reader.messages("trade-news"))
    [file] = [
        file for message in await reader.messages("tariffwire") for file in message.get("files", ())
    ]
    async with session.get(file["url_private"]) as response:
        content = await response.read()
    rows = read_file(file["name"], content).rows
    assert [(one.code, one.origin, one.label) for one in rows] == [
        ("8507.60.00", "China", "=cells"),
        ("7208.39.00", "Germany", "steel"),
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert all(cell.data_type != "f" for row in sheet for cell in row)


async def list_announced(user: LinesUser) -> list[str]:
    """The beginnings of the messages about changes that all people in the channel see."""
    posted = await WorkspaceReader(user.workspace.address).messages("trade-news")
    texts = (one["text"].partition(";")[0] for one in posted)
    return [one for one in texts if "the tariff lines of this channel" in one]


def user_field(view: dict[str, Any], block_id: str) -> dict[str, Any]:
    """The element of a field of the modal."""
    found: dict[str, Any] = next(
        one["element"] for one in view["blocks"] if one.get("block_id") == block_id
    )
    return found


async def save(user: LinesUser, pasted: str) -> None:
    """Saves a list as the person's own."""
    await user.open()
    await user.submit(**{LINES: pasted, MODE: "replace"})
    await user.submit()
    assert "Saved" in user.text
