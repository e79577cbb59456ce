"""Measures how four workers share many feeds: `python -m bench.many_feeds`.

A server on loopback answers at many addresses (127.x.x.x), each a host with four feeds: first with
a feed, then with 304. Four `tariffwire worker` processes poll them. TARIFFWIRE_TEST_POSTGRES names
a server on which the user may create databases. By default, 800 feeds are polled every 40
seconds instead of 20,000 every 15 minutes, nearly as many polls a second; `--full` is the
whole test and takes 40 minutes. The result is a Markdown table.
"""

import argparse
import asyncio
import os
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from aiohttp import web

from bench.databases import fresh_database
from bench.workers import SlowSlack
from bot.runtime.settings import Settings
from bot.runtime.wiring.polling import choose_spread_s
from bot.store.upgrade import release
from tests.journeys.bot_process import BotProcess, environment
from tests.journeys.workspace_reader import eventually, free_port

WORKERS, FEEDS_PER_HOST, ANSWER_S, JITTER = 4, 4, 0.02, 0.1
_BODY = (
    '<rss version="2.0"><channel><title>{name}</title><item><title>Weather in {name}</title>'
    "<guid>{name}</guid></item></channel></rss>"
)


class Poll(NamedTuple):
    """A request, in seconds of a monotonic clock, and the worker that made it."""

    feed: str
    host: str
    start: float
    end: float
    worker: str


@dataclass
class FeedHosts:
    """All hosts. `polls` has the requests that were answered, in the order of their ends."""

    polls: list[Poll] = field(default_factory=list)
    open_now: Counter[str] = field(default_factory=Counter)
    overlaps: int = 0

    async def answer(self, request: web.Request) -> web.Response:
        """A feed, or 304 if the client has it."""
        start, host, name = time.monotonic(), request.host, request.match_info["name"]
        self.overlaps += self.open_now[host] > 0
        self.open_now[host] += 1
        await asyncio.sleep(ANSWER_S)
        self.open_now[host] -= 1
        worker = request.headers["User-Agent"].rpartition("/")[2].rstrip(")")
        self.polls.append(Poll(f"{host}/{name}", host, start, time.monotonic(), worker))
        if "If-None-Match" in request.headers:
            return web.Response(status=304)
        body = _BODY.format(name=name)
        return web.Response(text=body, content_type="application/rss+xml", headers={"ETag": '"1"'})

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[int]:
        """Serves at all addresses of loopback within the block; yields the port."""
        app = web.Application()
        app.router.add_get("/{name}", self.answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        port = free_port()
        await web.TCPSite(runner, "0.0.0.0", port).start()  # noqa: S104 - all of 127.0.0.0/8
        try:
            yield port
        finally:
            await runner.cleanup()


async def measure(feeds: int, interval_s: float, rounds: float) -> str:
    """Polls for `rounds` intervals after the first polls; returns the rows of the table."""
    hosts = FeedHosts()
    spread_s = choose_spread_s(Settings(poll_seconds=interval_s), feeds)
    with tempfile.TemporaryDirectory(prefix="feeds-") as folder:
        async with (
            fresh_database() as database,
            hosts.serve() as port,
            SlowSlack().serve() as slack,
        ):
            await release(database)
            feeds_file = Path(folder) / "feeds.yaml"
            feeds_file.write_text(_list_feeds(feeds, port), encoding="utf-8")
            processes = [
                await _start(Path(folder), feeds_file, database, slack, interval_s, f"w{number}")
                for number in range(WORKERS)
            ]

            async def have_started() -> bool:
                return all("worker started" in "\n".join(one.output) for one in processes)

            assert await eventually(have_started, within_s=180), processes[0].output[-5:]
            began = time.monotonic()
            await asyncio.sleep(spread_s + interval_s * (1 + JITTER) * rounds + 10)
            for process in processes:
                await process.stop()
    return _report(hosts, feeds, interval_s, began)


def _report(hosts: FeedHosts, feeds: int, interval_s: float, began: float) -> str:
    times: dict[str, list[float]] = defaultdict(list)
    for poll in hosts.polls:
        times[poll.feed].append(poll.start)
    last = max(poll.end for poll in hosts.polls)
    gaps = [b - a for each in times.values() for a, b in pairwise(each)]
    waits = [last - each[-1] for each in times.values()]
    shares = Counter(poll.worker for poll in hosts.polls)
    mean = len(hosts.polls) / WORKERS
    spread = max(abs(count - mean) / mean for count in shares.values())
    late = sum(gap > interval_s * (1 + JITTER) + 5 for gap in (*gaps, *waits))
    rows = {
        "feeds, hosts": f"{feeds:,}, {feeds // FEEDS_PER_HOST:,}",
        "feeds that were polled": f"{len(times):,}",
        "polls": f"{len(hosts.polls):,} in {last - began:.0f} s",
        "longest time between two polls of a feed": f"{max(gaps):.1f} s",
        f"the interval, with up to {JITTER:.0%} at random": f"{interval_s:.0f} s to "
        f"{interval_s * (1 + JITTER):.0f} s",
        "polls more than 5 s late": f"{late}",
        "requests to a host during another one": f"{hosts.overlaps}",
        "polls of each worker": ", ".join(f"{count:,}" for _, count in sorted(shares.items())),
        "largest difference from the mean": f"{spread:.0%}",
    }
    return "\n".join(f"| {name} | {value} |" for name, value in rows.items())


def _list_feeds(feeds: int, port: int) -> str:
    lines = ["feeds:"]
    for number in range(feeds):
        host = number // FEEDS_PER_HOST
        address = f"127.{1 + host // 62_500}.{host // 250 % 250}.{1 + host % 250}"
        lines += [
            f"  - id: feed-{number}",
            f"    title: Feed {number}",
            f"    url: http://{address}:{port}/{number}",
        ]
    return "\n".join(lines) + "\n"


async def _start(
    folder: Path, feeds: Path, database: str, slack: str, interval_s: float, name: str
) -> BotProcess:
    settings = {
        "PORT": str(free_port()),
        "DATABASE_URL": database,
        "SLACK_BOT_TOKEN": "xoxb-workers",
        "SLACK_SIGNING_SECRET": "none",
        "TARIFFWIRE_SLACK_API_URL": slack,
        "TARIFFWIRE_FEEDS_FILE": str(feeds),
        "TARIFFWIRE_LIVE_SOURCES": "none",
        "TARIFFWIRE_ALLOWED_NETWORKS": "127.0.0.0/8",
        "TARIFFWIRE_POLL_SECONDS": str(interval_s),
        "TARIFFWIRE_CONTACT": f"https://bench.example/{name}",
    }
    return await BotProcess(("worker",), environment(folder, **settings), Path.cwd()).start()


def main() -> None:
    """Runs the benchmark and prints its result."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=800)
    parser.add_argument("--interval", type=float, default=40.0, help="seconds between polls")
    parser.add_argument("--rounds", type=float, default=1.5, help="intervals after the first polls")
    parser.add_argument("--full", action="store_true", help="20,000 feeds every 15 minutes")
    given = parser.parse_args()
    feeds, interval_s = (20_000, 900.0) if given.full else (given.feeds, given.interval)
    print(f"load {os.getloadavg()[0]:.1f}\n")
    print("| measure | value |\n| --- | --- |")
    print(asyncio.run(measure(feeds, interval_s, given.rounds)))


if __name__ == "__main__":
    main()
