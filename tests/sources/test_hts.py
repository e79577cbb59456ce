"""Lookups in the US tariff schedule over HTTP find the duty of a line and its source."""

import json
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import web

from bot.errors import SourceError
from bot.parties import Parties
from bot.rates.model.lookup import Finding, Lookup, MissingFigure
from bot.sources.api import SourceTools
from bot.sources.api_client import LARGEST_BYTES, JsonApi
from bot.sources.hts import Hts, HtsSettings, format_revision
from tests.feeds.server import FeedServer, raw_serving
from tests.sources.conftest import LIMITS, NOW
from tests.sources.examples import HEADPHONES, row


def hts(api: JsonApi, url: str) -> Hts:
    return Hts(HtsSettings(usitc_hts_url=url), SourceTools(api, Parties(()), lambda: NOW))


def line(code: str) -> Lookup:
    return Lookup(lack=MissingFigure.BASE_DUTY, economy="US", code=code)


async def ask(server: FeedServer, api: JsonApi, code: str, answer: Any) -> Finding | None:
    """The result of the lookup of `code` if the search returns this response."""
    body = answer if isinstance(answer, str | bytes) else json.dumps(answer)
    server.at("/reststop/search", body, Content_Type="application/json")
    return await hts(api, f"{server.url}/reststop/").find(line(code))


async def test_a_line_has_its_duty_with_source_day_and_address(
    server: FeedServer, api: JsonApi
) -> None:
    found = await ask(server, api, "85183020", HEADPHONES)
    assert found is not None
    assert (found.percent, found.line, found.words) == (Decimal("4.9"), "8518.30.20", "")
    assert found.what == "Headphones and earphones: Other"
    assert "USITC" in found.source.text
    assert "24 Nov 2026" in found.source.text
    assert found.source.url == "https://hts.usitc.gov/search?query=8518.30.20"
    assert (found.year, found.fetched_at) == (2026, NOW)
    [asked] = server.asked
    assert asked.path == "/reststop/search?keyword=8518.30.20"
    assert asked.headers["user-agent"] == LIMITS.user_agent


async def test_a_subheading_without_a_rate_has_the_rate_of_its_parent(
    server: FeedServer, api: JsonApi
) -> None:
    rows = [row("2309", "1%"), row("2309.90", "1.4%", "Other:"), row("2309.90.95", "", "Other")]
    found = await ask(server, api, "2309909500", rows)
    assert found is not None
    assert (found.percent, found.line) == (Decimal("1.4"), "2309.90.95")


async def test_lines_with_the_same_rate_give_the_rate_of_their_subheading(
    server: FeedServer, api: JsonApi
) -> None:
    rows = [row("8471.30", description="Portable machines"), row("8471.30.01", "Free")]
    found = await ask(server, api, "847130", rows)
    assert found is not None
    assert found.percent == 0


async def test_lines_with_different_rates_give_no_percent_for_their_subheading(
    server: FeedServer, api: JsonApi
) -> None:
    found = await ask(server, api, "851830", HEADPHONES)
    assert found is not None
    assert (found.percent, found.line) == (None, "8518.30")
    assert found.words == "it depends on the line: Free; 4.9%"


@pytest.mark.parametrize(
    "words", ["4.4¢/kg", "1.5¢/kg + 2.5%", "The rate applicable to the article of which it is part"]
)
async def test_a_specific_or_compound_duty_is_given_in_the_words_of_the_schedule(
    server: FeedServer, api: JsonApi, words: str
) -> None:
    found = await ask(server, api, "02023010", [row("0202.30.10", words)])
    assert found is not None
    assert (found.percent, found.words) == (None, words)


async def test_rows_with_statistical_suffixes_do_not_hide_the_rate_of_their_line(
    server: FeedServer, api: JsonApi
) -> None:
    rows = [
        row("8507.60.00", "", "Other", statisticalSuffix="20"),
        row("8507.60.00", "3.4%", "Lithium-ion batteries"),
        row("8507.60.00", "", "For electric vehicles", statisticalSuffix="10"),
    ]
    found = await ask(server, api, "8507600010", rows)
    assert found is not None
    assert (found.percent, found.line, found.what) == (
        Decimal("3.4"),
        "8507.60.00",
        "Lithium-ion batteries",
    )


async def test_markup_in_a_description_is_removed(server: FeedServer, api: JsonApi) -> None:
    given = row("8518.30.20", "4.9%", "Headphones <il>Apis\u202e</il> <script>x</script>")
    found = await ask(server, api, "85183020", [given])
    assert found is not None
    assert found.what == "Headphones Apis"


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [row("8519.30.20", "4.9%")],
        [row("8518.30.20", "")],
        [row("", "Free"), row("99", "Free")],
        [row("9903.88.15", "The duty provided in the applicable subheading + 7.5%")],
    ],
)
async def test_a_missing_line_or_rate_gives_no_finding(
    server: FeedServer, api: JsonApi, rows: list[dict[str, Any]]
) -> None:
    assert await ask(server, api, "85183020", rows) is None


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{",
        b"<html>Access denied</html>",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b"[NaN]",
        b"[1e9999999999999999999]",
        b"[" + b"1" * 5000 + b"]",
        {"results": []},
        [1, 2],
        [{"htsno": 8518, "general": 4.9}],
        [{**row("8518.30.20"), "description": ["a"]}],
    ],
    ids=range(12),
)
async def test_an_unexpected_response_is_an_error_that_names_the_source(
    server: FeedServer, api: JsonApi, answer: Any
) -> None:
    with pytest.raises(
        SourceError, match="USITC's tariff schedule: answered in an undocumented format"
    ):
        await ask(server, api, "85183020", answer)


@pytest.mark.parametrize("status", [204, 304, 400, 403, 404, 429, 500, 503])
async def test_an_error_status_is_an_error(server: FeedServer, api: JsonApi, status: int) -> None:
    server.at("/search", lambda _: web.Response(status=status, text="[]"))
    with pytest.raises(SourceError, match=rf"HTTP {status}"):
        await hts(api, f"{server.url}/").find(line("85183020"))


async def test_a_response_over_the_size_limit_is_an_error(server: FeedServer, api: JsonApi) -> None:
    with pytest.raises(SourceError, match="larger than 1,000,000 bytes"):
        await ask(server, api, "85183020", b"[" + b" " * LARGEST_BYTES + b"]")


async def test_a_request_to_a_hanging_server_times_out() -> None:
    api = JsonApi(LIMITS.model_copy(update={"deadline_s": 0.2}))
    try:
        async with raw_serving(b"HTTP/1.1 200 OK\r\n", hold=True) as address:
            base = address.removesuffix("feed")
            with pytest.raises(SourceError, match="did not answer"):
                await hts(api, base).find(line("85183020"))
    finally:
        await api.close()


async def test_a_redirect_to_a_private_address_is_refused(server: FeedServer, api: JsonApi) -> None:
    away = {"Location": "http://169.254.169.254/latest/meta-data"}
    server.at("/search", lambda _: web.Response(status=302, headers=away))
    with pytest.raises(SourceError, match="link-local"):
        await hts(api, f"{server.url}/").find(line("85183020"))


async def test_a_loopback_address_is_refused_unless_it_is_allowed(server: FeedServer) -> None:
    api = JsonApi(LIMITS.model_copy(update={"allowed_networks": ()}))
    try:
        with pytest.raises(SourceError, match="loopback"):
            await ask(server, api, "85183020", HEADPHONES)
    finally:
        await api.close()
    assert server.asked == []


@pytest.mark.parametrize(
    ("name", "revision"),
    [
        ("2026HTSRev17", "2026 Rev. 17"),
        ("2026HTSRevision09", "2026 Rev. 9"),
        ("2027HTSBasic", "2027 Basic"),
        ("a new\nname" + "x" * 90, "a new name" + "x" * 29 + "…"),
    ],
)
def test_a_revision_is_written_as_in_the_rates_files(name: str, revision: str) -> None:
    assert format_revision(name) == revision


async def test_the_revision_in_force_is_read_from_the_source(
    server: FeedServer, api: JsonApi
) -> None:
    server.at("/reststop/currentRelease", '{"name": "2026HTSRev17"}')
    assert await hts(api, f"{server.url}/reststop/").find_revision() == "2026 Rev. 17"


async def test_an_answer_without_a_revision_is_an_error(server: FeedServer, api: JsonApi) -> None:
    server.at("/reststop/currentRelease", "[]")
    with pytest.raises(SourceError):
        await hts(api, f"{server.url}/reststop/").find_revision()
