"""Reads a running local workspace over HTTP, as its page does."""

import asyncio
import json
import secrets
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

import aiohttp

T = TypeVar("T")
Message = dict[str, Any]


def free_port() -> int:
    """A port that no process uses.

    The port lies below the range from which the system picks ports for outgoing connections.
    """
    while True:
        port = secrets.choice(range(20_000, 32_000))
        with socket.socket() as listener, suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port


async def eventually(look: Callable[[], Awaitable[T]], within_s: float = 90.0) -> T:
    """Calls `look` until its result is true or the time limit is over; returns the last result."""
    give_up_at = time.monotonic() + within_s
    while True:
        seen = await look()
        if seen or time.monotonic() > give_up_at:
            return seen
        await asyncio.sleep(0.2)


async def is_healthy(address: str) -> bool:
    """Whether a process answers at this address that it runs."""
    try:
        async with aiohttp.ClientSession() as session, session.get(f"{address}/healthz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


class WorkspaceReader:
    """Reads the workspace at an address; finds no messages while the workspace is not running."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._ids: dict[str, str] = {}

    async def say(self, channel: str, text: str) -> list[Message]:
        """Types a line in a channel; returns the messages in the page's response."""
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.address}/say", json={"channel": channel, "text": text}) as answer,
        ):
            reported = await answer.json()
        assert reported["ok"], reported
        return list(reported["messages"])

    async def messages(self, channel: str) -> list[Message]:
        """The bot's messages in the channel, oldest first, without replies in threads."""
        found = await self._get("/messages", channel=await self._channel_id(channel))
        return [m for m in found if m.get("bot_id")]

    async def thread(self, channel: str, ts: str) -> list[Message]:
        """The replies in the thread of a message."""
        found = await self._get("/thread", channel=await self._channel_id(channel), ts=ts)
        return [m for m in found if m["ts"] != ts]

    async def everything(self, channel: str) -> list[Message]:
        """The bot's messages in the channel, and all replies to them in threads."""
        found = []
        for message in await self.messages(channel):
            found += [message, *await self.thread(channel, message["ts"])]
        return found

    async def _channel_id(self, name: str) -> str:
        """The id of a channel; empty if there is none yet."""
        if name not in self._ids:
            try:
                async with aiohttp.ClientSession() as s, s.get(f"{self.address}/state") as answer:
                    channels = (await answer.json())["channels"]
            except aiohttp.ClientError:
                return ""
            self._ids = {one["name"]: one["id"] for one in channels}
        return self._ids.get(name, "")

    async def _get(self, path: str, **query: str) -> list[Message]:
        if not query["channel"]:
            return []
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"{self.address}{path}", params=query) as answer,
            ):
                return list((await answer.json())["messages"])
        except aiohttp.ClientError:
            return []


def words(message: Message) -> str:
    """The whole message as JSON text."""
    return json.dumps(message, ensure_ascii=False)
