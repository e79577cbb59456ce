"""Runs the sending process against the faulty Slack, kills it, and counts the messages."""

import asyncio
import signal
import sys
import time
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import sqlalchemy as sa

from bot.alerts.delivery import DeliveryState
from bot.store import tables
from bot.store.engine import Database
from bot.store.store import Store
from bot.store.upgrade import upgrade
from tests.chaos.faulty_slack import TEAM, FaultySlack
from tests.chaos.load import STATUS, Load
from tests.chaos.sending_process import SendingJob

ROOT = Path(__file__).parents[2]
SOON_S = 10.0
_LOOK_S = 0.3
_ENDED = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.DROPPED)


@dataclass(frozen=True)
class Tally:
    """Numbers of messages that arrived in Slack, compared with those of the load."""

    expected: int
    arrived: int
    """Messages that arrived at least once."""
    repeated: int
    """Posts of a message that had already arrived."""
    repeated_unmarked: int
    """Repeated posts that do not say that they may be a repetition."""
    unsent: int
    """Messages that did not arrive but can still be sent."""
    lost: int
    """Messages that did not arrive although the outbox counts them as sent or failed."""
    out_of_order: int
    """Messages that arrived after a later message of their conversation."""
    out_of_date: int
    """Alerts that do not show the status of their event's last story."""
    seconds: float = 0.0
    is_finished: bool = True
    """Whether the outbox was empty before the time limit."""
    first_posts_s: list[float | None] = field(default_factory=list)
    """For each restart, the seconds until a new message arrived; None if none did in time."""
    soon_after_restart: list[int] = field(default_factory=list)
    """For each restart, how many new messages arrived within SOON_S seconds."""


@dataclass(frozen=True)
class Trial:
    """One run of a job with `kills` SIGKILLs, spread evenly over its messages."""

    job: SendingJob
    kills: int
    limit_s: float = 300.0
    """The run ends after this time even if the outbox is not empty."""
    first_post_limit_s: float = 60.0
    """The longest wait for a new message after a restart."""


async def run_trial(trial: Trial, slack: FaultySlack) -> Tally:
    """Runs a trial; the job's database must be empty."""
    job, began_s = trial.job, time.monotonic()
    load = Load(job.channels, job.stories, updates=job.updates)
    await upgrade(job.database)
    database = Database(job.database)
    store = Store.of(database, TEAM)
    first_posts_s: list[float | None] = []
    restarts_s: list[float] = []
    process = await start(job)
    try:
        for number in range(1, trial.kills + 1):
            share = number / (trial.kills + 1)
            until_s = began_s + trial.limit_s * share
            await _reach(slack, round(load.expected * share), until_s)
            await kill(process)
            restarted_s, before = time.monotonic(), slack.arrived
            restarts_s.append(restarted_s)
            process = await start(job)
            arrived = await _reach(slack, before + 1, restarted_s + trial.first_post_limit_s)
            first_posts_s.append(time.monotonic() - restarted_s if arrived else None)
        is_finished = await _drained(store, load, began_s + trial.limit_s)
        seconds = time.monotonic() - began_s
        await stop(process)
        states = await states_of(database)
    finally:
        if process.returncode is None:
            await kill(process)
        await database.close()
    return replace(
        count(slack, load, states),
        seconds=seconds,
        is_finished=is_finished,
        first_posts_s=first_posts_s,
        soon_after_restart=_soon_after(slack, restarts_s),
    )


async def start(job: SendingJob) -> Process:
    """Starts a sending process."""
    module = "tests.chaos.sending_process"
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, job.model_dump_json(), cwd=ROOT
    )


async def kill(process: Process) -> None:
    """Kills a running process with SIGKILL."""
    process.kill()
    assert await process.wait() == -signal.SIGKILL


async def stop(process: Process) -> None:
    """Stops a process with SIGTERM, so that it cleans up."""
    process.terminate()
    assert await process.wait() == 0


async def wait_for(slack: FaultySlack, is_reached: Callable[[], bool], limit_s: float) -> bool:
    """Waits until `is_reached()` is true; returns False if it stays false for `limit_s`."""
    with suppress(TimeoutError):
        async with asyncio.timeout(limit_s):
            await slack.wait_until(is_reached)
    return is_reached()


async def _reach(slack: FaultySlack, arrived: int, until_s: float) -> bool:
    return await wait_for(slack, lambda: slack.arrived >= arrived, until_s - time.monotonic())


async def _drained(store: Store, load: Load, until_s: float) -> bool:
    """Waits until nothing is unsent; returns False if `until_s` comes first."""
    while time.monotonic() < until_s:
        counts = await store.outbox.counts()
        if sum(counts[state] for state in _ENDED) == load.deliveries_in_all:
            return True
        await asyncio.sleep(_LOOK_S)
    return False


async def states_of(database: Database) -> dict[str, str]:
    """The state of each queued message, by its id."""
    row = tables.deliveries.c
    return {each[0]: each[1] for each in await database.rows(sa.select(row.id, row.state))}


def _soon_after(slack: FaultySlack, restarts_s: list[float]) -> list[int]:
    """For each of these moments, how many new messages arrived within SOON_S seconds."""
    first_s: dict[str, float] = {}
    for posted in slack.posted:
        first_s.setdefault(posted.delivery_id, posted.at_s)
    return [sum(0 <= each - moment <= SOON_S for each in first_s.values()) for moment in restarts_s]


def count(slack: FaultySlack, load: Load, states: dict[str, str]) -> Tally:
    """Compares the arrived messages with the load. `states` has each queued message's state."""
    arrived = unmarked = out_of_order = unsent = lost = copies = 0
    for conversation in load.conversations:
        place = {each: number for number, each in enumerate(load.ids_of(conversation))}
        seen: Counter[str] = Counter()
        latest = -1
        for posted in slack.in_conversation(conversation):
            seen[posted.delivery_id] += 1
            if seen[posted.delivery_id] > 1:
                copies += 1
                unmarked += not posted.is_marked
                continue
            out_of_order += place[posted.delivery_id] < latest
            latest = max(latest, place[posted.delivery_id])
        arrived += len(seen)
        for missing in place.keys() - seen.keys():
            ended = states.get(missing) in (DeliveryState.SENT, DeliveryState.FAILED)
            lost += ended
            unsent += not ended
    return Tally(
        expected=load.expected,
        arrived=arrived,
        repeated=copies,
        repeated_unmarked=unmarked,
        unsent=unsent,
        lost=lost,
        out_of_order=out_of_order,
        out_of_date=sum(STATUS not in slack.shown.get(each, "") for each in load.updated),
    )
