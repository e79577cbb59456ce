"""An answer shows its components as a table, or as paragraphs if Slack refuses tables."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack.blocks.validation import check_blocks, check_budget
from bot.local_slack.client import say
from bot.local_slack.server import Workspace
from bot.slack.app import build_app, build_web_app
from tests.journeys.workspace_reader import words
from tests.slack.fakes import answer_message, slack_context

EVS = "us china evs on 2025-06-20"
TODAY = date(2026, 11, 24)
CODES = ("us", "china", "eu", "canada", "mexico", "japan", "india", "brazil", "uk", "kenya")


@pytest.fixture
async def bot(workspace: Workspace, client: AsyncWebClient) -> AsyncIterator[None]:
    """Runs the bot, which the local workspace calls over signed HTTP."""
    made = slack_context(client, secret=workspace.signing_secret)
    runner = web.AppRunner(build_web_app(build_app(made), made))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await workspace.connect_http(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    yield
    await made.background.finish()
    await runner.cleanup()


def tables(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [block for block in message["blocks"] if block["type"] == "table"]


async def ask_in_workspace(workspace: Workspace, text: str) -> dict[str, Any]:
    """The answer message, without the acknowledgement that came before it."""
    messages = await say(workspace.address, "#trade-news", text)
    (answer,) = messages
    return answer


@pytest.mark.usefixtures("bot")
async def test_the_title_of_a_table_has_the_figure_of_the_short_answer(
    workspace: Workspace,
) -> None:
    short = words(await ask_in_workspace(workspace, "/tariff us china"))
    heading = (await ask_in_workspace(workspace, "/tariff table us china"))["blocks"][0]
    assert "145% to 170%" in short
    assert "145% to 170%" in heading["text"]["text"]


@pytest.mark.usefixtures("bot")
async def test_a_table_has_every_component_and_the_total(workspace: Workspace) -> None:
    answer = await ask_in_workspace(workspace, f"/tariff table {EVS}")
    [table] = tables(answer)
    titles = [cell["text"] for cell in table["rows"][0]]
    first = "Importing country, origin"
    assert titles == [first, "Rate", "Duty", "Legal basis", "Status", "Source"]
    paragraphs = await ask_in_workspace(workspace, f"/tariff {EVS}")
    said = json.dumps(paragraphs["blocks"])
    for row in table["rows"][1:4]:
        assert row[1]["text"] in said
    assert any(row[2]["text"].startswith("Total on electric cars") for row in table["rows"])
    assert "United States on China: Sources last checked " in words(answer)
    assert "China on United States: Sources last checked " in words(answer)
    assert answer["ephemeral"]


@pytest.mark.usefixtures("bot")
async def test_if_tables_are_refused_paragraphs_are_sent(workspace: Workspace) -> None:
    workspace.fail_next("response_url", error="invalid_blocks")
    answer = await ask_in_workspace(workspace, f"/tariff table {EVS}")
    assert tables(answer) == []
    assert (
        answer["blocks"][0]["text"]
        == ((await ask_in_workspace(workspace, f"/tariff {EVS}"))["blocks"][0]["text"])
    )


@pytest.mark.usefixtures("bot")
async def test_the_menu_of_an_answer_has_its_components_as_a_table(workspace: Workspace) -> None:
    answer = await ask_in_workspace(workspace, f"/tariff {EVS}")
    elements = [e for b in answer["blocks"] if b["type"] == "actions" for e in b["elements"]]
    [menu] = [e for e in elements if e["type"] == "overflow"]
    [value] = [o["value"] for o in menu["options"] if o["text"]["text"] == "As a table"]
    [table] = tables(await ask_in_workspace(workspace, f"/tariff {value}"))
    assert table["rows"][0][0]["text"] == "Rate"


@pytest.mark.usefixtures("bot")
async def test_an_answer_without_components_is_sent_as_paragraphs(workspace: Workspace) -> None:
    for question in ("kenya on japan", "nowhere"):
        [answer] = await say(workspace.address, "#trade-news", f"/tariff table {question}")
        assert tables(answer) == []
        assert answer["blocks"]


@settings(deadline=None, max_examples=20)
@given(
    st.lists(st.sampled_from(CODES), min_size=2, max_size=6, unique=True),
    st.sampled_from(["", "steel", "8507.60", "cars", "history"]),
    st.integers(0, 3200),
)
def test_slack_accepts_the_table_of_any_question(codes: list[str], goods: str, days: int) -> None:
    day = TODAY - timedelta(days=days)
    first, second, *more = codes
    question = " ".join([f"{first} {second}", *(f"vs {one}" for one in more), goods, f"on {day}"])
    message = asyncio.run(answer_message(f"table {question}", TODAY))
    blocks = check_blocks(message.payload()["blocks"])
    check_budget(blocks)
    assert sum(block["type"] == "table" for block in blocks) <= 1
    for row in (row for block in blocks if block["type"] == "table" for row in block["rows"]):
        assert all(cell["type"] == "rich_text" or cell["text"] for cell in row)
