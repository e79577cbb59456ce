"""The backoff of an unreachable feed grows with the number of failures."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.http.limits import FetchLimits
from bot.feeds.model import Feed, FeedState
from bot.feeds.polling.next_poll import DAY_S, apply_failure

NOW = datetime(2025, 5, 12, 9, 30, tzinfo=UTC)
FEED = Feed(id="wire", title="Wire", url="https://wire.example/feed")
LIMITS = FetchLimits(user_agent="t/1", poll_s=300, backoff_s=60)
HOUR_S = 3600.0


def wait(failures: int, *, reached: bool, feed: Feed = FEED, jitter: float = 0.0) -> float:
    """Seconds to the next poll after `failures` failures in a row, within 30 days."""
    since = NOW - timedelta(days=30)
    state = replace(FeedState(feed_id="wire"), failures=failures - 1, failing_since=since)
    state = apply_failure(state, feed, LIMITS, NOW, "silence", jitter, reached=reached)
    assert state.failures == failures
    assert state.interval_s is not None
    return state.interval_s


@pytest.mark.parametrize(
    ("failures", "unreached", "reached"),
    [
        (1, 300, 300),
        (2, 600, 600),
        (3, 1200, 1200),
        (4, 2400, 2400),
        (5, HOUR_S, 4800),
        (9, HOUR_S, 76_800),
        (10, HOUR_S, DAY_S),
        (1_025, HOUR_S, DAY_S),
        (1_026, HOUR_S, DAY_S),
        (100_000, HOUR_S, DAY_S),
    ],
)
def test_the_wait_doubles_up_to_an_hour_or_a_day_if_the_server_responded(
    failures: int, unreached: float, reached: float
) -> None:
    assert wait(failures, reached=False) == unreached
    assert wait(failures, reached=True) == reached


@pytest.mark.parametrize(
    ("minutes", "first", "longest"), [(1.0, 300, HOUR_S), (120.0, 300, 7200), (None, 300, HOUR_S)]
)
def test_the_operators_interval_is_the_minimum_wait_of_an_unreachable_feed(
    minutes: float | None, first: float, longest: float
) -> None:
    feed = FEED.model_copy(update={"poll_minutes": minutes})
    assert wait(1, reached=False, feed=feed) == first
    assert wait(50, reached=False, feed=feed) == longest


@given(st.integers(1, 10**6), st.booleans(), st.floats(0, 1))
def test_any_number_of_failures_leads_to_a_wait_within_a_day(
    failures: int, reached: bool, jitter: float
) -> None:
    assert 300 <= wait(failures, reached=reached, jitter=jitter) <= DAY_S
