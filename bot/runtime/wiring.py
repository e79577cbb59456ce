"""The composition root: builds every part from the settings and connects the parts.

The functions whose names begin with `open_` are context managers, except `open_decisions`: at the
end of their block, they close what they opened. `run` uses `open_services`. The other commands and
the benchmarks use the smaller functions above it.
"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import aiohttp
from filelock import FileLock, Timeout
from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.dispatcher import Dispatcher, TakeTurn
from bot.alerts.notices import AnswerReport, MistakeReport, Notices, mistake_trouble
from bot.alerts.reminders import Reminders
from bot.alerts.workspace_gate import WorkspaceGate
from bot.commands.answers import AnswerService
from bot.commands.message_reading import MessageService
from bot.commands.permissions import Permissions, SubscriptionPolicy
from bot.commands.ports import CommandStores
from bot.commands.rates.rate_now import RateNow, find_rate_now
from bot.commands.service import CommandService
from bot.commands.subscriptions.service import SubscriptionRules
from bot.errors import SlackError, StoreError
from bot.feeds.http.limits import FetchLimits
from bot.feeds.model import Feed, FeedState
from bot.feeds.polling.poller import Poller
from bot.feeds.polling.scheduler import PollScheduler
from bot.feeds.websub.subscriptions import WebSubSubscriptions
from bot.news.events.event import Event
from bot.pipeline import IntakeResult, Pipeline, PipelineRules, RoundSource
from bot.proposals.approval.decisions import Decisions
from bot.proposals.inbox import ProposalInbox
from bot.readiness import Readiness
from bot.runtime.config_folder import ConfigFolder
from bot.runtime.delivery_rules import build_delivery_rules
from bot.runtime.feed_registry import FeedRegistry
from bot.runtime.refusal_reports import RefusalReporter, open_webhook
from bot.runtime.settings import Settings
from bot.runtime.watch.watches import WatchedParts, Watches
from bot.slack.api.call_limiter import POST, UPDATE, CallLimiter, MethodLimits, method_key
from bot.slack.api.sender import SlackSender
from bot.slack.app import build_client, open_session
from bot.slack.blockkit.limits import UPDATES_PER_SECOND
from bot.slack.context import SlackContext
from bot.slack.handlers.proposals import update_messages, watch_ledger
from bot.slack.startup import fetch_team, retry_until_answered
from bot.slack.views.alerts import AlertOptions
from bot.sources.journals.watcher import JournalWatcher
from bot.sources.registry import SourceRegistry
from bot.store.engine import Database
from bot.store.outage import Outage
from bot.store.pipeline_store import PipelineStore
from bot.store.store import Store
from bot.store.upgrade import create
from bot.store.workspace_refusals import WorkspaceRefusals

log = logging.getLogger(__name__)

_LONGEST_TICK_S = 1.0
_SHORTEST_SPREAD_S = 20.0
_STARTS_PER_SECOND = 50


def read_clock() -> datetime:
    """The current time in UTC."""
    return datetime.now(UTC)


def choose_tick_s(settings: Settings) -> float:
    """Seconds between two checks for due feeds. They are short compared with the poll interval."""
    return min(settings.poll_seconds / 20, _LONGEST_TICK_S)


def choose_spread_s(settings: Settings, feeds: int) -> float:
    """Seconds over which the first polls after the start are distributed."""
    return min(settings.poll_seconds / 2, max(_SHORTEST_SPREAD_S, feeds / _STARTS_PER_SECOND))


def reveal_secret(secret: SecretStr | None) -> str:
    """The secret as text; empty if it is None."""
    return secret.get_secret_value() if secret else ""


def make_fetch_limits(settings: Settings) -> FetchLimits:
    """The limits for fetching feeds."""
    return FetchLimits(
        user_agent=settings.user_agent,
        poll_s=settings.poll_seconds,
        backoff_s=settings.backoff_seconds,
        deadline_s=settings.fetch_deadline_seconds,
        max_body_bytes=settings.max_body_bytes,
        fetches_per_host=settings.fetches_per_host,
        allowed_networks=settings.allowed_networks,
    )


@contextmanager
def lock_data_folder(settings: Settings) -> Iterator[None]:
    """Locks the data folder within the block. Raises StoreError if another bot or `poll` has locked
    it.

    Without the lock, two processes would poll each feed twice, and each would send the messages
    that the other is just sending. The operating system releases the lock when the process ends,
    even after a crash.
    """
    folder = settings.data_dir
    lock = FileLock(folder / "run.lock", timeout=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        cure = "Stop it first, or set TARIFFWIRE_DATA_DIR to another folder"
        raise StoreError(str(folder), "a bot is running on it, or a poll", cure) from error
    except OSError as error:
        cure = "Set TARIFFWIRE_DATA_DIR to a folder that can be written"
        raise StoreError(str(folder), error.strerror or "cannot be used", cure) from error
    try:
        yield
    finally:
        lock.release()


@asynccontextmanager
async def open_store(
    settings: Settings,
    team: str | None = None,
    outage: Outage | None = None,
    may_be_older: bool = False,
) -> AsyncIterator[Store]:
    """The database, created if there is none; raises StoreError.

    One with the tables of an older version is refused unless it `may_be_older`; then the caller
    upgrades it. With a `team`, the outbox serves that workspace only. `outage` logs when the
    database cannot be reached and when it can be again.
    """
    is_current = await create(settings.database)
    database = Database(settings.database, outage)
    try:
        if not is_current and not may_be_older:
            cure = "Stop the bot, then run: tariffwire db upgrade"
            raise StoreError(database.name, "has the tables of an older version", cure)
        yield Store.of(database, team)
    finally:
        await database.close()


async def open_decisions(config: ConfigFolder, store: Store) -> Decisions:
    """The service for decisions on rates. Its ledger has the shipped rates and the approved rates,
    which override them. Raises StoreError."""
    checks = store.data_checks
    decisions = Decisions(store.proposals, config.book, config.ledger, read_clock, checks)
    await decisions.look()
    return decisions


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
        _Intake(build_pipeline(parts), parts.inbox).run,
        read_clock,
        parts.on_deliveries,
        spread_s,
        parts.poller.limits.polls_per_host,
    )
    try:
        yield scheduler
    finally:
        await scheduler.stop()


def build_pipeline(parts: Polling) -> Pipeline:
    """The pipeline, which passes news from the poller to the store."""
    settings = parts.settings
    rules = PipelineRules(
        max_age=timedelta(hours=settings.max_age_hours),
        deliver=build_delivery_rules(settings, parts.config.parties),
        propose=parts.decisions.propose,
    )
    return Pipeline(parts.poller, parts.config.reader, parts.store, rules)


class _Intake:
    """Runs the pipeline for one feed, then sends the proposals that result from it to the
    operators."""

    def __init__(self, pipeline: Pipeline, inbox: ProposalInbox | None) -> None:
        self._pipeline, self._inbox = pipeline, inbox

    async def run(
        self, feed: Feed, now: datetime, fetch_round: RoundSource | None, state: FeedState | None
    ) -> IntakeResult:
        result = await self._pipeline.run(feed, now, fetch_round, state)
        if result.proposals and self._inbox is not None:
            try:
                await self._inbox.look()
            except StoreError as error:
                # The poll's result is saved. The next `inbox.look()` sends the proposals.
                log.warning("%s; proposals are sent later", error)
        return result


@dataclass(frozen=True)
class SlackConnection:
    """A client with a valid token, its HTTP session and the id of its workspace.

    `take_turn` waits for the workspace's limit of posts; `take_reply_turn` does so for a reply that
    a person waits for.
    """

    client: AsyncWebClient
    session: aiohttp.ClientSession
    team: str
    take_turn: TakeTurn
    take_reply_turn: Callable[[], Awaitable[float]]


@asynccontextmanager
async def open_slack(settings: Settings, stop: asyncio.Event) -> AsyncIterator[SlackConnection]:
    """Connects to Slack's Web API. Waits until Slack answers.

    Raises SlackError if Slack refuses the token, and Stopped if `stop` is set before Slack answers.
    """
    posts = settings.posts_per_second
    known = {UPDATE: UPDATES_PER_SECOND} | ({} if posts is None else {POST: posts})
    limiter = CallLimiter(MethodLimits(known))
    async with open_session(limiter) as session:
        token = reveal_secret(settings.slack_bot_token)
        client = build_client(token, settings.slack_api_url, session)
        try:
            team = await retry_until_answered("auth.test", lambda: fetch_team(client), stop)
        except SlackError as error:
            await _report_refused_start(settings, error)
            raise
        post = method_key(token, POST)
        yield SlackConnection(
            client,
            session,
            team,
            take_turn=lambda _team: limiter.take_turn(post),
            take_reply_turn=lambda: limiter.take_reply_turn(post),
        )


async def _report_refused_start(settings: Settings, error: SlackError) -> None:
    """Posts to the alert webhook that Slack refuses the token, so that the bot cannot start."""
    address = reveal_secret(settings.alert_webhook)
    async with open_webhook(address, make_fetch_limits(settings)) as webhook:
        if webhook is not None:
            webhook.post(f"Tariffwire cannot start. {error}")


@dataclass(frozen=True)
class Foundation:
    """The parts that must be open before the services are built.

    `operators` are the conversations that get notices.
    """

    settings: Settings
    config: ConfigFolder
    feeds: Sequence[Feed]
    slack: SlackConnection
    store: Store
    operators: tuple[str, ...]
    readiness: Readiness


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
    reminders: Reminders
    watches: Watches
    slack: SlackContext
    hubs: WebSubSubscriptions | None
    """None if hubs cannot reach the bot."""
    journal: JournalWatcher | None
    """None if the live source for the journal is off."""


@asynccontextmanager
async def open_services(base: Foundation) -> AsyncIterator[Services]:
    """Builds all services of the bot. At the end of the block, closes them in reverse order."""
    settings, config, store, team = base.settings, base.config, base.store, base.slack.team
    async with AsyncExitStack() as stack:
        decisions = await open_decisions(config, store)
        options = _build_alert_options(decisions, takes_reports=bool(base.operators))
        sender = SlackSender(
            base.slack.client, config.parties, settings.unknown_outcome, decisions, options=options
        )
        webhook = await stack.enter_async_context(
            open_webhook(reveal_secret(settings.alert_webhook), make_fetch_limits(settings))
        )
        gate = WorkspaceGate(sender.check_workspace, WorkspaceRefusals(store.database))
        take_turn = base.slack.take_turn
        dispatcher = Dispatcher(
            store.outbox, sender, read_clock, workspaces=gate, take_turn=take_turn
        )
        notices = Notices(store.outbox, team, base.operators, read_clock, dispatcher.wake)
        gate.report_to(RefusalReporter(base.readiness, notices, webhook))
        await gate.restore(team, read_clock())
        inbox = ProposalInbox(store.proposals, team, base.operators, read_clock, dispatcher.wake)
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
        )
        scheduler = await stack.enter_async_context(
            open_scheduler(polling, choose_spread_s(settings, len(base.feeds)))
        )
        sources = SourceRegistry(settings, make_fetch_limits(settings), config.parties, read_clock)
        stack.push_async_callback(sources.close)
        answers = AnswerService(decisions.ledger, sources.reference, store.stories)
        decisions.watch(answers.replace_ledger)
        slack = _build_slack_context(
            base,
            FeedRegistry(base.feeds, store, poller, config.topic_languages),
            answers,
            decisions,
            dispatcher,
            notices,
        )
        stack.push_async_callback(slack.background.finish)
        _show_changes_of_proposals(slack, inbox, decisions)
        watched = WatchedParts(
            settings, store, team, decisions, scheduler, dispatcher, gate, notices, read_clock
        )
        yield Services(
            settings=settings,
            store=store,
            decisions=decisions,
            dispatcher=dispatcher,
            inbox=inbox,
            poller=poller,
            scheduler=scheduler,
            notices=notices,
            reminders=_build_reminders(base, answers, dispatcher),
            watches=Watches(watched),
            slack=slack,
            hubs=hubs,
            journal=sources.build_journal_watcher(config.reader, lambda: decisions.ledger, inbox),
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
) -> SlackContext:
    store = base.store
    stores = CommandStores(
        subscriptions=store.subscriptions,
        mutes=store.mutes,
        outbox=store.outbox,
        stories=store.stories,
        events=store.events,
        reminders=store.reminders,
        quiet_weeks=store.watch,
        proposals=store.proposals,
        feeds=feeds,
    )
    settings = base.settings
    permissions = Permissions(settings.operators, SubscriptionPolicy(settings.subscriptions_by))
    rules = SubscriptionRules(
        settings.subscription_limit,
        build_delivery_rules(settings, answers.ledger.parties),
        timedelta(hours=settings.max_age_hours),
    )
    service = CommandService(
        stores, answers, decisions, permissions, read_clock, dispatcher.wake, rules
    )
    secret = reveal_secret(base.settings.slack_signing_secret)

    async def report_mistake(report: MistakeReport | AnswerReport) -> None:
        await notices.report(mistake_trouble(report))

    return SlackContext(
        base.slack.client,
        secret,
        service,
        MessageService(base.config.reader, answers),
        report_mistake=report_mistake if base.operators else None,
        take_reply_turn=base.slack.take_reply_turn,
    )


def _build_alert_options(decisions: Decisions, *, takes_reports: bool) -> AlertOptions:
    """What else alerts show: the rate in the current ledger, and a way to report a
    mistake."""

    def find_rate(event: Event) -> RateNow | None:
        ledger, imposer = decisions.ledger, event.imposer
        if imposer is None:
            return None
        today = ledger.find_duty_day(read_clock(), imposer)
        return find_rate_now(ledger, imposer, event.partner, event.product, today)

    return AlertOptions(find_rate, takes_reports)


def _show_changes_of_proposals(
    slack: SlackContext, inbox: ProposalInbox, decisions: Decisions
) -> None:
    """Updates the messages about a proposal when another report joins the proposal or the ledger
    changes."""
    inbox.watch(
        lambda proposal_id: slack.background.spawn(
            update_messages(slack, proposal_id), "showing another report of a proposal"
        )
    )
    decisions.watch(watch_ledger(slack))


def _build_reminders(base: Foundation, answers: AnswerService, dispatcher: Dispatcher) -> Reminders:
    return Reminders(
        lambda: answers.ledger,
        base.store.outbox,
        base.store.subscriptions,
        base.store.reminders,
        base.store.mutes,
        base.slack.team,
        read_clock,
        dispatcher.wake,
        base.settings.digest_hour,
        ZoneInfo(base.settings.timezone),
    )
