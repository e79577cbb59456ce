"""How fast Slack lets an app call.

In the order in which a call is judged: a post by its channel (one a second, with short bursts),
any other method by its tier (calls a minute). See https://docs.slack.dev/apis/web-api/rate-limits.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.local_slack import limits
from bot.local_slack.api.errors import ApiError

# The tier that https://docs.slack.dev/reference/methods names for each, in calls a minute.
TIERS: Mapping[str, int] = {
    "apps.connections.open": limits.TIER_1,
    "conversations.list": limits.TIER_2,
    "users.list": limits.TIER_2,
    "chat.update": limits.TIER_3,
    "chat.delete": limits.TIER_3,
    "conversations.history": limits.TIER_3,
    "conversations.replies": limits.TIER_3,
    "conversations.info": limits.TIER_3,
    "conversations.open": limits.TIER_3,
    "conversations.join": limits.TIER_3,
    "chat.postEphemeral": limits.TIER_4,
    "users.info": limits.TIER_4,
    "views.open": limits.TIER_4,
    "views.push": limits.TIER_4,
    "views.update": limits.TIER_4,
    "views.publish": limits.TIER_4,
    "files.getUploadURLExternal": limits.TIER_4,
    "files.completeUploadExternal": limits.TIER_4,
}


@dataclass(slots=True)
class _Bucket:
    """Tokens that come back with time; a call takes one."""

    per_second: float
    capacity: float
    tokens: float
    at: float

    def wait_s(self, now: float) -> float:
        """0 when a call may go now (and takes its token), else the seconds until one may."""
        self.tokens = min(self.capacity, self.tokens + (now - self.at) * self.per_second)
        self.at = now
        if self.tokens >= 1:
            self.tokens -= 1
            return 0
        return (1 - self.tokens) / self.per_second


class RateLimits:
    """Slack's rate limits, to be switched on and off; `clock` counts seconds."""

    def __init__(self, enabled: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self.enabled, self._clock = enabled, clock
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def take(self, method: str, channel: str = "") -> None:
        """Lets a call through, or raises ApiError with HTTP 429 and the seconds to wait."""
        rate = self._rate(method)
        if not self.enabled or rate is None:
            return
        per_second, burst = rate
        key = (method, channel if method == "chat.postMessage" else "")
        now = self._clock()
        bucket = self._buckets.setdefault(key, _Bucket(per_second, burst, burst, now))
        if wait_s := bucket.wait_s(now):
            raise ApiError("ratelimited", status=429, retry_after_s=math.ceil(wait_s))

    @staticmethod
    def _rate(method: str) -> tuple[float, float] | None:
        if method == "chat.postMessage":
            return limits.POSTS_PER_SECOND, limits.POST_BURST
        if method not in TIERS:
            return None
        # Tiers allow sporadic bursts; a quarter of a minute's calls, and never less than four.
        return TIERS[method] / 60, max(4, TIERS[method] / 4)
