"""The bot answers Slack even if other clients open more connections than it may open files."""

import asyncio
import json
import resource
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.http_server.clients import Client, files_limited_to, post
from tests.slack.fakes import signed, slash

ROOT = Path(__file__).parents[2]
PATH = "/slack/events"
FILES = 2048
HALF_HEADERS = f"POST {PATH} HTTP/1.1\r\nHost: bot.example\r\nX-Half: ".encode()


@dataclass
class Bot:
    """A bot that runs in its own process."""

    port: int
    team: str
    log: Path

    async def ask(self) -> bytes:
        """Sends a command whose answer is in the response; tables come by the response_url."""
        body = slash("list", team_id=self.team)
        async with Client(self.port) as client:
            client.send(post(PATH, len(body), body.encode(), signed(body)))
            return await client.response()


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Bot]:
    log = folder / "log"
    with log.open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.runtime.limited_bot",
            str(folder),
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
            cwd=ROOT,
        )
    try:
        assert process.stdout is not None
        words = (await process.stdout.readline()).decode().split()
        assert len(words) == 2, log.read_text()
        yield Bot(int(words[0]), words[1], log)
        process.send_signal(signal.SIGTERM)
        await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def half_body(claimed: int, sent: int) -> bytes:
    headers = {
        "X-Slack-Request-Timestamp": str(int(time.time())),
        "X-Slack-Signature": "v0=" + "0" * 64,
    }
    return post(PATH, claimed, b"a" * sent, headers)


@pytest.mark.journey
async def test_commands_are_answered_among_1500_unfinished_connections(tmp_path: Path) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < FILES:
        pytest.skip(f"needs {FILES} open files; the hard limit is {hard}")
    starts = [b""] * 1100
    starts += [HALF_HEADERS, half_body(40_000, 20_000), half_body(990_000, 90_000)] * 134
    async with running(tmp_path) as bot:
        with files_limited_to(FILES):
            async with AsyncExitStack() as stack:
                for start in starts:
                    client = await stack.enter_async_context(Client(bot.port))
                    client.send(start)
                answers = [await bot.ask() for _ in range(20)]
    for answer in answers:
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        assert "No subscriptions here yet" in json.loads(body)["text"]
    log = bot.log.read_text()
    assert "closed for newer connections" in log
    assert "Traceback" not in log
    assert log.count("\n") < 100
