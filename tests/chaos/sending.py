"""The bot's dispatcher and sender, wired as in `bot.runtime.wiring`, for a given Web API."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial

from bot.alerts.sending.dispatcher import Dispatcher
from bot.alerts.sending.ports import DispatchTimes
from bot.alerts.sending.workspace_gate import WorkspaceGate
from bot.alerts.subscriptions.criteria import Blocs
from bot.alerts.subscriptions.wanted import BundleReview
from bot.monitoring.metrics import Metrics
from bot.monitoring.sending import MeasuredSender
from bot.slack.api.call_limiter import POST, CallLimiter, method_key
from bot.slack.api.sender import SlackSender
from bot.slack.app import build_client, open_session
from bot.store.store import Store
from tests.shipped import PARTIES

TOKEN = "xoxb-chaos"


@asynccontextmanager
async def open_dispatcher(
    store: Store,
    api_url: str,
    clock: Callable[[], datetime],
    pace_s: float = 0.0,
    send_timeout_s: float = 30.0,
    limiter: CallLimiter | None = None,
    times: DispatchTimes | None = None,
    blocs: Blocs = PARTIES.blocs,
    metrics: Metrics | None = None,
) -> AsyncIterator[Dispatcher]:
    """A dispatcher with the real sender. `pace_s` is the gap between messages of a conversation.

    A `limiter` waits in real time, so tests with a simulated clock pass None. `times` replaces
    `send_timeout_s`. `metrics` count the messages.
    """
    async with open_session(limiter) as session:
        client = build_client(TOKEN, api_url, session)
        sender = SlackSender(client, PARTIES, pace_s=pace_s)
        tables = store.outbox, store.subscriptions, store.follows, store.stories
        yield Dispatcher(
            store.outbox,
            sender if metrics is None else MeasuredSender(sender, metrics, clock),
            clock,
            pace_s=pace_s,
            times=times or DispatchTimes(send_timeout_s=send_timeout_s),
            workspaces=WorkspaceGate(sender.check_workspace),
            take_turn=partial(_take_turn, limiter),
            review=BundleReview(*tables, blocs, clock).review,
        )


async def _take_turn(limiter: CallLimiter | None, _team: str) -> float:
    if limiter is None:
        return 0.0
    return await limiter.take_turn(method_key(TOKEN, POST))
