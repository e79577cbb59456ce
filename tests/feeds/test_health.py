"""The health of a feed: its status, from the stored state, and its details for operators."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.feeds.health import Health, Lag, assess_health, format_duration
from bot.feeds.model import Feed, FeedState

NOW = datetime(2025, 5, 12, 9, 30, tzinfo=UTC)
FEED = Feed(id="wire", title="Harbour Wire", url="https://wire.example/feed")
POLLED = FeedState(
    feed_id="wire",
    last_poll_at=NOW - timedelta(minutes=2),
    last_success_at=NOW - timedelta(minutes=2),
    last_entry_at=NOW - timedelta(hours=5),
    next_poll_at=NOW + timedelta(minutes=3),
    interval_s=300.0,
)


def described(**fields: Any) -> Health:
    """The health of a feed that was just polled successfully, with these fields changed."""
    given = {"id": "wire", "title": "Wire", "url": FEED.url, "enabled": True, "status": "ok"}
    return Health.model_validate(given | fields)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 s"),
        (45.4, "45 s"),
        (119, "119 s"),
        (120, "2 min"),
        (150.1, "3 min"),
        (7199, "120 min"),
        (7200, "2 h"),
        (172_799, "48 h"),
        (172_800, "2 d"),
        (864_000, "10 d"),
    ],
)
def test_a_duration_is_given_in_its_largest_unit(seconds: float, expected: str) -> None:
    assert format_duration(seconds) == expected


def test_the_health_of_a_polled_feed_has_every_fact_of_its_state() -> None:
    state = replace(POLLED, error="answered 500", failures=3)
    until = NOW + timedelta(minutes=9)
    lag = Lag(median_s=60.0, p95_s=900.0, entries=7)
    assert assess_health(FEED, state, lag, pushed=True, held_until=until) == Health(
        id="wire",
        title="Harbour Wire",
        url="https://wire.example/feed",
        enabled=True,
        status="failing",
        error="answered 500",
        failures=3,
        last_success_at=state.last_success_at,
        last_entry_at=state.last_entry_at,
        next_poll_at=state.next_poll_at,
        interval_s=300.0,
        lag_median_s=60.0,
        lag_p95_s=900.0,
        pushed=True,
        held_until=until,
    )


def test_a_feed_without_a_hub_or_dates_is_neither_pushed_nor_late() -> None:
    found = assess_health(FEED, POLLED, None)
    assert (found.status, found.pushed, found.held_until) == ("ok", False, None)
    assert (found.lag_median_s, found.lag_p95_s) == (None, None)


def test_a_feed_that_was_never_polled_has_only_its_settings() -> None:
    expected = Health(
        id="wire",
        title="Harbour Wire",
        url=FEED.url,
        enabled=True,
        status="new",
        pushed=True,
        held_until=NOW,
    )
    assert assess_health(FEED, None, None, pushed=True, held_until=NOW) == expected


@pytest.mark.parametrize(
    ("enabled", "state", "status", "unwell", "gone"),
    [
        (True, None, "new", False, False),
        (True, FeedState(feed_id="wire"), "new", False, False),
        (True, POLLED, "ok", False, False),
        (True, replace(POLLED, error="no answer"), "failing", True, False),
        (True, replace(POLLED, error="gone", stopped=True), "stopped", True, True),
        (False, replace(POLLED, error="gone", stopped=True), "off", False, False),
        (False, None, "off", False, False),
    ],
)
def test_the_status_follows_from_setting_and_state(
    enabled: bool, state: FeedState | None, status: str, unwell: bool, gone: bool
) -> None:
    found = assess_health(FEED.model_copy(update={"enabled": enabled}), state, None)
    assert found.enabled is enabled
    assert (found.status, found.is_unwell, found.is_gone) == (status, unwell, gone)


SOON = {"next_poll_at": NOW + timedelta(minutes=3)}
NEXT = "next poll 09:33:00 UTC (in 3 min)"


@pytest.mark.parametrize(
    ("fields", "facts"),
    [
        ({}, ()),
        (SOON, (NEXT,)),
        ({"interval_s": 600.0}, ("every 10 min",)),
        ({"interval_s": 600.0, "status": "failing"}, ()),
        ({"pushed": True}, ("pushed by its hub",)),
        ({"last_entry_at": NOW - timedelta(hours=5)}, ("last new entry 5 h ago",)),
        ({"lag_median_s": 60.0, "lag_p95_s": 900.0}, ("lag 60 s (95%: 15 min)",)),
        ({"lag_median_s": 60.0}, ()),
        ({"lag_p95_s": 900.0}, ()),
        # The poll is due now.
        ({"next_poll_at": NOW}, ("being polled, or queued",)),
        ({"next_poll_at": NOW + timedelta(seconds=1)}, ("next poll 09:30:01 UTC (in 1 s)",)),
        (SOON | {"status": "failing"}, (NEXT,)),
        (SOON | {"status": "new"}, (NEXT,)),
        # A feed that is off or stopped has no next poll.
        (SOON | {"status": "off"}, ()),
        (SOON | {"status": "stopped"}, ()),
        (
            SOON | {"held_until": NOW + timedelta(minutes=9)},
            ("its server asked for a pause until 09:39:00 UTC (in 9 min)",),
        ),
        # The pause of its server has ended.
        (SOON | {"held_until": NOW}, (NEXT,)),
        (
            SOON
            | {
                "interval_s": 600.0,
                "pushed": True,
                "last_entry_at": NOW - timedelta(hours=5),
                "lag_median_s": 60.0,
                "lag_p95_s": 900.0,
            },
            (
                "every 10 min",
                "pushed by its hub",
                "last new entry 5 h ago",
                "lag 60 s (95%: 15 min)",
                NEXT,
            ),
        ),
    ],
)
def test_known_facts_are_shown_and_unknown_ones_left_out(
    fields: dict[str, Any], facts: tuple[str, ...]
) -> None:
    assert described(**fields).describe(NOW) == facts


@pytest.mark.parametrize(
    ("error", "failures", "expected"),
    [
        ("", 0, ""),
        ("", 5, ""),
        ("no answer", 0, "no answer"),
        ("no answer", 1, "no answer"),
        ("no answer", 2, "no answer (2 in a row)"),
    ],
)
def test_an_error_is_counted_from_the_second_time_on(
    error: str, failures: int, expected: str
) -> None:
    assert described(error=error, failures=failures).describe_error() == expected


def test_a_feed_takes_one_line_and_a_second_one_for_its_error() -> None:
    start = f"ok      wire{' ' * 28}"
    assert described(**SOON).format_lines(NOW) == f"{start}  {NEXT}"
    failing = described(**SOON, status="failing", error="no answer", failures=2)
    first, second = failing.format_lines(NOW).split("\n")
    assert first == f"{start.replace('ok     ', 'failing')}  {NEXT}"
    assert second.strip() == "no answer (2 in a row)"
    stopped = described(status="stopped", error="gone for good").format_lines(NOW)
    assert "tariffwire feeds resume wire" in stopped.split("\n")[1]
