"""Measures how much of a workspace's rate limit for posts the bot uses: `python -m bench.pacing`.

A server on loopback accepts 10 posts a second and answers all others with 429 and `Retry-After: 5`.
The bot's store (SQLite), dispatcher, sender and Web API client send queued notices to 300 channels
without knowing the limit. The result is a Markdown table with one row for each kind of limit.
"""

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from aiohttp import web
from pydantic import SecretStr

from bot.alerts.delivery import DeliveryKind, make_delivery
from bot.alerts.sending.dispatcher import Dispatcher
from bot.parties import Parties
from bot.runtime.settings import Settings
from bot.runtime.wiring.basics import open_store, read_clock
from bot.runtime.wiring.slack import open_slack
from bot.slack.api.call_limiter import POST
from bot.slack.api.sender import SlackSender
from tests.slack.api.rate_limiters import FixedWindow, RateLimiter, SlidingWindow, TokenBucket

TEAM, CHANNELS, PER_SECOND, RETRY_AFTER_S = "T0PACING0", 300, 10, 5
_FIRST_S = 60.0

LIMITS: dict[str, Callable[[], RateLimiter]] = {
    "bucket": lambda: TokenBucket(PER_SECOND, PER_SECOND),
    "second": lambda: FixedWindow(PER_SECOND, 1),
    "minute": lambda: FixedWindow(PER_SECOND * 60, 60),
    "sliding": lambda: SlidingWindow(PER_SECOND, 1),
}


@dataclass
class LimitedSlack:
    """A Web API with one rate limit for all posts. Recorded times are seconds since `started`."""

    limiter: RateLimiter
    posted: list[tuple[float, str]] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    async def answer(self, request: web.Request) -> web.Response:
        if request.match_info["method"] != POST:
            return web.json_response({"ok": True, "team_id": TEAM})
        channel = str((await request.json())["channel"])
        now = time.monotonic() - self.started
        if self.limiter.call(now):
            self.refused.append(now)
            body, headers = (
                {"ok": False, "error": "ratelimited"},
                {"Retry-After": str(RETRY_AFTER_S)},
            )
            return web.json_response(body, status=429, headers=headers)
        self.posted.append((now, channel))
        return web.json_response({"ok": True, "ts": f"{len(self.posted)}.0", "channel": channel})

    def per_second(self, start_s: float, end_s: float) -> float:
        return sum(start_s <= at < end_s for at, _ in self.posted) / (end_s - start_s)

    def shortest_gap_s(self) -> float:
        """The shortest time between two posts in one channel."""
        channels: dict[str, list[float]] = {}
        for at, channel in self.posted:
            channels.setdefault(channel, []).append(at)
        return min(
            (later - at for times in channels.values() for at, later in pairwise(times)),
            default=0.0,
        )


async def measure(kind: str, seconds: float, per_second: float | None = None) -> str:
    """A row of the table: posts per second and refusals, in the first minute and after it."""
    slack = LimitedSlack(LIMITS[kind]())
    app = web.Application()
    app.router.add_route("*", "/api/{method}", slack.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    with tempfile.TemporaryDirectory(prefix="pacing-") as folder:
        settings = Settings(
            data_dir=Path(folder),
            slack_api_url=f"http://127.0.0.1:{port}/api/",
            posts_per_second=per_second,
        ).model_copy(update={"slack_bot_token": SecretStr("xoxb-pacing")})
        await _send(settings, slack, seconds)
    await runner.cleanup()
    late = sum(at >= _FIRST_S for at in slack.refused)
    rate = slack.per_second(_FIRST_S, seconds)
    return (
        f"| {kind} | {per_second or 'unknown'} | {slack.per_second(0, _FIRST_S):.2f} "
        f"| {rate:.2f} | {len(slack.refused) - late} | {late} | {slack.shortest_gap_s():.2f} |"
    )


async def _send(settings: Settings, slack: LimitedSlack, seconds: float) -> None:
    stop, now = asyncio.Event(), read_clock()
    most = int(seconds * PER_SECOND * 2)
    notices = [
        make_delivery(
            DeliveryKind.NOTICE,
            (TEAM, f"C{number % CHANNELS:08d}"),
            f"notice {number}",
            f"Notice {number}",
            now,
        )
        for number in range(most)
    ]
    async with open_store(settings, TEAM) as store, open_slack(settings, stop) as connection:
        await store.outbox.queue(notices)
        sender = SlackSender(connection.client, Parties(()))
        dispatcher = Dispatcher(store.outbox, sender, read_clock, take_turn=connection.take_turn)
        slack.started = time.monotonic()
        running = asyncio.create_task(dispatcher.run(stop))
        await asyncio.sleep(seconds)
        stop.set()
        await running


def main() -> None:
    """Runs the benchmark and prints its result."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kinds", nargs="+", choices=LIMITS, default=["bucket"])
    parser.add_argument("--seconds", type=float, default=150, help="for each kind; default: 150")
    parser.add_argument("--start", type=float, help="the bot's setting TARIFFWIRE_POSTS_PER_SECOND")
    options = parser.parse_args()
    if options.seconds <= _FIRST_S:
        parser.error("--seconds must be more than 60")
    print(f"load {os.getloadavg()[0]:.1f}\n")
    print(
        "| limit | start | posts/s, first minute | posts/s, later | 429, first minute | 429, later "
        "| shortest gap in a channel, s |"
    )
    print("|" + " --- |" * 7)
    for kind in options.kinds:
        print(asyncio.run(measure(kind, options.seconds, options.start)), flush=True)


if __name__ == "__main__":
    main()
