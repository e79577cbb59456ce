"""Subscribes at WebSub hubs, renews subscriptions, and answers the hubs' verification requests.

A subscription is saved before its request is sent, because a hub may call back before it responds
to the request.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from secrets import token_urlsafe
from typing import Protocol

from bot.errors import AddressRefused, FeedError, FetchFailed, StoreUnavailable
from bot.feeds.http.fetch import Fetcher, redact_address
from bot.feeds.http.limits import FetchLimits
from bot.feeds.websub import protocol
from bot.feeds.websub.protocol import HubSubscription
from bot.text.plain import to_plain_text

log = logging.getLogger(__name__)

CALLBACK_PATH = "/websub/"
_WAIT_FACTOR = 5
"""The wait for a hub to call back, in multiples of `backoff_s`, before the request is repeated."""
_REQUESTS_AT_ONCE = 5
_ASKS_FOR_DAILY = 20
"""If the hub's address is refused, this counts as so many unconfirmed requests that the next one
follows after a day.
"""


class HubStore(Protocol):
    """Stores subscriptions at hubs."""

    async def every(self) -> Iterable[HubSubscription]: ...

    async def put(self, subscription: HubSubscription) -> None: ...

    async def remove(self, token: str) -> None: ...


class WebSubSubscriptions:
    """The subscriptions at hubs. Call `open` first and `close` when done.

    `public_url` is this program's address on the internet, without a trailing slash.
    """

    def __init__(
        self,
        limits: FetchLimits,
        store: HubStore,
        public_url: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._store, self._public_url, self._clock = store, public_url, clock
        self._fetcher = Fetcher(limits)
        self._first_wait_s = limits.backoff_s * _WAIT_FACTOR
        self._known: dict[str, HubSubscription] = {}
        self._requests = asyncio.Semaphore(_REQUESTS_AT_ONCE)
        self._tending: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Loads the stored subscriptions; raises StoreError."""
        self._known = {each.token: each for each in await self._store.every()}

    async def close(self) -> None:
        """Cancels the requests in progress; subscriptions stay valid at the hubs."""
        if self._tending is not None:
            self._tending.cancel()
            with suppress(asyncio.CancelledError):
                await self._tending
        await self._fetcher.close()

    def is_pushed(self, feed_id: str) -> bool:
        """Whether a hub pushes the feed's news now."""
        now = self._clock()
        return any(
            each.feed_id == feed_id and each.wanted and protocol.is_live(each, now)
            for each in self._known.values()
        )

    def find_by_token(self, token: str) -> HubSubscription | None:
        """The subscription with this token; None if there is none."""
        return self._known.get(token)

    def start_sending(self, wanted: Mapping[str, tuple[str, str]]) -> None:
        """Starts `send_due_requests` in the background, unless it is still running there."""
        if self._tending is None or self._tending.done():
            self._tending = asyncio.create_task(
                self._send_due_requests_safely(wanted), name="tend hubs"
            )

    async def _send_due_requests_safely(self, wanted: Mapping[str, tuple[str, str]]) -> None:
        try:
            await self.send_due_requests(wanted)
        except StoreUnavailable:
            return
        except Exception:
            log.exception("the subscriptions at hubs could not be updated")

    async def send_due_requests(self, wanted: Mapping[str, tuple[str, str]]) -> None:
        """Sends the requests that are due: to subscribe, to renew and to end subscriptions.

        `wanted` maps feed ids to the hub and topic that the feed names. Raises StoreError.
        """
        now = self._clock()
        for each in list(self._known.values()):
            if protocol.can_be_deleted(each, wanted, now):
                await self._delete(each)
            elif each.wanted and not protocol.is_wanted(each, wanted):
                await self._save(protocol.cancel(each, now))
        subscribed = {each.feed_id for each in self._known.values() if each.wanted}
        for feed_id, (hub, topic) in wanted.items():
            if feed_id not in subscribed:
                await self._save(_make_subscription(feed_id, hub, topic, now))
        due = [each for each in self._known.values() if each.next_at <= now]
        await asyncio.gather(*(self._ask(each) for each in due))

    async def _ask(self, subscription: HubSubscription) -> None:
        async with self._requests:
            if self._known.get(subscription.token) != subscription:
                # A call of the hub has changed the subscription in the meantime.
                return
            await self._save(
                protocol.record_request(subscription, self._clock(), self._first_wait_s)
            )
            callback = f"{self._public_url}{CALLBACK_PATH}{subscription.token}"
            form = protocol.build_request(subscription, callback)
            try:
                status = await self._fetcher.post(subscription.hub, form)
                if not 200 <= status < 300:
                    raise FetchFailed(redact_address(subscription.hub), f"answered {status}")
            except FeedError as error:
                await self._record_failure(subscription.token, error)

    async def _record_failure(self, token: str, error: FeedError) -> None:
        current = self._known.get(token)
        feed_id = current.feed_id if current else "?"
        log.info("the hub %s of feed %s: %s", error.thing, feed_id, error.cause)
        if current is None or not current.asks:
            # The hub has confirmed or ended the subscription with a call in the meantime.
            return
        if isinstance(error, AddressRefused):
            later = current.model_copy(update={"asks": _ASKS_FOR_DAILY})
            current = protocol.record_request(later, self._clock(), self._first_wait_s)
        await self._save(current.model_copy(update={"error": f"{error.thing} {error.cause}"}))

    async def answer(self, token: str, query: Mapping[str, str]) -> str | None:
        """The text to return to a hub that verifies or denies a request: its challenge, or "".

        None if the bot did not make such a request.
        """
        found = self._known.get(token)
        if found is None or query.get("hub.topic") != found.topic:
            return None
        mode, challenge = query.get("hub.mode", ""), query.get("hub.challenge", "")
        if mode == "denied":
            reason = to_plain_text(query.get("hub.reason", ""), 200)
            await self._save(protocol.record_denial(found, self._clock(), reason))
            log.warning("the hub of feed %s: %s", found.feed_id, self._known[token].error)
            return ""
        if mode == "subscribe" and found.wanted and challenge:
            lease = query.get("hub.lease_seconds", "")
            await self._save(protocol.record_consent(found, self._clock(), lease))
            log.info("the hub of feed %s pushes its news from now on", found.feed_id)
            return challenge
        if mode == "unsubscribe" and not found.wanted and challenge:
            await self._delete(found)
            return challenge
        return None

    async def _save(self, subscription: HubSubscription) -> None:
        self._known[subscription.token] = subscription
        await self._store.put(subscription)

    async def _delete(self, subscription: HubSubscription) -> None:
        self._known.pop(subscription.token, None)
        await self._store.remove(subscription.token)


def _make_subscription(feed_id: str, hub: str, topic: str, now: datetime) -> HubSubscription:
    return HubSubscription(
        token=token_urlsafe(32),
        feed_id=feed_id,
        hub=hub,
        topic=topic,
        secret=token_urlsafe(48),
        next_at=now,
    )
