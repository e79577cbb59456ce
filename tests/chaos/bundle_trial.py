"""Runs the process with bundles against the faulty Slack, kills it, and compares what arrived."""

import asyncio
import json
import re
import sys
import time
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

import sqlalchemy as sa

from bot.alerts.delivery import DeliveryKind, DeliveryState
from bot.alerts.digest import BundleKind, read_bundle
from bot.store import tables
from bot.store.engine import Database
from bot.store.store import Store
from bot.store.upgrade import upgrade
from tests.chaos.bundle_process import BundleJob, make_load
from tests.chaos.bundles import BundleLoad, seen_times
from tests.chaos.faulty_slack import TEAM, FaultySlack, Posted
from tests.chaos.trial import ROOT, kill, stop

_LOOK_S = 0.3
_TOKEN = re.compile(r"\bS(\d{4})\b")
_row = tables.deliveries.c


@dataclass(frozen=True)
class BundleTally:
    """Numbers of stories and messages that arrived, compared with those that must arrive."""

    expected: int = 0
    """The stories in all conversations."""
    in_messages: int = 0
    """Stories in alerts and developments."""
    in_bundles: int = 0
    """Stories in digests, and in bundles of quiet hours."""
    in_offers: int = 0
    """Stories that a mute kept back, in offers."""
    waiting: int = 0
    """Stories in bundles whose moment comes after the run."""
    bundles: int = 0
    """Digests, bundles of quiet hours and offers that arrived."""
    continued: int = 0
    """Further messages of digests that are too long for one."""
    lost: int = 0
    twice: int = 0
    """Stories in two messages of a conversation."""
    repeated: int = 0
    """Posts of a message that had arrived."""
    out_of_order: int = 0
    """Stories in front of an earlier one of their conversation, apart from offers, and messages of
    a digest that are in front of an earlier one."""
    wrong_mute: int = 0
    """Stories that were sent although they were muted, or offered although they were not."""
    not_shown: int = 0
    """Stories of a digest that none of its messages shows, or that two of them show."""
    kills: int = 0
    seconds: float = 0.0
    is_finished: bool = True
    """Whether everything that was due was sent before the time limit."""

    @property
    def faults(self) -> int:
        """The number of stories and messages with which something is wrong."""
        lost = self.lost + self.twice + self.repeated
        return lost + self.out_of_order + self.wrong_mute + self.not_shown


@dataclass(frozen=True)
class _Row:
    """A row of the deliveries table."""

    id: str
    kind: DeliveryKind
    conversation: str
    numbers: tuple[int, ...]
    state: DeliveryState
    content: str

    @property
    def is_offer(self) -> bool:
        if self.kind is not DeliveryKind.DIGEST:
            return False
        return read_bundle(self.content).kind is BundleKind.MISSED


async def run_bundle_trial(
    job: BundleJob, kills: int, slack: FaultySlack, limit_s: float
) -> BundleTally:
    """Runs a job with SIGKILLs spread evenly over its stories; the database must be empty."""
    load, began_s = make_load(job), time.monotonic()
    await upgrade(job.database)
    database = Database(job.database)
    store = Store.of(database, TEAM)
    await load.prepare(store)
    process = await _start(job)
    try:
        for number in range(1, kills + 1):
            await _reach(job, load, round(load.stories * number / (kills + 1)))
            await kill(process)
            process = await _start(job)
        is_finished = await _drained(store, job, load, began_s + limit_s)
        seconds = time.monotonic() - began_s
        await stop(process)
        rows, seen = await _read_rows(database), await seen_times(store)
    finally:
        if process.returncode is None:
            await kill(process)
        await database.close()
    tally = count_bundles(load, rows, seen, slack)
    return replace(tally, kills=kills, seconds=seconds, is_finished=is_finished)


async def _start(job: BundleJob) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.chaos.bundle_process", job.model_dump_json(), cwd=ROOT
    )


async def _reach(job: BundleJob, load: BundleLoad, number: int) -> None:
    """Waits until the story with this number is due."""
    wait = load.due_at(number) - job.clock.now()
    await asyncio.sleep(max(wait.total_seconds() / job.clock.speed, 0))


async def _drained(store: Store, job: BundleJob, load: BundleLoad, until_s: float) -> bool:
    """Waits until all stories are planned and nothing that is due is unsent."""
    due = sa.select(sa.func.count()).where(
        sa.text(tables.UNSENT), _row.due_at <= sa.bindparam("now", type_=tables.Moment)
    )
    stories = sa.select(sa.func.count()).select_from(tables.stories)
    while time.monotonic() < until_s:
        (planned,) = await store.database.column(stories)
        (unsent,) = await store.database.column(due, {"now": job.clock.now()})
        if planned == load.stories and not unsent:
            return True
        await asyncio.sleep(_LOOK_S)
    return False


async def _read_rows(database: Database) -> list[_Row]:
    fields = (_row.id, _row.kind, _row.conversation, _row.story_ids, _row.state, _row.content)
    query = sa.select(*fields).where(_row.kind != DeliveryKind.UPDATE).order_by(_row.seq)
    return [
        _Row(
            id=each.id,
            kind=DeliveryKind(each.kind),
            conversation=each.conversation,
            numbers=tuple(_number(story) for story in json.loads(each.story_ids)),
            state=DeliveryState(each.state),
            content=each.content,
        )
        for each in await database.rows(query)
    ]


def count_bundles(
    load: BundleLoad, rows: Sequence[_Row], seen: Sequence[datetime], slack: FaultySlack
) -> BundleTally:
    """Compares the rows and the posted messages with the load."""
    tally = BundleTally(expected=load.channels * load.stories)
    by_place = {
        place: list(found)
        for place, found in groupby(
            sorted(rows, key=lambda row: row.conversation), lambda row: row.conversation
        )
    }
    for conversation in load.conversations:
        found = by_place.get(conversation, [])
        tally = _add(tally, _count_stories(load, conversation, found, seen))
        tally = _add(tally, _count_posts(found, slack.in_conversation(conversation)))
    return tally


def _add(one: BundleTally, other: BundleTally) -> BundleTally:
    names = [
        *("in_messages", "in_bundles", "in_offers", "waiting", "bundles", "continued", "lost"),
        *("twice", "repeated", "out_of_order", "wrong_mute", "not_shown"),
    ]
    return replace(one, **{name: getattr(one, name) + getattr(other, name) for name in names})


def _count_stories(
    load: BundleLoad, conversation: str, rows: Sequence[_Row], seen: Sequence[datetime]
) -> BundleTally:
    """Whether each story is in one message, and in an offer exactly if it was muted."""
    ended = [row for row in rows if row.state is DeliveryState.SENT]
    waiting = [row for row in rows if row.state is DeliveryState.QUEUED]
    times = Counter(number for row in (*ended, *waiting) for number in row.numbers)
    offered = {number for row in (*ended, *waiting) if row.is_offer for number in row.numbers}
    wrong = 0
    for number in times:
        is_muted = load.is_muted(conversation, number, seen)
        wrong += is_muted is not None and is_muted != (number in offered)
    direct = [row for row in ended if row.kind is not DeliveryKind.DIGEST]
    offers = [row for row in ended if row.is_offer]
    return BundleTally(
        in_messages=_sum(direct),
        in_bundles=_sum(ended) - _sum(direct) - _sum(offers),
        in_offers=_sum(offers),
        waiting=_sum(waiting),
        bundles=len(ended) - len(direct),
        lost=load.stories - len(times),
        twice=sum(times.values()) - len(times),
        wrong_mute=wrong,
    )


def _count_posts(rows: Sequence[_Row], posts: Sequence[Posted]) -> BundleTally:
    """Whether each message arrived once, in order, and shows its stories."""
    pages: dict[str, list[Posted]] = {}
    for post in posts:
        pages.setdefault(post.delivery_id.partition("/")[0], []).append(post)
    sent = {row.id: row for row in rows if row.state is DeliveryState.SENT}
    lost = sum(len(row.numbers) for row in sent.values() if row.id not in pages)
    repeated = disordered = not_shown = continued = 0
    latest = -1
    for delivery_id, posted in pages.items():
        ids = [post.delivery_id for post in posted]
        repeated += len(ids) - len(set(ids))
        row = sent.get(delivery_id)
        if row is None:
            # A message that arrived although its row says that it was not sent.
            repeated += 1
            continue
        if row.is_offer:
            continue
        disordered += ids != [delivery_id, *(f"{delivery_id}/{n + 2}" for n in range(len(ids) - 1))]
        disordered += min(row.numbers) < latest
        latest = max(latest, *row.numbers)
        if row.kind is DeliveryKind.DIGEST:
            continued += len(set(ids)) - 1
            not_shown += _count_hidden(row.numbers, posted)
    return BundleTally(
        lost=lost,
        repeated=repeated,
        out_of_order=disordered,
        continued=continued,
        not_shown=not_shown,
    )


def _count_hidden(numbers: Sequence[int], posted: Sequence[Posted]) -> int:
    """The events of a digest that its messages do not show once."""
    shown: Counter[int] = Counter()
    for blocks in {post.delivery_id: post.blocks for post in posted}.values():
        shown.update({int(each) for each in _TOKEN.findall(blocks)})
    # Of an alert and its development in one digest, the item shows the development.
    hidden = {number for number in numbers if number % 4 == 2 and number + 1 in numbers}
    wanted: Mapping[int, int] = Counter(set(numbers) - hidden)
    return sum(shown[number] != wanted.get(number, 0) for number in {*shown, *wanted})


def _sum(rows: Sequence[_Row]) -> int:
    return sum(len(row.numbers) for row in rows)


def _number(story_id: str) -> int:
    return int(story_id.rpartition("-")[2])
