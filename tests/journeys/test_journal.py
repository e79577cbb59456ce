"""A new Federal Register document is proposed to the operators once and changes no rate."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from tests.feeds.server import serving
from tests.journeys.workspace_reader import Message, eventually, words
from tests.journeys.world import World
from tests.sources.examples import document, page

pytestmark = pytest.mark.timeout(180)


async def test_a_document_that_changes_duties_is_proposed_to_the_operators_once(
    world: World,
) -> None:
    world.feeds.publish("wire", "Nothing to see")
    today = datetime.now(UTC).date()
    about: dict[str, Any] = {
        "publication_date": today.isoformat(),
        "effective_on": (today + timedelta(days=20)).isoformat(),
    }
    title = "Notice of Modification of Section 301 Action on China"
    stated = "The United States raises the additional duty on graphite from China to 35 percent."
    listed = page(
        document("2026-21001", title, abstract=stated, **about),
        document("2026-21002", "Certain Nails From Oman: Antidumping Duty Order", **about),
    )
    settings = {
        "TARIFFWIRE_OPERATORS": world.workspace.person_id,
        "TARIFFWIRE_OPERATORS_CHANNEL": "court-watch",
        "TARIFFWIRE_LIVE_SOURCES": "federal-register",
    }

    async def list_proposals() -> list[Message]:
        # Operators may get notices in the same channel.
        return [m for m in await world.page.messages("court-watch") if title in words(m)]

    async with serving() as register:
        register.at("/documents.json", lambda _: web.Response(text=listed))
        settings["TARIFFWIRE_FEDERAL_REGISTER_URL"] = register.url
        for start in range(2):
            bot = await world.start_bot(**settings)

            async def read_so_often(times: int = start + 1) -> bool:
                return len(register.asked) >= times

            assert await eventually(read_so_often)
            [asked] = await eventually(list_proposals)
            assert "35" in words(asked)
            assert "https://www.federalregister.gov/documents/" in words(asked)
            [answer, *_] = await world.page.say("#trade-news", "/tariff us on china graphite")
            assert "35%" not in words(answer)
            await bot.stop()
