"""Computes the time of a feed's next poll and its stored state. Pure functions.

After a good response, in this order:
1. The minimum interval is the longest of three: the operator's `poll_s`, the feed's `poll_minutes`,
   and what the publisher asks for by Cache-Control, Expires or `ttl` (counted as a day at most).
2. While a feed lists no new entries, its interval grows up to four times the minimum (two times for
   officials and courts). A new entry resets it to the minimum. The interval is at least
   `sy:updatePeriod`, which counts as an hour at most, because blog software adds it by default.
3. If a hub pushes the feed's news (WebSub), the interval is six times the minimum instead. The
   polls find entries whose push was lost.
4. Up to a tenth is added at random, so that feeds spread out.
5. Rules 2 to 4 do not lengthen the interval beyond half of the time span that the feed's entries
   cover, so that no entry disappears between two polls.
6. The wait is extended to Retry-After, and then to the end of the hours and days that the feed asks
   clients to skip. Each extends it by at most a day.

After a failure, the waits back off exponentially, up to an hour or a quarter of the time for which
the feed has failed, but not beyond a day. So the news of a short outage is read soon after it. If
the server is overloaded (429, 503), the first wait is longer, and the limit is a day. If there was
no response, the limit is an hour. If the response has a Retry-After, its time is used instead.

A permanent redirect is stored once two successive good responses came through it. It is forgotten
when its target fails three times in a row or is gone (410). A 410 stops the feed if no redirect is
stored.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from bot.feeds.http.limits import FetchLimits
from bot.feeds.model import (
    OFFICIAL_KINDS,
    Feed,
    FeedState,
    Pause,
    PublisherHints,
    Validators,
)

DAY_S = 86_400.0
_HOUR_S = 3600.0
_MOVES_TO_TRUST = 2
_FAILURES_FORGET_MOVE = 3
_OVERLOADED = frozenset({429, 503})
# The first wait is 15 minutes if `backoff_s` has its default of 1 minute.
_OVERLOADED_FACTOR = 15.0
_QUIET_POLLS_PER_STEP = 24
_PUSHED_FACTOR = 6.0
CLOCK_TOLERANCE = timedelta(minutes=1)
"""If the time of the last poll is further in the future than this, the clock was set back."""
_MAX_AGE = re.compile(r"(?:^|,)\s*max-age\s*=\s*\"?(\d{1,12})", re.IGNORECASE)
_UNCACHED = re.compile(r"(?:^|,)\s*no-(?:cache|store)\s*(?:,|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The parts of a good response that decide on the next poll and the stored state."""

    status: int
    validators: Validators
    asked: PublisherHints
    moved_to: str = ""
    """The target of the permanent redirects that led to the response; empty if there were none."""
    window_s: float | None = None
    listed_digest: str = ""
    retry_after_s: float | None = None
    """Seconds to wait, from Retry-After. It applies to the next poll only."""


def is_due(state: FeedState, now: datetime) -> bool:
    """Whether to poll the feed now. The feed is also due if the clock was set back."""
    if state.stopped:
        return False
    if state.next_poll_at is None or state.next_poll_at <= now:
        return True
    return state.last_poll_at is not None and state.last_poll_at > now + CLOCK_TOLERANCE


def prepare_state(feed: Feed, state: FeedState) -> FeedState:
    """The state with which to poll. It is reset if the feed's configured address has changed."""
    if state.configured_url == feed.url:
        return state
    if state.configured_url:
        return FeedState(
            feed_id=feed.id, configured_url=feed.url, last_entry_at=state.last_entry_at
        )
    return replace(state, configured_url=feed.url)


def apply_response(
    state: FeedState,
    feed: Feed,
    limits: FetchLimits,
    now: datetime,
    response: Response,
    jitter: float,
    is_pushed: bool = False,
) -> FeedState:
    """The state after a good response at `now`; `jitter` is a random number from 0 to 1.

    `is_pushed` says whether a hub pushes the feed's news.
    """
    quiet = state.quiet_polls + 1 if response.listed_digest == state.listed_digest else 0
    wait_s = _choose_interval_s(feed, limits, response, quiet, is_pushed)
    spread_s = wait_s * (1 + jitter / 10)
    if response.window_s is not None:
        spread_s = min(spread_s, max(wait_s, response.window_s / 2))
    wait_s = max(_limit_to_a_day(feed, limits, spread_s), response.retry_after_s or 0.0)
    at = _skip_quiet_times(now + timedelta(seconds=wait_s), response.asked)
    return replace(
        _record_redirect(state, feed, response.moved_to),
        validators=response.validators,
        asked=response.asked,
        window_s=response.window_s,
        listed_digest=response.listed_digest,
        quiet_polls=quiet,
        status=response.status,
        failures=0,
        failing_since=None,
        error="",
        stopped=False,
        pause=None,
        last_poll_at=now,
        last_success_at=now,
        next_poll_at=at,
        interval_s=(at - now).total_seconds(),
    )


def apply_failure(
    state: FeedState,
    feed: Feed,
    limits: FetchLimits,
    now: datetime,
    error: str,
    jitter: float,
    status: int | None = None,
    wait_asked_s: float | None = None,
    *,
    pause: Pause | None = None,
    reached: bool = True,
) -> FeedState:
    """The state after a failure at `now`; `wait_asked_s` comes from Retry-After.

    `pause` is set if all feeds of the server must wait. `reached` is False if there was no
    response. The validators are kept, because they belong to the last good body. `status` is 410
    only if the target of a stored redirect is gone; `apply_gone` is for any other 410.
    """
    failures = state.failures + 1
    since = state.failing_since or now
    failing_s = (now - since).total_seconds()
    wait_s = _choose_wait_s(feed, limits, failures, failing_s, status, wait_asked_s, reached)
    wait_s = _limit_to_a_day(feed, limits, wait_s * (1 + jitter / 5))
    forget = failures % _FAILURES_FORGET_MOVE == 0 or status == HTTPStatus.GONE
    return replace(
        state,
        current_url="" if forget else state.current_url,
        failures=failures,
        failing_since=since,
        error=error,
        status=status,
        pause=pause,
        last_poll_at=now,
        next_poll_at=now + timedelta(seconds=wait_s),
        interval_s=wait_s,
    )


def apply_gone(state: FeedState, now: datetime) -> FeedState:
    """The state after a 410. The feed is not polled again until an operator resumes it."""
    return replace(
        state,
        stopped=True,
        failures=state.failures + 1,
        failing_since=state.failing_since or now,
        error="gone for good (answered 410 Gone)",
        status=410,
        last_poll_at=now,
        next_poll_at=None,
        interval_s=None,
    )


def resume(state: FeedState) -> FeedState:
    """The state after an operator resumed a stopped feed; the feed is due at once.

    Errors are cleared, so that the next failure is reported as a new one.
    """
    return replace(
        state,
        stopped=False,
        failures=0,
        failing_since=None,
        error="",
        status=None,
        next_poll_at=None,
    )


def find_min_interval_s(feed: Feed, limits: FetchLimits) -> float:
    """The minimum time in seconds between two polls, from the settings and from the feed."""
    return max(limits.poll_s, (feed.poll_minutes or 0.0) * 60)


def read_max_age_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds for which the response is fresh, from Cache-Control or else Expires; None if unknown.

    Header names are in lower case.
    """
    control = headers.get("cache-control", "")
    stated = _MAX_AGE.search(control)
    if _UNCACHED.search(control):
        return None
    if stated:
        return float(stated.group(1)) or None
    expires = _parse_http_date(headers.get("expires", ""))
    if expires is None:
        return None
    # If the response has a Date, both times come from the server's clock, so an error of that clock
    # has no effect.
    left_s = (expires - (_parse_http_date(headers.get("date", "")) or now)).total_seconds()
    return left_s if left_s > 0 else None


def read_retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait, from Retry-After, at most a day; None if it is unreadable or in the past."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if re.fullmatch(r"\d{1,12}(\.\d{1,6})?", value):
        return min(float(value), DAY_S) or None
    until = _parse_http_date(value)
    if until is None:
        return None
    # The date is compared with the bot's clock first. If the server's clock is wrong, only the
    # comparison with its own Date header gives a plausible wait.
    for since in (now, _parse_http_date(headers.get("date", ""))):
        wait_s = (until - since).total_seconds() if since else 0.0
        if 0 < wait_s <= DAY_S:
            return wait_s
    return DAY_S if until > now else None


def _parse_http_date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _choose_interval_s(
    feed: Feed, limits: FetchLimits, response: Response, quiet: int, is_pushed: bool
) -> float:
    asked = max(response.asked.max_age_s or 0.0, response.asked.ttl_s or 0.0)
    floor = max(find_min_interval_s(feed, limits), min(asked, DAY_S))
    watched = feed.kind in OFFICIAL_KINDS
    stretch = min(1 + quiet / _QUIET_POLLS_PER_STEP, 2.0 if watched else 4.0)
    stretch = _PUSHED_FACTOR if is_pushed else stretch
    wanted = max(floor * stretch, min(response.asked.period_s or 0.0, _HOUR_S))
    if response.window_s is not None:
        wanted = min(wanted, response.window_s / 2)
    return max(floor, min(wanted, DAY_S))


def _limit_to_a_day(feed: Feed, limits: FetchLimits, wait_s: float) -> float:
    """The wait, limited to a day or to the minimum interval if that is longer."""
    return min(wait_s, max(DAY_S, find_min_interval_s(feed, limits)))


def _choose_wait_s(
    feed: Feed,
    limits: FetchLimits,
    failures: int,
    failing_s: float,
    status: int | None,
    asked_s: float | None,
    reached: bool,
) -> float:
    floor, growth = find_min_interval_s(feed, limits), 2.0 ** min(failures - 1, 30)
    if not reached:
        # A server that does not respond gets no load from a retry. So retries start soon, and later
        # there is one an hour.
        return min(max(limits.backoff_s, limits.poll_s) * growth, max(floor, _HOUR_S))
    if asked_s is not None:
        return max(floor, min(asked_s, DAY_S))
    first = max(limits.backoff_s, floor)
    longest = min(max(_HOUR_S, failing_s / 4), DAY_S)
    if status in _OVERLOADED:
        first, longest = max(first, limits.backoff_s * _OVERLOADED_FACTOR), DAY_S
    return max(floor, min(first * growth, longest))


def _record_redirect(state: FeedState, feed: Feed, to: str) -> FeedState:
    """The state after a response with permanent redirects to `to`, empty if there were none."""
    if not to:
        return replace(state, moving_to="", moves_seen=0) if state.moving_to else state
    seen = state.moves_seen + 1 if to == state.moving_to else 1
    if seen < _MOVES_TO_TRUST:
        return replace(state, moving_to=to, moves_seen=seen)
    return replace(state, moving_to="", moves_seen=0, current_url="" if to == feed.url else to)


def _skip_quiet_times(at: datetime, asked: PublisherHints) -> datetime:
    """The first time from `at` on outside the skipped hours and days, at most a day later."""
    if len(asked.skip_hours) > 23 or len(asked.skip_days) > 6:
        return at
    moved = at
    while moved.hour in asked.skip_hours or moved.weekday() in asked.skip_days:
        moved = moved.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        if moved - at >= timedelta(seconds=DAY_S):
            return at + timedelta(seconds=DAY_S)
    return moved
