"""What people type does not get into the log, even if the bot fails over it."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.monitoring.logs import set_up_logs
from tests.slack.fakes import slack_context
from tests.slack.test_app import Server

TYPED = "confidential widget of our firm"
QUESTIONS = (
    TYPED,
    f"us china {TYPED}",
    f"find {TYPED}",
    f"subscribe {TYPED}",
    f"subscribe tariffs without {TYPED}",
    f"mute {TYPED}",
    f"feeds add https://user:secret@{TYPED}.example",
    f"my add {TYPED}",
    f"line {TYPED}",
)


class QuotingStore:
    """A store in which every method fails with an error that quotes what it was given."""

    def __getattr__(self, name: str) -> Any:
        async def fail(*given: Any, **more: Any) -> Any:
            raise RuntimeError(f"{name} {TYPED} {given} {more}")

        return fail


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that the program logs, at the level DEBUG."""
    stream, root = io.StringIO(), logging.getLogger()
    level = root.level
    handler = set_up_logs("DEBUG", is_json=True, stream=stream)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


async def test_no_command_gets_into_the_log(
    client: AsyncWebClient, session: aiohttp.ClientSession, log: io.StringIO
) -> None:
    async with Server(slack_context(client)) as server:
        for text in QUESTIONS:
            await server.command(session, text)
    assert TYPED not in log.getvalue()


async def test_no_command_gets_into_the_log_if_the_bot_fails(
    client: AsyncWebClient, session: aiohttp.ClientSession, log: io.StringIO
) -> None:
    broken = QuotingStore()
    given = slack_context(client, stories=broken, subscriptions=broken, mutes=broken, feeds=broken)
    async with Server(given) as server:
        for text in (*QUESTIONS, "list", "latest"):
            await server.command(session, text)
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    errors = [line for line in lines if line["level"] == "error"]
    assert any("in fail" in line["exception"] for line in errors)
    assert all("RuntimeError" in line["exception"] for line in errors)
    assert TYPED not in log.getvalue()
