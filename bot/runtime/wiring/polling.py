"""The parts that poll feeds and save their news, and the list of feeds."""

import logging
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.alerts.subscriptions.own_lines import NoLineLists, StoryTouches
from bot.commands.lines.current_duties import CurrentDuties
from bot.commands.lines.touching import TouchFinder
from bot.errors import StoreError
from bot.feeds.model import Feed, FeedState
from bot.feeds.polling.poller import Poller
from bot.feeds.polling.scheduler import PollScheduler
from bot.monitoring.logs import bind_to_log
from bot.monitoring.metrics import Metrics
from bot.pipeline import IntakeResult, Pipeline, PipelineRules, RoundSource
from bot.proposals.approval.decisions import Decisions
from bot.proposals.inbox import ProposalInbox
from bot.runtime.config.folder import ConfigFolder
from bot.runtime.feed_registry import FeedRegistry
from bot.runtime.settings import Settings
from bot.runtime.wiring.basics import make_fetch_limits, open_store, read_clock
from bot.runtime.wiring.delivery_rules import build_delivery_rules
from bot.store.pipeline_store import PipelineStore
from bot.store.store import Store

log = logging.getLogger(__name__)

_LONGEST_TICK_S = 1.0
_SHORTEST_SPREAD_S = 20.0
_STARTS_PER_SECOND = 50


def choose_tick_s(settings: Settings) -> float:
    """Seconds between two checks for due feeds. They are short compared with the poll interval."""
    return min(settings.poll_seconds / 20, _LONGEST_TICK_S)


def choose_spread_s(settings: Settings, feeds: int) -> float:
    """Seconds over which the first polls after the start are distributed."""
    return min(settings.poll_seconds / 2, max(_SHORTEST_SPREAD_S, feeds / _STARTS_PER_SECOND))


@asynccontextmanager
async def open_poller(
    settings: Settings, is_pushed: Callable[[str], bool] | None = None
) -> AsyncIterator[Poller]:
    """The part that fetches and parses feeds. `is_pushed(feed_id)` says whether a hub pushes the
    feed's news."""
    poller = Poller(make_fetch_limits(settings), read_clock, random.random, is_pushed=is_pushed)
    try:
        yield poller
    finally:
        await poller.close()


@asynccontextmanager
async def open_feed_registry(settings: Settings) -> AsyncIterator[FeedRegistry]:
    """The list of feeds, for commands that run without the bot."""
    config = ConfigFolder(settings)
    async with open_store(settings) as store, open_poller(settings) as poller:
        yield FeedRegistry(config.feeds, store, poller, config.topic_languages)


@dataclass(frozen=True)
class Polling:
    """The parts that polling needs. If there is an `inbox`, operators get new proposals
    immediately."""

    settings: Settings
    feeds: Sequence[Feed]
    config: ConfigFolder
    store: PipelineStore
    poller: Poller
    decisions: Decisions
    inbox: ProposalInbox | None = None
    on_deliveries: Callable[[], None] = lambda: None
    metrics: Metrics | None = None
    touches: StoryTouches = field(default_factory=NoLineLists)
    """Finds the stories that touch lines of conversations that want only these."""


@asynccontextmanager
async def open_scheduler(
    parts: Polling, spread_s: float = 0.0
) -> AsyncIterator[PollScheduler[IntakeResult]]:
    """The scheduler that polls the feeds and saves their news. The first polls are distributed over
    `spread_s` seconds.

    If a server asked for a pause before a restart, the pause still applies.
    """
    states = await parts.store.feeds.states()
    parts.poller.restore_pauses(states.values())
    scheduler = PollScheduler(
        parts.feeds,
        parts.store.feeds,
        _Intake(build_pipeline(parts), parts.inbox, parts.metrics, parts.store.has_workers).run,
        read_clock,
        parts.on_deliveries,
        spread_s,
        parts.poller.limits.polls_per_host,
    )
    try:
        yield scheduler
    finally:
        await scheduler.stop()


def build_touches(store: Store, decisions: Decisions) -> StoryTouches:
    """Finds the stories that touch lines, for commands that run without the bot."""
    duties = CurrentDuties(lambda: decisions.ledger, read_clock)
    return TouchFinder(store.lines, duties, decisions)


def build_pipeline(parts: Polling) -> Pipeline:
    """The pipeline, which passes news from the poller to the store."""
    settings = parts.settings
    rules = PipelineRules(
        max_age=timedelta(hours=settings.max_age_hours),
        deliver=build_delivery_rules(settings, parts.config.parties),
        propose=parts.decisions.propose,
        touches=parts.touches,
    )
    return Pipeline(parts.poller, parts.config.reader, parts.store, rules)


class _Intake:
    """Runs the pipeline for one feed, then sends the proposals that result from it to the
    operators.

    If there are workers, the state in memory may be old when a push arrives, so the saved state is
    read again.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        inbox: ProposalInbox | None,
        metrics: Metrics | None,
        has_workers: bool = False,
    ) -> None:
        self._pipeline, self._inbox, self._metrics = pipeline, inbox, metrics
        self._has_workers = has_workers

    async def run(
        self, feed: Feed, now: datetime, fetch_round: RoundSource | None, state: FeedState | None
    ) -> IntakeResult:
        known = None if fetch_round is not None and self._has_workers else state
        with bind_to_log(feed=feed.id):
            result = await self._pipeline.run(feed, now, fetch_round, known)
        if self._metrics is not None:
            self._metrics.record_poll(result.round, result.stories, result.deliveries)
        if result.proposals and self._inbox is not None:
            try:
                await self._inbox.look()
            except StoreError as error:
                # The poll's result is saved. The next `inbox.look()` sends the proposals.
                log.warning("%s; proposals are sent later", error)
        return result
