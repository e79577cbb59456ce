"""The bot of a simulated day: store, poller, pipeline, dispatcher and sender on a given clock.

    python -m bench.simulated.start_bot JOB

JOB is a `BotJob` as JSON. For each line of stdin, a `Tick` as JSON, the process sets its clock,
changes mutes, polls the feeds that are due, sends the messages that are due, and answers with a
line. It can be killed at any time; the same tick may then be repeated.
"""

import asyncio
import logging
import random
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

from pydantic import AwareDatetime

from bench.simulated.counted import read_counters
from bench.simulated.world import kind_of
from bot.alerts.mutes import Mute
from bot.alerts.planning import DeliveryRules
from bot.alerts.sending.ports import DispatchTimes
from bot.feeds.http.limits import FetchLimits
from bot.feeds.model import Feed
from bot.feeds.polling.poller import Poller
from bot.feeds.polling.scheduler import PollScheduler
from bot.monitoring.metrics import Metrics
from bot.pipeline import IntakeResult, Pipeline, PipelineRules
from bot.runtime.config.folder import ConfigFolder
from bot.runtime.gc_tuning import freeze_startup_objects
from bot.runtime.settings import Settings
from bot.store.engine import Database
from bot.store.pipeline_store import PipelineStore
from bot.store.store import Store
from bot.values import Frozen
from tests.chaos.faulty_slack import TEAM
from tests.chaos.sending import open_dispatcher

LIMITS = FetchLimits(
    user_agent="Tariffwire-bench/1.0 (+https://tariffwire.example/bench)",
    poll_s=300,
    spacing_s=0.0,
    fetches_per_host=5,
    allowed_networks=(ip_network("127.0.0.0/8"),),
)
_MAX_AGE = timedelta(days=2)
_SPREAD_S = 150.0
_SEND_TIMEOUT_S = 2.0


class BotJob(Frozen):
    """The task of one process."""

    database: str
    api_url: str
    feeds: tuple[str, ...]
    """The address of each feed."""
    log: str


class Tick(Frozen):
    """What to do in one simulated minute."""

    now: AwareDatetime
    mutes: tuple[Mute, ...] = ()
    lifted: tuple[Mute, ...] = ()
    keep_s: float = 0.0
    """If this is set, rows that are older are pruned."""


class Ticked(Frozen):
    """The answer to a tick."""

    polls: int
    sent: int
    rss_mb: float
    counters: Mapping[str, float]
    """What the metrics of the process have counted so far; see `bench.simulated.counted`."""
    unsent: Mapping[str, int] = {}
    """The unsent messages by state according to the metrics, if rows were pruned."""


class SetClock:
    """A clock that shows the time of the tick."""

    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        """The simulated time."""
        return self.time


async def main() -> None:
    """Processes ticks until the end of stdin."""
    job = BotJob.model_validate_json(sys.argv[1])
    logging.basicConfig(filename=job.log, level=logging.WARNING)
    lines = await _open_stdin()
    tick = Tick.model_validate_json(await lines.readline())
    clock = SetClock(tick.now)
    database = Database(job.database)
    store = Store.of(database, TEAM)
    poller, metrics = Poller(LIMITS, clock.now, random.random), Metrics()
    config = ConfigFolder(Settings())
    rules = PipelineRules(max_age=_MAX_AGE, deliver=DeliveryRules(blocs=config.parties.blocs))
    pipeline = Pipeline(poller, config.reader, PipelineStore(store), rules)
    poller.restore_pauses((await store.feeds.states()).values())
    scheduler: PollScheduler[IntakeResult] = PollScheduler(
        [_make_feed(number, url) for number, url in enumerate(job.feeds)],
        store.feeds,
        pipeline.run,
        clock.now,
        lambda: None,
        _SPREAD_S,
        LIMITS.polls_per_host,
    )
    await store.outbox.release_all(clock.now())
    freeze_startup_objects()
    times = DispatchTimes(send_timeout_s=_SEND_TIMEOUT_S, digest_timeout_s=2 * _SEND_TIMEOUT_S)
    async with open_dispatcher(
        store, job.api_url, clock.now, times=times, blocs=config.parties.blocs, metrics=metrics
    ) as dispatcher:
        while True:
            clock.time = tick.now
            for mute in tick.mutes:
                await store.mutes.add(mute)
            for mute in tick.lifted:
                await store.mutes.remove(mute, tick.now)
            polls = await scheduler.poll_due()
            for result in await asyncio.gather(*polls):
                if result is not None:
                    metrics.record_poll(result.round, result.stories, result.deliveries)
            sent = await dispatcher.run_once(tick.now)
            unsent: Mapping[str, int] = {}
            if tick.keep_s:
                await store.retention.prune(tick.now, timedelta(seconds=tick.keep_s))
                backlog = await store.monitoring.count_backlog(tick.now)
                unsent = {state.value: count for state, count in backlog.by_state.items()}
            answer = Ticked(
                polls=len(polls),
                sent=sent,
                rss_mb=_read_rss_mb(),
                counters=read_counters(metrics),
                unsent=unsent,
            )
            print(answer.model_dump_json(), flush=True)
            line = await lines.readline()
            if not line:
                break
            tick = Tick.model_validate_json(line)
    await scheduler.stop()
    await poller.close()
    await database.close()


def _make_feed(number: int, url: str) -> Feed:
    return Feed(id=f"press{number}", title=f"Press {number}", url=url, kind=kind_of(number))


def _read_rss_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


async def _open_stdin() -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=1_000_000)
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    return reader
