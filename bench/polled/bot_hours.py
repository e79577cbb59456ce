"""The bot's own clock, watch, pipeline and store on many feeds for several turns of the schedule.

Left out of the bot is only Slack. All feeds are on one host here, so the bound for each host is
raised. One line of JSON is printed after the first fetch and after each turn.
"""

import asyncio
import json
import os
import sys
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from time import perf_counter, process_time

from bench.polled.lag import Lag, measured, percentile, told
from bench.polled.turns import arguments
from bench.polled.usage import memory
from bot.feeds.model import Feed, FeedState, PollOutcome
from bot.pipeline import Taken
from bot.runtime.config_folder import ConfigFolder
from bot.runtime.gc_tuning import settle, share_one_arena
from bot.runtime.jobs import build_schedule
from bot.runtime.settings import Settings
from bot.runtime.wiring import Store, open_poller, open_store, open_watch, spread_s, tick_s
from bot.store.pipeline_store import PipelineStore


class Observed(PipelineStore):
    """The shelf, and when what was asked of it."""

    def __init__(self, store: Store) -> None:
        super().__init__(
            store.database,
            store.feeds,
            store.stories,
            store.subscriptions,
            store.events,
            store.outbox,
        )
        self.began: dict[str, float] = {}
        self.first = asyncio.Semaphore(0)
        self.clear()

    def clear(self) -> None:
        """Begins anew."""
        self.late_s: list[float] = []
        self.took_s: list[float] = []
        self.new_entries = self.failed = 0

    async def all_of(self, feeds: int) -> None:
        """Returns when so many feeds have been read for the first time."""
        for _ in range(feeds):
            await self.first.acquire()

    async def state(self, feed_id: str) -> FeedState | None:
        state = await super().state(feed_id)
        if state is not None and state.next_poll_at is not None:
            self.late_s.append((datetime.now(UTC) - state.next_poll_at).total_seconds())
        self.began[feed_id] = perf_counter()
        return state

    async def keep(self, taken: Taken) -> None:
        await super().keep(taken)
        self.took_s.append(perf_counter() - self.began[taken.round.feed_id])
        self.new_entries += len(taken.entries)
        self.failed += taken.round.outcome is PollOutcome.FAILED
        if taken.first_round:
            self.first.release()


async def main() -> None:
    """Further arguments: seconds between two polls of a feed, seconds of a turn, turns."""
    share_one_arena()
    addresses, folder = arguments()
    poll_s, turn_s, turns = float(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5])
    settings = Settings(
        data_dir=folder,
        poll_seconds=poll_s,
        fetches_per_host=50,
        allowed_networks=(ip_network("127.0.0.1/32"),),
    )
    feeds = [
        Feed(id=f"press{number}", title=f"Press {number}", url=address)
        for number, address in enumerate(addresses)
    ]
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(settings))
        shelf = Observed(store)
        poller = await stack.enter_async_context(open_poller(settings))
        watch = await stack.enter_async_context(
            open_watch(
                settings,
                feeds,
                ConfigFolder(settings).read_all(),
                replace(store, shelf=shelf),
                poller,
                lambda: None,
                spread_s=spread_s(settings, len(feeds)),
            )
        )

        async def nothing() -> None:
            return

        scheduler = build_schedule(
            watch.poll_due, watch.report, nothing, nothing, nothing, nothing, tick_s(settings)
        )
        settle()
        lag = await stack.enter_async_context(measured())
        began, used = perf_counter(), process_time()
        scheduler.start()
        stack.callback(scheduler.shutdown, wait=False)
        await shelf.all_of(len(feeds))
        _tell(shelf, lag, folder, perf_counter() - began, process_time() - used)
        for _ in range(turns):
            shelf.clear()
            lag.clear()
            began, used = perf_counter(), process_time()
            await asyncio.sleep(turn_s)
            _tell(shelf, lag, folder, perf_counter() - began, process_time() - used)


def _tell(shelf: Observed, lag: Lag, folder: Path, wall_s: float, cpu_s: float) -> None:
    found = {
        "wall_s": wall_s,
        "cpu_s": cpu_s,
        "polls": len(shelf.took_s),
        "failed": shelf.failed,
        "new_entries": shelf.new_entries,
        "late_s": [percentile(shelf.late_s, 50), percentile(shelf.late_s, 99)],
        "on_time": sum(late <= 5 for late in shelf.late_s) / max(len(shelf.late_s), 1),
        "took_s": [percentile(shelf.took_s, 50), percentile(shelf.took_s, 99)],
        "lag_ms": told(lag),
        "lag_over_50": sum(each > 50 for each in lag.found) / len(lag.found),
        "memory_mb": memory(os.getpid()).mb,
        "database_mb": sum(each.stat().st_size for each in folder.glob("tariffwire.db*")) / 1e6,
    }
    print(json.dumps(found), flush=True)
