"""A poller with small limits, and feeds that are polled on a simulated clock without waiting."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from bot.feeds.http.limits import FetchLimits
from bot.feeds.model import Feed, FeedState, Round
from bot.feeds.parsing.process_pool import ProcessPool
from bot.feeds.polling.poller import Poller
from tests.feeds.server import FeedServer, serving

START = datetime(2025, 5, 12, 9, 0, tzinfo=UTC)
LIMITS = FetchLimits(
    user_agent="Tariffwire/9.9 (+https://tariffwire.example/about)",
    poll_s=2.0,
    backoff_s=1.0,
    deadline_s=5.0,
    spacing_s=0.0,
    allowed_networks=(ip_network("127.0.0.1/32"),),
)


class Clock:
    """A clock that tests set by hand."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Life:
    """One feed and its stored state; for each poll, the clock jumps to the time when it is due."""

    def __init__(self, poller: Poller, clock: Clock, feed: Feed) -> None:
        self.poller, self.clock, self.feed = poller, clock, feed
        self.state = FeedState(feed_id=feed.id)
        self.waits: list[float] = []

    async def poll(self, times: int = 1) -> Round:
        """Polls whenever the feed is next due, `times` times; returns the last poll's result."""
        for _ in range(times):
            self.clock.now = self.state.next_poll_at or self.clock.now
            last = await self.poller.poll(self.feed, self.state, self.clock.now)
            self.state = last.state
            if self.state.next_poll_at is not None:
                self.waits.append((self.state.next_poll_at - self.clock.now).total_seconds())
        return last


class Reader:
    """Creates a `Life` for a feed. All feeds share one poller."""

    def __init__(self, poller: Poller, clock: Clock) -> None:
        self.poller, self.clock = poller, clock

    def follow(self, url: str, feed_id: str = "wire", poll_minutes: float | None = None) -> Life:
        feed = Feed(id=feed_id, title="Wire", url=url, poll_minutes=poll_minutes)
        return Life(self.poller, self.clock, feed)


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with serving() as running:
        yield running


@pytest.fixture
def limits() -> FetchLimits:
    return LIMITS


@pytest.fixture
async def reader(limits: FetchLimits, workers: ProcessPool) -> AsyncIterator[Reader]:
    clock = Clock()
    poller = Poller(limits, clock, chance=lambda: 0.5, workers=workers)
    yield Reader(poller, clock)
    await poller.close()


def later(seconds: float) -> datetime:
    """A time after the start of the tests."""
    return START + timedelta(seconds=seconds)
