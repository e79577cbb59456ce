"""The Federal Register client fetches all documents since a day, over several pages."""

import json
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

import pytest
from aiohttp import web

from bot.errors import SourceError
from bot.parties import Parties
from bot.sources.api import SourceTools
from bot.sources.api_client import JsonApi
from bot.sources.journals.federal_register import (
    MOST_PAGES,
    FederalRegister,
    FederalRegisterSettings,
    JournalDocument,
)
from tests.feeds.server import FeedServer
from tests.sources.conftest import NOW
from tests.sources.examples import document, page

SINCE = date(2026, 11, 17)


async def fetch_documents(
    server: FeedServer, api: JsonApi, play: Any
) -> tuple[JournalDocument, ...]:
    server.at("/api/v1/documents.json", play)
    settings = FederalRegisterSettings(federal_register_url=f"{server.url}/api/v1/")
    tools = SourceTools(api, Parties(()), lambda: NOW)
    return await FederalRegister(settings, tools).list_since(SINCE)


async def test_a_document_is_read_with_its_title_abstract_and_dates(
    server: FeedServer, api: JsonApi
) -> None:
    given = document(
        "2026-21001",
        "Adjusting Imports of <em>Widgets</em> Into the United States",
        abstract="Duties\n rise.",
        type="Presidential Document",
        subtype="Proclamation",
        signing_date="2026-11-18",
        effective_on="2026-12-01",
    )
    [found] = await fetch_documents(server, api, page(given))
    assert found == JournalDocument(
        number="2026-21001",
        title="Adjusting Imports of Widgets Into the United States",
        abstract="Duties rise.",
        type="Presidential Document",
        subtype="Proclamation",
        published=date(2026, 11, 20),
        signed=date(2026, 11, 18),
        effective_on=date(2026, 12, 1),
        names_schedule=True,
        url="https://www.federalregister.gov/documents/2026/11/20/2026-21001/x",
    )


async def test_the_request_asks_for_all_kinds_of_documents_on_the_tariff_schedule(
    server: FeedServer, api: JsonApi
) -> None:
    assert await fetch_documents(server, api, page()) == ()
    [asked] = server.asked
    query = parse_qsl(asked.path.partition("?")[2])
    assert ("conditions[term]", '"Harmonized Tariff Schedule"') in query
    assert ("conditions[publication_date][gte]", "2026-11-17") in query
    kinds = {value for name, value in query if name == "conditions[type][]"}
    assert kinds == {"RULE", "NOTICE", "PRESDOCU"}
    fields = {value for name, value in query if name == "fields[]"}
    assert {"document_number", "title", "abstract", "effective_on", "html_url"} <= fields


async def test_pages_are_read_up_to_a_limit_and_each_document_is_returned_once(
    server: FeedServer, api: JsonApi
) -> None:
    def play(request: web.BaseRequest) -> web.Response:
        number = dict(parse_qsl(request.query_string))["page"]
        both = (document("same", "On All Pages"), document(f"n{number}", "On One"))
        return web.Response(text=page(*both, total_pages=99))

    found = await fetch_documents(server, api, play)
    assert [each.number for each in found] == ["same", *(f"n{n + 1}" for n in range(MOST_PAGES))]
    assert len(server.asked) == MOST_PAGES


@pytest.mark.parametrize(
    "broken",
    [
        {"title": None},
        {"title": 5},
        {"title": ["a"]},
        {"abstract": {"text": "a"}},
        {"title": "<script>x</script>"},
        {"html_url": "javascript:alert(1)"},
        {"publication_date": "soon"},
        {"document_number": ""},
    ],
)
async def test_an_unreadable_document_is_skipped(
    server: FeedServer, api: JsonApi, broken: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    good = document("good", "Modifying Duties")
    answer = page({**document("bad", "Modifying Duties"), **broken}, good)
    assert [each.number for each in await fetch_documents(server, api, answer)] == ["good"]
    assert "skipped a document" in caplog.text


@pytest.mark.parametrize(
    "answer",
    [
        "<html>",
        json.dumps([]),
        json.dumps({"results": "x"}),
        lambda _: web.Response(status=429),
        lambda _: web.Response(status=500, text="{}"),
    ],
    ids=range(5),
)
async def test_an_unexpected_response_is_an_error_that_names_the_source(
    server: FeedServer, api: JsonApi, answer: Any
) -> None:
    with pytest.raises(SourceError, match="The Federal Register"):
        await fetch_documents(server, api, answer)
