"""Polls the feeds of one host at a time, for workers that share the feeds.

    sweep    the feeds that are due, by their saved states -> their hosts
    poll     everything that is due at one host

A job queue gives each host to one worker at a time (`bot.store.job_queue`), so its limits hold for
all workers together. `PollScheduler` does the same in one process, with the states in memory.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.errors import StoreUnavailable
from bot.feeds.model import Feed, FeedState
from bot.feeds.polling.next_poll import is_due, prepare_state
from bot.feeds.polling.scheduler import (
    INTERNAL_ERROR_WAIT_S,
    compute_share,
    parse_host,
    rank_publisher,
)

log = logging.getLogger(__name__)

FEEDS_KEPT = timedelta(seconds=10)
"""How long a poll of a host uses the list of feeds that was read last."""


class StateStore(Protocol):
    """The saved states of feeds."""

    async def states(self) -> Mapping[str, FeedState]: ...

    async def states_of(self, feed_ids: Collection[str]) -> Mapping[str, FeedState]: ...

    async def due(self, now: datetime) -> Collection[str]: ...

    async def save_state(self, state: FeedState) -> None: ...

    async def add_states(self, states: Iterable[FeedState]) -> None: ...


class HostPolls:
    """Finds the hosts with due feeds, and polls the due feeds of a host.

    `list_feeds` returns all enabled feeds. `poll(feed, now, state)` polls one and saves the result.
    `restore_pauses` is given the saved states before a host is polled: another worker may have been
    asked to pause. At most `at_once` feeds of a host are polled at the same time.
    """

    def __init__(
        self,
        list_feeds: Callable[[], Awaitable[Collection[Feed]]],
        store: StateStore,
        poll: Callable[[Feed, datetime, FeedState], Awaitable[object]],
        restore_pauses: Callable[[Iterable[FeedState]], None],
        clock: Callable[[], datetime],
        at_once: int = 4,
    ) -> None:
        self._list_feeds, self._store, self._poll = list_feeds, store, poll
        self._restore_pauses, self._clock, self._at_once = restore_pauses, clock, at_once
        self._feeds: Collection[Feed] = ()
        self._read_at: datetime | None = None
        self._by_host: dict[str, list[Feed]] = {}
        self._hosts: dict[str, str] = {}

    async def add_feeds(self, spread_s: float) -> None:
        """Saves a first state for each new feed; their first polls are spread over `spread_s`.

        A feed whose configured address has changed becomes due.
        """
        feeds, states, now = await self._list_feeds(), await self._store.states(), self._clock()
        new = []
        for feed in feeds:
            state = states.get(feed.id)
            if state is None:
                at = now + timedelta(seconds=spread_s * compute_share(feed.id))
                new.append(FeedState(feed_id=feed.id, configured_url=feed.url, next_poll_at=at))
            elif (prepared := prepare_state(feed, state)) != state:
                await self._store.save_state(prepared)
        await self._store.add_states(new)

    async def find_due_hosts(self) -> frozenset[str]:
        """The hosts at which a feed is due; raises StoreError."""
        await self._read_feeds()
        due = await self._store.due(self._clock())
        return frozenset(self._hosts[feed_id] for feed_id in due if feed_id in self._hosts)

    async def poll_host(self, host: str) -> int:
        """Polls every due feed at the host; returns how many.

        Call it only if no one else polls the host. Raises StoreUnavailable.
        """
        now = self._clock()
        at = self._read_at
        is_fresh = at is not None and timedelta() <= now - at < FEEDS_KEPT
        # Another worker may have found a host that is new.
        if not is_fresh or host not in self._by_host:
            await self._read_feeds()
        feeds = self._by_host.get(host, [])
        states = await self._store.states_of([feed.id for feed in feeds])
        self._restore_pauses(states.values())
        due = [
            (feed, state)
            for feed in feeds
            if is_due(prepare_state(feed, state := _find_state(states, feed)), now)
        ]
        slots = asyncio.Semaphore(self._at_once)

        async def poll(feed: Feed, state: FeedState) -> None:
            async with slots:
                await self._poll_one(feed, state)

        # All polls end before the job does: another worker may poll the host afterwards.
        ends = await asyncio.gather(*(poll(*each) for each in due), return_exceptions=True)
        for error in ends:
            if error is not None:
                raise error
        return len(due)

    async def _poll_one(self, feed: Feed, state: FeedState) -> None:
        try:
            await self._poll(feed, self._clock(), state)
        except StoreUnavailable:
            raise
        except Exception:
            # This is a bug of the bot. It delays this feed and does not affect the others.
            log.exception("feed %s could not be processed", feed.id)
            at = self._clock() + timedelta(seconds=INTERNAL_ERROR_WAIT_S)
            await self._store.save_state(replace(state, next_poll_at=at))

    async def _read_feeds(self) -> None:
        self._read_at, feeds = self._clock(), await self._list_feeds()
        if feeds is self._feeds:
            return
        by_host: dict[str, list[Feed]] = {}
        # Officials and courts come first.
        for feed in sorted(feeds, key=rank_publisher):
            by_host.setdefault(parse_host(feed), []).append(feed)
        self._by_host = by_host
        self._hosts = {feed.id: host for host, of in by_host.items() for feed in of}
        self._feeds = feeds


def _find_state(states: Mapping[str, FeedState], feed: Feed) -> FeedState:
    return states.get(feed.id) or FeedState(feed_id=feed.id)
