"""Starts the bot, runs it until it is stopped, and stops its parts in reverse order."""

import asyncio
import logging
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    ExitStack,
    asynccontextmanager,
    suppress,
)
from ipaddress import ip_network
from pathlib import Path

from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.subscriptions.model import Subscription
from bot.commands.answers import AnswerService
from bot.feeds.model import Feed
from bot.local_slack.server import Workspace
from bot.monitoring.event_loop import watch_event_loop
from bot.monitoring.logs import choose_format, set_up_logs
from bot.monitoring.metrics import Metrics
from bot.readiness import Readiness
from bot.runtime.config.folder import ConfigFolder
from bot.runtime.config.news_loader import load_feeds
from bot.runtime.demo.replay import Replay, read_recordings, set_demo_address
from bot.runtime.demo.session import DemoSession, read_examples
from bot.runtime.gc_tuning import freeze_startup_objects
from bot.runtime.jobs import list_jobs, run_jobs
from bot.runtime.listeners import open_listener
from bot.runtime.local_workspace import (
    apply_workspace,
    keep_proxies_off_loopback,
    open_workspace,
    show_completions,
)
from bot.runtime.settings import Settings, list_unknown_variables
from bot.runtime.wiring.basics import lock_data_folder, open_store, read_clock
from bot.runtime.wiring.foundation import Foundation
from bot.runtime.wiring.services import Services, open_services
from bot.runtime.wiring.slack import SlackConnection, open_slack, open_workspaces
from bot.slack.api.channels import find_channel
from bot.slack.startup import Stopped, retry_until_answered
from bot.store.instance_lock import hold_instance_lock
from bot.store.outage import Outage
from bot.store.owner import MANY_WORKSPACES, Owner, claim_database
from bot.store.store import Store
from bot.store.upgrade import require_release, upgrade

log = logging.getLogger(__name__)


async def run_bot(settings: Settings) -> None:
    """Runs the bot until SIGINT or SIGTERM; raises TariffwireError if it cannot start.

    Without a Slack token it opens a local workspace and prints its address.
    """
    config = ConfigFolder(settings).read_all()
    await run_application(Application(settings, config, config.feeds), settings)


async def run_demo(settings: Settings) -> None:
    """Runs the bot in the local workspace on the scripted news of `config/demo`, replayed fast."""
    async with open_demo(settings) as app:
        print("Replaying news of April to June 2025 in about 40 seconds; the outlets are invented.")
        await run_application(app, settings)


@asynccontextmanager
async def open_demo(
    settings: Settings, open_config: Callable[[Settings], ConfigFolder] = ConfigFolder
) -> AsyncIterator["Application"]:
    """The application of the demo, which the caller starts and stops.

    At the end, the data of the demo is deleted, unless TARIFFWIRE_DATA_DIR is set; then it stays in
    this folder, under `demo`.
    """
    async with AsyncExitStack() as stack:
        settings = make_demo_settings(settings, stack)
        folder = settings.config_dir / "demo"
        replay = Replay(read_recordings(folder))
        stack.push_async_callback(replay.stop)
        config = open_config(settings).read_all()
        session = DemoSession(replay, read_examples(folder))
        feeds = set_demo_address(load_feeds(folder / "feeds.yaml"), await replay.start())

        def show(workspace: Workspace, services: Services) -> AbstractAsyncContextManager[None]:
            ledger = services.decisions.ledger
            return session.show(workspace.hints, services.inbox, ledger, read_clock())

        yield Application(settings, config, feeds, show)


def make_demo_settings(settings: Settings, stack: ExitStack | AsyncExitStack) -> Settings:
    """The settings of the demo: it knows no Slack app and no database of a bot."""
    changes: dict[str, object] = {
        "slack_bot_token": None,
        "slack_app_token": None,
        "slack_signing_secret": None,
        "slack_client_id": "",
        "slack_client_secret": None,
        "home_team": "",
        "operators_channel": "",
        "database_url": "",
        "poll_seconds": min(settings.poll_seconds, 1.0),
        "backoff_seconds": min(settings.backoff_seconds, 1.0),
        "allowed_networks": (ip_network("127.0.0.0/8"),),
        "live_sources": (),
        # Reminders are about today's duties, but the news in the demo is from 2025.
        "reminders": False,
        # The news is old, but the bot must treat its stories as fresh.
        "max_age_hours": 24.0 * 365 * 100,
    }
    if "data_dir" in settings.model_fields_set:
        # Keeps the demo's invented news apart from real data.
        changes["data_dir"] = settings.data_dir / "demo"
    else:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tariffwire-demo-"))
        changes["data_dir"] = Path(folder)
    return settings.model_copy(update=changes)


class Application:
    """The whole bot. `start` starts its parts in order, `stop` stops them in reverse.

        lock of the data folder -> local workspace -> Slack -> database -> its lock
        -> its upgrade -> (many workspaces: Slack) -> services -> listener -> dispatcher -> jobs

    If a part cannot start, the parts that have started before it are stopped. `request_stop` ends
    `run`. `show` opens what the local workspace shows in addition to the bot's messages, after the
    services.
    """

    def __init__(
        self,
        settings: Settings,
        config: ConfigFolder,
        feeds: Sequence[Feed],
        show: Callable[[Workspace, Services], AbstractAsyncContextManager[None]] | None = None,
    ) -> None:
        self._settings, self._config, self._feeds = settings, config, feeds
        self._show = show
        self._stop = asyncio.Event()
        self._readiness, self._metrics = Readiness(), Metrics()
        self._parts = AsyncExitStack()
        self._lasting: set[asyncio.Task[None]] = set()
        """Tasks that must run until the stop. If one of them ends earlier, it has failed."""

    def request_stop(self) -> bool:
        """Makes `run` end, even if it is waiting for Slack. Returns False if a stop was requested
        before."""
        first = not self._stop.is_set()
        self._stop.set()
        return first

    async def run(self) -> None:
        """Starts all parts, waits for `request_stop` or an error, and stops all parts.

        Raises TariffwireError if the bot cannot run, and Stopped if a stop was requested while the
        start was still waiting for Slack.
        """
        await self.start()
        try:
            freeze_startup_objects()
            await self._wait_until_stopped()
        finally:
            await self.stop()

    async def start(self) -> None:
        """Starts every part. If one fails, stops the parts that have started and raises the same
        errors as `run`."""
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stops every part that was started."""
        self._stop.set()
        await self._parts.aclose()

    async def _start(self) -> None:
        enter = self._parts.enter_async_context
        self._parts.enter_context(lock_data_folder(self._settings))
        workspace = await enter(open_workspace(self._settings))
        if workspace is not None:
            self._settings = apply_workspace(self._settings, workspace)
        services, slack = await self._open_services(is_local=workspace is not None)
        await enter(open_listener(services, slack, workspace, self._readiness, self._stop))
        if self._settings.mcp:
            await enter(open_mcp_endpoint(services, self._settings))
        await services.store.outbox.release_all(read_clock())
        await services.watches.late_messages.look()
        run = services.dispatcher.run
        self._lasting.add(await enter(run_until_stopped(run, self._stop, "dispatcher")))
        await services.inbox.look()
        if workspace is not None:
            show_completions(workspace, self._config)
            if self._show is not None:
                await enter(self._show(workspace, services))
        jobs = list_jobs(services, is_local=workspace is not None)
        await enter(run_jobs(jobs, services.scheduler))
        if workspace is not None:
            print(f"Local workspace: {workspace.address}  (Ctrl-C stops it)", flush=True)
        log.info("reading %d feeds", sum(feed.enabled for feed in self._feeds))

    async def _open_services(
        self, *, is_local: bool = False, has_workers: bool = False, is_web: bool = False
    ) -> tuple[Services, SlackConnection]:
        """Connects to Slack and opens the database and all services.

        One process upgrades the database. If it `has_workers`, it must be of this version.
        """
        settings, stop, enter = self._settings, self._stop, self._parts.enter_async_context
        keep_proxies_off_loopback(settings.slack_api_url)
        await enter(watch_event_loop(self._metrics.record_loop_delay))
        # With many workspaces, the tokens are in the database.
        many, metrics = settings.serves_many, self._metrics
        one = None if many else await enter(open_slack(settings, stop, metrics))
        outage, team = Outage(self._readiness), one.team if one is not None else None
        store = await enter(
            open_store(settings, team, outage, may_be_older=True, has_workers=has_workers)
        )
        owner = Owner(team, is_local=is_local) if team else MANY_WORKSPACES
        await claim_database(store.database, owner, read_clock())
        teams = (team,) if team else ()
        lock = hold_instance_lock(store.database, read_clock, teams, is_shared=has_workers)
        self._lasting.add(await enter(lock))
        # Not before the lock, because `release` may change the tables until then.
        if has_workers:
            await require_release(store.database)
        else:
            await upgrade(settings.database)
        if one is not None:
            slack = one
            await subscribe_default(settings, slack.client, slack.home, store, stop)
        else:
            slack = await enter(open_workspaces(settings, store.database, metrics))
        operators = await retry_until_answered(
            "conversations.list", lambda: find_operator_conversations(settings, slack.client), stop
        )
        base = Foundation(
            settings,
            self._config,
            self._feeds,
            slack,
            store,
            operators,
            self._readiness,
            self._metrics,
            is_web,
        )
        return await enter(open_services(base)), slack

    async def _wait_until_stopped(self) -> None:
        stopping = asyncio.create_task(self._stop.wait())
        done, _ = await asyncio.wait(
            {stopping, *self._lasting}, return_when=asyncio.FIRST_COMPLETED
        )
        stopping.cancel()
        log.info("stopping")
        for task in done & self._lasting:
            await task


@asynccontextmanager
async def open_mcp_endpoint(services: Services, settings: Settings) -> AsyncIterator[None]:
    """Serves MCP clients over HTTP within the block, and prints the address."""
    # Imported here, because the SDK takes 0.6 s and most bots serve no MCP clients.
    from bot.mcp.endpoint import PATH, open_endpoint
    from bot.mcp.tools import RateTools, ToolSources

    async def get_answers() -> AnswerService:
        return services.slack.service.answers

    tools = RateTools(ToolSources(get_answers, services.store.stories, read_clock))
    count = services.metrics.record_refused_request
    async with open_endpoint(tools, settings.mcp_port, settings.public_url, count) as port:
        print(f"MCP clients: http://127.0.0.1:{port}{PATH}", flush=True)
        yield


@asynccontextmanager
async def run_until_stopped(
    run: Callable[[asyncio.Event], Coroutine[object, object, None]], stop: asyncio.Event, name: str
) -> AsyncIterator[asyncio.Task[None]]:
    """Runs `run(stop)` within the block. At the end of the block, sets `stop` and waits for it. If
    it has failed, raises its error."""
    task = asyncio.create_task(run(stop), name=name)
    try:
        yield task
    finally:
        stop.set()
        await task


async def subscribe_default(
    settings: Settings, client: AsyncWebClient, team: str, store: Store, stop: asyncio.Event
) -> None:
    """If the workspace has no subscription, subscribes TARIFFWIRE_CHANNEL to all topics. Does so
    only once, so a channel that unsubscribes stays unsubscribed.

    Call it before the first poll, because a story without subscribers creates no deliveries.
    """
    if await store.subscriptions.every(team):
        return
    channel = await retry_until_answered(
        "conversations.list", lambda: find_channel(client, settings.channel), stop
    )
    subscription = Subscription(id="", team=team, conversation=channel, created_at=read_clock())
    await store.subscriptions.ensure_default(subscription)


async def find_operator_conversations(
    settings: Settings, client: AsyncWebClient
) -> tuple[str, ...]:
    """The conversations that get notices and proposals: TARIFFWIRE_OPERATORS_CHANNEL, or the
    operators' direct messages if it is not set."""
    if not settings.operators_channel:
        return settings.operators
    name = "TARIFFWIRE_OPERATORS_CHANNEL"
    return (await find_channel(client, settings.operators_channel, name),)


async def run_application(app: Application, settings: Settings) -> None:
    """Runs an application until SIGINT or SIGTERM; logs to stderr."""
    _log_to_stderr(settings)
    for line in list_unknown_variables():
        log.warning(line)
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: Ctrl-C raises KeyboardInterrupt instead
            asyncio.get_running_loop().add_signal_handler(
                signal_number, _stop_or_exit, app, signal_number
            )
    try:
        await app.run()
    except Stopped:
        log.info("stopped before Slack could be reached")


def _stop_or_exit(app: Application, signal_number: int) -> None:
    """Requests a stop; a second signal ends the process immediately."""
    if not app.request_stop():
        log.warning("ended immediately; unsent messages are sent after the next start")
        os._exit(128 + signal_number)


def _log_to_stderr(settings: Settings) -> None:
    is_json, has_color = choose_format(settings.log_format, sys.stderr.isatty(), os.environ)
    set_up_logs(
        settings.log_level, is_json=is_json, has_color=has_color, secrets=settings.list_secrets()
    )
