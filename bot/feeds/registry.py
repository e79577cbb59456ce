"""The feeds as operators see and change them, on the command line and in Slack."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from pydantic import ValidationError

from bot.errors import FeedError
from bot.feeds.health import FeedSummary, Health, Lag, health
from bot.feeds.http.address_guard import numeric_refusal
from bot.feeds.http.fetch import plain_address, server_of
from bot.feeds.model import Feed
from bot.feeds.polling.feed_check import FeedCheck, check
from bot.feeds.polling.next_poll import resumed
from bot.feeds.polling.poller import Poller
from bot.feeds.polling.server_pauses import ServerPauses
from bot.feeds.websub.protocol import is_live
from bot.pipeline import Taken
from bot.store.feeds import Feeds
from bot.store.hub_subscriptions import HubSubscriptions
from bot.store.pipeline_store import PipelineStore

_SEE = "See it in: tariffwire feeds list"
_SEE_IDS = "See the ids in: tariffwire feeds list, or /tariff feeds"

LAG_OVER = timedelta(days=30)
"""Lag is counted over the entries seen since then."""


class Imported(NamedTuple):
    """What became of a list of feeds."""

    added: int
    known: int
    """Those known already."""
    refused: tuple[tuple[str, str], ...] = ()
    """Addresses that were not added, each with the reason."""


class FeedRegistry:
    """Every feed there is: those of `feeds.yaml`, and those that operators added."""

    def __init__(
        self,
        configured: Iterable[Feed],
        feeds: Feeds,
        shelf: PipelineStore,
        hubs: HubSubscriptions,
        poller: Poller,
    ) -> None:
        self._configured = tuple(configured)
        self._feeds, self._shelf, self._hubs, self._poller = feeds, shelf, hubs, poller
        self._adding = asyncio.Lock()

    async def every(self) -> tuple[Feed, ...]:
        """All feeds, those that are off included."""
        known = {feed.id: feed for feed in self._configured}
        for feed in await self._feeds.added():
            known.setdefault(feed.id, feed)
        return tuple(known.values())

    async def summary(self) -> FeedSummary:
        """How the enabled feeds are doing, all together."""
        states = await self._feeds.states()
        listed = [feed.id for feed in await self.every() if feed.enabled]
        known = [states[feed_id] for feed_id in listed if feed_id in states]
        polled = [state.last_poll_at for state in known if state.last_poll_at is not None]
        return FeedSummary(
            feeds=len(listed),
            failing=sum(bool(state.error) for state in known),
            last_poll_at=max(polled, default=None),
        )

    async def health(self) -> tuple[Health, ...]:
        """How each feed is doing."""
        states = await self._feeds.states()
        now = self._poller.clock()
        lags = await self._feeds.lags(now - LAG_OVER)
        pushed = {each.feed_id for each in await self._hubs.every() if is_live(each, now)}
        pauses = ServerPauses(self._poller.clock)
        pauses.recall(states.values())

        def of(feed: Feed) -> Health:
            state = states.get(feed.id)
            server = _server(state.current_url if state and state.current_url else feed.url)
            return health(
                feed, state, lags.get(feed.id), feed.id in pushed, held_until=pauses.until(server)
            )

        return tuple(of(feed) for feed in await self.every())

    async def lag(self) -> Lag | None:
        """How late the entries of all feeds together were; None while there are none with dates."""
        return await self._feeds.lag(self._poller.clock() - LAG_OVER)

    async def add(self, url: str) -> Feed:
        """Adds the feed at the address, or the first that the page there names.

        What it lists now counts as seen, and it is next polled when it is due: adding a feed
        neither alerts nor fetches twice. Raises FeedError where there is no feed or it is known.
        """
        feeds = await self.every()
        _refuse_known(url, feeds)
        try:
            found = await check(self._poller, url, frozenset(feed.id for feed in feeds))
        except ValidationError as error:
            raise FeedError(url[:200], "no address that a feed can have") from error
        async with self._adding:
            await self._add(found)
        return found.feed

    async def _add(self, found: FeedCheck) -> None:
        feed = found.feed
        feeds = await self.every()
        _refuse_known(feed.url, feeds)
        if any(each.id == feed.id for each in feeds):
            # Another was added while this one was fetched, and took the same id.
            raise FeedError(feed.url, "another feed was added meanwhile", "Try again")
        # A feed that can be seen before its entries are known would have old ones alerted.
        await self._shelf.keep(
            Taken(round=found.round, first_round=True, entries=found.round.entries)
        )
        if not await self._feeds.add(feed):
            raise FeedError(feed.url, "another process added it meanwhile", _SEE)

    async def add_all(self, wanted: Iterable[Feed]) -> Imported:
        """Adds those not known yet whose address may be fetched, as far as one can see by it."""
        listed = await self.every()
        urls, ids = {plain_address(feed.url) for feed in listed}, {feed.id for feed in listed}
        added, known = 0, 0
        refused: list[tuple[str, str]] = []
        for feed in wanted:
            url = plain_address(feed.url)
            if url in urls or feed.id in ids:
                known += 1
            elif reason := numeric_refusal(url, self._poller.limits.allowed_networks):
                refused.append((feed.url, f"is {reason}"))
                continue
            elif await self._feeds.add(feed):
                added += 1
            else:
                known += 1
            urls.add(url)
            ids.add(feed.id)
        return Imported(added, known, tuple(refused))

    async def remove(self, feed_id: str) -> None:
        """Takes out a feed that was added, and forgets its state; what it said is kept.

        Raises FeedError where there is none, or where it stands in `feeds.yaml`.
        """
        if any(feed.id == feed_id for feed in self._configured):
            cure = "Set `enabled: false` there, then start the bot again"
            raise FeedError(feed_id, "it stands in feeds.yaml", cure)
        if not await self._feeds.remove(feed_id):
            raise FeedError(feed_id, "no such feed", _SEE_IDS)

    async def resume(self, feed_id: str) -> None:
        """Makes a feed that was gone for good due at once, whether it was added or configured.

        Raises FeedError where there is none, where it is off, and where it has not stopped.
        """
        feed = next((each for each in await self.every() if each.id == feed_id), None)
        if feed is None:
            raise FeedError(feed_id, "no such feed", _SEE_IDS)
        if not feed.enabled:
            cure = "Set `enabled: true` in feeds.yaml, then start the bot again"
            raise FeedError(feed_id, "it is turned off", cure)
        state = (await self._feeds.states()).get(feed_id)
        if state is None or not state.stopped:
            raise FeedError(feed_id, "it has not stopped, and is asked again by itself", _SEE)
        await self._feeds.save_state(resumed(state))


def _server(address: str) -> str:
    try:
        return server_of(address)
    except ValueError:
        # No feed can be fetched from there, so nobody there asked for anything.
        return ""


def _refuse_known(url: str, feeds: Iterable[Feed]) -> None:
    wanted = plain_address(url)
    for feed in feeds:
        if wanted in (feed.url, plain_address(feed.url)):
            raise FeedError(url, f"known already, as {feed.id}", _SEE)
