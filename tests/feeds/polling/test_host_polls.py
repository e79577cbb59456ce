"""Everything that is due at a host is polled, by the saved states of its feeds."""

import asyncio
import logging
from datetime import datetime, timedelta

import pytest

from bot.errors import StoreUnavailable
from bot.feeds.model import Feed, FeedState, Pause
from bot.feeds.polling.host_polls import FEEDS_KEPT, HostPolls
from tests.store.examples import NOON, feed
from tests.store.opened import Store

MINUTE = timedelta(minutes=1)
ONE = feed("one", url="https://a.example/1")
TWO = feed("two", url="https://a.example/2")
OTHER = feed("other", url="https://b.example/rss")


class Polls:
    """Host polls on a store, with a poll that saves that the feed is due in a minute."""

    def __init__(self, store: Store, *feeds: Feed) -> None:
        self.store, self.feeds, self.now = store, tuple(feeds), NOON
        self.polled: list[str] = []
        self.restored: list[FeedState] = []
        self.error: Exception | None = None
        self.reads = 0
        self.hosts = HostPolls(
            self._list, store.feeds, self._poll, self.restored.extend, lambda: self.now
        )

    async def _list(self) -> tuple[Feed, ...]:
        self.reads += 1
        return self.feeds

    async def _poll(self, feed: Feed, now: datetime, _: FeedState) -> None:
        self.polled.append(feed.id)
        if self.error is not None:
            raise self.error
        state = FeedState(feed_id=feed.id, configured_url=feed.url, next_poll_at=now + MINUTE)
        await self.store.feeds.save_state(state)


async def test_only_what_is_due_at_the_host_is_polled(store: Store) -> None:
    polls = Polls(store, ONE, TWO, OTHER)
    await polls.hosts.add_feeds(0)
    assert await polls.hosts.find_due_hosts() == {"a.example", "b.example"}
    assert await polls.hosts.poll_host("a.example") == 2
    assert sorted(polls.polled) == ["one", "two"]
    assert await polls.hosts.find_due_hosts() == {"b.example"}
    assert await polls.hosts.poll_host("a.example") == 0
    polls.now += MINUTE
    assert await polls.hosts.find_due_hosts() == {"a.example", "b.example"}


async def test_new_feeds_are_spread_and_known_ones_keep_their_time(store: Store) -> None:
    known = FeedState(feed_id="one", configured_url=ONE.url, next_poll_at=NOON + MINUTE)
    await store.feeds.save_state(known)
    polls = Polls(store, ONE, TWO)
    await polls.hosts.add_feeds(60)
    await polls.hosts.add_feeds(0)
    states = await store.feeds.states()
    assert states["one"] == known
    first = states["two"].next_poll_at
    assert first is not None
    assert NOON < first < NOON + MINUTE


async def test_a_feed_whose_address_has_changed_is_due(store: Store) -> None:
    old = FeedState(
        feed_id="one", configured_url="https://old.example/", next_poll_at=NOON + MINUTE
    )
    await store.feeds.save_state(old)
    polls = Polls(store, ONE)
    assert await polls.hosts.find_due_hosts() == frozenset()
    await polls.hosts.add_feeds(60)
    assert await polls.hosts.find_due_hosts() == {"a.example"}


async def test_polls_of_hosts_read_the_feeds_seldom_and_at_once_for_a_new_host(
    store: Store,
) -> None:
    polls = Polls(store, ONE)
    for _ in range(3):
        await polls.hosts.poll_host("a.example")
    assert polls.reads == 1
    polls.feeds = (ONE, TWO, OTHER)
    assert await polls.hosts.poll_host("b.example") == 1
    polls.feeds, polls.now = (ONE,), polls.now + FEEDS_KEPT
    await polls.hosts.poll_host("a.example")
    assert polls.polled == ["one", "other"]


async def test_stopped_and_removed_feeds_are_not_due(store: Store) -> None:
    await store.feeds.save_state(FeedState(feed_id="one", stopped=True))
    await store.feeds.save_state(FeedState(feed_id="removed"))
    assert await Polls(store, ONE).hosts.find_due_hosts() == frozenset()


async def test_a_pause_that_another_worker_was_asked_for_is_known(store: Store) -> None:
    pause = Pause(server="a.example", until=NOON + MINUTE)
    paused = FeedState(feed_id="two", configured_url=TWO.url, pause=pause, last_poll_at=NOON)
    await store.feeds.save_state(paused)
    polls = Polls(store, ONE, TWO)
    await polls.hosts.poll_host("a.example")
    assert [state.pause for state in polls.restored] == [pause]


async def test_an_error_of_the_bot_delays_only_this_feed(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    polls = Polls(store, ONE)
    await polls.hosts.add_feeds(0)
    polls.error = OSError("a bug")
    caplog.set_level(logging.ERROR)
    assert await polls.hosts.poll_host("a.example") == 1
    assert "feed one could not be processed" in caplog.text
    assert await polls.hosts.find_due_hosts() == frozenset()
    polls.now += MINUTE
    assert await polls.hosts.find_due_hosts() == {"a.example"}


async def test_an_unavailable_database_changes_nothing(store: Store) -> None:
    polls = Polls(store, ONE)
    await polls.hosts.add_feeds(0)
    polls.error = StoreUnavailable("the database", "the disk is full", "Free some space")
    with pytest.raises(StoreUnavailable):
        await polls.hosts.poll_host("a.example")
    assert await polls.hosts.find_due_hosts() == {"a.example"}


async def test_the_other_polls_of_a_host_end_before_an_error_is_raised(store: Store) -> None:
    failed = asyncio.Event()
    ended: list[str] = []

    async def poll(feed: Feed, _: datetime, _state: FeedState) -> None:
        if feed is ONE:
            failed.set()
            raise StoreUnavailable("the database", "connection refused")
        await failed.wait()
        for _turn in range(5):
            await asyncio.sleep(0)
        ended.append(feed.id)

    async def list_feeds() -> tuple[Feed, ...]:
        return ONE, TWO

    hosts = HostPolls(list_feeds, store.feeds, poll, lambda _: None, lambda: NOON)
    await hosts.add_feeds(0)
    with pytest.raises(StoreUnavailable):
        await hosts.poll_host("a.example")
    assert ended == ["two"]
