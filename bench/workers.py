"""Measures how fast workers send messages together: `python -m bench.workers`.

A server on loopback plays a workspace that answers each call after 50 ms. Messages to many
conversations are queued on PostgreSQL, and one or two `tariffwire worker` processes send them.
TARIFFWIRE_TEST_POSTGRES names a server on which the user may create databases. The result is a
Markdown table with a row for each number of workers. Each message must come once and in order.
"""

import argparse
import asyncio
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from bench.databases import fresh_database
from bot.alerts.delivery import DeliveryKind, make_delivery
from bot.slack.api.call_limiter import POST
from bot.store.engine import Database
from bot.store.store import Store
from bot.store.upgrade import release
from tests.journeys.bot_process import BotProcess, environment
from tests.journeys.workspace_reader import eventually, free_port

TEAM, CHANNEL, ANSWER_S = "T0WORKERS", "C00000000", 0.05


@dataclass
class SlowSlack:
    """A Web API that answers after `ANSWER_S` and notes each post: its time, channel and text."""

    posted: list[tuple[float, str, str]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        """The response to a call of any method."""
        method = request.match_info["method"]
        given: dict[str, Any] = await request.json() if method == POST else {}
        await asyncio.sleep(ANSWER_S)
        answer: dict[str, Any] = {"ok": True, "team_id": TEAM}
        if method == POST:
            self.posted.append((time.monotonic(), given["channel"], given["text"]))
            answer |= {"ts": f"{len(self.posted)}.0", "channel": given["channel"]}
        elif method == "conversations.list":
            answer["channels"] = [{"id": CHANNEL, "name": "trade-news", "is_member": True}]
        return web.json_response(answer)

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        """Serves within the block; yields the address of the API."""
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self.answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
        finally:
            await runner.cleanup()


async def measure(workers: int, conversations: int, each: int) -> float:
    """Messages per second, from the moment at which they are queued."""
    slack, total = SlowSlack(), conversations * each
    with tempfile.TemporaryDirectory(prefix="workers-") as folder:
        (Path(folder) / "feeds.yaml").write_text("feeds: []\n", encoding="utf-8")
        async with fresh_database() as address, slack.serve() as api:
            await release(address)
            database = Database(address, has_workers=True)
            processes = [await _start(Path(folder), address, api) for _ in range(workers)]

            async def have_started() -> bool:
                return all("worker started" in "\n".join(one.output) for one in processes)

            async def have_come() -> bool:
                return len(slack.posted) >= total

            assert await eventually(have_started), processes[0].output
            await asyncio.sleep(2)
            began = time.monotonic()
            await Store.of(database).outbox.queue(_notices(conversations, each))
            done = await eventually(have_come, within_s=600)
            for process in processes:
                await process.stop()
            await database.close()
            assert done, (len(slack.posted), processes[0].output[-5:])
    _check(slack, conversations, each)
    return total / (slack.posted[-1][0] - began)


async def _start(folder: Path, address: str, api: str) -> BotProcess:
    settings = {
        "PORT": str(free_port()),
        "DATABASE_URL": address,
        "SLACK_BOT_TOKEN": "xoxb-workers",
        "SLACK_SIGNING_SECRET": "none",
        "TARIFFWIRE_SLACK_API_URL": api,
        "TARIFFWIRE_FEEDS_FILE": str(folder / "feeds.yaml"),
        "TARIFFWIRE_LIVE_SOURCES": "none",
    }
    env = environment(folder, **settings)
    return await BotProcess(("worker",), env, Path.cwd()).start()


def _notices(conversations: int, each: int) -> list[Any]:
    now = datetime.now(UTC)
    return [
        make_delivery(
            DeliveryKind.NOTICE,
            (TEAM, f"C{channel:08d}"),
            f"{number} {channel}",
            f"{number:04d}",
            now,
        )
        for number in range(each)
        for channel in range(conversations)
    ]


def _check(slack: SlowSlack, conversations: int, each: int) -> None:
    found: dict[str, list[str]] = defaultdict(list)
    for _, channel, text in slack.posted:
        found[channel].append(text)
    expected = [f"{number:04d}" for number in range(each)]
    wrong = {channel: of for channel, of in found.items() if of != expected}
    assert not wrong, wrong
    assert len(found) == conversations


def main() -> None:
    """Runs the benchmark and prints its result."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--conversations", type=int, default=1000)
    parser.add_argument("--each", type=int, default=2, help="messages for each conversation")
    options = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f}\n")
    print("| workers | messages | a second | times one |")
    print("| ---: | ---: | ---: | ---: |")
    one = 0.0
    for workers in (1, 2):
        rate = asyncio.run(measure(workers, options.conversations, options.each))
        one = one or rate
        messages = options.conversations * options.each
        print(f"| {workers} | {messages:,} | {rate:.1f} | {rate / one:.2f} |", flush=True)


if __name__ == "__main__":
    main()
