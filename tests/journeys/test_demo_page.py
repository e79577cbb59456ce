"""The demo's page says that it is a replay, and an invented proposal can be approved."""

from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from bot.runtime.demo.session import read_examples
from tests.journeys.test_demo import WEEK
from tests.journeys.workspace_reader import Message, WorkspaceReader, eventually, words

pytestmark = pytest.mark.timeout(120)

FIRST = read_examples(WEEK).reports[0]


async def test_an_invented_proposal_is_approved_in_the_demo(demo: WorkspaceReader) -> None:
    async def proposals() -> list[Message]:
        shown = await demo.messages("tariffwire")
        found = [message for message in shown if "Invented for the demo" in words(message)]
        return found if len(found) == 2 else []

    assert await eventually(proposals)
    hints = await request(demo, "/hints")
    assert "Replay of" in hints["banner"]
    assert "United States" in {one["text"] for one in hints["completions"]}
    [chosen] = [one for one in await proposals() if FIRST.quote in words(one)]
    day = (datetime.now(UTC) + timedelta(days=FIRST.in_days)).date()
    question = f"/tariff us on china on {day}"
    assert f"{FIRST.percent}%" not in "".join(map(words, await demo.say("#trade-news", question)))
    await approve(demo, chosen)

    async def is_approved() -> bool:
        return any("Approved by" in words(one) for one in await demo.messages("tariffwire"))

    assert await eventually(is_approved)
    assert f"{FIRST.percent}" in "".join(map(words, await demo.say("#trade-news", question)))


async def approve(demo: WorkspaceReader, message: Message) -> None:
    """Presses the button *Approve* of the proposal."""
    row = next(block for block in message["blocks"] if block["type"] == "actions")
    state = await request(demo, "/state")
    channel = next(one["id"] for one in state["channels"] if one["kind"] == "im")
    click = {
        "channel": channel,
        "ts": message["ts"],
        "block_id": row["block_id"],
        "action_id": "rate_approve",
    }
    assert (await request(demo, "/act", click))["ok"]


async def request(
    demo: WorkspaceReader, path: str, body: dict[str, str] | None = None
) -> dict[str, Any]:
    """Gets the JSON at this path, or posts the body."""
    async with aiohttp.ClientSession() as session:
        asked = session.get if body is None else session.post
        async with asked(f"{demo.address}{path}", json=body) as answer:
            return dict(await answer.json())
