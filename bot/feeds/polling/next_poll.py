"""When is a feed polled next, and what is remembered of it? Pure; durations at any scale of time.

After an answer, in this order:
1. A floor: the operator's `poll_s` and the feed's own minutes, and what the publisher asks for by
   Cache-Control, Expires and `ttl`, a day at most.
2. A feed that brings nothing new is polled less and less often, up to four times the floor (twice
   for officials and courts); one new entry ends that. `sy:updatePeriod` counts for an hour at most,
   because blog software writes it unasked.
3. A feed whose hub pushes its news (WebSub) is polled six times as seldom, as a safety net.
4. A tenth at most is added by chance, so that feeds do not move in step.
5. What rules 2 to 4 add never exceeds half of the time that the feed's entries cover.
6. A wait that a good answer asks for by Retry-After is kept, and hours and days that the feed says
   to skip are skipped, each a day at most.

After a failure: the first wait, doubled with each further failure, a day at most; where the server
is overloaded (429, 503) a longer first wait; what Retry-After says instead, where it says anything.
Where no answer came at all it is tried again soon, and an hour later at most.
A permanent redirect is remembered when it was seen twice in a row before a good answer, and
forgotten again when what it led to fails three times or is gone. 410 ends the feed, where its own
address leads to it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from bot.feeds.http.limits import FetchLimits
from bot.feeds.model import Feed, FeedKind, FeedState, Pause, PublisherHints, Validators

DAY_S = 86_400.0
_HOUR_S = 3600.0
_MOVES_BELIEVED = 2
_FAILURES_FORGET_MOVE = 3
_OVERLOADED = frozenset({429, 503})
# 15 minutes with the default first wait of one.
_OVERLOADED_FACTOR = 15.0
_QUIET_POLLS_PER_STEP = 24
_PUSHED_STRETCH = 6.0
CLOCK_SLACK = timedelta(minutes=1)
"""A clock that is set back by no more is not one that was wrong before."""
_MAX_AGE = re.compile(r"(?:^|,)\s*max-age\s*=\s*\"?(\d{1,12})", re.IGNORECASE)
_UNCACHED = re.compile(r"(?:^|,)\s*no-(?:cache|store)\s*(?:,|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a good answer said, new or not."""

    status: int
    validators: Validators
    asked: PublisherHints
    moved_to: str = ""
    """Where permanent redirects led on the way to it."""
    window_s: float | None = None
    listed_digest: str = ""
    asked_wait_s: float | None = None
    """What Retry-After said; it holds for this once."""


def is_due(state: FeedState, now: datetime) -> bool:
    """Whether the feed is to be polled; a clock that was set back makes it due, not silent."""
    if state.stopped:
        return False
    if state.next_poll_at is None or state.next_poll_at <= now:
        return True
    return state.last_poll_at is not None and state.last_poll_at > now + CLOCK_SLACK


def begun(state: FeedState, feed: Feed) -> FeedState:
    """The state to poll with: blank where the operator has given the feed another address."""
    if state.configured_url == feed.url:
        return state
    if state.configured_url:
        return FeedState(
            feed_id=feed.id, configured_url=feed.url, last_entry_at=state.last_entry_at
        )
    return replace(state, configured_url=feed.url)


def after_answer(
    state: FeedState,
    feed: Feed,
    limits: FetchLimits,
    now: datetime,
    found: Found,
    jitter: float,
    pushed: bool = False,
) -> FeedState:
    """The state after a good answer at `now`; `jitter` is a random number from 0 to 1.

    `pushed`: a hub has promised to bring the feed's news.
    """
    quiet = state.quiet_polls + 1 if found.listed_digest == state.listed_digest else 0
    wait_s = _interval_s(feed, limits, found, quiet, pushed)
    spread_s = wait_s * (1 + jitter / 10)
    if found.window_s is not None:
        spread_s = min(spread_s, max(wait_s, found.window_s / 2))
    wait_s = max(_a_day_at_most(feed, limits, spread_s), found.asked_wait_s or 0.0)
    at = _after_skips(now + timedelta(seconds=wait_s), found.asked)
    return replace(
        _moved(state, feed, found.moved_to),
        validators=found.validators,
        asked=found.asked,
        window_s=found.window_s,
        listed_digest=found.listed_digest,
        quiet_polls=quiet,
        status=found.status,
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


def after_failure(
    state: FeedState,
    feed: Feed,
    limits: FetchLimits,
    now: datetime,
    error: str,
    jitter: float,
    status: int | None = None,
    asked_wait_s: float | None = None,
    *,
    pause: Pause | None = None,
    reached: bool = True,
) -> FeedState:
    """The state after a failure at `now`; `asked_wait_s` is what Retry-After said.

    `pause` is what it asks for on behalf of the whole server. `reached` is False where no answer
    came at all. Validators stay: they belong to the last good body. A status of 410 is that of a
    place the feed has moved to, see `after_gone`.
    """
    failures = state.failures + 1
    if reached:
        wait_s = _wait_s(feed, limits, failures, status, asked_wait_s)
    else:
        wait_s = _wait_unreached_s(feed, limits, failures)
    wait_s = _a_day_at_most(feed, limits, wait_s * (1 + jitter / 5))
    forget = failures % _FAILURES_FORGET_MOVE == 0 or status == HTTPStatus.GONE
    return replace(
        state,
        current_url="" if forget else state.current_url,
        failures=failures,
        failing_since=state.failing_since or now,
        error=error,
        status=status,
        pause=pause,
        last_poll_at=now,
        next_poll_at=now + timedelta(seconds=wait_s),
        interval_s=wait_s,
    )


def after_gone(state: FeedState, now: datetime) -> FeedState:
    """The state after a 410: not polled again until an operator says so."""
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


def resumed(state: FeedState) -> FeedState:
    """The state after an operator said that a feed which was gone is there again: due at once.

    What went wrong is forgotten, so that the feed's next trouble is told of as a new one.
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


def floor_s(feed: Feed, limits: FetchLimits) -> float:
    """The seconds between two polls that the operator wants at the least."""
    return max(limits.poll_s, (feed.poll_minutes or 0.0) * 60)


def asked_in_headers(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds for which the answer says it is fresh, by Cache-Control or else Expires.

    Header names in lower case. None where it does not say, or says it is not.
    """
    control = headers.get("cache-control", "")
    stated = _MAX_AGE.search(control)
    if _UNCACHED.search(control):
        return None
    if stated:
        return float(stated.group(1)) or None
    expires = _http_date(headers.get("expires", ""))
    if expires is None:
        return None
    # Both dates by the server's clock, so that its error does not matter.
    left_s = (expires - (_http_date(headers.get("date", "")) or now)).total_seconds()
    return left_s if left_s > 0 else None


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that Retry-After asks to wait, a day at most; None if unreadable or in the past."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if re.fullmatch(r"\d{1,12}(\.\d{1,6})?", value):
        return min(float(value), DAY_S) or None
    until = _http_date(value)
    if until is None:
        return None
    # Our own clock first; a server whose clock is off means its own Date.
    for since in (now, _http_date(headers.get("date", ""))):
        wait_s = (until - since).total_seconds() if since else 0.0
        if 0 < wait_s <= DAY_S:
            return wait_s
    return DAY_S if until > now else None


def _http_date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _interval_s(feed: Feed, limits: FetchLimits, found: Found, quiet: int, pushed: bool) -> float:
    asked = max(found.asked.max_age_s or 0.0, found.asked.ttl_s or 0.0)
    floor = max(floor_s(feed, limits), min(asked, DAY_S))
    watched = feed.kind in (FeedKind.OFFICIAL, FeedKind.COURT)
    stretch = min(1 + quiet / _QUIET_POLLS_PER_STEP, 2.0 if watched else 4.0)
    stretch = _PUSHED_STRETCH if pushed else stretch
    wanted = max(floor * stretch, min(found.asked.period_s or 0.0, _HOUR_S))
    if found.window_s is not None:
        wanted = min(wanted, found.window_s / 2)
    return max(floor, min(wanted, DAY_S))


def _a_day_at_most(feed: Feed, limits: FetchLimits, wait_s: float) -> float:
    """What chance has added may not lead past a day, unless the operator wants it longer."""
    return min(wait_s, max(DAY_S, floor_s(feed, limits)))


def _wait_s(
    feed: Feed, limits: FetchLimits, failures: int, status: int | None, asked_s: float | None
) -> float:
    floor = floor_s(feed, limits)
    if asked_s is not None:
        return max(floor, min(asked_s, DAY_S))
    first = max(limits.backoff_s, floor)
    if status in _OVERLOADED:
        first = max(first, limits.backoff_s * _OVERLOADED_FACTOR)
    return max(floor, min(first * 2.0 ** min(failures - 1, 30), DAY_S))


def _wait_unreached_s(feed: Feed, limits: FetchLimits, failures: int) -> float:
    """A network that is down spares the publisher by itself: it is tried soon, and then hourly."""
    first = max(limits.backoff_s, limits.poll_s)
    longest = max(floor_s(feed, limits), _HOUR_S)
    return min(first * 2.0 ** min(failures - 1, 30), longest)


def _moved(state: FeedState, feed: Feed, to: str) -> FeedState:
    """The state after a permanent redirect; with no `to` it is after an answer without one."""
    if not to:
        return replace(state, moving_to="", moves_seen=0) if state.moving_to else state
    seen = state.moves_seen + 1 if to == state.moving_to else 1
    if seen < _MOVES_BELIEVED:
        return replace(state, moving_to=to, moves_seen=seen)
    return replace(state, moving_to="", moves_seen=0, current_url="" if to == feed.url else to)


def _after_skips(at: datetime, asked: PublisherHints) -> datetime:
    """The first moment from `at` on that is in no skipped hour or day, a day later at most."""
    if len(asked.skip_hours) > 23 or len(asked.skip_days) > 6:
        return at
    moved = at
    while moved.hour in asked.skip_hours or moved.weekday() in asked.skip_days:
        moved = moved.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        if moved - at >= timedelta(seconds=DAY_S):
            return at + timedelta(seconds=DAY_S)
    return moved
