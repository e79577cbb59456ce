"""The client learns the pace of a method from refused calls (429), in simulated time."""

from collections.abc import Callable

import pytest

from bot.slack.api.method_limits import (
    LONGEST_PAUSE_S,
    START_BURST,
    START_PER_SECOND,
    MethodLimit,
    answered,
    refused,
    start,
    take,
    wait_s,
)
from tests.slack.api.rate_limiters import (
    AtRandom,
    FixedWindow,
    RateLimiter,
    RetryAfter,
    SlidingWindow,
    TokenBucket,
    exact,
    five_seconds,
    missing,
    simulate,
)

TEN_PER_SECOND: dict[str, Callable[[], RateLimiter]] = {
    "bucket of 2": lambda: TokenBucket(10, 2),
    "bucket of 10": lambda: TokenBucket(10, 10),
    "bucket of 100": lambda: TokenBucket(10, 100),
    "window of a second": lambda: FixedWindow(10, 1, 0.37),
    "window of a minute": lambda: FixedWindow(600, 60, 13),
    "window of a minute that ends soon": lambda: FixedWindow(600, 60, 45),
    "sliding second": lambda: SlidingWindow(10, 1),
    "sliding minute": lambda: SlidingWindow(600, 60),
}


@pytest.mark.parametrize("limiter", TEN_PER_SECOND.values(), ids=TEN_PER_SECOND)
def test_an_unknown_limit_of_ten_a_second_is_used_from_the_second_minute_on_and_seldom_exceeded(
    limiter: Callable[[], RateLimiter],
) -> None:
    run = simulate({0: limiter()}, 1800, five_seconds)
    assert run.per_second(60, 660) >= 9
    assert run.refusals(900, 1800) <= 9
    assert len(run.refused) < len(run.allowed) / 100


@pytest.mark.parametrize("retry_after", [exact, missing])
@pytest.mark.parametrize("limiter", TEN_PER_SECOND.values(), ids=TEN_PER_SECOND)
def test_most_of_a_limit_is_used_with_other_retry_times(
    limiter: Callable[[], RateLimiter], retry_after: RetryAfter
) -> None:
    run = simulate({0: limiter()}, 900, retry_after)
    assert run.per_second(60, 900) >= 8.5


def test_long_pauses_make_tries_of_more_rare() -> None:
    run = simulate({0: TokenBucket(10, 10)}, 1800, lambda wait_s: 30.0)
    assert run.per_second(600, 1800) >= 8.5
    assert run.refusals(600, 1800) <= 3


@pytest.mark.parametrize(
    ("limiter", "per_minute"),
    [(TokenBucket(50 / 60, 12), 50), (FixedWindow(20, 60), 20), (TokenBucket(1, 4), 60)],
    ids=["50 a minute", "20 a minute", "one a second"],
)
def test_the_limits_of_a_tier_are_learned(limiter: RateLimiter, per_minute: float) -> None:
    run = simulate({0: limiter}, 1800, exact)
    assert run.per_second(120, 1800) * 60 >= per_minute * 0.95


def test_a_raised_limit_is_found() -> None:
    run = simulate({0: TokenBucket(10, 10), 1000: TokenBucket(30, 10)}, 2500)
    assert run.per_second(900, 1000) <= 10.1
    assert run.per_second(1900, 2500) >= 27


def test_a_raised_limit_of_a_minute_is_found() -> None:
    run = simulate({0: FixedWindow(600, 60), 1000: FixedWindow(1200, 60)}, 3500)
    assert run.per_second(2700, 3500) >= 18


def test_a_lowered_limit_is_found_within_a_minute_and_a_half() -> None:
    run = simulate({0: TokenBucket(30, 10), 1000: TokenBucket(10, 10)}, 1700)
    assert run.per_second(1090, 1700) >= 9
    assert run.refusals(1090, 1700) <= 9


def test_a_configured_pace_is_used_from_the_first_call() -> None:
    run = simulate({0: TokenBucket(10, 10)}, 600, start_per_second=9.5)
    assert run.per_second(0, 60) >= 9.4
    assert run.refusals(0, 60) == 0


def test_a_configured_pace_that_is_too_low_is_raised() -> None:
    run = simulate({0: TokenBucket(10, 10)}, 900, start_per_second=2)
    assert run.per_second(0, 50) <= 2 + START_BURST / 50
    assert run.per_second(300, 900) >= 9


def test_a_configured_pace_that_is_too_high_is_lowered() -> None:
    run = simulate({0: TokenBucket(10, 10)}, 660, start_per_second=50)
    assert run.per_second(60, 660) >= 9


def test_slow_traffic_proves_nothing_about_the_pace() -> None:
    def one_each_half_second(now: float) -> float:
        return -(-now // 0.5) * 0.5

    run = simulate({0: TokenBucket(10, 10)}, 600, demand=one_each_half_second)
    assert run.refused == []
    assert run.limit.pace == START_PER_SECOND


def test_daily_bursts_do_not_lower_the_pace() -> None:
    def a_minute_each_hour(now: float) -> float:
        return now if now % 3600 < 60 else (now // 3600 + 1) * 3600

    run = simulate({0: FixedWindow(10, 1)}, 10 * 3600 + 60, demand=a_minute_each_hour)
    assert run.per_second(9 * 3600, 9 * 3600 + 60) >= 8.5
    assert run.per_second(10 * 3600, 10 * 3600 + 60) >= 8.5


@pytest.mark.parametrize(("probability", "least"), [(0.0008, 70), (0.002, 45), (0.013, 10)])
@pytest.mark.parametrize("seed", [1, 2])
def test_refusals_that_do_not_depend_on_the_pace_do_not_lower_it_for_good(
    probability: float, least: float, seed: int
) -> None:
    run = simulate({0: AtRandom(probability, seed)}, 400, lambda wait_s: 1.0)
    assert run.per_second(200, 400) >= least


def test_a_burst_is_limited() -> None:
    limit, calls = start(0.0), 0
    while not wait_s(limit, 0.0):
        limit, calls = take(limit, 0.0), calls + 1
    assert calls == START_BURST
    assert wait_s(limit, 0.0) == pytest.approx(1 / START_PER_SECOND)
    assert wait_s(limit, 0.0, ahead=4) == pytest.approx(5 / START_PER_SECOND)


def test_a_refused_burst_is_halved_and_the_pace_kept() -> None:
    limit = start(0.0, per_second=8)
    for _ in range(6):
        limit = take(limit, 0.0)
    limit = _after(refused(limit, 0.0, 0.1, 5.0))
    assert (limit.burst, limit.pace) == (START_BURST / 2, 8)


def test_calls_under_way_do_not_count_as_further_refusals() -> None:
    limit = start(0.0, per_second=8, burst=1)
    for at in (0.0, 0.2, 0.4):
        limit = take(limit, at)
    first = refused(limit, 0.0, 0.5, 5.0)
    later = refused(refused(first, 0.2, 0.7, 5.0), 0.4, 0.9, 5.0)
    assert (later.paused_at, later.pace) == (first.paused_at, first.pace)
    assert later.paused_until == pytest.approx(5.9)
    recovered = _after(later)
    assert refused(recovered, 0.4, 6.5, 5.0) == recovered


def test_after_a_pause_one_call_a_second_tries_until_one_is_answered() -> None:
    limit = refused(take(start(0.0, per_second=20), 0.0), 0.0, 0.1, 3.0)
    assert wait_s(limit, 0.1) == pytest.approx(3.0)
    limit = take(limit, 3.1)
    assert wait_s(limit, 3.1) == pytest.approx(1.0)
    assert wait_s(answered(limit, 3.1, 3.2), 3.2) < 0.1


def test_without_retry_after_the_pause_doubles_up_to_a_minute() -> None:
    limit, now, pauses = take(start(0.0), 0.0), 0.0, []
    for _ in range(6):
        limit = refused(limit, now, now, None)
        pauses.append(wait_s(limit, now))
        now += pauses[-1]
        limit = take(limit, now)
    assert pauses == pytest.approx([5, 10, 20, 40, 60, 60])
    limit = take(answered(limit, now, now), now + 10)
    assert wait_s(refused(limit, now + 10, now + 10, None), now + 10) == pytest.approx(5)


@pytest.mark.parametrize(("asked", "pause"), [(7200.0, LONGEST_PAUSE_S), (-1.0, 0.0), (0.0, 0.0)])
def test_odd_pauses_are_bounded(asked: float, pause: float) -> None:
    limit = refused(take(start(0.0), 0.0), 0.0, 0.0, asked)
    assert wait_s(limit, 0.0) == pytest.approx(pause)


def _after(limit: MethodLimit) -> MethodLimit:
    """The state after the pause has ended and the first call after it was answered."""
    at = limit.paused_until
    return answered(take(limit, at), at, at + 0.1)
