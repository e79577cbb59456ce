"""Slack's rate limits: https://docs.slack.dev/apis/web-api/rate-limits.

Each channel allows one post a second, with short bursts. All other methods have the limit of their
tier.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.local_slack import limits
from bot.local_slack.api.call import ApiError
from bot.local_slack.api.methods import METHODS


@dataclass(slots=True)
class _Bucket:
    """A token bucket. Each call takes a token, and tokens are refilled over time."""

    per_second: float
    capacity: float
    tokens: float
    updated: float

    def wait_s(self, now: float) -> float:
        """Takes a token and returns 0; if there is none, returns the seconds until the next one."""
        self.tokens = min(self.capacity, self.tokens + (now - self.updated) * self.per_second)
        self.updated = now
        if self.tokens >= 1:
            self.tokens -= 1
            return 0
        return (1 - self.tokens) / self.per_second


class RateLimits:
    """Enforces Slack's rate limits if `enabled` is set; `clock` counts seconds."""

    def __init__(self, enabled: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._enabled, self._clock = enabled, clock
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def take(self, method: str, channel: str = "") -> None:
        """Counts a call. If the call exceeds the limit, raises ApiError with HTTP 429 and the
        seconds to wait."""
        per_minute = METHODS[method].per_minute
        # Slack's tiers allow occasional bursts. Here, a burst is a quarter of the calls of a
        # minute, and at least four calls.
        per_second, burst = per_minute / 60, max(4, per_minute / 4)
        if method == "chat.postMessage":
            per_second, burst = limits.POSTS_PER_SECOND, limits.POST_BURST
        if not self._enabled or not per_second:
            return
        key = (method, channel if method == "chat.postMessage" else "")
        now = self._clock()
        bucket = self._buckets.setdefault(key, _Bucket(per_second, burst, burst, now))
        if wait_s := bucket.wait_s(now):
            raise ApiError("ratelimited", status=429, retry_after_s=math.ceil(wait_s))
