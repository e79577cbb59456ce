"""Average MFN duties are looked up at the WTO over HTTP."""

import json
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.errors import SourceError
from bot.parties import Parties
from bot.rates.model.lookup import Finding, Lookup, MissingFigure
from bot.sources.api import SourceTools
from bot.sources.api_client import JsonApi
from bot.sources.wto import Wto, WtoSettings
from tests.feeds.server import FeedServer, serving
from tests.sources.conftest import NOW

KEY = "0123456789abcdef"
REPORTERS = [
    {"code": "000", "iso3A": None, "name": "World", "displayOrder": 1},
    {"code": "368", "iso3A": "IRQ", "name": "Iraq", "displayOrder": 2},
    {"code": "158", "iso3A": "CHT", "name": "Chinese Taipei", "displayOrder": 3},
]


def rows(code: str, **by_year: Any) -> str:
    """A response of the API for one economy; the argument `y2023=5.1` is the value for 2023."""
    return json.dumps(
        {
            "Dataset": [
                {
                    "IndicatorCode": "TP_A_0010",
                    "ReportingEconomyCode": code,
                    "Year": int(year.removeprefix("y")),
                    "Value": value,
                    "Unit": "Percent",
                }
                for year, value in by_year.items()
            ]
        }
    )


def wto(server: FeedServer, api: JsonApi, parties: Parties, data: Any) -> Wto:
    server.at("/reporters", json.dumps(REPORTERS))
    server.at("/data", data)
    settings = WtoSettings(wto_url=server.url, wto_key=SecretStr(KEY))
    return Wto(settings, SourceTools(api, parties, lambda: NOW))


async def ask(source: Wto, economy: str) -> Finding | None:
    return await source.find(Lookup(lack=MissingFigure.MFN_AVERAGE, economy=economy))


async def test_the_newest_average_has_year_source_and_address(
    server: FeedServer, api: JsonApi, parties: Parties
) -> None:
    data = rows("368", y2022=5, y2024=5.149, y2023=5.1, y2025=None)
    found = await ask(wto(server, api, parties, data), "IQ")
    assert found is not None
    assert (found.percent, found.year) == (Decimal("5.15"), 2024)
    assert "WTO" in found.source.text
    assert "24 Nov 2026" in found.source.text
    assert found.source.url == "https://stats.wto.org/"
    assert server.paths() == [
        "/reporters?lang=1",
        "/data?i=TP_A_0010&r=368&fmt=json&mode=full",
    ]


@pytest.mark.parametrize(("economy", "code"), [("TW", "158"), ("EU", "918")])
async def test_taiwan_and_the_eu_are_requested_by_the_wtos_codes(
    server: FeedServer, api: JsonApi, parties: Parties, economy: str, code: str
) -> None:
    found = await ask(wto(server, api, parties, rows(code, y2024=6.5)), economy)
    assert found is not None
    assert found.percent == Decimal("6.5")


async def test_the_list_of_economies_is_requested_once(
    server: FeedServer, api: JsonApi, parties: Parties
) -> None:
    source = wto(server, api, parties, rows("368", y2024=5))
    for economy in ("IQ", "TW", "IQ"):
        await ask(source, economy)
    assert [path.partition("?")[0] for path in server.paths()].count("/reporters") == 1


@pytest.mark.parametrize(
    ("economy", "data"),
    [
        ("KP", rows("408", y2024=1)),
        ("IQ", lambda _: web.Response(status=204)),
        ("IQ", rows("999", y2024=1)),
        ("IQ", rows("368", y2024=None)),
        ("IQ", json.dumps({"Dataset": []})),
    ],
    ids=["not listed", "204", "of another", "no value", "empty"],
)
async def test_a_response_without_figures_gives_no_finding(
    server: FeedServer, api: JsonApi, parties: Parties, economy: str, data: Any
) -> None:
    assert await ask(wto(server, api, parties, data), economy) is None


@pytest.mark.parametrize(
    "data",
    [
        "{",
        "[]",
        json.dumps({"Dataset": [{"Year": "last", "Value": 1}]}),
        rows("368", y2024=-3),
        lambda _: web.Response(status=401, text="invalid subscription key"),
        lambda _: web.Response(status=429),
    ],
    ids=range(6),
)
async def test_the_error_for_an_unexpected_response_does_not_contain_the_key(
    server: FeedServer, api: JsonApi, parties: Parties, data: Any
) -> None:
    with pytest.raises(SourceError, match="The WTO") as caught:
        await ask(wto(server, api, parties, data), "IQ")
    assert KEY not in str(caught.value)


async def test_the_key_is_sent_as_a_header_and_to_no_other_server(
    server: FeedServer, api: JsonApi, parties: Parties
) -> None:
    async with serving() as other:
        other.at("/data", rows("368", y2024=5))
        away = {"Location": f"{other.url}/data"}
        source = wto(server, api, parties, lambda _: web.Response(status=302, headers=away))
        assert await ask(source, "IQ") is not None
        assert server.headers("Ocp-Apim-Subscription-Key") == [KEY, KEY]
        assert other.headers("Ocp-Apim-Subscription-Key") == [None]
        assert not any(KEY in path for path in [*server.paths(), *other.paths()])
