"""`/mcp` answers MCP clients on this machine and refuses everything else."""

import json
import logging
from collections.abc import AsyncIterator, Mapping

import aiohttp
import pytest
from mcp import Client

from bot.errors import SettingsError
from bot.mcp.endpoint import open_endpoint
from tests.http_server.clients import Client as RawClient
from tests.http_server.clients import post
from tests.mcp.conftest import Served

CALL = json.dumps(
    {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    | {"params": {"name": "rate", "arguments": {"question": "us china"}}}
).encode()
JSON = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
MOST_BYTES = 65_536


@pytest.fixture
async def port(served: Served) -> AsyncIterator[int]:
    async with open_endpoint(served.tools, 0, "https://rates.example") as opened:
        yield opened


async def status(port: int, body: bytes = CALL, headers: Mapping[str, str] | None = None) -> int:
    """The status of the response to a POST with these additional headers."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"http://127.0.0.1:{port}/mcp", data=body, headers={**JSON, **(headers or {})}
        ) as response,
    ):
        return response.status


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_client_of_each_protocol_asks_a_rate(served: Served, port: int, mode: str) -> None:
    async with Client(f"http://127.0.0.1:{port}/mcp", mode=mode) as client:
        assert "rate" in [tool.name for tool in (await client.list_tools()).tools]
        result = await client.call_tool("rate", {"question": "us china"})
    assert result.structured_content == await served.tools.rate("us china")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, 200),
        ({"Host": "localhost:1"}, 200),
        ({"Host": "rates.example"}, 200),
        ({"Host": "evil.example"}, 421),
        ({"Origin": "https://rates.example"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Content-Type": "text/plain"}, 400),
    ],
    ids=str,
)
async def test_only_known_hosts_and_origins_are_answered(
    port: int, headers: dict[str, str], expected: int
) -> None:
    assert await status(port, headers=headers) == expected


async def test_refused_requests_are_counted_and_not_logged_one_by_one(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    async with open_endpoint(served.tools, 0) as port:
        for _ in range(3):
            assert await status(port, headers={"Host": "evil.example"}) == 421
        assert await status(port, b"{") == 400
    text = "\n".join(record.getMessage() for record in caplog.records if record.name != "asyncio")
    assert "3 for another host or origin, 1 malformed" in text
    assert "evil.example" not in text


async def test_a_request_that_is_no_call_is_refused(port: int) -> None:
    assert await status(port, b"{") == 400
    assert await status(port, b"[" * 10_000) == 400
    assert await status(port, b" " * (MOST_BYTES + 1)) == 413
    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{port}/mcp") as response:
            assert response.status == 405
        async with session.get(f"http://127.0.0.1:{port}/") as response:
            assert response.status == 404


async def test_a_body_that_claims_to_be_large_is_refused_before_it_arrives(port: int) -> None:
    async with RawClient(port) as client:
        client.send(post("/mcp", 10_000_000, headers=JSON))
        assert b" 413 " in await client.response()


async def test_a_taken_port_is_an_error_that_names_the_setting(served: Served, port: int) -> None:
    with pytest.raises(SettingsError) as caught:
        async with open_endpoint(served.tools, port):
            pass
    assert caught.value.thing == "TARIFFWIRE_MCP_PORT"
