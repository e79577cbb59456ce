"""Computes the health of a feed, for operators, from its stored state."""

from datetime import datetime

from pydantic import AwareDatetime

from bot.feeds.model import Feed, FeedState
from bot.values import Frozen

STATUSES = ("ok", "failing", "stopped", "new", "off")
"""The statuses of a feed; see `Health`."""


class Lag(Frozen):
    """Seconds from publication until the bot saw an entry: median and 95th percentile."""

    median_s: float
    p95_s: float
    entries: int


class FeedSummary(Frozen):
    """The health of all feeds together."""

    feeds: int
    failing: int
    last_poll_at: AwareDatetime | None = None


class Health(Frozen):
    """The health of one feed."""

    id: str
    title: str
    url: str
    enabled: bool
    status: str
    """`ok`, `failing`, `stopped`, `new` (never polled) or `off`."""
    error: str = ""
    failures: int = 0
    last_success_at: AwareDatetime | None = None
    last_entry_at: AwareDatetime | None = None
    next_poll_at: AwareDatetime | None = None
    interval_s: float | None = None
    lag_median_s: float | None = None
    """See `Lag`; None if no entry has a date. The same applies to `lag_p95_s`."""
    lag_p95_s: float | None = None
    pushed: bool = False
    """Whether a WebSub hub pushes the feed's new entries."""
    held_until: AwareDatetime | None = None
    """The end of the pause that the feed's server asked for; None if there is no pause."""
    unread_language: str = ""
    """The feed's language if there are no topic rules for it, so that most of its stories are
    missed; empty otherwise."""

    @property
    def is_unwell(self) -> bool:
        """Whether an operator should check the feed."""
        return self.status in ("failing", "stopped")

    @property
    def is_gone(self) -> bool:
        """Whether polling has stopped until an operator resumes the feed."""
        return self.status == "stopped"

    def describe(self, now: datetime) -> tuple[str, ...]:
        """The facts to show about the feed, except errors, each in a few words."""
        parts = []
        if self.unread_language:
            parts.append(f"no topic rules for its language ({self.unread_language})")
        if self.interval_s is not None and self.status == "ok":
            parts.append(f"every {format_duration(self.interval_s)}")
        if self.pushed:
            parts.append("pushed by its hub")
        if self.last_entry_at is not None:
            parts.append(
                f"last new entry {format_duration((now - self.last_entry_at).total_seconds())} ago"
            )
        if self.lag_median_s is not None and self.lag_p95_s is not None:
            parts.append(
                f"lag {format_duration(self.lag_median_s)} (95%: {format_duration(self.lag_p95_s)})"
            )
        if self.status not in ("off", "stopped"):
            parts += self._next_poll(now)
        return tuple(parts)

    def _next_poll(self, now: datetime) -> tuple[str, ...]:
        if self.held_until is not None and self.held_until > now:
            wait = format_duration((self.held_until - now).total_seconds())
            return (
                f"its server asked for a pause until {self.held_until:%H:%M:%S} UTC (in {wait})",
            )
        if self.next_poll_at is None:
            return ()
        wait_s = (self.next_poll_at - now).total_seconds()
        at = f"next poll {self.next_poll_at:%H:%M:%S} UTC (in {format_duration(wait_s)})"
        return (at if wait_s > 0 else "being polled, or queued",)

    def describe_error(self) -> str:
        """The error and the number of failures in a row; empty if there is no error."""
        times = f" ({self.failures} in a row)" if self.failures > 1 else ""
        return f"{self.error}{times}" if self.error else ""

    def format_lines(self, now: datetime) -> str:
        """The feed in one line for operators; an error makes a second line."""
        line = "  ".join([f"{self.status:8}{self.id:32}", *self.describe(now)])
        cure = (
            f"; `tariffwire feeds resume {self.id}` starts polling it again" if self.is_gone else ""
        )
        return f"{line}\n        {self.describe_error()}{cure}" if self.error else line


def assess_health(
    feed: Feed,
    state: FeedState | None,
    lag: Lag | None,
    pushed: bool = False,
    held_until: datetime | None = None,
) -> Health:
    """The feed's health. `state` is None if it was never polled, `lag` if no entry has a date."""
    kept = state or FeedState(feed_id=feed.id)
    return Health(
        id=feed.id,
        title=feed.title,
        url=feed.url,
        enabled=feed.enabled,
        status=_choose_status(feed, state),
        error=kept.error,
        failures=kept.failures,
        last_success_at=kept.last_success_at,
        last_entry_at=kept.last_entry_at,
        next_poll_at=kept.next_poll_at,
        interval_s=kept.interval_s,
        lag_median_s=lag.median_s if lag else None,
        lag_p95_s=lag.p95_s if lag else None,
        pushed=pushed,
        held_until=held_until,
    )


def _choose_status(feed: Feed, state: FeedState | None) -> str:
    if not feed.enabled:
        return "off"
    if state is None or state.last_poll_at is None:
        return "new"
    if state.stopped:
        return "stopped"
    return "failing" if state.error else "ok"


def format_duration(seconds: float) -> str:
    """A duration in one unit, such as `45 s`, `12 min`, `3 h` or `5 d`."""
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
