"""Pure functions compute when a feed is polled next."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.feeds.http.limits import FetchLimits
from bot.feeds.model import Feed, FeedKind, FeedState, PublisherHints, Validators
from bot.feeds.polling.next_poll import (
    DAY_S,
    Response,
    apply_failure,
    apply_gone,
    apply_response,
    is_due,
    prepare_state,
    read_max_age_s,
    read_retry_after_s,
)

NOW = datetime(2025, 5, 12, 9, 30, tzinfo=UTC)
FEED = Feed(id="wire", title="Wire", url="https://wire.example/feed")
LIMITS = FetchLimits(user_agent="t/1")
BLANK = FeedState(feed_id="wire")


def found(listed: str = "x", window_s: float | None = None, **asked: object) -> Response:
    return Response(
        status=200,
        validators=Validators(),
        asked=TypeAdapter(PublisherHints).validate_python(asked),
        window_s=window_s,
        listed_digest=listed,
    )


def interval(feed: Feed = FEED, polls: int = 1, **given: object) -> float:
    """The poll interval in seconds after `polls` responses that list the same entries."""
    state = BLANK
    for _ in range(polls):
        state = apply_response(state, feed, LIMITS, NOW, found(**given), jitter=0.0)  # type: ignore[arg-type]
    assert state.interval_s is not None
    return state.interval_s


def test_the_operators_interval_is_the_minimum() -> None:
    assert interval() == 300
    assert interval(FEED.model_copy(update={"poll_minutes": 60.0})) == 3600


def test_the_longest_requested_wait_applies() -> None:
    assert interval(max_age_s=400.0, ttl_s=900.0) == 900
    assert interval(max_age_s=1200.0, ttl_s=900.0) == 1200


def test_update_period_counts_for_at_most_an_hour() -> None:
    assert interval(period_s=604_800.0) == 3600


def test_a_quiet_feed_is_polled_less_often_up_to_a_limit() -> None:
    waits = [interval(polls=polls) for polls in (1, 25, 50, 73, 500)]
    assert waits == sorted(waits)
    assert waits[0] == 300
    assert waits[-1] == 1200


def test_an_official_feed_is_polled_more_often() -> None:
    official = FEED.model_copy(update={"kind": FeedKind.OFFICIAL})
    assert interval(official, polls=500) == 600


def test_a_new_entry_resets_the_interval() -> None:
    quiet = replace(BLANK, quiet_polls=400, listed_digest="old")
    assert apply_response(quiet, FEED, LIMITS, NOW, found("new"), 0.0).interval_s == 300


def test_the_interval_is_at_most_half_of_the_window() -> None:
    assert interval(polls=500, window_s=1800.0) == 900
    assert interval(period_s=3600.0, window_s=1800.0) == 900


def test_the_minimum_interval_applies_to_pushed_feeds_too() -> None:
    assert interval(window_s=10.0) == 300
    assert interval(window_s=10.0, ttl_s=900.0) == 900


def test_no_poll_falls_into_skipped_hours_and_days() -> None:
    state = apply_response(BLANK, FEED, LIMITS, NOW, found(skip_hours=(9, 10)), 0.0)
    assert state.next_poll_at == datetime(2025, 5, 12, 11, tzinfo=UTC)
    monday = apply_response(BLANK, FEED, LIMITS, NOW, found(skip_days=(0,)), 0.0)
    assert monday.next_poll_at == datetime(2025, 5, 13, tzinfo=UTC)


def test_a_feed_that_skips_all_hours_is_still_polled() -> None:
    assert interval(skip_hours=tuple(range(24))) == 300
    assert interval(skip_days=tuple(range(7))) == 300


def test_a_changed_address_resets_the_state() -> None:
    state = replace(prepare_state(FEED, BLANK), stopped=True, failures=9)
    assert prepare_state(FEED, state) is state
    moved = prepare_state(FEED.model_copy(update={"url": "https://wire.example/new"}), state)
    assert (moved.stopped, moved.failures) == (False, 0)


def test_a_clock_that_was_set_back_makes_a_feed_due() -> None:
    state = apply_response(BLANK, FEED, LIMITS, NOW, found(), 0.0)
    assert not is_due(state, NOW)
    assert is_due(state, NOW + timedelta(seconds=300))
    assert is_due(state, NOW - timedelta(days=400))
    assert not is_due(replace(state, stopped=True), NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"cache-control": "public, max-age=90"}, 90),
        ({"cache-control": "max-age=90, no-cache"}, None),
        ({"cache-control": "s-maxage=90"}, None),
        ({"cache-control": "x-max-age=90"}, None),
        ({"cache-control": "max-age=0"}, None),
        ({"cache-control": "max-age=-5"}, None),
        ({"cache-control": "max-age=60", "expires": "Mon, 12 May 2025 11:30:00 GMT"}, 60),
        ({"expires": "Mon, 12 May 2025 11:30:00 GMT"}, 7200),
        (
            {
                "expires": "Tue, 13 May 2025 09:00:00 GMT",
                "date": "Tue, 13 May 2025 08:00:00 GMT",
            },
            3600,
        ),
        ({"expires": "0"}, None),
        ({"expires": "Mon, 12 May 2025 08:30:00 GMT"}, None),
        ({}, None),
    ],
)
def test_freshness_is_read_from_headers(headers: Mapping[str, str], expected: float | None) -> None:
    assert read_max_age_s(headers, NOW) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", 120),
        ("0.5", 0.5),
        ("999999999", DAY_S),
        ("0", None),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("Mon, 12 May 2025 09:31:00 GMT", 60),
        ("Mon, 12 May 2025 09:29:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", DAY_S),
    ],
)
def test_retry_after_is_read_in_both_forms(value: str, expected: float | None) -> None:
    assert read_retry_after_s({"retry-after": value}, NOW) == expected


def test_retry_after_of_a_server_with_a_wrong_clock_is_read_by_its_clock() -> None:
    headers = {
        "retry-after": "Sun, 11 May 2025 09:31:00 GMT",
        "date": "Sun, 11 May 2025 09:30:00 GMT",
    }
    assert read_retry_after_s(headers, NOW) == 60


moments = st.integers(0, 4_000_000_000).map(lambda s: datetime.fromtimestamp(s, UTC))


@given(st.text(), st.text(), moments)
def test_no_header_raises_or_asks_for_more_than_a_day(value: str, date: str, now: datetime) -> None:
    wait_s = read_retry_after_s({"retry-after": value, "date": date}, now)
    assert wait_s is None or 0 < wait_s <= DAY_S
    fresh_s = read_max_age_s({"cache-control": value, "expires": value, "date": date}, now)
    assert fresh_s is None or fresh_s > 0


durations = st.none() | st.floats(0.001, 1e10)


@given(
    poll_s=st.floats(0.01, 100_000),
    minutes=st.none() | st.floats(0.001, 10_000),
    max_age_s=durations,
    ttl_s=durations,
    period_s=durations,
    window_s=durations,
    hours=st.sets(st.integers(0, 23)),
    days=st.sets(st.integers(0, 6)),
    quiet=st.integers(0, 10_000),
    jitter=st.floats(0, 1),
    now=moments,
)
def test_the_next_poll_is_never_early_and_never_lost(
    poll_s: float,
    minutes: float | None,
    max_age_s: float | None,
    ttl_s: float | None,
    period_s: float | None,
    window_s: float | None,
    hours: set[int],
    days: set[int],
    quiet: int,
    jitter: float,
    now: datetime,
) -> None:
    limits = LIMITS.model_copy(update={"poll_s": poll_s})
    feed = FEED.model_copy(update={"poll_minutes": minutes})
    asked = {
        "max_age_s": max_age_s,
        "ttl_s": ttl_s,
        "period_s": period_s,
        "skip_hours": tuple(hours),
        "skip_days": tuple(days),
    }
    before = replace(BLANK, quiet_polls=quiet, listed_digest="x")
    state = apply_response(before, feed, limits, now, found("x", window_s, **asked), jitter)
    assert state.next_poll_at is not None
    wait_s = (state.next_poll_at - now).total_seconds()
    least_s = max(poll_s, (minutes or 0) * 60)
    asked_s = min(max(max_age_s or 0, ttl_s or 0), DAY_S)
    assert wait_s >= max(least_s, asked_s) - 0.001
    assert wait_s <= max(least_s, DAY_S) + DAY_S + 1


@given(
    st.integers(0, 100_000),
    st.sampled_from([None, 404, 429, 500, 503]),
    st.none() | st.floats(0.001, 1e10),
    st.floats(0, 1),
)
def test_after_a_failure_the_wait_is_limited_and_respects_retry_after(
    failures: int, status: int | None, asked_s: float | None, jitter: float
) -> None:
    before = replace(BLANK, failures=failures)
    state = apply_failure(before, FEED, LIMITS, NOW, "e", jitter, status, asked_s)
    assert state.interval_s is not None
    assert LIMITS.poll_s <= state.interval_s <= DAY_S
    if asked_s is not None:
        assert state.interval_s >= min(asked_s, DAY_S)


def test_the_start_of_failures_is_stored_until_a_success() -> None:
    later = NOW + timedelta(hours=5)
    once = apply_failure(BLANK, FEED, LIMITS, NOW, "no answer", 0.0)
    twice = apply_failure(once, FEED, LIMITS, later, "no answer", 0.0)
    assert (once.failing_since, twice.failing_since) == (NOW, NOW)
    assert apply_gone(BLANK, NOW).failing_since == NOW
    assert apply_response(twice, FEED, LIMITS, later, found(), 0.0).failing_since is None


@pytest.mark.parametrize(
    ("failing", "wait"),
    [
        (timedelta(hours=3), timedelta(hours=1)),
        (timedelta(hours=12), timedelta(hours=3)),
        (timedelta(days=30), timedelta(days=1)),
    ],
)
def test_a_feed_is_polled_soon_after_a_short_outage(failing: timedelta, wait: timedelta) -> None:
    before = replace(BLANK, failures=30, failing_since=NOW - failing)
    after = apply_failure(before, FEED, LIMITS, NOW, "e", 0.0, 500)
    assert after.interval_s == wait.total_seconds()


def test_without_any_response_retries_come_soon_and_then_hourly() -> None:
    seldom = FEED.model_copy(update={"poll_minutes": 60.0})
    state, waits = BLANK, []
    for _ in range(12):
        state = apply_failure(state, seldom, LIMITS, NOW, "no name", 0.0, reached=False)
        assert state.interval_s is not None
        waits.append(state.interval_s)
    assert waits[0] == max(LIMITS.backoff_s, LIMITS.poll_s)
    assert waits == sorted(waits)
    assert waits[-1] == 3600.0
