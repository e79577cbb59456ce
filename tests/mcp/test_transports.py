"""A client of the SDK gets the same facts over stdio and HTTP as from `rate --json`."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters

from tests.journeys.bot_process import BotProcess, environment, run_to_end
from tests.journeys.workspace_reader import eventually, free_port

pytestmark = pytest.mark.journey

TOOLS = {"rate", "line", "compare", "upcoming", "changes", "latest", "why", "cards"}
DAY = "us china on 2026-11-24"


async def ask(client: Client) -> object:
    """Lists the tools and asks a rate."""
    assert {tool.name for tool in (await client.list_tools()).tools} >= TOOLS
    return (await client.call_tool("rate", {"question": DAY})).structured_content


async def test_both_transports_have_the_facts_of_the_command_line(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "feeds.yaml").write_text("feeds: []\n", encoding="utf-8")
    env = environment(
        tmp_path / "data",
        PORT=str(free_port()),
        TARIFFWIRE_FEEDS_FILE=str(tmp_path / "feeds.yaml"),
        TARIFFWIRE_MCP="true",
        TARIFFWIRE_MCP_PORT=str(port),
    )
    bot = await BotProcess(("run",), env, tmp_path).start()

    async def is_serving() -> bool:
        return any(line.startswith("MCP clients: ") for line in bot.output)

    try:
        await eventually(is_serving)
        async with Client(f"http://127.0.0.1:{port}/mcp") as client:
            over_http = await ask(client)
    finally:
        await bot.stop()
    process = StdioServerParameters(command=sys.executable, args=["-m", "bot", "mcp"], env=env)
    async with Client(process) as client:
        over_stdio = await ask(client)
    code, printed = await run_to_end(("rate", DAY, "--json"), env, tmp_path)
    assert code == 0
    assert json.loads(printed) == over_http == over_stdio


async def test_a_wrong_setting_is_reported_instead_of_served(tmp_path: Path) -> None:
    env = environment(tmp_path, TARIFFWIRE_MCP_PORT="none")
    code, printed = await run_to_end(("mcp",), env, tmp_path)
    assert code == 1
    assert printed.startswith("tariffwire: TARIFFWIRE_MCP_PORT: ")


async def test_ctrl_c_ends_the_server_while_it_waits_for_the_client(tmp_path: Path) -> None:
    pipe = asyncio.subprocess.PIPE
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "mcp"), env=environment(tmp_path), stdin=pipe, stdout=pipe
    )
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write(b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n')
    answer = json.loads(await asyncio.wait_for(server.stdout.readline(), 20))
    assert answer["id"] == 1
    try:
        server.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(server.wait(), 20) == -signal.SIGINT
    finally:
        server.stdin.close()
