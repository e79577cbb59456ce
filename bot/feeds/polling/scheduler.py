"""Which feeds are due, and who is polling them: starts each due feed once and waits for none.

    due feeds | take (poll -> entries -> stories -> deliveries) | tell the dispatcher, note failures

One feed's failure holds up no other, and its slowness only those of its own host.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol
from urllib.parse import urlsplit

from bot.errors import StoreAway
from bot.feeds.model import Feed, FeedKind, FeedState
from bot.feeds.polling.host_queue import HostQueue
from bot.pipeline import Bring, Taken

log = logging.getLogger(__name__)

OWN_FAULT_WAIT_S = 60.0
"""After a fault that is not the feed's own, in seconds."""
JUMP = timedelta(minutes=1)
"""A clock that moves by more between two looks was set, or the machine slept."""
THOROUGH_EVERY = timedelta(minutes=1)
"""Between two looks at every feed; the others pass over those whose moment has not come."""
LEARNT_AT_ONCE = 1000
"""Feeds met for the first time between two turns of the event loop; each takes some 0.01 ms."""


class FeedStore(Protocol):
    """Where feeds that operators added and the states of all feeds are kept."""

    async def added(self) -> tuple[Feed, ...]: ...

    async def states(self) -> Mapping[str, FeedState]: ...

    async def anew(self, feed_ids: Collection[str]) -> Mapping[str, FeedState]:
        """The states of these, as they are kept now: an operator may have resumed a feed."""
        ...


class PollScheduler:
    """Polls feeds when they are due.

    `is_due(feed, state, now)` decides that; `spread_s` is the time in seconds over which those
    begin that are due when they are first looked at, or after a jump of the clock, so that neither
    a fresh start nor one after a long pause is a burst. No more than `polls_per_host` are under way
    at a host; its other feeds wait in a line, where a feed takes little memory, however many are
    due at once.
    """

    def __init__(
        self,
        configured: Iterable[Feed],
        shelf: FeedStore,
        take: Callable[[Feed, datetime, Bring | None], Awaitable[Taken]],
        is_due: Callable[[Feed, FeedState, datetime], bool],
        clock: Callable[[], datetime],
        on_deliveries: Callable[[], None],
        spread_s: float = 0.0,
        polls_per_host: int = 4,
    ) -> None:
        self._configured = tuple(configured)
        self._shelf, self._take, self._is_due, self._clock = shelf, take, is_due, clock
        self._on_deliveries, self._spread_s = on_deliveries, spread_s
        self._lines: HostQueue[Taken | None] = HostQueue(polls_per_host)
        self._added: tuple[Feed, ...] | None = None
        self._feeds: tuple[Feed, ...] = ()
        self._learnt: tuple[Feed, ...] | None = None
        self._thorough_at: datetime | None = None
        self._looked_at: datetime | None = None
        self._states: dict[str, FeedState] = {}
        self._asleep_until: dict[str, datetime] = {}
        self._not_before: dict[str, datetime] = {}
        self._under_way: dict[str, asyncio.Future[Taken | None]] = {}
        self._gone: set[str] = set()
        self._failing: dict[str, str] = {}
        self._reported: set[str] = set()
        self._looking = asyncio.Lock()
        self._stopped = False

    async def feeds(self) -> tuple[Feed, ...]:
        """Every enabled feed: the configured ones, then those that operators added."""
        added = tuple(await self._shelf.added())
        if added != self._added:
            known = {feed.id: feed for feed in self._configured}
            for feed in added:
                known.setdefault(feed.id, feed)
            self._feeds = tuple(feed for feed in known.values() if feed.enabled)
            self._added = added
        return self._feeds

    async def poll_due(self) -> tuple[asyncio.Future[Taken | None], ...]:
        """Starts a poll of every feed that is due and not being polled; returns what it started.

        Nothing is started while the store cannot tell what is due.
        """
        async with self._looking:
            if self._stopped:
                return ()
            try:
                return await self._start_due()
            except StoreAway:
                return ()

    async def _start_due(self) -> tuple[asyncio.Future[Taken | None], ...]:
        now = self._clock()
        feeds = await self.feeds()
        self._heed_jump(feeds, now)
        asleep = self._asleep_until
        if self._is_thorough(feeds, now):
            await self._learn(feeds, now)
            self._learnt, self._thorough_at = feeds, now
            asleep = {}
        self._looked_at = now
        await self._heed_resumed()
        due = [
            feed
            for feed in feeds
            if asleep.get(feed.id, now) <= now
            and feed.id not in self._under_way
            and self._comes_now(feed, now)
        ]
        # Polls get their turns in the order in which they start.
        return tuple(self._start(feed) for feed in sorted(due, key=_rank))

    async def take_in(self, feed_id: str, bring: Bring) -> None:
        """Takes in what `bring` brings of a feed, once nobody is polling it.

        A feed that is not among the enabled ones, or not any more, is left alone.
        """
        feed = next((each for each in await self.feeds() if each.id == feed_id), None)
        if feed is not None and feed_id not in self._states:
            # It comes before the first look, or while that one is at it.
            async with self._looking:
                await self._learn(await self.feeds(), self._clock())
        while (busy := self._under_way.get(feed_id)) is not None:
            await asyncio.wait({busy})
        if feed is not None and feed_id in self._states and not self._stopped:
            await self._start(feed, bring)

    def hubs(self) -> Mapping[str, tuple[str, str]] | None:
        """The hub that each feed names and the topic to ask it for, by feed id.

        None before the first look at the feeds.
        """
        if self._learnt is None:
            return None
        named = (state for state in self._states.values() if state.hub and not state.stopped)
        return {state.feed_id: (state.hub, state.topic) for state in named}

    async def stop(self) -> None:
        """Ends the polls under way; what they had not yet kept is fetched again next time."""
        async with self._looking:
            self._stopped = True
        await self._lines.stop()

    def failing(self) -> tuple[FeedState, ...]:
        """The states of the feeds that could not be read when last polled."""
        return tuple(self._states[feed_id] for feed_id in self._failing)

    async def report(self) -> None:
        """Logs one line when the set of failing feeds has changed since the last report."""
        failing = set(self._failing)
        if failing == self._reported:
            return
        self._reported = failing
        if not failing:
            log.info("every feed can be read again")
            return
        first = min(failing)
        log.warning(
            "%d feed(s) cannot be read, such as %s (%s); `tariffwire feeds list` shows them all",
            len(failing),
            first,
            self._failing[first],
        )

    def _is_thorough(self, feeds: tuple[Feed, ...], now: datetime) -> bool:
        """Whether this look is at every feed: with many, that takes a while.

        A clock that was set back may make due what sleeps.
        """
        if self._thorough_at is None or self._looked_at is None or feeds is not self._learnt:
            return True
        return now < self._looked_at or now >= self._thorough_at + THOROUGH_EVERY

    async def _learn(self, feeds: Collection[Feed], now: datetime) -> None:
        """Looks up the stored states of feeds not met before in this process; forgets others."""
        for feed_id in self._states.keys() - {feed.id for feed in feeds}:
            del self._states[feed_id]
            self._asleep_until.pop(feed_id, None)
            self._not_before.pop(feed_id, None)
            self._failing.pop(feed_id, None)
            self._gone.discard(feed_id)
        unmet = [feed for feed in feeds if feed.id not in self._states]
        if not unmet:
            return
        stored = await self._shelf.states()
        for number, feed in enumerate(unmet, start=1):
            state = stored.get(feed.id) or FeedState(feed_id=feed.id)
            self._remember(state)
            if self._is_due(feed, state, now):
                self._spread(feed, now)
            if number % LEARNT_AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _heed_resumed(self) -> None:
        """Finds out which of the feeds that are gone an operator has resumed."""
        if not self._gone:
            return
        for state in (await self._shelf.anew(tuple(self._gone))).values():
            if not state.stopped:
                self._remember(state)

    def _heed_jump(self, feeds: Iterable[Feed], now: datetime) -> None:
        """Keeps a clock that jumps from making a burst of polls, or early ones."""
        before = self._looked_at
        if before is None:
            return
        if now < before:
            self._heed_set_back(before, now)
        elif now - before > JUMP:
            # The machine has slept, or the clock was put right: much is due now.
            for feed in feeds:
                if feed.id in self._states and self._comes_now(feed, now):
                    self._spread(feed, now)

    def _heed_set_back(self, before: datetime, now: datetime) -> None:
        """Keeps what is left of a wait as long as it was when the clock was set back."""
        by = before - now
        self._not_before = {feed_id: at - by for feed_id, at in self._not_before.items()}
        if by <= JUMP:
            return
        for feed_id, state in self._states.items():
            polled, at = state.last_poll_at, state.next_poll_at
            # By the clock that was just given up; one from before that says nothing any more.
            if polled is not None and at is not None and polled <= before + JUMP and at > before:
                self._not_before[feed_id] = max(self._not_before.get(feed_id, now), at - by)

    def _spread(self, feed: Feed, now: datetime) -> None:
        wait_s = self._spread_s * _share(feed.id)
        self._not_before[feed.id] = now + timedelta(seconds=wait_s)

    def _comes_now(self, feed: Feed, now: datetime) -> bool:
        return self._not_before.get(feed.id, now) <= now and self._is_due(
            feed, self._states[feed.id], now
        )

    def _remember(self, state: FeedState) -> None:
        self._states[state.feed_id] = state
        # What is due at once, or never, is looked at each time.
        self._asleep_until.pop(state.feed_id, None)
        if state.next_poll_at is not None:
            self._asleep_until[state.feed_id] = state.next_poll_at
        if state.stopped:
            self._gone.add(state.feed_id)
        else:
            self._gone.discard(state.feed_id)
        if state.error:
            self._failing[state.feed_id] = state.error
        else:
            self._failing.pop(state.feed_id, None)

    def _start(self, feed: Feed, bring: Bring | None = None) -> asyncio.Future[Taken | None]:
        # For what is here already no server is asked, so it stands in a line of its own.
        line = _host(feed) if bring is None else f"pushed {feed.id}"
        poll = self._lines.join(line, lambda: self._poll(feed, bring))
        self._under_way[feed.id] = poll
        poll.add_done_callback(lambda _: self._under_way.pop(feed.id, None))
        return poll

    async def _poll(self, feed: Feed, bring: Bring | None) -> Taken | None:
        try:
            taken = await self._take(feed, self._clock(), bring)
        except StoreAway:
            self._later(feed)
            return None
        except Exception:
            # We have a bug: this feed waits its turn, the others go on.
            log.exception("feed %s could not be taken in", feed.id)
            self._later(feed)
            return None
        if feed.id in self._states:
            self._remember(taken.round.state)
        if taken.deliveries:
            self._on_deliveries()
        return taken

    def _later(self, feed: Feed) -> None:
        self._not_before[feed.id] = self._clock() + timedelta(seconds=OWN_FAULT_WAIT_S)


def _host(feed: Feed) -> str:
    return urlsplit(feed.url).netloc.rpartition("@")[2].lower()


def _rank(feed: Feed) -> bool:
    """Those who make the news come before those who report it."""
    return feed.kind not in (FeedKind.OFFICIAL, FeedKind.COURT)


def _share(feed_id: str) -> float:
    """A number in [0, 1) that is always the same for a feed."""
    return int.from_bytes(sha256(feed_id.encode()).digest()[:4]) / 2**32
