"""The composition root: builds every part of the running bot and connects the parts.

`run`, `web` and `worker` use `open_services`. The modules next to this one build the parts of one
subject each: rates, then sending, feeds, commands, and what watches them. The other commands and
the benchmarks use some of them directly.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.alerts.notices import Notices
from bot.alerts.sending.dispatcher import Dispatcher
from bot.feeds.polling.poller import Poller
from bot.feeds.polling.scheduler import PollScheduler
from bot.feeds.websub.subscriptions import WebSubSubscriptions
from bot.monitoring.metrics import Metrics
from bot.pipeline import IntakeResult
from bot.proposals.approval.decisions import Decisions
from bot.proposals.inbox import ProposalInbox
from bot.runtime.feed_registry import FeedRegistry
from bot.runtime.settings import Settings
from bot.runtime.watch.each_workspace import EachWorkspace
from bot.runtime.watch.watches import Watches
from bot.runtime.wiring.basics import read_clock
from bot.runtime.wiring.commands import build_slack_context, update_proposals
from bot.runtime.wiring.feeds import open_feeds
from bot.runtime.wiring.foundation import Foundation
from bot.runtime.wiring.rates import open_rates
from bot.runtime.wiring.removal import WorkspaceRemoval, build_removal
from bot.runtime.wiring.sending import SendingParts, open_sending
from bot.runtime.wiring.watching import build_line_reports, build_reminders, build_watches
from bot.slack.context import SlackContext
from bot.sources.journals.watcher import JournalWatcher
from bot.store.store import Store


@dataclass(frozen=True)
class Services:
    """The parts of the running bot, connected to each other."""

    settings: Settings
    store: Store
    decisions: Decisions
    dispatcher: Dispatcher
    inbox: ProposalInbox
    poller: Poller
    scheduler: PollScheduler[IntakeResult]
    notices: Notices
    reminders: EachWorkspace
    line_reports: EachWorkspace
    watches: Watches
    slack: SlackContext
    feeds: FeedRegistry
    metrics: Metrics
    hubs: WebSubSubscriptions | None
    """None if hubs cannot reach the bot."""
    journal: JournalWatcher | None
    """None if the live source for the journal is off."""
    removal: WorkspaceRemoval | None
    """None if the bot serves only one workspace."""
    forget_removed: Callable[[], Awaitable[None]]
    """Drops what this process knows of workspaces whose removal another process has handled."""


@asynccontextmanager
async def open_services(base: Foundation) -> AsyncIterator[Services]:
    """Builds all services of the bot. At the end of the block, closes them in reverse order."""
    async with (
        open_rates(base) as rates,
        open_sending(base, rates) as sending,
        open_feeds(base, rates, sending) as feeds,
    ):
        removal = build_removal(
            base.slack,
            base.store.database,
            sending.gate,
            sending.sender.check_workspace,
            read_clock,
        )
        slack = build_slack_context(base, rates, sending, feeds.registry, removal)
        decisions, inbox = rates.decisions, sending.inbox
        try:
            update_proposals(base, rates, inbox, slack)
            yield Services(
                settings=base.settings,
                store=base.store,
                decisions=decisions,
                dispatcher=sending.dispatcher,
                inbox=inbox,
                poller=feeds.poller,
                scheduler=feeds.scheduler,
                notices=sending.notices,
                reminders=build_reminders(base, rates, sending),
                line_reports=build_line_reports(base, rates, sending),
                watches=build_watches(base, rates, sending, feeds),
                slack=slack,
                feeds=feeds.registry,
                metrics=base.metrics,
                hubs=feeds.hubs,
                journal=rates.sources.build_journal_watcher(
                    base.config.reader, lambda: decisions.ledger, inbox
                ),
                removal=removal,
                forget_removed=lambda: _forget_removed(base, sending),
            )
        finally:
            await slack.background.finish()


async def _forget_removed(base: Foundation, sending: SendingParts) -> None:
    teams = await base.slack.clients.list_teams()
    sending.gate.keep_only(teams)
    sending.sender.keep_only(teams)
