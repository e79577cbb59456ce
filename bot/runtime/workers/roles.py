"""The processes `web` and `worker` of the Procfile, which share a PostgreSQL database.

    web        receives requests: Slack over HTTP, pushes of hubs, MCP clients
    worker     polls feeds and sends messages; as many processes as needed

`bot.runtime.workers.release` prepares the database before they start. `tariffwire run` does all of
it in one process.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.errors import SettingsError
from bot.monitoring.bounded_read import BoundedRead
from bot.readiness import NotReady, Readiness
from bot.runtime.app import Application, open_mcp_endpoint, run_application, run_until_stopped
from bot.runtime.config.folder import ConfigFolder
from bot.runtime.jobs import run_jobs
from bot.runtime.listeners import open_listener, open_pages
from bot.runtime.settings import Settings
from bot.runtime.wiring.polling import choose_spread_s
from bot.runtime.workers.engine import STALLED_AFTER_S, JobEngine
from bot.runtime.workers.jobs import (
    build_host_polls,
    build_lane_jobs,
    list_periodic_jobs,
    list_web_jobs,
    list_worker_jobs,
)
from bot.runtime.workers.release import require_postgresql
from bot.store import job_queue
from bot.store.engine import Database
from bot.store.message_lanes import MessageLanes

log = logging.getLogger(__name__)

_READ_S = 2.0
"""Maximum seconds for finding out whether a worker is alive."""


async def run_web(settings: Settings) -> None:
    """Receives requests until SIGINT or SIGTERM; raises TariffwireError if it cannot start."""
    await _run(WebApplication, settings)


async def run_worker(settings: Settings) -> None:
    """Runs jobs until SIGINT or SIGTERM; raises TariffwireError if it cannot start."""
    await _run(WorkerApplication, settings)


async def _run(role: type[Application], settings: Settings) -> None:
    require_postgresql(settings)
    _require_http(settings)
    config = ConfigFolder(settings).read_all()
    await run_application(role(settings, config, config.feeds), settings)


def _require_http(settings: Settings) -> None:
    """Raises SettingsError unless Slack sends requests over HTTP, which all processes share."""
    if settings.transport == "http":
        return
    cure = "Set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET"
    if settings.slack_app_token is not None:
        cure += " and remove SLACK_APP_TOKEN"
    cause = "web and worker processes need Slack over HTTP"
    raise SettingsError("SLACK_SIGNING_SECRET", cause, f"{cure}, or run: tariffwire run")


class WebApplication(Application):
    """Receives requests and queues the resulting messages; does not send them or poll feeds."""

    async def _start(self) -> None:
        enter = self._parts.enter_async_context
        services, slack = await self._open_services(has_workers=True, is_web=True)
        await enter(probe_workers(self._readiness, services.store.database))
        await enter(open_listener(services, slack, None, self._readiness, self._stop))
        if self._settings.mcp:
            await enter(open_mcp_endpoint(services, self._settings))
        await enter(run_jobs(list_web_jobs(services), services.scheduler))
        log.info("web process started")


class WorkerApplication(Application):
    """Polls feeds and sends messages, together with the other workers."""

    async def _start(self) -> None:
        enter = self._parts.enter_async_context
        services, slack = await self._open_services(has_workers=True)
        await enter(open_pages(services, self._readiness))
        polls = build_host_polls(services)
        await polls.add_feeds(choose_spread_s(self._settings, len(self._feeds)))
        lanes = MessageLanes(services.store.database, slack.team)
        watch = services.dispatcher.watch_workspaces
        self._lasting.add(await enter(run_until_stopped(watch, self._stop, "workspaces")))
        await enter(run_jobs(list_worker_jobs(services), services.scheduler))
        engine = JobEngine(
            services.store.database.url,
            build_lane_jobs(services, polls, lanes),
            list_periodic_jobs(services, polls, lanes),
        )
        self._lasting.add(await enter(run_until_stopped(engine.run, self._stop, "jobs")))
        log.info("worker started")


@asynccontextmanager
async def probe_workers(readiness: Readiness, database: Database) -> AsyncIterator[None]:
    """Within the block, `/readyz` shows whether a worker is alive. It is for a process that neither
    polls nor sends."""
    read = BoundedRead(
        lambda: database.read(lambda each: job_queue.is_worker_alive(each, STALLED_AFTER_S)),
        _READ_S,
    )

    async def is_one_alive() -> bool:
        # A database that does not answer is another reason, with a probe of its own.
        return await read.get() is not False

    readiness.add_probe(NotReady.WORKERS, is_one_alive)
    try:
        yield
    finally:
        readiness.remove_probe(NotReady.WORKERS)
        await read.finish()
