"""Builds the routes about the state of the bot, and serves them where Slack needs no HTTP."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiohttp import web

from bot.http_server.health import health_route, ready_route
from bot.http_server.limits import HttpLimits
from bot.http_server.rejections import Rejections
from bot.http_server.server import HttpServer
from bot.monitoring.backlog import DatabaseFacts
from bot.monitoring.bounded_read import BoundedRead
from bot.monitoring.endpoint import MetricsPage
from bot.monitoring.redaction import Redactor
from bot.operators_page.access import OperatorAccess
from bot.operators_page.rendering import PageRenderer
from bot.operators_page.routes import OperatorsPage
from bot.readiness import NotReady, Readiness
from bot.runtime.status.facts import DatabaseFactsReader
from bot.runtime.status.overview import OverviewReader
from bot.runtime.wiring.basics import read_clock, reveal_secret
from bot.runtime.wiring.services import Services

log = logging.getLogger(__name__)

_PING_S = 2.0
_FACTS_S = 5.0
"""Maximum seconds for the queries of one scrape. Prometheus waits 10 seconds by default."""
_LIMITS = HttpLimits(connections=32, bodies=4, body_bytes=4096, large_body_bytes=4096)


@asynccontextmanager
async def open_status_pages(
    services: Services, readiness: Readiness, rejections: Rejections
) -> AsyncIterator[Sequence[web.RouteDef]]:
    """The routes except `/healthz`; at the end of the block, waits for their queries."""
    store = services.store
    ping = BoundedRead(store.monitoring.ping, _PING_S)
    reader = DatabaseFactsReader(store.monitoring, services.feeds)

    async def read_facts() -> DatabaseFacts:
        return await reader.read(read_clock())

    async def is_database_up() -> bool:
        return bool(await ping.get())

    async def are_feeds_online() -> bool:
        return not services.scheduler.is_offline()

    facts = BoundedRead(read_facts, _FACTS_S)
    readiness.add_probe(NotReady.DATABASE, is_database_up)
    readiness.add_probe(NotReady.FEEDS, are_feeds_online)
    routes = [ready_route(readiness)]
    if token := reveal_secret(services.settings.metrics_token):
        last_checks = services.decisions.list_last_checks
        page = MetricsPage(services.metrics, facts, last_checks, read_clock, token, rejections)
        routes += page.routes()
    if token := reveal_secret(services.settings.operators_token):
        overview = OverviewReader(store, services.feeds, readiness, facts.get)
        redactor = Redactor(services.settings.list_secrets())
        routes += OperatorsPage(
            overview,
            OperatorAccess(token, read_clock),
            PageRenderer(read_clock, redactor.redact),
            rejections,
        ).routes()
    try:
        yield routes
    finally:
        readiness.remove_probe(NotReady.DATABASE)
        readiness.remove_probe(NotReady.FEEDS)
        await ping.finish()
        await facts.finish()


@asynccontextmanager
async def open_status_server(
    routes: Sequence[web.RouteDef], host: str, port: int, rejections: Rejections
) -> AsyncIterator[int]:
    """Serves the routes and `/healthz` within the block; yields the port.

    If it cannot listen there, logs it and serves nothing, because the bot can work without these
    pages; the port is then 0.
    """
    application = web.Application()
    application.add_routes([health_route(), *routes])
    server = HttpServer(application, _LIMITS, rejections)
    try:
        await server.start(host, port)
        log.info("health and metrics are served at http://%s:%d", host, server.port)
    except OSError as error:
        why = error.strerror or type(error).__name__
        log.warning("health and metrics are not served at %s:%d: %s; set PORT", host, port, why)
    try:
        yield server.port
    finally:
        await server.stop()
