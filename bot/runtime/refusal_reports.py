"""Reports that Slack refuses all messages. These reports do not go through Slack's API."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import aiohttp

from bot.alerts.notices import Notices, recovery_trouble
from bot.alerts.sending.workspace_gate import Recovery, SavedRefusals
from bot.alerts.sending.workspace_refusal import WorkspaceRefusal
from bot.feeds.http.address_guard import find_url_refusal
from bot.feeds.http.limits import FetchLimits
from bot.feeds.http.session import open_session
from bot.monitoring.bounded_read import BoundedRead
from bot.readiness import NotReady, Readiness

log = logging.getLogger(__name__)

RETRY_WAITS_S = (2.0, 10.0, 60.0)
"""Seconds before each further try of a post that failed."""
_TIMEOUT_S = 10.0
_READ_S = 2.0
"""Maximum seconds for reading a saved refusal."""


class WebhookFailed(Exception):
    """The webhook did not accept a report. The error's text contains no part of the webhook's
    address, which is a secret."""


class AlertWebhook:
    """Posts `{"text": ...}` to a webhook of the operators, in the background and in order.

    A failed post is retried after each of the delays `waits_s`. Failures are logged only once until
    a post succeeds. Slack's incoming webhooks accept this format, and so do those of many other
    chat systems.
    """

    def __init__(
        self,
        url: str,
        limits: FetchLimits,
        session: aiohttp.ClientSession,
        waits_s: Sequence[float] = RETRY_WAITS_S,
    ) -> None:
        self._url, self._limits, self._session = url, limits, session
        self._waits_s = waits_s
        self._posts: set[asyncio.Task[None]] = set()
        self._one_post = asyncio.Lock()
        self._finishing = asyncio.Event()
        self._failing = False

    def post(self, text: str) -> None:
        """Starts a task that posts the text."""
        task = asyncio.create_task(self._post(text), name="post to the alert webhook")
        self._posts.add(task)
        task.add_done_callback(self._posts.discard)

    async def finish(self) -> None:
        """Waits for the posts that were started; each gets one more try at most."""
        self._finishing.set()
        await asyncio.gather(*self._posts)
        self._finishing.clear()

    async def _post(self, text: str) -> None:
        async with self._one_post:
            for wait_s in self._waits_s:
                if await self._try_to_post(text) or self._finishing.is_set():
                    return
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._finishing.wait(), wait_s)
            await self._try_to_post(text)

    async def _try_to_post(self, text: str) -> bool:
        try:
            await self._send(text)
        except (WebhookFailed, aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            if not self._failing:
                # Only the type of the error: its text may quote the address, which is a secret.
                cause = str(error) if isinstance(error, WebhookFailed) else type(error).__name__
                log.warning("TARIFFWIRE_ALERT_WEBHOOK: the report was not accepted: %s", cause)
            self._failing = True
            return False
        self._failing = False
        return True

    async def _send(self, text: str) -> None:
        if refusal := find_url_refusal(self._url, self._limits.allowed_networks):
            raise WebhookFailed(refusal)
        async with (
            asyncio.timeout(_TIMEOUT_S),
            self._session.post(self._url, json={"text": text}, allow_redirects=False) as answer,
        ):
            if answer.status >= 300:
                raise WebhookFailed(f"HTTP {answer.status}")


@asynccontextmanager
async def open_webhook(
    url: str, limits: FetchLimits, waits_s: Sequence[float] = RETRY_WAITS_S
) -> AsyncIterator[AlertWebhook | None]:
    """The webhook with this address; None for an empty one."""
    if not url:
        yield None
        return
    async with open_session(limits) as session:
        webhook = AlertWebhook(url, limits, session, waits_s)
        try:
            yield webhook
        finally:
            await webhook.finish()


class RefusalReporter:
    """Reports a refusal by the webhook and on `/readyz`. After the recovery, also sends one message
    to the operators.

    `home` is the workspace of the operators if the bot serves many workspaces. A refusal by another
    one is reported too, but the bot stays ready for the others. `has_workers` says that several
    processes send messages.
    """

    def __init__(
        self,
        readiness: Readiness,
        notices: Notices,
        webhook: AlertWebhook | None,
        home: str | None = None,
        has_workers: bool = False,
    ) -> None:
        self._has_workers = has_workers
        self._readiness, self._notices, self._webhook = readiness, notices, webhook
        self._home = home

    def refused(self, team: str, refusal: WorkspaceRefusal) -> None:
        """Called when the workspace begins to refuse messages."""
        self.restored(team, refusal)
        if self._webhook is not None:
            self._webhook.post(
                f"Tariffwire: Slack refuses all messages{self._name(team)} ({refusal.cause}). "
                f"To fix it: {refusal.cure}. Nothing is lost; messages stay queued."
            )

    def restored(self, team: str, _refusal: WorkspaceRefusal) -> None:
        """It refuses them, which an earlier process or another worker has reported."""
        if self._home in (None, team):
            self._readiness.set(NotReady.POSTS_REFUSED)

    def forgotten(self, team: str) -> None:
        """Called when the workspace has removed the app."""
        self._clear(team)

    def recovered(self, team: str, recovery: Recovery) -> None:
        """Called when the workspace accepts messages again."""
        self._clear(team)
        if self._webhook is not None and recovery.is_reported_here:
            since = f"{recovery.refusal.since:%Y-%m-%d %H:%M} UTC"
            self._webhook.post(
                f"Tariffwire: Slack accepts messages{self._name(team)} again; it refused them "
                f"since {since}."
            )

    async def delivered(self, team: str, recovery: Recovery) -> None:
        """Called when all messages that waited for the recovery are delivered."""
        is_counted = not self._has_workers
        await self._notices.report(
            recovery_trouble(recovery, self._name(team), is_counted=is_counted)
        )

    def _clear(self, team: str) -> None:
        if self._home in (None, team):
            self._readiness.clear(NotReady.POSTS_REFUSED)

    def _name(self, team: str) -> str:
        return "" if self._home is None else f" of workspace {team}"


@asynccontextmanager
async def probe_saved_refusal(
    readiness: Readiness, saved: SavedRefusals, team: str
) -> AsyncIterator[None]:
    """Within the block, `/readyz` shows whether workers have saved that the workspace refuses
    messages. For a process that sends none and so does not find out itself."""
    read = BoundedRead(lambda: saved.get(team), _READ_S)

    async def is_accepted() -> bool:
        return await read.get() is None

    readiness.add_probe(NotReady.POSTS_REFUSED, is_accepted)
    try:
        yield
    finally:
        readiness.remove_probe(NotReady.POSTS_REFUSED)
        await read.finish()
