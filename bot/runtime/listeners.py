"""Receives requests: from Slack over Socket Mode or HTTP, from WebSub hubs that push news, and from
operators and programs that watch the bot."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from aiohttp import web
from slack_bolt.async_app import AsyncApp

from bot.errors import SettingsError
from bot.feeds.model import Feed, FeedState, Round
from bot.feeds.websub.callback import Push, WebSubCallback
from bot.http_server.limits import HttpLimits, connection_limit
from bot.http_server.rejections import Rejections
from bot.http_server.server import HttpServer
from bot.local_slack.server import Workspace
from bot.operators_page.routes import PAGE_PATH
from bot.readiness import NotReady, Readiness
from bot.runtime.status.pages import open_status_pages, open_status_server
from bot.runtime.wiring.basics import make_fetch_limits, reveal_secret
from bot.runtime.wiring.services import Services
from bot.runtime.wiring.slack import ManyWorkspaces, SlackConnection
from bot.slack.app import OAuthParts, build_app, build_web_app, connect
from bot.slack.startup import retry_until_answered
from bot.slack.teams import InstalledTeamsGuard, TeamGuard
from bot.slack.workspaces.oauth import InstalledAuthorize, list_routes

log = logging.getLogger(__name__)


@asynccontextmanager
async def open_listener(
    services: Services,
    slack: SlackConnection,
    workspace: Workspace | None,
    readiness: Readiness,
    stop: asyncio.Event,
) -> AsyncIterator[None]:
    """Receives Slack's requests within the block: over Socket Mode if there is an app token,
    otherwise over HTTP. Serves the pages about the state of the bot in both cases.

    Raises SettingsError if the port for Slack is taken, and Stopped once `stop` is set.
    """
    rejections = Rejections(on_refusal=services.metrics.record_refused_request)
    if slack.many is not None:
        app = _build_shared_app(services, slack.many, rejections)
    else:
        app = build_app(services.slack)
        app.use(TeamGuard(slack.team or "", rejections))
    async with open_status_pages(services, readiness, rejections) as pages:
        opened = (
            _open_socket(app, services, slack, pages, rejections, readiness, stop)
            if services.settings.slack_app_token is not None
            else _open_http(app, services, workspace, pages, rejections)
        )
        async with opened:
            try:
                yield
            finally:
                rejections.report()


def _build_shared_app(services: Services, many: ManyWorkspaces, rejections: Rejections) -> AsyncApp:
    """The app for many workspaces."""
    guard = InstalledTeamsGuard(many.installed, rejections)
    oauth = OAuthParts(many.flow, guard, InstalledAuthorize(many.installed))
    return build_app(services.slack, oauth)


@asynccontextmanager
async def open_pages(services: Services, readiness: Readiness) -> AsyncIterator[None]:
    """Serves only the pages about the state of the bot within the block, in a process that receives
    no requests of Slack."""
    settings = services.settings
    rejections = Rejections(on_refusal=services.metrics.record_refused_request)
    async with (
        open_status_pages(services, readiness, rejections) as pages,
        open_status_server(pages, settings.status_host, settings.port, rejections),
    ):
        yield


@asynccontextmanager
async def _open_socket(
    app: AsyncApp,
    services: Services,
    slack: SlackConnection,
    pages: Sequence[web.RouteDef],
    rejections: Rejections,
    readiness: Readiness,
    stop: asyncio.Event,
) -> AsyncIterator[None]:
    settings = services.settings
    token = reveal_secret(settings.slack_app_token)

    async def is_not_connected() -> bool:
        return False

    readiness.add_probe(NotReady.SLACK, is_not_connected)
    async with open_status_server(pages, settings.status_host, settings.port, rejections):
        socket = await retry_until_answered(
            "Socket Mode", lambda: connect(app, token, slack.session), stop
        )
        log.info("connected by Socket Mode")
        readiness.add_probe(NotReady.SLACK, socket.client.is_connected)
        try:
            yield
        finally:
            readiness.remove_probe(NotReady.SLACK)
            # The method has no type annotations in slack_bolt.
            await socket.close_async()  # type: ignore[no-untyped-call]


@asynccontextmanager
async def _open_http(
    app: AsyncApp,
    services: Services,
    workspace: Workspace | None,
    pages: Sequence[web.RouteDef],
    rejections: Rejections,
) -> AsyncIterator[None]:
    limits = HttpLimits(connections=connection_limit())
    served = build_web_app(app, services.slack, rejections, limits)
    served.add_routes(pages)
    if app.oauth_flow is not None:
        served.add_routes(list_routes(app.oauth_flow))
    callback = _build_hub_callback(services, rejections)
    if callback is not None:
        served.add_routes(callback.routes())
    server = HttpServer(served, limits, rejections)
    try:
        await _listen(server, services.settings.port, workspace)
        if workspace is not None and services.settings.operators_token is not None:
            log.info("the operators' page is at http://127.0.0.1:%d%s", server.port, PAGE_PATH)
        yield
    finally:
        await server.stop()
        if callback is not None:
            await callback.close()


async def _listen(server: HttpServer, port: int, workspace: Workspace | None) -> None:
    """Opens the port. For the local workspace, opens any free port on loopback."""
    if workspace is not None:
        await server.start("127.0.0.1", 0)
        await workspace.connect_http(f"http://127.0.0.1:{server.port}/slack/events")
        return
    try:
        await server.start("0.0.0.0", port)  # noqa: S104 - Slack is elsewhere
    except OSError as error:
        cure = "Stop the other program, or set PORT to a free one"
        raise SettingsError("PORT", f"{port} cannot be opened", cure) from error
    log.info("listening for Slack at port %d, path /slack/events", port)


def _build_hub_callback(services: Services, rejections: Rejections) -> WebSubCallback | None:
    """The routes on which hubs push news. Pushed news is processed like polled news. None if no hub
    can reach the bot."""
    if services.hubs is None:
        return None

    async def take_in(push: Push) -> None:
        async def read(feed: Feed, state: FeedState, now: datetime) -> Round:
            return await services.poller.read_push(feed, state, now, push.body, push.content_type)

        await services.scheduler.process_push(push.feed_id, read)

    return WebSubCallback(services.hubs, make_fetch_limits(services.settings), take_in, rejections)
