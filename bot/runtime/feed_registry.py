"""The list of feeds that operators see and change, on the command line and in Slack."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

from pydantic import ValidationError

from bot.errors import FeedError
from bot.feeds.health import FeedSummary, Health, Lag, assess_health
from bot.feeds.http.address_guard import find_url_refusal
from bot.feeds.http.fetch import normalize_address, parse_server
from bot.feeds.model import Feed
from bot.feeds.polling.feed_check import FeedCheck, check_address
from bot.feeds.polling.next_poll import resume
from bot.feeds.polling.poller import Poller
from bot.feeds.polling.server_pauses import ServerPauses
from bot.feeds.websub.protocol import is_live
from bot.pipeline import IntakeResult
from bot.store.pipeline_store import PipelineStore
from bot.store.store import Store
from bot.text.languages import ENGLISH, is_read

_SEE = "See it in: tariffwire feeds list"
_SEE_IDS = "See the ids in: tariffwire feeds list, or /tariff feeds"

LAG_OVER = timedelta(days=30)
"""The period over which the lag of a feed's entries is computed."""


class ImportResult(NamedTuple):
    """The result of importing a list of feeds."""

    added: int
    known: int
    """The number of feeds that were in the list already."""
    refused: tuple[tuple[str, str], ...] = ()
    """The addresses that were not added, each with the reason."""


class FeedRegistry:
    """The feeds of `feeds.yaml` and the feeds that operators have added."""

    def __init__(
        self,
        configured: Iterable[Feed],
        store: Store,
        poller: Poller,
        languages: Collection[str] = (ENGLISH,),
    ) -> None:
        """`languages` are those for which there are topic rules."""
        self._configured, self._poller = tuple(configured), poller
        self._languages = languages
        self._feeds, self._hubs = store.feeds, store.hubs
        self._pipeline_store = PipelineStore(store)
        self._adding = asyncio.Lock()

    async def every(self) -> tuple[Feed, ...]:
        """All feeds, including disabled ones."""
        known = {feed.id: feed for feed in self._configured}
        for feed in await self._feeds.added():
            known.setdefault(feed.id, feed)
        return tuple(known.values())

    async def summary(self) -> FeedSummary:
        """The numbers of enabled and of failing feeds, and the time of the last poll."""
        states = await self._feeds.states()
        listed = [feed.id for feed in await self.every() if feed.enabled]
        known = [states[feed_id] for feed_id in listed if feed_id in states]
        polled = [state.last_poll_at for state in known if state.last_poll_at is not None]
        return FeedSummary(
            feeds=len(listed),
            failing=sum(bool(state.error) for state in known),
            last_poll_at=max(polled, default=None),
        )

    async def health(self, only: Sequence[Feed] | None = None) -> tuple[Health, ...]:
        """The health of each feed, or of these few only."""
        listed = await self.every() if only is None else only
        ids = None if only is None else [feed.id for feed in only]
        states = await (self._feeds.states() if ids is None else self._feeds.states_of(ids))
        now = self._poller.clock()
        lags = await self._feeds.lags(now - LAG_OVER, ids)
        pushed = {each.feed_id for each in await self._hubs.every() if is_live(each, now)}
        pauses = ServerPauses(self._poller.clock)
        pauses.restore_pauses(states.values())

        def of(feed: Feed) -> Health:
            state = states.get(feed.id)
            server = _find_server(state.current_url if state and state.current_url else feed.url)
            health = assess_health(
                feed,
                state,
                lags.get(feed.id),
                feed.id in pushed,
                held_until=pauses.find_end(server),
            )
            unread = "" if is_read(feed.language, self._languages) else feed.language
            return health.model_copy(update={"unread_language": unread})

        return tuple(of(feed) for feed in listed)

    async def lag(self) -> Lag | None:
        """The delay between the publication of entries and the moment when the bot saw them. None
        if no entry of the last 30 days has a date."""
        return await self._feeds.lag(self._poller.clock() - LAG_OVER)

    async def add(self, url: str) -> Feed:
        """Adds the feed at the address. If a web page is at the address, adds the first feed that
        the page links to.

        The feed's current entries count as seen, so they cause no alerts. Raises FeedError if there
        is no feed at the address, or if the feed is already in the list.
        """
        feeds = await self.every()
        _refuse_known(url, feeds)
        try:
            found = await check_address(self._poller, url, frozenset(feed.id for feed in feeds))
        except ValidationError as error:
            raise FeedError(url[:200], "not a valid feed address") from error
        async with self._adding:
            await self._add(found)
        return found.feed

    async def _add(self, found: FeedCheck) -> None:
        feed = found.feed
        feeds = await self.every()
        _refuse_known(feed.url, feeds)
        if any(each.id == feed.id for each in feeds):
            # Another feed with the same id was added while this feed was fetched.
            raise FeedError(feed.url, "another feed was added meanwhile", "Try again")
        # Save the entries first. Otherwise the next poll would treat them as news.
        await self._pipeline_store.keep(
            IntakeResult(round=found.round, first_round=True, entries=found.round.entries)
        )
        if not await self._feeds.add(feed):
            raise FeedError(feed.url, "another process added it meanwhile", _SEE)

    async def add_all(self, wanted: Iterable[Feed]) -> ImportResult:
        """Adds those feeds that are not in the list yet and whose addresses may be fetched."""
        listed = await self.every()
        urls, ids = {normalize_address(feed.url) for feed in listed}, {feed.id for feed in listed}
        added, known = 0, 0
        refused: list[tuple[str, str]] = []
        for feed in wanted:
            url = normalize_address(feed.url)
            if url in urls or feed.id in ids:
                known += 1
            elif reason := find_url_refusal(url, self._poller.limits.allowed_networks):
                refused.append((feed.url, f"is {reason}"))
                continue
            elif await self._feeds.add(feed):
                added += 1
            else:
                known += 1
            urls.add(url)
            ids.add(feed.id)
        return ImportResult(added, known, tuple(refused))

    async def remove(self, feed_id: str) -> None:
        """Removes an added feed and its state; its entries and stories stay.

        Raises FeedError if no feed has this id, or if the feed is defined in `feeds.yaml`.
        """
        if any(feed.id == feed_id for feed in self._configured):
            cure = "Set `enabled: false` there, then start the bot again"
            raise FeedError(feed_id, "it is defined in feeds.yaml", cure)
        if not await self._feeds.remove(feed_id):
            raise FeedError(feed_id, "no such feed", _SEE_IDS)

    async def resume(self, feed_id: str) -> None:
        """Resumes polling a feed that was stopped because its server answered 410 (gone).

        Raises FeedError if no feed has this id, or if the feed is disabled or was not stopped.
        """
        feed = next((each for each in await self.every() if each.id == feed_id), None)
        if feed is None:
            raise FeedError(feed_id, "no such feed", _SEE_IDS)
        if not feed.enabled:
            cure = "Set `enabled: true` in feeds.yaml, then start the bot again"
            raise FeedError(feed_id, "it is disabled", cure)
        state = (await self._feeds.states()).get(feed_id)
        if state is None or not state.stopped:
            raise FeedError(feed_id, "it is not stopped; the bot polls it automatically", _SEE)
        await self._feeds.save_state(resume(state))


def _find_server(address: str) -> str:
    try:
        return parse_server(address)
    except ValueError:
        # A server asks for a pause in a response. This address cannot be fetched, so it has no
        # server that could have asked.
        return ""


def _refuse_known(url: str, feeds: Iterable[Feed]) -> None:
    wanted = normalize_address(url)
    for feed in feeds:
        if wanted in (feed.url, normalize_address(feed.url)):
            raise FeedError(url, f"already in the list as {feed.id}", _SEE)
