"""Starts a poll of each feed that is due, without waiting for its end.

A failing feed delays no other feed, and a slow feed delays only feeds of the same host.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Generic, Protocol, TypeVar
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from bot.errors import StoreUnavailable
from bot.feeds.model import OFFICIAL_KINDS, Feed, FeedState, Round
from bot.feeds.polling.next_poll import is_due, prepare_state

log = logging.getLogger(__name__)

INTERNAL_ERROR_WAIT_S = 60.0
"""Seconds before the next poll of a feed after an error of the bot itself."""
ENOUGH_FEEDS = 10
"""If the last polls of so many feeds got no response, the network is more likely at fault."""
CLOCK_JUMP = timedelta(minutes=1)
"""If the clock moves by more than this between two calls, it was set or the machine slept."""

ReadPush = Callable[[Feed, FeedState, datetime], Awaitable[Round]]
"""Makes a Round from a pushed body; replaces the fetch of a poll."""


class FeedStore(Protocol):
    """Stores the feeds that operators added and the states of all feeds."""

    async def added(self) -> tuple[Feed, ...]: ...

    async def states(self) -> Mapping[str, FeedState]: ...

    async def states_of(self, feed_ids: Collection[str]) -> Mapping[str, FeedState]:
        """The stored states of these feeds. Not cached, as an operator may have resumed a feed."""


class PollResult(Protocol):
    """The saved result of a poll."""

    @property
    def round(self) -> Round: ...

    @property
    def deliveries(self) -> Collection[object]: ...


T = TypeVar("T", bound=PollResult)


class PollScheduler(Generic[T]):
    """Polls feeds when they are due.

    `poll(feed, now, pushed, state)` polls a feed, or gets its Round from `pushed`, and saves the
    result. `on_deliveries` is called when a poll has created deliveries. Feeds that are due at the
    start, or after a jump of the clock, are spread over `spread_s` seconds. For each host, at most
    `polls_per_host` polls run at the same time; further polls wait in the order of their start.
    """

    def __init__(
        self,
        configured: Iterable[Feed],
        store: FeedStore,
        poll: Callable[[Feed, datetime, ReadPush | None, FeedState | None], Awaitable[T]],
        clock: Callable[[], datetime],
        on_deliveries: Callable[[], None],
        spread_s: float = 0.0,
        polls_per_host: int = 4,
    ) -> None:
        self._configured = tuple(configured)
        self.poll = poll
        self._store, self._clock = store, clock
        self._on_deliveries, self._spread_s = on_deliveries, spread_s
        self._polls_per_host = polls_per_host
        # A host's semaphore is removed when no poll holds it or waits for it.
        self._hosts: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._added: tuple[Feed, ...] | None = None
        self._feeds: tuple[Feed, ...] = ()
        self._feeds_with_states: tuple[Feed, ...] | None = None
        self._last_look: datetime | None = None
        self._read_at: datetime | None = None
        self._states: dict[str, FeedState] = {}
        self._not_before: dict[str, datetime] = {}
        self._running: dict[str, asyncio.Task[T | None]] = {}
        self._reported: set[str] = set()
        self._polled: set[str] = set()
        """The feeds polled since the start."""
        self._lock = asyncio.Lock()
        self._stopped = False

    async def list_feeds(self) -> tuple[Feed, ...]:
        """All enabled feeds: the configured ones, then those that operators added."""
        added = tuple(await self._store.added())
        if added != self._added:
            feeds = {feed.id: feed for feed in self._configured}
            for feed in added:
                feeds.setdefault(feed.id, feed)
            self._feeds = tuple(feed for feed in feeds.values() if feed.enabled)
            self._added = added
        return self._feeds

    async def poll_due(self) -> tuple[asyncio.Task[T | None], ...]:
        """Starts a poll of every due feed that is not being polled; returns the started polls.

        Starts no polls while the database is unavailable.
        """
        async with self._lock:
            if self._stopped:
                return ()
            try:
                return await self._start_due()
            except StoreUnavailable:
                return ()

    async def _start_due(self) -> tuple[asyncio.Task[T | None], ...]:
        now = self._clock()
        feeds = await self.list_feeds()
        self._adjust_to_clock_jump(feeds, now)
        if feeds is not self._feeds_with_states:
            await self._load_states(feeds, now)
            self._feeds_with_states = feeds
        self._last_look = now
        await self._load_resumed()
        due = [feed for feed in feeds if feed.id not in self._running and self._is_due(feed, now)]
        # Polls of one host run in the order in which they start, so important feeds start first.
        return tuple(self._start(feed) for feed in sorted(due, key=rank_publisher))

    async def process_push(self, feed_id: str, pushed: ReadPush) -> None:
        """Processes a pushed body as soon as no poll of the feed is running.

        Ignores the push if the feed is unknown or not enabled.
        """
        feed = next((each for each in await self.list_feeds() if each.id == feed_id), None)
        if feed is not None and feed_id not in self._states:
            # The push arrived before the first call of `poll_due`, or during it.
            async with self._lock:
                await self._load_states(await self.list_feeds(), self._clock())
        while (running := self._running.get(feed_id)) is not None:
            await asyncio.wait({running})
        if feed is not None and feed_id in self._states and not self._stopped:
            await self._start(feed, pushed)

    def list_hubs(self) -> Mapping[str, tuple[str, str]] | None:
        """The hub that each feed names and the topic to subscribe to, by feed id.

        Feeds without a hub and stopped feeds are left out. None before the first call of
        `poll_due`.
        """
        if self._feeds_with_states is None:
            return None
        with_hub = (state for state in self._states.values() if state.hub and not state.stopped)
        return {state.feed_id: (state.hub, state.topic) for state in with_hub}

    async def stop(self) -> None:
        """Cancels the running polls and starts no more; the next start polls these feeds."""
        async with self._lock:
            self._stopped = True
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def refresh(self, max_age: timedelta = timedelta()) -> None:
        """Reads the saved states of all feeds, for the reports of a process that does not poll.

        Reads nothing if it has read them within `max_age`.
        """
        async with self._lock:
            now = self._clock()
            if self._read_at is not None and timedelta() <= now - self._read_at < max_age:
                return
            feeds, stored = await self.list_feeds(), await self._store.states()
            self._states = {
                feed.id: stored.get(feed.id) or FeedState(feed_id=feed.id) for feed in feeds
            }
            self._polled = {key for key, state in self._states.items() if state.last_poll_at}
            self._feeds_with_states, self._read_at = feeds, now

    def list_failing(self) -> tuple[FeedState, ...]:
        """The states of the feeds whose last poll failed."""
        return tuple(state for state in self._states.values() if state.error)

    def list_states(self) -> tuple[FeedState, ...]:
        """The states of all enabled feeds."""
        return tuple(self._states.values())

    def is_offline(self) -> bool:
        """Whether the network seems to be unavailable: the last poll of each feed polled since the
        start got no response, and these are all feeds or at least `ENOUGH_FEEDS`."""
        polled = [self._states[feed_id] for feed_id in self._polled if feed_id in self._states]
        unreached = [state for state in polled if state.error and state.status is None]
        enough = max(min(len(self._feeds), ENOUGH_FEEDS), 1)
        return len(unreached) == len(polled) >= enough

    async def log_failing(self) -> None:
        """Logs one line if the set of failing feeds has changed since the last report."""
        failing = {state.feed_id: state.error for state in self.list_failing()}
        if failing.keys() == self._reported:
            return
        self._reported = set(failing)
        if not failing:
            log.info("every feed can be read again")
            return
        first = min(failing)
        log.warning(
            "%d feed(s) cannot be read, such as %s (%s); `tariffwire feeds list` shows them all",
            len(failing),
            first,
            failing[first],
        )

    async def _load_states(self, feeds: Collection[Feed], now: datetime) -> None:
        """Loads the stored states of new feeds, and forgets those of removed feeds."""
        for feed_id in self._states.keys() - {feed.id for feed in feeds}:
            del self._states[feed_id]
            self._not_before.pop(feed_id, None)
        new = [feed for feed in feeds if feed.id not in self._states]
        if not new:
            return
        stored = await self._store.states()
        for feed in new:
            self._states[feed.id] = stored.get(feed.id) or FeedState(feed_id=feed.id)
            if self._is_due(feed, now):
                self._spread(feed, now)

    async def _load_resumed(self) -> None:
        """Loads the states of stopped feeds that an operator has resumed."""
        stopped = tuple(state.feed_id for state in self._states.values() if state.stopped)
        if stopped:
            for feed_id, state in (await self._store.states_of(stopped)).items():
                if not state.stopped:
                    self._states[feed_id] = state

    def _adjust_to_clock_jump(self, feeds: Iterable[Feed], now: datetime) -> None:
        """Prevents many polls at once after a jump forward, and early polls after a jump back."""
        before = self._last_look
        if before is None:
            return
        if now < before:
            self._adjust_to_set_back(before, now)
        elif now - before > CLOCK_JUMP:
            for feed in feeds:
                if feed.id in self._states and self._is_due(feed, now):
                    self._spread(feed, now)

    def _adjust_to_set_back(self, before: datetime, now: datetime) -> None:
        """Keeps the remaining wait of each feed unchanged when the clock is set back."""
        by = before - now
        self._not_before = {feed_id: at - by for feed_id, at in self._not_before.items()}
        if by <= CLOCK_JUMP:
            return
        for feed_id, state in self._states.items():
            polled, at = state.last_poll_at, state.next_poll_at
            # If the last poll is later than `before`, another clock has set the times of this
            # state, so they are ignored.
            if polled and at and polled <= before + CLOCK_JUMP and at > before:
                self._not_before[feed_id] = max(self._not_before.get(feed_id, now), at - by)

    def _spread(self, feed: Feed, now: datetime) -> None:
        wait_s = self._spread_s * compute_share(feed.id)
        self._not_before[feed.id] = now + timedelta(seconds=wait_s)

    def _is_due(self, feed: Feed, now: datetime) -> bool:
        not_before = self._not_before.get(feed.id, now)
        return not_before <= now and is_due(prepare_state(feed, self._states[feed.id]), now)

    def _start(self, feed: Feed, pushed: ReadPush | None = None) -> asyncio.Task[T | None]:
        # A pushed body needs no request, so it does not wait for a slot of the feed's host.
        work = self._run(feed, pushed) if pushed else self._run_at_host(feed)
        task = self._running[feed.id] = asyncio.create_task(work)
        task.add_done_callback(lambda _: self._running.pop(feed.id, None))
        return task

    async def _run_at_host(self, feed: Feed) -> T | None:
        host = parse_host(feed)
        slots = self._hosts.get(host)
        if slots is None:
            slots = self._hosts[host] = asyncio.Semaphore(self._polls_per_host)
        async with slots:
            return await self._run(feed, None)

    async def _run(self, feed: Feed, pushed: ReadPush | None) -> T | None:
        try:
            state = self._states.get(feed.id)
            result = await self.poll(feed, self._clock(), pushed, state)
        except StoreUnavailable:
            self._delay(feed)
            return None
        except Exception:
            # This is a bug of the bot. It delays this feed and does not affect the others.
            log.exception("feed %s could not be processed", feed.id)
            self._delay(feed)
            return None
        if feed.id in self._states:
            self._states[feed.id] = result.round.state
            self._polled.add(feed.id)
        if result.deliveries:
            self._on_deliveries()
        return result

    def _delay(self, feed: Feed) -> None:
        wait = timedelta(seconds=INTERNAL_ERROR_WAIT_S)
        self._not_before[feed.id] = self._clock() + wait


def parse_host(feed: Feed) -> str:
    """The host of a feed's configured address, with its port if there is one."""
    return urlsplit(feed.url).netloc.rpartition("@")[2].lower()


def rank_publisher(feed: Feed) -> bool:
    """A sort key that puts officials and courts, who make the news, before the media."""
    return feed.kind not in OFFICIAL_KINDS


def compute_share(feed_id: str) -> float:
    """A number in [0, 1) that is always the same for a feed."""
    return int.from_bytes(sha256(feed_id.encode()).digest()[:4]) / 2**32
