"""Keeps subscriptions at WebSub hubs alive, and answers the hubs.

What was agreed is kept before anything is sent, because a hub may ask back before it answers.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from secrets import token_urlsafe
from typing import Protocol

from bot.errors import AddressRefused, FeedError, FetchFailed, StoreAway
from bot.feeds.http.fetch import Fetcher, shown
from bot.feeds.http.limits import FetchLimits
from bot.feeds.websub import protocol
from bot.feeds.websub.model import HubSubscription
from bot.text.plain import plain

log = logging.getLogger(__name__)

CALLBACK_PATH = "/websub/"
_WAIT_FACTOR = 5
"""A hub has so many times the first wait after an error to ask back, before it is asked again."""
_AT_ONCE = 5
_NEVER_SOONER = 20
"""Counts as so many asks: an address that may not be contacted is tried again after a day."""


class HubStore(Protocol):
    """Where subscriptions at hubs are kept."""

    async def every(self) -> Iterable[HubSubscription]: ...

    async def put(self, subscription: HubSubscription) -> None: ...

    async def remove(self, token: str) -> None: ...


class WebSubSubscriptions:
    """The subscriptions at hubs; `open` first, `close` when done.

    `public_url` is where the internet reaches this program, without a slash at its end.
    """

    def __init__(
        self,
        limits: FetchLimits,
        shelf: HubStore,
        public_url: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._shelf, self._public_url, self._clock = shelf, public_url, clock
        self._fetcher = Fetcher(limits)
        self._first_wait_s = limits.backoff_s * _WAIT_FACTOR
        self._known: dict[str, HubSubscription] = {}
        self._asking = asyncio.Semaphore(_AT_ONCE)
        self._tending: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Reads what was agreed before; raises StoreError."""
        self._known = {each.token: each for each in await self._shelf.every()}

    async def close(self) -> None:
        """Ends what is under way; the hubs keep their promises, and are asked again next time."""
        if self._tending is not None:
            self._tending.cancel()
            with suppress(asyncio.CancelledError):
                await self._tending
        await self._fetcher.close()

    def pushes(self, feed_id: str) -> bool:
        """Whether a hub has promised to push the feed's news now."""
        now = self._clock()
        return any(
            each.feed_id == feed_id and each.wanted and protocol.is_live(each, now)
            for each in self._known.values()
        )

    def by_token(self, token: str) -> HubSubscription | None:
        """The subscription whose address a hub calls."""
        return self._known.get(token)

    def start_tending(self, wanted: Mapping[str, tuple[str, str]]) -> None:
        """Begins `tend`, unless it is still at it."""
        if self._tending is None or self._tending.done():
            self._tending = asyncio.create_task(self._guarded(wanted), name="tend hubs")

    async def _guarded(self, wanted: Mapping[str, tuple[str, str]]) -> None:
        try:
            await self.tend(wanted)
        except StoreAway:
            return
        except Exception:
            log.exception("the subscriptions at hubs could not be looked after")

    async def tend(self, wanted: Mapping[str, tuple[str, str]]) -> None:
        """Asks hubs for what is wanted and due: beginnings, renewals, ends.

        `wanted` holds hub and topic by feed id. Raises StoreError.
        """
        now = self._clock()
        for each in list(self._known.values()):
            if protocol.is_over(each, wanted, now):
                await self._forget(each)
            elif each.wanted and not protocol.is_wanted(each, wanted):
                await self._keep(protocol.ending(each, now))
        begun = {each.feed_id for each in self._known.values() if each.wanted}
        for feed_id, (hub, topic) in wanted.items():
            if feed_id not in begun:
                await self._keep(_new(feed_id, hub, topic, now))
        due = [each for each in self._known.values() if each.next_at <= now]
        await asyncio.gather(*(self._ask(each) for each in due))

    async def _ask(self, subscription: HubSubscription) -> None:
        async with self._asking:
            if self._known.get(subscription.token) != subscription:
                # The hub has called while this one waited for its turn.
                return
            await self._keep(protocol.asked(subscription, self._clock(), self._first_wait_s))
            form = protocol.request(subscription, self._callback(subscription))
            try:
                status = await self._fetcher.post(subscription.hub, form)
                if not 200 <= status < 300:
                    raise FetchFailed(shown(subscription.hub), f"answered {status}")
            except FeedError as error:
                await self._failed(subscription.token, error)

    async def _failed(self, token: str, error: FeedError) -> None:
        log.info("the hub %s: %s", error.thing, error.cause)
        current = self._known.get(token)
        if current is None or not current.asks:
            # It has answered in the meantime, by its own call.
            return
        if isinstance(error, AddressRefused):
            later = current.model_copy(update={"asks": _NEVER_SOONER})
            current = protocol.asked(later, self._clock(), self._first_wait_s)
        await self._keep(current.model_copy(update={"error": f"{error.thing} {error.cause}"}))

    def _callback(self, subscription: HubSubscription) -> str:
        return f"{self._public_url}{CALLBACK_PATH}{subscription.token}"

    async def answer(self, token: str, query: Mapping[str, str]) -> str | None:
        """What to answer a hub that asks whether a request was ours, or denies one.

        Its challenge, to be echoed as plain text; None where we want nothing of the kind.
        """
        found = self._known.get(token)
        if found is None or query.get("hub.topic") != found.topic:
            return None
        mode, challenge = query.get("hub.mode", ""), query.get("hub.challenge", "")
        if mode == "denied":
            reason = plain(query.get("hub.reason", ""), 200)
            await self._keep(protocol.denied(found, self._clock(), reason))
            log.warning("the hub of feed %s: %s", found.feed_id, self._known[token].error)
            return ""
        if mode == "subscribe" and found.wanted and challenge:
            lease = query.get("hub.lease_seconds", "")
            await self._keep(protocol.agreed(found, self._clock(), lease))
            log.info("the hub of feed %s pushes its news from now on", found.feed_id)
            return challenge
        if mode == "unsubscribe" and not found.wanted and challenge:
            await self._forget(found)
            return challenge
        return None

    async def _keep(self, subscription: HubSubscription) -> None:
        self._known[subscription.token] = subscription
        await self._shelf.put(subscription)

    async def _forget(self, subscription: HubSubscription) -> None:
        self._known.pop(subscription.token, None)
        await self._shelf.remove(subscription.token)


def _new(feed_id: str, hub: str, topic: str, now: datetime) -> HubSubscription:
    return HubSubscription(
        token=token_urlsafe(32),
        feed_id=feed_id,
        hub=hub,
        topic=topic,
        secret=token_urlsafe(48),
        next_at=now,
    )
