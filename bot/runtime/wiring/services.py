"""The composition root: builds every part of the running bot and connects the parts.

`run`, `web` and `worker` use `open_services`. The other commands and the benchmarks use the modules
next to this one.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.deadlines import EventDeadlines
from bot.alerts.notices import AnswerReport, MistakeReport, Notices, mistake_trouble
from bot.alerts.reminders import Reminders
from bot.alerts.sending.dispatcher import Dispatcher
from bot.alerts.sending.ports import Sender
from bot.alerts.sending.shared_pace import SharedPace
from bot.alerts.sending.workspace_gate import WorkspaceGate
from bot.alerts.subscriptions.timing import ServerTime
from bot.alerts.subscriptions.wanted import BundleReview
from bot.commands.answers import AnswerService
from bot.commands.lines.reporting import LineReports
from bot.commands.lines.service import LineListService
from bot.commands.lines.touching import TouchFinder
from bot.commands.message_reading import MessageService
from bot.commands.permissions import Permissions, SubscriptionPolicy
from bot.commands.ports import CommandStores
from bot.commands.rates.rate_now import RateNow, find_rate_now
from bot.commands.request import RequestLimit
from bot.commands.service import CommandService
from bot.commands.subscriptions.service import SubscriptionRules
from bot.feeds.model import Feed
from bot.feeds.polling.poller import Poller
from bot.feeds.polling.scheduler import PollScheduler
from bot.feeds.websub.subscriptions import WebSubSubscriptions
from bot.monitoring.metrics import Metrics
from bot.monitoring.sending import MeasuredSender
from bot.news.events.event import Event
from bot.pipeline import IntakeResult
from bot.proposals.approval.decisions import Decisions
from bot.proposals.inbox import ProposalInbox
from bot.readiness import Readiness
from bot.runtime.answer_log import StoredAnswerLog
from bot.runtime.config_folder import ConfigFolder
from bot.runtime.feed_registry import FeedRegistry
from bot.runtime.refusal_reports import RefusalReporter, open_webhook, probe_saved_refusal
from bot.runtime.settings import Settings
from bot.runtime.watch.each_workspace import EachWorkspace
from bot.runtime.watch.watches import WatchedParts, Watches
from bot.runtime.wiring.basics import make_fetch_limits, open_decisions, read_clock, reveal_secret
from bot.runtime.wiring.delivery_rules import build_delivery_rules
from bot.runtime.wiring.polling import Polling, choose_spread_s, open_poller, open_scheduler
from bot.runtime.wiring.removal import WorkspaceRemoval, build_removal
from bot.runtime.wiring.slack import SlackConnection
from bot.slack.api.people import SlackPeople
from bot.slack.api.sender import SlackSender
from bot.slack.context import SlackContext
from bot.slack.handlers.proposals import update_messages, watch_ledger
from bot.slack.views.alerts import AlertOptions
from bot.slack.workspaces.parts import WorkspacePeople, WorkspaceSender
from bot.sources.journals.watcher import JournalWatcher
from bot.sources.registry import SourceRegistry
from bot.store.pipeline_store import PipelineStore
from bot.store.store import Store
from bot.store.workspace_refusals import WorkspaceRefusals
from bot.store.workspace_turns import WorkspaceTurns

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Foundation:
    """The parts that must be open before the services are built.

    `operators` are the conversations that get notices. `is_web` says that other processes poll and
    send.
    """

    settings: Settings
    config: ConfigFolder
    feeds: Sequence[Feed]
    slack: SlackConnection
    store: Store
    operators: tuple[str, ...]
    readiness: Readiness
    metrics: Metrics
    is_web: bool = False


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
    settings, config, store = base.settings, base.config, base.store
    home, list_teams = base.slack.home, base.slack.clients.list_teams
    async with AsyncExitStack() as stack:
        decisions = await open_decisions(config, store)
        options = _build_alert_options(decisions)
        lines = LineListService(store.lines, lambda: decisions.ledger, read_clock)
        touches = TouchFinder(store.lines, lines.duties, decisions, home)

        def build_sender(client: AsyncWebClient) -> SlackSender:
            return SlackSender(
                client,
                config.parties,
                settings.unknown_outcome,
                decisions,
                options=options,
                touches=touches,
            )

        sender = WorkspaceSender(base.slack.clients, build_sender)
        webhook = await stack.enter_async_context(
            open_webhook(reveal_secret(settings.alert_webhook), make_fetch_limits(settings))
        )
        refusals = WorkspaceRefusals(store.database, only_installed=settings.serves_many)
        gate = WorkspaceGate(sender.check_workspace, refusals)
        take_turn = base.slack.take_turn
        measured: Sender = MeasuredSender(sender, base.metrics, read_clock)
        if store.database.has_workers:
            turns = WorkspaceTurns(store.database)
            pace = SharedPace(turns, measured, take_turn, settings.posts_per_second)
            measured, take_turn = pace, pace.take_turn
        review = BundleReview(
            store.outbox,
            store.subscriptions,
            store.follows,
            store.stories,
            config.parties.blocs,
            read_clock,
            touches,
        )
        dispatcher = Dispatcher(
            store.outbox,
            measured,
            read_clock,
            workspaces=gate,
            take_turn=take_turn,
            review=review.review,
        )
        notices = Notices(store.outbox, home, base.operators, read_clock, dispatcher.wake)
        many_home = home if settings.serves_many else None
        has_workers = store.database.has_workers
        gate.report_to(RefusalReporter(base.readiness, notices, webhook, many_home, has_workers))
        if not base.is_web:
            for team in await list_teams():
                await gate.restore(team, read_clock())
        elif home:
            await stack.enter_async_context(probe_saved_refusal(base.readiness, refusals, home))
        inbox = ProposalInbox(store.proposals, home, base.operators, read_clock, dispatcher.wake)
        hubs = await stack.enter_async_context(open_hubs(settings, store))
        is_pushed = hubs.is_pushed if hubs is not None else None
        poller = await stack.enter_async_context(open_poller(settings, is_pushed))
        polling = Polling(
            settings=settings,
            feeds=base.feeds,
            config=config,
            store=PipelineStore(store),
            poller=poller,
            decisions=decisions,
            inbox=inbox,
            on_deliveries=dispatcher.wake,
            metrics=base.metrics,
            touches=touches,
        )
        scheduler = await stack.enter_async_context(
            open_scheduler(polling, choose_spread_s(settings, len(base.feeds)))
        )
        sources = SourceRegistry(settings, make_fetch_limits(settings), config.parties, read_clock)
        stack.push_async_callback(sources.close)
        answers = AnswerService(decisions.ledger, sources.reference, store.stories)
        decisions.watch(answers.replace_ledger)
        feeds = FeedRegistry(base.feeds, store, poller, config.topic_languages)
        removal = build_removal(
            base.slack, store.database, gate, sender.check_workspace, read_clock
        )
        slack = _build_slack_context(
            base,
            feeds,
            answers,
            decisions,
            dispatcher,
            notices,
            touches,
            lines,
            removal,
        )
        stack.push_async_callback(slack.background.finish)
        _show_other_reports(slack, inbox)
        if base.is_web or not store.database.has_workers:
            # Once, although each process sees the new ledger.
            decisions.watch(watch_ledger(slack))
        watched = WatchedParts(
            settings,
            store,
            home,
            list_teams,
            decisions,
            scheduler,
            dispatcher,
            gate,
            notices,
            read_clock,
        )

        async def forget_removed() -> None:
            teams = await list_teams()
            gate.keep_only(teams)
            sender.keep_only(teams)

        yield Services(
            settings=settings,
            store=store,
            decisions=decisions,
            dispatcher=dispatcher,
            inbox=inbox,
            poller=poller,
            scheduler=scheduler,
            notices=notices,
            reminders=EachWorkspace(
                list_teams,
                lambda team: _build_reminders(base, answers, dispatcher, touches, team),
            ),
            line_reports=EachWorkspace(
                list_teams,
                lambda team: LineReports(lines, store.lines, team, read_clock, dispatcher.wake),
            ),
            watches=Watches(watched),
            slack=slack,
            feeds=feeds,
            metrics=base.metrics,
            hubs=hubs,
            journal=sources.build_journal_watcher(config.reader, lambda: decisions.ledger, inbox),
            removal=removal,
            forget_removed=forget_removed,
        )


@asynccontextmanager
async def open_hubs(settings: Settings, store: Store) -> AsyncIterator[WebSubSubscriptions | None]:
    """The subscriptions at WebSub hubs; None if no hub can reach the bot."""
    if not settings.public_url or settings.transport != "http":
        if settings.public_url:
            log.warning(
                "TARIFFWIRE_PUBLIC_URL is ignored: hubs can reach the bot only in HTTP mode"
            )
        yield None
        return
    hubs = WebSubSubscriptions(
        make_fetch_limits(settings), store.hubs, settings.public_url, read_clock
    )
    await hubs.open()
    try:
        yield hubs
    finally:
        await hubs.close()


def _build_slack_context(
    base: Foundation,
    feeds: FeedRegistry,
    answers: AnswerService,
    decisions: Decisions,
    dispatcher: Dispatcher,
    notices: Notices,
    touches: TouchFinder,
    lines: LineListService,
    removal: WorkspaceRemoval | None,
) -> SlackContext:
    store = base.store
    stores = CommandStores(
        people=WorkspacePeople(base.slack.clients, SlackPeople),
        subscriptions=store.subscriptions,
        mutes=store.mutes,
        outbox=store.outbox,
        stories=store.stories,
        alerts=store.alerts,
        follows=store.follows,
        feedback=store.feedback,
        reminders=store.reminders,
        quiet_weeks=store.watch,
        proposals=store.proposals,
        feeds=feeds,
        lines=store.lines,
    )
    settings = base.settings
    policy = SubscriptionPolicy(settings.subscriptions_by)
    home = base.slack.home if settings.serves_many else None
    permissions = Permissions(settings.operators, policy, home)
    rules = SubscriptionRules(
        settings.subscription_limit,
        build_delivery_rules(settings, answers.ledger.parties),
        timedelta(hours=settings.max_age_hours),
    )
    answer_log = StoredAnswerLog(store.answers, read_clock) if settings.keep_answers else None
    service = CommandService(
        stores,
        answers,
        decisions,
        permissions,
        read_clock,
        dispatcher.wake,
        rules,
        answer_log,
        lines,
        touches,
        RequestLimit(settings.requests_per_minute),
    )
    secret = reveal_secret(base.settings.slack_signing_secret)

    async def report_mistake(report: MistakeReport | AnswerReport) -> None:
        await notices.report(mistake_trouble(report, home or ""))

    return SlackContext(
        base.slack.client,
        secret,
        service,
        MessageService(base.config.reader, answers),
        report_mistake=report_mistake if base.operators else None,
        touches=touches,
        take_reply_turn=base.slack.take_reply_turn,
        clients=base.slack.clients,
        home=base.slack.home,
        remove_workspace=removal.remove if removal is not None else None,
    )


def _build_alert_options(decisions: Decisions) -> AlertOptions:
    """What else alerts show: the rate in the current ledger, and a way to report a
    mistake."""

    def find_rate(event: Event) -> RateNow | None:
        ledger, imposer = decisions.ledger, event.imposer
        if imposer is None:
            return None
        today = ledger.find_duty_day(read_clock(), imposer)
        return find_rate_now(ledger, imposer, event.partner, event.product, today)

    def find_today() -> date:
        return decisions.ledger.find_duty_day(read_clock())

    return AlertOptions(find_rate, find_today)


def _show_other_reports(slack: SlackContext, inbox: ProposalInbox) -> None:
    """Updates the messages about a proposal when another report joins the proposal."""
    inbox.watch(
        lambda proposal_id: slack.background.spawn(
            update_messages(slack, proposal_id), "showing another report of a proposal"
        )
    )


def _build_reminders(
    base: Foundation,
    answers: AnswerService,
    dispatcher: Dispatcher,
    touches: TouchFinder,
    team: str,
) -> Reminders:
    return Reminders(
        lambda: answers.ledger,
        base.store.outbox,
        base.store.subscriptions,
        base.store.reminders,
        base.store.mutes,
        team,
        read_clock,
        dispatcher.wake,
        ServerTime(base.settings.digest_hour, ZoneInfo(base.settings.timezone)),
        EventDeadlines(base.store.stories, base.store.follows, team),
        touches,
    )
