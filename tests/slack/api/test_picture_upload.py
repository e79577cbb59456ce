"""Where a workspace refuses a chart, a picture of the same comes to those who saw the answer."""

import asyncio
import struct
import sys
from collections.abc import Callable
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack.server import SCOPES, Workspace
from bot.slack.api.picture_process import NO_LIBRARY, png
from bot.slack.api.picture_upload import NotDrawn, Pictures
from bot.slack.blockkit.picture import Picture, PictureLine
from bot.slack.handlers.answer_service import AnswerService
from tests.journeys.onlooker import Message, Onlooker, eventually, words
from tests.slack.fakes import ledger
from tests.slack.reached import answering
from tests.slack.samples import NOW, PARTIES

HISTORY = "us china history on 2025-05-20"


def pixels(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG, from its header."""
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", content[16:24])
    return width, height


async def picture_in(workspace: Workspace, channel: str) -> Message:
    """The message with a file that comes to the channel or into a thread there."""

    async def look() -> list[Message]:
        found = await Onlooker(workspace.address).everything(channel)
        return [message for message in found if message.get("files")]

    [message] = await eventually(look)
    return message


async def test_who_asked_alone_gets_the_picture_as_a_direct_message(
    workspace: Workspace, client: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    page = Onlooker(workspace.address)
    async with answering(workspace, client):
        workspace.fail_next("response_url", error="invalid_blocks")
        answers = await page.say("#trade-news", f"/tariff {HISTORY}")
        message = await picture_in(workspace, "tariffwire")

        async def told() -> list[Message]:
            found = await page.messages("trade-news")
            return [each for each in found if "as a picture" in words(each)]

        [note] = await eventually(told)
    assert any("2025-04-10: *145%*" in words(answer) for answer in answers)
    assert note["only_you"]
    [file] = message["files"]
    assert file["title"] == "Duties over time: goods in general"
    assert (
        "United States on China: 10 % from 2025-02-04, at most 145 % (2025-04-10)"
        in message["text"]
    )
    async with session.get(file["url_private"]) as response:
        assert response.content_type == "image/png"
        width, height = pixels(await response.read())
    assert width >= 1000
    assert height >= 500
    assert not [each for each in await page.messages("trade-news") if each.get("files")]


async def test_a_mention_is_answered_with_the_picture_in_its_thread(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    async with answering(workspace, client):
        workspace.fail_next("chat.postMessage", error="invalid_blocks")
        await Onlooker(workspace.address).say("#trade-news", f"@tariffwire {HISTORY}")
        [channel] = [c for c in workspace.team.channels if c.name == "trade-news"]

        async def look() -> list[Any]:
            calls = workspace.calls("files.completeUploadExternal")
            return [call.arguments for call in calls]

        [shared] = await eventually(look)
    assert shared["channel_id"] == channel.id
    assert shared["thread_ts"]


async def test_what_is_shared_with_all_has_its_picture_there(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    [channel] = [c for c in workspace.team.channels if c.name == "trade-news"]
    async with answering(workspace, client):
        answers = await Onlooker(workspace.address).say("#trade-news", f"/tariff {HISTORY}")
        [answer] = [each for each in answers if len(each["blocks"]) > 1]
        [row] = [block for block in answer["blocks"] if block["type"] == "actions"]
        share = row["elements"][0]
        workspace.fail_next("response_url", error="invalid_blocks")
        outcome = await workspace.pointer.click(
            channel.id, answer["ts"], row["block_id"], share["action_id"], share["value"], {}
        )
        assert outcome.ok
        await picture_in(workspace, "trade-news")


async def test_without_the_scope_the_list_comes_alone_and_the_log_says_why(
    tmp_path: Path, session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    scopes = [scope for scope in SCOPES if scope != "files:write"]
    workspace = Workspace(tmp_path / "slack.db", rate_limits=False, scopes=scopes)
    await workspace.start(port=0)
    client = AsyncWebClient(
        workspace.bot_token, base_url=workspace.api_url, session=session, retry_handlers=[]
    )
    async with answering(workspace, client):
        workspace.fail_next("response_url", error="invalid_blocks")
        answers = await Onlooker(workspace.address).say("#trade-news", f"/tariff {HISTORY}")

        async def logged() -> bool:
            return "no picture instead of a chart" in caplog.text

        assert await eventually(logged)
    assert any("2025-04-10: *145%*" in words(answer) for answer in answers)
    assert "`files:write` is missing" in caplog.text
    await workspace.stop()


@pytest.mark.parametrize(
    ("ends_with", "says"),
    [(NO_LIBRARY, r"tariffwire\[chart\]"), (1, "exit code 1"), (0, "exit code 0")],
)
async def test_a_drawing_that_fails_says_why(ends_with: int, says: str) -> None:
    failing = Pictures((sys.executable, "-c", f"raise SystemExit({ends_with})"))
    with pytest.raises(NotDrawn, match=says):
        await failing.draw(shown())


async def test_a_drawing_that_is_given_up_leaves_no_process(tmp_path: Path) -> None:
    began, ended = tmp_path / "began", tmp_path / "ended"
    program = (
        f"import pathlib, sys, time; pathlib.Path({str(began)!r}).touch(); time.sleep(5); "
        f"pathlib.Path({str(ended)!r}).touch()"
    )
    drawing = asyncio.create_task(Pictures((sys.executable, "-c", program)).draw(shown()))

    async def seen() -> bool:
        return await asyncio.to_thread(began.exists)

    assert await eventually(seen)
    drawing.cancel()
    # It has ended, and its process with it, before this is told.
    with pytest.raises(asyncio.CancelledError):
        await drawing
    assert not await asyncio.to_thread(ended.exists)


def shown() -> Picture:
    picture = AnswerService(ledger(), PARTIES).answer(HISTORY, NOW.date()).picture
    assert picture is not None
    return picture


def test_the_picture_says_what_the_ledger_says() -> None:
    us, china = shown().lines
    assert (us.name, china.name) == ("United States on China", "China on United States")
    assert us.steps[-1] == (date(2025, 5, 14), 30.0)
    assert max(value for _, value in us.steps) == 145.0
    assert china.steps[-1] == (date(2025, 5, 14), 10.0)
    assert "Newest change 2025-05-14: " in shown().footer
    assert "Sources read up to 2026-" in shown().footer


async def test_the_bot_itself_loads_nothing_that_draws_or_writes_calendars() -> None:
    program = (
        "import bot.runtime.app, sys; "
        "print(sorted({'matplotlib', 'numpy', 'PIL', 'icalendar'} & set(sys.modules)))"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()
    assert printed.strip() == b"[]"


names = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=40)


@st.composite
def histories(draw: Callable[..., Any]) -> Picture:
    lines = []
    for name in draw(st.lists(names | st.just("$x^{$_"), min_size=1, max_size=6)):
        gaps = draw(st.lists(st.integers(1, 4000), min_size=1, max_size=40))
        days = [date(1990, 1, 1) + timedelta(days=days) for days in accumulate(gaps)]
        days = [day for day in days if day.year < 2100] or [date(1990, 1, 2)]
        values = draw(
            st.lists(st.floats(0, 1000, width=16), min_size=len(days), max_size=len(days))
        )
        lines.append(PictureLine(name=name, steps=tuple(zip(days, values, strict=True))))
    until = max(line.steps[-1][0] for line in lines)
    return Picture(title=draw(names), lines=tuple(lines), until=until, footer="f", in_words="w")


@example(
    Picture(
        title="Three and a half years",
        lines=(PictureLine(name="one", steps=((date(1990, 1, 2), 0.0), (date(1993, 7, 8), 0.0))),),
        until=date(1993, 7, 8),
        footer="f",
        in_words="w",
    )
)
@pytest.mark.filterwarnings("ignore:Glyph")  # fonts have not every letter; a box stands for it
@settings(max_examples=12, deadline=None)
@given(histories())
def test_whatever_the_history_it_can_be_drawn(picture: Picture) -> None:
    width, height = pixels(png(picture.model_dump(mode="json")))
    assert width == 1482
    assert 900 <= height <= 1200
