"""A reader finds the alert of a story, calls it not relevant, and is forgotten. An operator exports
what the bot said."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.journeys.workspace_reader import eventually, words
from tests.journeys.world import World

pytestmark = pytest.mark.timeout(180)


async def _run(world: World, *command: str) -> list[dict[str, Any]]:
    """The JSON lines that a command prints while the bot runs."""
    return [json.loads(line) for line in (await world.run(*command)).splitlines()]


async def _choose(world: World, message: dict[str, Any], choice: str) -> None:
    """Picks the choice in the menu of an alert."""
    block = next(each for each in message["blocks"] if "accessory" in each)
    values = (option["value"] for option in block["accessory"]["options"])
    value = next(each for each in values if each.startswith(f"{choice} "))
    channel = world.workspace.team.find_channel("trade-news")
    assert channel is not None
    where = channel.id, message["ts"], block["block_id"], block["accessory"]["action_id"]
    outcome = await world.workspace.pointer.click(*where, value, {})
    assert outcome.ok, outcome.message


async def test_a_story_is_found_exported_and_its_reader_forgotten(world: World) -> None:
    world.feeds.publish("wire", "Canada raises tariffs on steel from 10% to 25%")
    await world.start_bot(TARIFFWIRE_KEEP_ANSWERS="true")
    [alert] = await eventually(lambda: world.page.messages("trade-news"))

    async def has_link() -> bool:
        [here] = await world.page.say("#trade-news", "/tariff find canada steel")
        return f"/{alert['ts']}|Alert here>" in words(here)

    # The page shows the alert a moment before the bot has saved its address.
    assert await eventually(has_link)
    [elsewhere] = await world.page.say("#court-watch", "/tariff find canada steel")
    assert "Canada raises tariffs" in words(elsewhere)
    assert "Alert here" not in words(elsewhere)

    await _choose(world, alert, "not_relevant")

    async def read_feedback() -> list[dict[str, Any]]:
        return await _run(world, "feedback", "--json")

    [feedback] = await eventually(read_feedback)
    person = world.workspace.team.identity.person_id
    assert (feedback["kind"], feedback["user"]) == ("not_relevant", person)

    await world.page.say("#trade-news", "/tariff us china")
    today = datetime.now(UTC).date().isoformat()
    period = ("export", "--from", "2020-01-01", "--to", today, "--format", "json")

    async def export_all() -> list[dict[str, Any]]:
        records = await _run(world, *period)
        return records if len(records) == 3 else []

    story, sent, answer = await eventually(export_all)
    assert [each["record"] for each in (story, sent, answer)] == ["story", "alert", "answer"]
    assert sent["ts"] == alert["ts"]
    assert story["published"] <= story["seen"] <= sent["sent"] <= answer["sent"]
    assert (answer["person"], answer["question"]) == (person, "us china")

    await _run(world, "forget", person, "--json")
    *_, answer = await _run(world, *period)
    assert answer["person"].startswith("forgotten-")
    assert await _run(world, "feedback", "--json") == []
