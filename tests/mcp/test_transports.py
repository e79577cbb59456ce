"""A client of the SDK gets the same facts over stdio and HTTP as from `rate --json`."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters

from tests.cli import runner
from tests.journeys.bot_process import environment
from tests.journeys.bots_in_process import open_bots
from tests.journeys.workspace_reader import free_port

TOOLS = {"rate", "line", "compare", "upcoming", "changes", "latest", "why", "cards"}
DAY = "us china on 2026-11-24"


async def ask(client: Client) -> object:
    """Lists the tools and asks a rate."""
    assert {tool.name for tool in (await client.list_tools()).tools} >= TOOLS
    return (await client.call_tool("rate", {"question": DAY})).structured_content


@pytest.mark.journey
async def test_both_transports_have_the_facts_of_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    (tmp_path / "feeds.yaml").write_text("feeds: []\n", encoding="utf-8")
    env = environment(
        tmp_path / "data",
        PORT=str(free_port()),
        TARIFFWIRE_FEEDS_FILE=str(tmp_path / "feeds.yaml"),
        TARIFFWIRE_MCP="true",
        TARIFFWIRE_MCP_PORT=str(port),
    )
    address = f"http://127.0.0.1:{port}/mcp"
    async with open_bots() as bots:
        await bots.start(env, tmp_path)
        assert f"MCP clients: {address}\n" in capsys.readouterr().out
        async with Client(address) as client:
            over_http = await ask(client)
    process = StdioServerParameters(command=sys.executable, args=["-m", "bot", "mcp"], env=env)
    async with Client(process) as client:
        over_stdio = await ask(client)
    printed = await asyncio.to_thread(runner.run, "rate", DAY, "--json", env=env)
    assert printed.exit_code == 0
    assert json.loads(printed.stdout) == over_http == over_stdio


def test_a_wrong_setting_is_reported_instead_of_served(tmp_path: Path) -> None:
    done = runner.run("mcp", env=environment(tmp_path, TARIFFWIRE_MCP_PORT="none"))
    assert done.exit_code == 1
    assert done.output.startswith("tariffwire: TARIFFWIRE_MCP_PORT: ")


@pytest.mark.journey
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
