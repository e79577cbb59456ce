"""Average MFN duties are looked up in WITS over HTTP."""

import json
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import web

from bot.errors import SourceError
from bot.parties import Parties
from bot.rates.model.lookup import Finding, Lookup, MissingFigure
from bot.sources.api import SourceTools
from bot.sources.api_client import JsonApi
from bot.sources.wits import Wits, WitsSettings
from tests.feeds.server import FeedServer
from tests.sources.conftest import NOW
from tests.sources.examples import sdmx

PATH = (
    "/datasource/tradestats-tariff/reporter/{}/year/all/partner/wld/product/total"
    "/indicator/MFN-SMPL-AVRG"
)


async def ask(
    server: FeedServer, api: JsonApi, parties: Parties, economy: str, answer: Any, code: str
) -> Finding | None:
    server.at(PATH.format(code), answer)
    lookup = Lookup(lack=MissingFigure.MFN_AVERAGE, economy=economy)
    return await Wits(
        WitsSettings(wits_url=server.url), SourceTools(api, parties, lambda: NOW)
    ).find(lookup)


async def test_the_newest_average_has_year_source_and_address(
    server: FeedServer, api: JsonApi, parties: Parties
) -> None:
    answer = sdmx("IRQ", {"2021": 4.91, "2023": 5.1299999, "2022": 5})
    found = await ask(server, api, parties, "IQ", answer, "irq")
    assert found is not None
    assert (found.percent, found.year) == (Decimal("5.13"), 2023)
    assert "World Bank" in found.source.text
    assert "24 Nov 2026" in found.source.text
    assert found.source.url == (
        "https://wits.worldbank.org/CountryProfile/en/Country/IRQ/Year/2023/Summary"
    )
    assert [asked.path for asked in server.asked] == [PATH.format("irq") + "?format=JSON"]


async def test_the_eu_is_requested_by_the_world_banks_code(
    server: FeedServer, api: JsonApi, parties: Parties
) -> None:
    found = await ask(server, api, parties, "EU", sdmx("EUN", {"2022": 5.0}), "eun")
    assert found is not None
    assert found.percent == 5


async def test_a_series_of_another_economy_is_not_used(
    server: FeedServer, api: JsonApi, parties: Parties
) -> None:
    assert await ask(server, api, parties, "IQ", sdmx("IRN", {"2022": 5.0}), "irq") is None


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: web.Response(status=404, text="unknown reporter"),
        sdmx("IRQ", {}),
        sdmx("IRQ", {"2022": None, "2021": "", "2020": True, "20xx": 3.1}),
        sdmx("IRQ", {"2022": 3.1}, product="Fuels"),
        json.dumps(
            {"dataSets": [], "structure": {"dimensions": {"series": [], "observation": []}}}
        ),
    ],
    ids=["404", "no years", "no numbers", "no total", "no series"],
)
async def test_a_response_without_figures_gives_no_finding(
    server: FeedServer, api: JsonApi, parties: Parties, answer: Any
) -> None:
    assert await ask(server, api, parties, "IQ", answer, "irq") is None


@pytest.mark.parametrize(
    "answer",
    [
        "{}",
        "[]",
        json.dumps({"dataSets": "x", "structure": 1}),
        sdmx("IRQ", {"2022": -1}),
        sdmx("IRQ", {"2022": 10**30}),
        sdmx("IRQ", {"2031": 5.0}),
    ],
    ids=range(6),
)
async def test_an_unexpected_response_or_an_impossible_figure_is_an_error(
    server: FeedServer, api: JsonApi, parties: Parties, answer: str
) -> None:
    with pytest.raises(SourceError, match="WITS: answered in an undocumented format"):
        await ask(server, api, parties, "IQ", answer, "irq")
