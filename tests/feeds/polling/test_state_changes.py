"""The stored state of a feed after each kind of poll, field by field."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.feeds.http.limits import FetchLimits
from bot.feeds.model import Feed, FeedKind, FeedState, Pause, PublisherHints, Validators
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
    resume,
)

NOW = datetime(2025, 5, 12, 9, 30, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=6)
FEED = Feed(id="wire", title="Wire", url="https://wire.example/feed")
LIMITS = FetchLimits(user_agent="t/1", poll_s=300, backoff_s=60)
PAUSE = Pause(server="wire.example:443", until=NOW + timedelta(hours=1))
VALIDATORS = Validators(url=FEED.url, etag='"2"', body_digest="d2")
# A state in which every field differs from its default.
BEFORE = FeedState(
    feed_id="wire",
    configured_url=FEED.url,
    validators=Validators(url=FEED.url, etag='"1"', body_digest="d1"),
    asked=PublisherHints(ttl_s=60.0),
    next_poll_at=EARLIER + timedelta(hours=1),
    last_poll_at=EARLIER,
    last_success_at=EARLIER - timedelta(hours=1),
    last_entry_at=EARLIER - timedelta(hours=2),
    failures=1,
    failing_since=EARLIER - timedelta(minutes=7),
    error="no answer",
    status=500,
    current_url="https://wire.example/moved",
    moving_to="https://wire.example/next",
    moves_seen=1,
    stopped=True,
    pause=PAUSE,
    window_s=7200.0,
    interval_s=3600.0,
    listed_digest="listed",
    hub="https://hub.example/",
    topic="https://wire.example/topic",
    quiet_polls=4,
)


def response(**fields: Any) -> Response:
    given: dict[str, Any] = {
        "status": 200,
        "validators": VALIDATORS,
        "asked": PublisherHints(),
        "listed_digest": "new",
    }
    return Response(**(given | fields))


def wait_after(answer: Response, *, feed: Feed = FEED, quiet: int = 0, **options: Any) -> float:
    """Seconds to the next poll after `answer`, the `quiet`th poll in a row without new entries."""
    state = replace(BEFORE, quiet_polls=quiet - 1, listed_digest="new" if quiet else "old")
    limits = options.pop("limits", LIMITS)
    after = apply_response(
        state, feed, limits, NOW, answer, options.pop("jitter", 0.0), options.pop("pushed", False)
    )
    assert after.interval_s is not None
    assert after.next_poll_at == NOW + timedelta(seconds=after.interval_s)
    return after.interval_s


def test_a_good_response_clears_failures_and_keeps_fields_that_it_lacks() -> None:
    asked = PublisherHints(ttl_s=900.0)
    answer = response(status=304, asked=asked, window_s=86_400.0)
    assert apply_response(BEFORE, FEED, LIMITS, NOW, answer, 0.0) == FeedState(
        feed_id="wire",
        configured_url=FEED.url,
        validators=VALIDATORS,
        asked=asked,
        next_poll_at=NOW + timedelta(seconds=900),
        last_poll_at=NOW,
        last_success_at=NOW,
        last_entry_at=BEFORE.last_entry_at,
        status=304,
        current_url="https://wire.example/moved",
        window_s=86_400.0,
        interval_s=900.0,
        listed_digest="new",
        hub="https://hub.example/",
        topic="https://wire.example/topic",
    )


def test_a_failure_is_added_and_changes_nothing_of_the_last_good_body() -> None:
    after = apply_failure(BEFORE, FEED, LIMITS, NOW, "answered 502", 0.0, 502)
    assert after == replace(
        BEFORE,
        failures=2,
        error="answered 502",
        status=502,
        pause=None,
        last_poll_at=NOW,
        next_poll_at=NOW + timedelta(seconds=600),
        interval_s=600.0,
    )
    first = replace(BEFORE, failures=0, failing_since=None)
    with_pause = apply_failure(first, FEED, LIMITS, NOW, "answered 503", 0.0, 503, pause=PAUSE)
    assert (with_pause.failing_since, with_pause.pause) == (NOW, PAUSE)


def test_a_feed_that_is_gone_is_stopped_until_it_is_resumed() -> None:
    gone = apply_gone(BEFORE, NOW)
    assert gone == replace(
        BEFORE,
        stopped=True,
        failures=2,
        error=gone.error,
        status=410,
        last_poll_at=NOW,
        next_poll_at=None,
        interval_s=None,
    )
    assert "410" in gone.error
    assert resume(gone) == replace(
        gone,
        stopped=False,
        failures=0,
        failing_since=None,
        error="",
        status=None,
        next_poll_at=None,
    )


def test_a_changed_address_keeps_only_when_the_last_entry_came() -> None:
    moved = FEED.model_copy(update={"url": "https://wire.example/new"})
    assert prepare_state(moved, BEFORE) == FeedState(
        feed_id="wire", configured_url=moved.url, last_entry_at=BEFORE.last_entry_at
    )
    assert prepare_state(FEED, BEFORE) is BEFORE
    unnamed = replace(BEFORE, configured_url="")
    assert prepare_state(FEED, unnamed) == BEFORE


@pytest.mark.parametrize(
    ("fields", "at", "due"),
    [
        ({}, NOW, True),
        ({"next_poll_at": None}, EARLIER, True),
        ({"next_poll_at": NOW}, NOW, True),
        ({"next_poll_at": NOW + timedelta(seconds=1)}, NOW, False),
        ({"next_poll_at": None, "stopped": True}, NOW, False),
        # If the clock was set back by more than a minute, the feed is due at once.
        ({}, EARLIER - timedelta(seconds=60), False),
        ({}, EARLIER - timedelta(seconds=61), True),
        ({"last_poll_at": None}, EARLIER - timedelta(hours=1), False),
    ],
)
def test_a_feed_is_due_at_its_time_or_after_a_clock_was_set_back(
    fields: dict[str, Any], at: datetime, due: bool
) -> None:
    assert is_due(replace(BEFORE, **({"stopped": False} | fields)), at) is due


@pytest.mark.parametrize(
    ("asked", "quiet", "expected"),
    [
        ({}, 0, 300),
        ({"ttl_s": 299.0}, 0, 300),
        ({"max_age_s": 301.0}, 0, 301),
        ({"ttl_s": 700.0, "max_age_s": 600.0}, 0, 700),
        ({"ttl_s": 90_000.0}, 0, DAY_S),
        ({"period_s": 1800.0}, 0, 1800),
        ({"period_s": 7200.0}, 0, 3600),
        # The wait grows with the number of quiet polls: twice after 24, four times after 72.
        ({}, 12, 450),
        ({}, 24, 600),
        ({}, 72, 1200),
        ({}, 73, 1200),
        ({"ttl_s": 3600.0}, 24, 7200),
        ({"ttl_s": 50_000.0}, 72, DAY_S),
        # The period is a minimum for the wait; quiet polls do not multiply it.
        ({"period_s": 1000.0}, 24, 1000),
        ({"period_s": 500.0}, 24, 600),
    ],
)
def test_publisher_hints_and_quiet_polls_determine_the_wait(
    asked: dict[str, Any], quiet: int, expected: float
) -> None:
    assert wait_after(response(asked=PublisherHints(**asked)), quiet=quiet) == expected


@pytest.mark.parametrize(
    ("kind", "quiet", "pushed", "expected"),
    [
        (FeedKind.COURT, 12, False, 450),
        (FeedKind.COURT, 24, False, 600),
        (FeedKind.COURT, 72, False, 600),
        (FeedKind.OFFICIAL, 72, False, 600),
        (FeedKind.PAPER, 72, False, 1200),
        (FeedKind.PAPER, 0, True, 1800),
        (FeedKind.COURT, 72, True, 1800),
    ],
)
def test_courts_and_officials_are_stretched_less_and_pushed_feeds_more(
    kind: FeedKind, quiet: int, pushed: bool, expected: float
) -> None:
    feed = FEED.model_copy(update={"kind": kind})
    assert wait_after(response(), feed=feed, quiet=quiet, pushed=pushed) == expected


@pytest.mark.parametrize(
    ("jitter", "window_s", "quiet", "expected"),
    [
        (0.5, None, 0, 315),
        (1.0, None, 0, 330),
        # The wait is at most half of the feed's window, but never below the minimum interval.
        (1.0, 640.0, 0, 320),
        (1.0, 100.0, 0, 300),
        (1.0, 10_000.0, 24, 660),
        (0.0, 1000.0, 24, 500),
    ],
)
def test_the_jitter_adds_a_tenth_within_half_of_the_window(
    jitter: float, window_s: float | None, quiet: int, expected: float
) -> None:
    answer = response(window_s=window_s)
    assert wait_after(answer, jitter=jitter, quiet=quiet) == pytest.approx(expected)


def test_no_wait_is_longer_than_a_day_unless_the_operator_wants_it() -> None:
    assert wait_after(response(asked=PublisherHints(ttl_s=DAY_S)), jitter=1.0) == DAY_S
    seldom = FEED.model_copy(update={"poll_minutes": 2880.0})
    assert wait_after(response(), feed=seldom, jitter=1.0) == 2 * DAY_S


def test_retry_after_of_a_good_response_makes_the_wait_longer_not_shorter() -> None:
    assert wait_after(response(retry_after_s=5000.0)) == 5000
    assert wait_after(response(retry_after_s=10.0)) == 300


@pytest.mark.parametrize(
    ("hours", "days", "expected"),
    [
        ((), (), "2025-05-12T09:35"),
        ((8, 10), (1,), "2025-05-12T09:35"),
        ((9,), (), "2025-05-12T10:00"),
        (tuple(range(9, 24)), (), "2025-05-13T00:00"),
        ((), (0,), "2025-05-13T00:00"),
        ((0, 1), (0,), "2025-05-13T02:00"),
        # After a day in which all polls were skipped, the feed is polled even on a skipped day.
        ((), (0, 1), "2025-05-13T09:35"),
        (tuple(hour for hour in range(24) if hour != 8), (), "2025-05-13T08:00"),
        ((), (0, 1, 2, 3, 4, 5), "2025-05-13T09:35"),
        # If a feed asks to skip every hour or every day, its request is ignored.
        (tuple(range(24)), (), "2025-05-12T09:35"),
        ((), tuple(range(7)), "2025-05-12T09:35"),
    ],
)
def test_skipped_hours_and_days_are_left_out_for_a_day_at_most(
    hours: tuple[int, ...], days: tuple[int, ...], expected: str
) -> None:
    asked = PublisherHints(skip_hours=hours, skip_days=days)
    after = apply_response(BEFORE, FEED, LIMITS, NOW, response(asked=asked), 0.0)
    assert after.next_poll_at == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "status", "asked_s", "jitter", "expected"),
    [
        (1, 500, None, 0.0, 300),
        (2, 500, None, 0.0, 600),
        (1, 500, None, 1.0, 360),
        (1, 429, None, 0.0, 900),
        (1, 503, None, 0.5, 990),
        (3, 503, None, 0.0, 3600),
        (5, 500, 700.0, 0.0, 700),
        (5, 503, 100.0, 0.0, 300),
        (1, 503, 200_000.0, 0.0, DAY_S),
        (1, 503, 80_000.0, 1.0, DAY_S),
        (20, 503, None, 1.0, DAY_S),
    ],
)
def test_a_failure_waits_longer_each_time_or_as_the_server_asks(
    failures: int, status: int, asked_s: float | None, jitter: float, expected: float
) -> None:
    before = replace(BEFORE, failures=failures - 1)
    after = apply_failure(before, FEED, LIMITS, NOW, "e", jitter, status, asked_s)
    assert after.interval_s == pytest.approx(expected)
    assert after.next_poll_at == NOW + timedelta(seconds=after.interval_s or 0)


def test_a_long_first_wait_is_respected_whether_or_not_an_answer_came() -> None:
    patient = LIMITS.model_copy(update={"backoff_s": 1000.0})
    before = replace(BEFORE, failures=0)
    for reached in (True, False):
        after = apply_failure(before, FEED, patient, NOW, "e", 0.0, reached=reached)
        assert after.interval_s == 1000
    overloaded = apply_failure(before, FEED, patient, NOW, "e", 0.0, 503)
    assert overloaded.interval_s == 15_000


@pytest.mark.parametrize(
    ("failures", "status", "kept"),
    [
        (1, 404, True),
        (2, 404, True),
        (3, 404, False),
        (4, 404, True),
        (6, None, False),
        (1, 410, False),
        (2, 409, True),
    ],
)
def test_a_redirect_is_forgotten_with_each_third_failure_and_when_its_target_is_gone(
    failures: int, status: int | None, kept: bool
) -> None:
    before = replace(BEFORE, failures=failures - 1)
    after = apply_failure(before, FEED, LIMITS, NOW, "e", 0.0, status)
    assert after.current_url == (BEFORE.current_url if kept else "")


NEXT = "https://wire.example/next"


@pytest.mark.parametrize(
    ("moving_to", "seen", "moved_to", "expected"),
    [
        # `expected` is current_url, moving_to, moves_seen.
        ("", 0, "", ("https://wire.example/moved", "", 0)),
        ("", 0, NEXT, ("https://wire.example/moved", NEXT, 1)),
        (NEXT, 1, NEXT, (NEXT, "", 0)),
        (NEXT, 1, "https://other.example/", (BEFORE.current_url, "https://other.example/", 1)),
        (NEXT, 1, "", ("https://wire.example/moved", "", 0)),
        # If the feed moves back to its configured address, no other address is stored.
        (FEED.url, 1, FEED.url, ("", "", 0)),
    ],
)
def test_a_permanent_redirect_is_stored_when_it_is_seen_twice(
    moving_to: str, seen: int, moved_to: str, expected: tuple[str, str, int]
) -> None:
    before = replace(BEFORE, moving_to=moving_to, moves_seen=seen)
    after = apply_response(before, FEED, LIMITS, NOW, response(moved_to=moved_to), 0.0)
    assert (after.current_url, after.moving_to, after.moves_seen) == expected


def test_quiet_polls_are_counted_until_the_list_changes() -> None:
    same = apply_response(BEFORE, FEED, LIMITS, NOW, response(listed_digest="listed"), 0.0)
    assert same.quiet_polls == 5
    other = apply_response(same, FEED, LIMITS, NOW, response(listed_digest="other"), 0.0)
    assert (other.quiet_polls, other.listed_digest) == (0, "other")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "86400"}, DAY_S),
        ({"retry-after": "86401"}, DAY_S),
        ({"retry-after": " 5 "}, 5),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "Mon, 12 May 2025 09:30:01 GMT"}, 1),
        ({"retry-after": "Mon, 12 May 2025 09:30:00 GMT"}, None),
        ({"retry-after": "Tue, 13 May 2025 09:30:00 GMT"}, DAY_S),
        # If our clock gives more than a day, the server's Date header is used, or else one day.
        (
            {
                "retry-after": "Tue, 13 May 2025 09:30:01 GMT",
                "date": "Tue, 13 May 2025 09:29:01 GMT",
            },
            60,
        ),
        (
            {
                "retry-after": "Tue, 13 May 2025 09:30:01 GMT",
                "date": "Sun, 11 May 2025 09:30:00 GMT",
            },
            DAY_S,
        ),
        ({"retry-after": "Mon, 12 May 2025 09:29:00 GMT", "date": "soon"}, None),
        ({"retry-after": "Mon, 12 May 2025 11:30:00 +0200"}, None),
        ({"retry-after": "Mon, 12 May 2025 11:31:00 +0200"}, 60),
        ({"retry-after": "12 May 2025 09:31:00 -0000"}, 60),
        ({}, None),
    ],
)
def test_retry_after_is_at_most_a_day(headers: dict[str, str], expected: float | None) -> None:
    assert read_retry_after_s(headers, NOW) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"cache-control": "max-age=1"}, 1),
        ({"cache-control": "MAX-AGE = 90"}, 90),
        ({"cache-control": 'max-age="90"'}, 90),
        ({"cache-control": "no-store, max-age=90"}, None),
        ({"cache-control": "No-Cache"}, None),
        # `no-cache` with field names does not forbid caching the response.
        ({"cache-control": 'no-cache="set-cookie", max-age=90'}, 90),
        ({"cache-control": "public", "expires": "Mon, 12 May 2025 09:30:01 GMT"}, 1),
        ({"expires": "Mon, 12 May 2025 09:30:00 GMT"}, None),
        ({"expires": "Mon, 12 May 2025 09:30:30 GMT", "date": "today"}, 30),
    ],
)
def test_a_response_is_fresh_for_as_long_as_its_headers_say(
    headers: dict[str, str], expected: float | None
) -> None:
    assert read_max_age_s(headers, NOW) == expected
