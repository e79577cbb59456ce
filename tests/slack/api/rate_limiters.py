"""Kinds of rate limiters that a server may have, and a simulation of a client at full speed."""

import heapq
import math
from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from bot.slack.api import method_limits
from bot.slack.api.method_limits import MethodLimit

_LATE_S = 0.0005
"""Seconds by which a call starts later than planned."""
_LATENCY_S = 0.15


class RateLimiter(Protocol):
    """Decides on a call at `now`; returns 0 if it is allowed, else the seconds until it will be."""

    def call(self, now: float) -> float: ...


class TokenBucket:
    """Allows `rate` calls a second, and `size` calls at once."""

    def __init__(self, rate: float, size: float) -> None:
        self._rate, self._size, self._tokens, self._at = rate, size, size, 0.0

    def call(self, now: float) -> float:
        self._tokens = min(self._size, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self._rate


class FixedWindow:
    """Allows `most` calls in each window of `length_s`; the first window began `before_s` ago."""

    def __init__(self, most: int, length_s: float, before_s: float = 0.0) -> None:
        self._most, self._length_s, self._before_s = most, length_s, before_s
        self._window, self._count = -1, 0

    def call(self, now: float) -> float:
        window = math.floor((now + self._before_s) / self._length_s)
        if window != self._window:
            self._window, self._count = window, 0
        if self._count < self._most:
            self._count += 1
            return 0.0
        return (window + 1) * self._length_s - self._before_s - now


class SlidingWindow:
    """Allows `most` calls in any period of `length_s` seconds."""

    def __init__(self, most: int, length_s: float) -> None:
        self._most, self._length_s = most, length_s
        self._calls: deque[float] = deque()

    def call(self, now: float) -> float:
        while self._calls and self._calls[0] <= now - self._length_s:
            self._calls.popleft()
        if len(self._calls) < self._most:
            self._calls.append(now)
            return 0.0
        return self._calls[0] + self._length_s - now


class AtRandom:
    """Refuses each call with the same probability, at any pace."""

    def __init__(self, probability: float, seed: int) -> None:
        self._probability = probability
        self._random = Random(seed)  # noqa: S311 - a simulation

    def call(self, now: float) -> float:
        return 1.0 if self._random.random() < self._probability else 0.0


RetryAfter = Callable[[float], float | None]
"""Maps the wait until a call is allowed to the value of Retry-After; None: no such header."""


def five_seconds(wait_s: float) -> float | None:
    return 5.0


def exact(wait_s: float) -> float | None:
    return float(max(1, math.ceil(wait_s)))


def missing(wait_s: float) -> float | None:
    return None


@dataclass
class Run:
    """The times of allowed and of refused calls, in seconds from the start."""

    limit: MethodLimit
    allowed: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)

    def per_second(self, start_s: float, end_s: float) -> float:
        """Allowed calls per second between two times."""
        return _count(self.allowed, start_s, end_s) / (end_s - start_s)

    def refusals(self, start_s: float, end_s: float) -> int:
        return _count(self.refused, start_s, end_s)


def _count(times: list[float], start_s: float, end_s: float) -> int:
    return bisect_left(times, end_s) - bisect_left(times, start_s)


def simulate(
    limiters: dict[float, RateLimiter],
    seconds: float,
    retry_after: RetryAfter = five_seconds,
    start_per_second: float | None = None,
    demand: Callable[[float], float] = lambda now: now,
) -> Run:
    """Makes each call as early as the learned limit allows; returns the times of the calls.

    `limiters` maps times to the server's limiter from that time on. `demand(now)` is the earliest
    time from `now` on at which there is something to send.
    """
    run = Run(method_limits.start(0.0, start_per_second))
    answers: list[tuple[float, int, float, float]] = []
    now, number = 0.0, 0
    while now < seconds:
        wanted_at = demand(now)
        start_at = max(wanted_at, now + method_limits.wait_s(run.limit, now))
        if answers and answers[0][0] <= start_at:
            answered_at, _, started_at, wait_s = heapq.heappop(answers)
            now = max(now, answered_at)
            if wait_s:
                after_s = retry_after(wait_s)
                run.limit = method_limits.refused(run.limit, started_at, now, after_s)
            else:
                run.limit = method_limits.answered(run.limit, started_at, now)
        elif start_at > now:
            now = start_at + _LATE_S
        else:
            limiter = limiters[max(at for at in limiters if at <= now)]
            run.limit = method_limits.take(run.limit, now)
            wait_s = limiter.call(now + _LATENCY_S / 2)
            (run.refused if wait_s else run.allowed).append(now)
            number += 1
            heapq.heappush(answers, (now + _LATENCY_S, number, now, wait_s))
    return run
