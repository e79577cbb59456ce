"""The sending parts of the bot, wired as `bot.runtime.wiring` does it, against a given Slack."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from bot.alerts.dispatcher import Dispatcher, DispatchTimes
from bot.slack.api.sender import SlackSender
from bot.slack.app import build_client, open_session
from bot.store.store import Store
from tests.slack.samples import PARTIES


@asynccontextmanager
async def open_dispatcher(
    store: Store,
    api_url: str,
    clock: Callable[[], datetime],
    pace_s: float = 0.0,
    send_timeout_s: float = 30.0,
) -> AsyncIterator[Dispatcher]:
    """A dispatcher with the real sender. `pace_s` separates messages of one conversation."""
    async with open_session() as session:
        client = build_client("xoxb-chaos", api_url, session)
        sender = SlackSender(client, PARTIES, pace_s=pace_s)
        times = DispatchTimes(send_timeout_s=send_timeout_s)
        yield Dispatcher(store.outbox, sender, clock, pace_s=pace_s, times=times)
