"""The composition root: builds the parts, starts them in order, stops them in reverse.

settings -> config files -> database -> Slack (or the local workspace) -> listeners
         -> dispatcher -> schedule; what was started last is stopped first
"""

import asyncio
import logging
import os
import signal
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.dispatcher import Dispatcher
from bot.alerts.notices import Notices
from bot.alerts.reminders import Reminders
from bot.alerts.subscription import Subscription
from bot.errors import StoreError
from bot.feeds.model import Feed
from bot.feeds.polling.scheduler import PollScheduler
from bot.feeds.registry import FeedRegistry
from bot.pipeline import Taken
from bot.proposals.approval.decisions import Decisions
from bot.proposals.approval.overlay import stale_notice
from bot.proposals.inbox import ProposalInbox
from bot.runtime.config_folder import ConfigFolder
from bot.runtime.config_loader import load_feeds
from bot.runtime.demo import Replay, demo_feeds, read_week
from bot.runtime.gc_tuning import settle, share_one_arena
from bot.runtime.jobs import add_journal, build_schedule
from bot.runtime.listeners import callback_of, listen, open_hubs
from bot.runtime.local_workspace import keep_proxies_off_loopback, open_workspace, with_workspace
from bot.runtime.settings import Settings, unknown_variables
from bot.runtime.wiring import (
    Store,
    clock,
    fetch_limits,
    only_one,
    open_decisions,
    open_poller,
    open_store,
    open_watch,
    revealed,
    spread_s,
    tick_s,
)
from bot.slack.api.channels import find_channel
from bot.slack.api.sender import SlackSender
from bot.slack.app import open_session, web_client
from bot.slack.context import SlackContext
from bot.slack.handlers.answer_service import AnswerService
from bot.slack.handlers.proposal_buttons import drawn_anew, redraw
from bot.slack.startup import Stopped, patiently, team_of
from bot.sources.registry import SourceRegistry
from bot.store.instance_lock import alone
from bot.store.outage import Outage

log = logging.getLogger(__name__)


async def run_bot(settings: Settings) -> None:
    """Runs the bot until SIGINT or SIGTERM; raises TariffwireError for what keeps it from starting.

    With no Slack token it plays in a local workspace and prints its address.
    """
    library = ConfigFolder(settings).read_all()
    await _run(settings, library, library.feeds)


async def run_demo(settings: Settings) -> None:
    """Runs the bot in the local workspace on the written week of `config/demo`, replayed fast.

    What happens is forgotten at the end, unless TARIFFWIRE_DATA_DIR says where to keep it.
    """
    async with AsyncExitStack() as stack:
        settings = _demo_settings(settings, stack)
        folder = settings.config_dir / "demo"
        replay = Replay(read_week(folder))
        stack.push_async_callback(replay.stop)
        library = ConfigFolder(settings).read_all()
        feeds = demo_feeds(load_feeds(folder / "feeds.yaml"), await replay.start())
        print("Replaying a week of May 2025 in about 40 seconds; the outlets are made up.")
        await _run(settings, library, feeds)


def _demo_settings(settings: Settings, stack: AsyncExitStack) -> Settings:
    changes: dict[str, object] = {
        "slack_bot_token": None,
        "slack_app_token": None,
        "slack_signing_secret": None,
        "database_url": "",
        "poll_seconds": min(settings.poll_seconds, 1.0),
        "backoff_seconds": min(settings.backoff_seconds, 1.0),
        "allowed_networks": (ip_network("127.0.0.0/8"),),
        "live_sources": (),
        # They would be of today's duties, amid the news of another year.
        "reminders": False,
        # The week lies in the past, and is told as if it were happening.
        "max_age_hours": 24.0 * 365 * 100,
    }
    if "data_dir" in settings.model_fields_set:
        # Made-up news must never stand beside what is real.
        changes["data_dir"] = settings.data_dir / "demo"
    else:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tariffwire-demo-"))
        changes["data_dir"] = Path(folder)
    return settings.model_copy(update=changes)


async def _run(settings: Settings, library: ConfigFolder, feeds: Sequence[Feed]) -> None:
    """Serves until it is stopped, also while it waits for Slack to be reachable."""
    _log_to_stderr(settings.log_level)
    share_one_arena()
    for line in unknown_variables():
        log.warning(line)
    stop = asyncio.Event()

    def end(signal_number: int) -> None:
        if stop.is_set():
            # Whoever asks twice will not wait for a database, or for Slack, that does not answer.
            log.warning("ended at once; what is owed is sent after the next start")
            os._exit(128 + signal_number)
        stop.set()

    for signal_number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: Ctrl-C raises KeyboardInterrupt instead
            asyncio.get_running_loop().add_signal_handler(signal_number, end, signal_number)
    try:
        await _serve(settings, library, feeds, stop)
    except Stopped:
        log.info("stopped before Slack could be reached")


async def _serve(
    settings: Settings, library: ConfigFolder, feeds: Sequence[Feed], stop: asyncio.Event
) -> None:
    async with AsyncExitStack() as stack:
        stack.enter_context(only_one(settings))
        workspace = await open_workspace(settings, stack)
        if workspace is not None:
            settings = with_workspace(settings, workspace)
        keep_proxies_off_loopback(settings.slack_api_url)
        session = await stack.enter_async_context(open_session())
        client = web_client(revealed(settings.slack_bot_token), settings.slack_api_url, session)
        team = await patiently("auth.test", lambda: team_of(client), stop)
        store = await stack.enter_async_context(open_store(settings, team, Outage()))
        being_alone = await stack.enter_async_context(
            alone(store.database, f"Tariffwire of team {team}")
        )
        await _subscribe_default(settings, client, team, store, stop)
        told = await patiently("conversations.list", lambda: _operators(settings, client), stop)
        decisions = await open_decisions(library, store)
        sender = SlackSender(client, library.parties, settings.unknown_outcome, decisions)
        dispatcher = Dispatcher(store.outbox, sender, clock)
        docket = ProposalInbox(store.proposals, team, told, clock, dispatcher.wake)
        hubs = await open_hubs(settings, store, stack)
        poller = await stack.enter_async_context(
            open_poller(settings, hubs.pushes if hubs else None)
        )
        watch = await stack.enter_async_context(
            open_watch(
                settings,
                feeds,
                library,
                store,
                poller,
                dispatcher.wake,
                decisions,
                docket,
                spread_s=spread_s(settings, len(feeds)),
            )
        )
        book = FeedRegistry(feeds, store.feeds, store.shelf, store.hubs, poller)
        sources = SourceRegistry(settings, fetch_limits(settings), library.parties, clock)
        stack.push_async_callback(sources.close)
        desk = AnswerService(decisions.ledger, library.parties, sources.reference)
        decisions.watch(desk.use)
        parts = _slack_parts(settings, client, store, library, book, desk, decisions)
        stack.push_async_callback(parts.background.finish)
        callback = callback_of(settings, hubs, watch, poller, stack)
        await listen(settings, parts, session, workspace, stack, callback, stop)
        await store.outbox.release_all(clock())
        sending = asyncio.create_task(dispatcher.run(stop), name="dispatcher")
        stack.push_async_callback(_finish, sending, stop)
        docket.watch(
            lambda told: parts.background.spawn(redraw(parts, told), "showing who says so too")
        )
        decisions.watch(drawn_anew(parts))
        await docket.look()
        notices = Notices(store.outbox, team, told, clock, dispatcher.wake)

        async def report() -> None:
            await watch.report()
            await decisions.look()
            await notices.look(watch.failing(), map(stale_notice, decisions.left_out))
            await docket.look()

        async def tend() -> None:
            if hubs is not None and (named := watch.hubs()) is not None:
                hubs.start_tending(named)

        reminders = _reminders(settings, store, parts, team, dispatcher)

        async def remind() -> None:
            if settings.reminders:
                await reminders.look()

        async def prepare() -> None:
            await parts.desk.prepare(parts.desk.ledger.duty_day(clock()))

        async def prune() -> None:
            try:
                gone = await store.retention.prune(clock(), timedelta(days=settings.keep_days))
            except StoreError as error:
                log.warning("%s; what is old is let go later", error)
            else:
                if gone:
                    log.info("let go of %d rows that were older than is kept", gone)

        scheduler = build_schedule(
            watch.poll_due, report, tend, remind, prepare, prune, tick_s(settings)
        )
        journal = sources.journal(library.reader, lambda: decisions.ledger, docket)
        if journal is not None:
            add_journal(scheduler, journal.look, tick_s(settings))
        settle()
        scheduler.start()
        stack.push_async_callback(_end_schedule, scheduler, watch)
        if workspace is not None:
            print(f"Local workspace: {workspace.address}  (Ctrl-C stops it)", flush=True)
        log.info("reading %d feeds", sum(feed.enabled for feed in feeds))
        stopping = asyncio.create_task(stop.wait())
        ends = {stopping, sending, being_alone}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        log.info("stopping")
        if being_alone.done():
            await being_alone


def _reminders(
    settings: Settings, store: Store, parts: SlackContext, team: str, dispatcher: Dispatcher
) -> Reminders:
    """What owes the day's reminders at the hour of the digest."""
    return Reminders(
        lambda: parts.desk.ledger,
        store.outbox,
        store.subscriptions,
        store.reminders,
        team,
        clock,
        dispatcher.wake,
        settings.digest_hour,
        ZoneInfo(settings.timezone),
    )


async def _subscribe_default(
    settings: Settings, client: AsyncWebClient, team: str, store: Store, stop: asyncio.Event
) -> None:
    """Subscribes TARIFFWIRE_CHANNEL to everything when nobody has ever subscribed.

    It comes before the first poll, because a story that nobody is subscribed to is owed to nobody.
    """
    if await store.subscriptions.every(team):
        return
    channel = await patiently(
        "conversations.list", lambda: find_channel(client, settings.channel), stop
    )
    subscription = Subscription(id="", team=team, conversation=channel, created_at=clock())
    await store.subscriptions.ensure_default(subscription)


async def _operators(settings: Settings, client: AsyncWebClient) -> tuple[str, ...]:
    """The conversations in which operators hear of what needs them: feeds and proposed rates."""
    if settings.operators_channel:
        return (
            await find_channel(client, settings.operators_channel, "TARIFFWIRE_OPERATORS_CHANNEL"),
        )
    return settings.operators


def _slack_parts(
    settings: Settings,
    client: AsyncWebClient,
    store: Store,
    library: ConfigFolder,
    feeds: FeedRegistry,
    desk: AnswerService,
    decisions: Decisions,
) -> SlackContext:
    return SlackContext(
        client=client,
        signing_secret=revealed(settings.slack_signing_secret),
        subscriptions=store.subscriptions,
        stories=store.stories,
        events=store.events,
        parties=library.parties,
        desk=desk,
        clock=clock,
        feeds=feeds,
        reminders=store.reminders,
        decisions=decisions,
        proposals=store.proposals,
        operators=frozenset(settings.operators),
    )


async def _end_schedule(scheduler: AsyncIOScheduler, watch: PollScheduler[Taken]) -> None:
    """Stops the clock; a job that is running ends by itself, where shutdown would cancel it."""
    scheduler.pause()
    await watch.stop()
    scheduler.shutdown(wait=False)


async def _finish(sending: asyncio.Task[None], stop: asyncio.Event) -> None:
    """Lets the dispatcher end what it is posting; an error of its own comes out here."""
    stop.set()
    await sending


def _log_to_stderr(level: str) -> None:
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # They tell of every step they take, and of a tick that came while one was running.
    for name, least in (("alembic", logging.WARNING), ("apscheduler", logging.ERROR)):
        logging.getLogger(name).setLevel(least)
