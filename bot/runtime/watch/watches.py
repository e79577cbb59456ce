"""Builds the watches of `bot.alerts.watch`, and runs the one that needs feeds and rates."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from bot.alerts.notices import Notices
from bot.alerts.sending.dispatcher import Dispatcher
from bot.alerts.sending.workspace_gate import WorkspaceGate
from bot.alerts.subscriptions.timing import ServerTime
from bot.alerts.watch.incidents import Incidents
from bot.alerts.watch.late_messages import LateMessages
from bot.alerts.watch.problems import FeedWatch, find_age_problems, find_passed_problems
from bot.alerts.watch.quiet_weeks import QuietWeeks
from bot.feeds.polling.scheduler import PollScheduler
from bot.pipeline import IntakeResult
from bot.proposals.approval.decisions import Decisions
from bot.runtime.settings import Settings
from bot.runtime.watch.each_workspace import EachWorkspace
from bot.store.store import Store


@dataclass(frozen=True)
class WatchedParts:
    """The parts that are watched, and those by which the watches report.

    `home` is the workspace of the operators, `list_teams` lists all workspaces.
    """

    settings: Settings
    store: Store
    home: str
    list_teams: Callable[[], Awaitable[Sequence[str]]]
    decisions: Decisions
    scheduler: PollScheduler[IntakeResult]
    dispatcher: Dispatcher
    gate: WorkspaceGate
    notices: Notices
    clock: Callable[[], datetime]


class Watches:
    """All watches; `bot.runtime.jobs` calls them."""

    def __init__(self, parts: WatchedParts) -> None:
        self._parts, store = parts, parts.store
        self._incidents = Incidents(store.watch, parts.notices, parts.home)
        self.late_messages = EachWorkspace(parts.list_teams, self._watch_late_messages)
        self._feeds = FeedWatch(store.watch)
        self.quiet_weeks = EachWorkspace(parts.list_teams, self._watch_quiet_weeks)

    def _watch_late_messages(self, team: str) -> LateMessages:
        parts, store = self._parts, self._parts.store.watch
        incidents = Incidents(store, parts.notices, team)
        return LateMessages(
            store,
            incidents,
            team,
            parts.clock,
            lambda: team in parts.gate.closed,
            is_home=team == parts.home,
        )

    def _watch_quiet_weeks(self, team: str) -> QuietWeeks:
        parts, store = self._parts, self._parts.store
        return QuietWeeks(
            store.watch,
            store.outbox,
            store.subscriptions,
            store.mutes,
            lambda: parts.decisions.ledger,
            self._count_feeds,
            team,
            parts.clock,
            parts.dispatcher.wake,
            ServerTime(parts.settings.digest_hour, ZoneInfo(parts.settings.timezone)),
        )

    def _count_feeds(self, since: datetime) -> int:
        """The number of feeds that were read since then."""
        reads = (state.last_success_at for state in self._parts.scheduler.list_states())
        return sum(read is not None and read > since for read in reads)

    async def look_at_feeds_and_rates(self) -> None:
        """Reports feeds that are silent, known dates that have passed, and what has recovered."""
        now, decisions = self._parts.clock(), self._parts.decisions
        states = self._parts.scheduler.list_states()
        feeds = {state.feed_id for state in states}
        await self._incidents.look("feeds", await self._feeds.find_problems(states, now), feeds)
        last_checks, ledger = decisions.list_last_checks(), decisions.ledger
        find_today = partial(ledger.find_duty_day, now)
        old = find_age_problems(last_checks, find_today)
        await self._incidents.look("rates", old, last_checks)
        passed = await asyncio.to_thread(find_passed_problems, ledger, last_checks, find_today)
        await self._incidents.look("known dates", passed, last_checks)
