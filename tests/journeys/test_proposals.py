"""A story reports a rate that the ledger lacks. An operator decides whether answers use it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from bot.rates.ledger import Ledger
from bot.runtime.config.loader import load_approved
from bot.text.dates import format_day
from tests import shipped
from tests.journeys.workspace_reader import Message, eventually, words
from tests.journeys.world import World

pytestmark = pytest.mark.timeout(180)

DAY = (datetime.now(UTC) + timedelta(days=20)).date()
NEWS = f"US raises Section 301 tariffs on Chinese goods to 87% from {DAY}"
COUNTED = '"87%"'


class Operator:
    """The person at the page of the local workspace; the bot may list them as an operator."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def start(self, listed: bool = True) -> Any:
        operators = self.world.workspace.person_id if listed else "U0123456789"
        return await self.world.start_bot(
            TARIFFWIRE_OPERATORS=operators, TARIFFWIRE_OPERATORS_CHANNEL="court-watch"
        )

    async def proposal_message(self) -> Message:
        """Waits for the message that proposes the rate, and returns it."""
        found = await eventually(self.list_proposals)
        return found[-1]

    async def list_proposals(self) -> list[Message]:
        """The messages about proposals; operators may get notices there too."""
        shown = await self.world.page.messages("court-watch")
        return [message for message in shown if "→" in words(message)]

    async def click(self, message: Message, action_id: str) -> None:
        row = next(b for b in message["blocks"] if b["type"] == "actions")
        button = next(e for e in row["elements"] if e["action_id"] == action_id)
        channel = self.world.workspace.team.find_channel("court-watch")
        assert channel is not None
        where = {"channel": channel.id, "ts": message["ts"], "block_id": row["block_id"]}
        value = {"action_id": action_id, "value": button["value"]}
        assert (await self.post("/act", {**where, **value}))["ok"]

    async def fill_in(self, **changes: str) -> dict[str, Any]:
        async def opened() -> dict[str, Any] | None:
            return self.world.workspace.team.views.modal

        view = await eventually(opened)
        assert view is not None
        held: dict[str, Any] = {}
        for block in view["blocks"]:
            if block["type"] == "input":
                one = block["element"]
                value = (one.get("initial_option") or {}).get("value") or one.get("initial_date")
                held[block["block_id"]] = {"field": value or one.get("initial_value")}
        held |= {name: {"field": value} for name, value in changes.items()}
        return await self.post("/view", {"view_id": view["id"], "values": held})

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.world.workspace.address}{path}", json=body) as ask_rate,
        ):
            return dict(await ask_rate.json())

    async def shows(self, said: str) -> bool:
        """Waits at most 20 s for the message to contain this text; returns whether it does."""

        async def look() -> bool:
            return said in words((await self.list_proposals())[-1])

        return await eventually(look, within_s=20)

    async def ask_rate(self) -> str:
        return words(
            (await self.world.page.say("#trade-news", f"/tariff table us on china on {DAY}"))[0]
        )


async def test_an_approved_rate_is_answered_saved_and_exported(world: World) -> None:
    world.feeds.publish("wire", NEWS)
    operator = Operator(world)
    bot = await operator.start()
    proposal_message = await operator.proposal_message()
    for part in ("→ 87%", "wire.example/1", format_day(DAY), "until then it stays at 12.5%"):
        assert part in words(proposal_message)
    assert COUNTED not in await operator.ask_rate()
    # A second report of the rate adds a source to the message and sends no further message.
    world.feeds.publish("wire", f"China: {NEWS}")
    assert await operator.shows("Also reported by")
    await operator.click(proposal_message, "rate_approve")
    assert await operator.shows("Approved by")
    ask_rate = await operator.ask_rate()
    assert COUNTED in ask_rate
    assert "https://wire.example/1" in ask_rate
    await bot.stop()
    await operator.start()
    assert COUNTED in await operator.ask_rate()
    assert len(await operator.list_proposals()) == 1
    printed = await world.run("rate", "us", "on", "china", "--on", str(DAY), "--json")
    assert json.loads(printed)["answers"][0]["total_percent"] == "87"
    assert "Approved by" in printed
    record = json.loads(await world.run("rates", "proposals", "--json"))
    assert record["state"] == "approved"
    assert record["record"][0]["by"]["id"] == world.workspace.person_id
    await world.run("rates", "export", "--out", str(world.folder))
    exported = load_approved(world.folder, shipped.book(), shipped.PARTIES).book
    measures = Ledger(exported, shipped.PARTIES).measures
    period = next(m for m in measures if m.id == record["replaces"]).find_period(DAY)
    assert period is not None
    assert period.percent == 87
    assert period.source.url == "https://wire.example/1"


async def test_a_rejected_rate_changes_nothing(world: World) -> None:
    world.feeds.publish("wire", NEWS)
    operator = Operator(world)
    await operator.start()
    await operator.click(await operator.proposal_message(), "rate_reject")
    assert await operator.shows("Rejected by")
    assert COUNTED not in await operator.ask_rate()


async def test_an_edited_rate_is_checked_before_it_is_approved(world: World) -> None:
    world.feeds.publish("wire", NEWS)
    operator = Operator(world)
    await operator.start()
    await operator.click(await operator.proposal_message(), "rate_edit")
    refused = await operator.fill_in(percent="a lot")
    assert "percent" in refused["errors"]
    assert (await operator.fill_in(percent="86.5"))["ok"]
    assert await operator.shows("Approved with changes by")
    assert "86.5%" in await operator.ask_rate()


async def test_only_operators_can_decide(world: World) -> None:
    world.feeds.publish("wire", NEWS)
    operator = Operator(world)
    await operator.start(listed=False)
    await operator.click(await operator.proposal_message(), "rate_approve")

    async def refused() -> bool:
        return "TARIFFWIRE_OPERATORS" in words({"all": await world.page.messages("court-watch")})

    assert await eventually(refused, within_s=20)
    assert COUNTED not in await operator.ask_rate()


async def test_a_saved_proposal_is_sent_at_the_next_start(world: World) -> None:
    """`tariffwire poll` saves proposals without sending them; the bot sends them when it starts."""
    world.feeds.publish("wire", NEWS)
    assert "87%" in await world.run("poll", "--once")
    operator = Operator(world)
    await operator.start()
    assert "→ 87%" in words(await operator.proposal_message())
