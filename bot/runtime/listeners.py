"""How the bot is reached: by Slack, by Socket Mode or HTTP, and by the hubs that push news."""

import asyncio
import logging
from contextlib import AsyncExitStack
from datetime import datetime

import aiohttp
from aiohttp import web

from bot.errors import SettingsError
from bot.feeds.model import Feed, FeedState, Round
from bot.feeds.polling.poller import Poller
from bot.feeds.polling.scheduler import PollScheduler
from bot.feeds.websub.callback import Push, WebSubCallback
from bot.feeds.websub.subscriptions import WebSubSubscriptions
from bot.local_slack.server import Workspace
from bot.pipeline import Taken
from bot.runtime.settings import Settings
from bot.runtime.wiring import Store, clock, fetch_limits, revealed
from bot.slack.app import build_app, connect, web_app
from bot.slack.context import SlackContext
from bot.slack.startup import patiently

log = logging.getLogger(__name__)


async def open_hubs(
    settings: Settings, store: Store, stack: AsyncExitStack
) -> WebSubSubscriptions | None:
    """The subscriptions at hubs; None where no hub could call this program."""
    if not settings.public_url:
        return None
    if settings.transport != "http":
        log.warning("TARIFFWIRE_PUBLIC_URL is not used: only over HTTP can hubs call the bot")
        return None
    hubs = WebSubSubscriptions(fetch_limits(settings), store.hubs, settings.public_url, clock)
    await hubs.open()
    stack.push_async_callback(hubs.close)
    return hubs


def callback_of(
    settings: Settings,
    hubs: WebSubSubscriptions | None,
    watch: PollScheduler[Taken],
    poller: Poller,
    stack: AsyncExitStack,
) -> WebSubCallback | None:
    """Where hubs call; what they push goes the way of what is polled."""
    if hubs is None:
        return None

    async def take_in(push: Push) -> None:
        async def bring(feed: Feed, state: FeedState, now: datetime) -> Round:
            return await poller.read_push(feed, state, now, push.body, push.content_type)

        await watch.take_in(push.feed_id, bring)

    callback = WebSubCallback(hubs, fetch_limits(settings), take_in)
    stack.push_async_callback(callback.close)
    return callback


async def listen(
    settings: Settings,
    parts: SlackContext,
    session: aiohttp.ClientSession,
    workspace: Workspace | None,
    stack: AsyncExitStack,
    callback: WebSubCallback | None,
    stop: asyncio.Event,
) -> None:
    """Lets Slack reach the listeners: by Socket Mode with an app token, by HTTP otherwise."""
    app = build_app(parts)
    if settings.slack_app_token is not None:
        token = revealed(settings.slack_app_token)
        socket = await patiently("Socket Mode", lambda: connect(app, token, session), stop)
        stack.push_async_callback(socket.close_async)
        log.info("listening by Socket Mode")
        return
    served = web_app(app, parts)
    if callback is not None:
        served.add_routes(callback.routes())
    runner = web.AppRunner(served, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    host, port = ("127.0.0.1", 0) if workspace else ("0.0.0.0", settings.port)  # noqa: S104
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        cure = "Stop the other program, or set PORT to a free one"
        raise SettingsError("PORT", f"{port} cannot be listened on", cure) from error
    if workspace is not None:
        await workspace.connect_http(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    else:
        log.info("listening for Slack at port %d, path /slack/events", settings.port)
