"""Learns how many calls of one Web API method Slack allows in one workspace.

Slack limits calls for each app, workspace and method, and does not publish the workspace-wide limit
of chat.postMessage (docs.slack.dev/apis/web-api/rate-limits). A refused call gets HTTP 429 and
Retry-After. The limit may be a token bucket or a window of a second or a minute.

    start        the pace doubles each time it lasts (`_Phase.SEARCH`)
    first 429    the limit lies between the calls answered per second, with the pause, and the
                 refused pace: the next pace is in the middle
    it lasts     it is the new lower end; at most 6% apart, the lower end is kept (`_Phase.HOLD`)
    much later   5% more is tried, then 10% more ... (`_Phase.PROBE`); each refusal doubles the time
                 until the next try

A pace lasts when calls were made at it for twice the longest pause that Slack has asked for. Slower
traffic proves nothing about it.

All functions are pure. Times are in seconds on a clock that never goes back.
"""

import math
from dataclasses import dataclass, replace
from enum import Enum

START_PER_SECOND = 5.0
"""The first pace where none is configured."""
START_BURST = 10.0
"""Calls that may be made at once after a time without calls."""
LONGEST_PAUSE_S = 3600.0
"""The longest Retry-After that is obeyed."""

_SLOWEST_PER_SECOND = 1 / 60
"""Slack's slowest tier allows one call a minute."""
_FASTEST_PER_SECOND = 1000.0
_SMALLEST_BURST = 1.25
"""More than 1, so that a call that starts a little late does not lower the pace."""
_SHORTEST_PROOF_S = 5.0
_LONGEST_PROOF_S = 120.0
_PROOF_CALLS = 5
_FULL = 0.95
"""The part of a pace's calls that must have been made for the pace to count as tried."""
_CLOSE = 1.06
_REFUSED_IN_HOLD = 1.12
_FIRST_PROBE = 1.05
_SHORTEST_HOLD_S = 120.0
_PAUSES_PER_HOLD = 12
"""So that refused tries of more cost at most a twelfth of the calls."""
_LONGEST_HOLD_S = 900.0
_REMEMBERED = 0.85
"""How much of the longest pause counts after the next, shorter one."""
_TRIALS_PER_SECOND = 1.0
_ROUNDING = 1e-9
_FIRST_BACKOFF_S = 5.0
_LONGEST_BACKOFF_S = 60.0


class _Phase(Enum):
    SEARCH = "search"
    HOLD = "hold"
    PROBE = "probe"


@dataclass(frozen=True, slots=True)
class MethodLimit:
    """The state of one method in one workspace."""

    pace: float
    """Calls per second."""
    burst: float
    phase: _Phase
    tokens: float
    """Calls that may be made at `counted_at`; a call takes one, `pace` come back per second."""
    counted_at: float
    pace_since: float
    """When calls at this pace began, without a gap since."""
    cycle_since: float
    """The end of the last pause."""
    pace_calls: int = 0
    """Answered calls at this pace."""
    cycle_calls: int = 0
    """Answered calls since the end of the last pause."""
    run_calls: float = 0
    """Calls since the last gap; after a pause there is no burst, so it is infinite then."""
    lasting: float = 0.0
    """The fastest pace that lasted."""
    lasted_s: float = 0.0
    refused: float = math.inf
    """The slowest pace that was refused."""
    step: float = 2.0
    holds: float = 1.0
    """The length of a hold, as a multiple of the shortest one."""
    paused_at: float = -math.inf
    """The first refusal of the present or the last pause."""
    paused_until: float = -math.inf
    is_paused: bool = False
    """No call was answered since the refusal."""
    refusals: int = 0
    """Successive pauses without an answered call between them."""
    longest_pause_s: float = 0.0
    burst_refused: bool = False
    """The present pause says something about the burst and nothing about the pace."""

    @property
    def proof_s(self) -> float:
        """How long a pace has to last."""
        calls_s = _PROOF_CALLS / self.pace
        longest = min(2 * self.longest_pause_s, _LONGEST_PROOF_S)
        return max(_SHORTEST_PROOF_S, longest, calls_s)

    @property
    def hold_s(self) -> float:
        """How long a pace is kept before more is tried."""
        shortest = max(_SHORTEST_HOLD_S, _PAUSES_PER_HOLD * self.longest_pause_s)
        return min(shortest * self.holds, _LONGEST_HOLD_S)


def start(now: float, per_second: float | None = None, burst: float = START_BURST) -> MethodLimit:
    """The state before the first call. A configured `per_second` is kept until it is refused or has
    lasted long enough for a try of more; otherwise the pace is searched for.
    """
    known = per_second is not None
    pace = START_PER_SECOND if per_second is None else per_second
    return MethodLimit(
        pace=pace,
        burst=max(burst, _SMALLEST_BURST),
        phase=_Phase.HOLD if known else _Phase.SEARCH,
        tokens=max(burst, _SMALLEST_BURST),
        counted_at=now,
        pace_since=now,
        cycle_since=now,
        lasting=pace if known else 0.0,
    )


def wait_s(limit: MethodLimit, now: float, ahead: int = 0) -> float:
    """Seconds until the next call may start, or the one after `ahead` others; 0 for now."""
    if limit.is_paused:
        missing = 1 - _tokens(limit, now)
        trial_s = missing / _trial_pace(limit) if missing > _ROUNDING else 0.0
        return max(limit.paused_until - now, trial_s) + ahead / limit.pace
    missing = 1 + ahead - _tokens(limit, now)
    return missing / limit.pace if missing > _ROUNDING else 0.0


def take(limit: MethodLimit, now: float) -> MethodLimit:
    """The state after a call started at `now`."""
    tokens = _tokens(limit, now)
    unused = tokens - limit.burst
    limit = replace(
        limit,
        tokens=min(tokens, limit.burst) - 1,
        counted_at=max(now, limit.counted_at),
        run_calls=limit.run_calls + 1,
    )
    if unused <= 1:
        return limit
    # Without calls there was nothing to refuse: the time does not count.
    gap_s = unused / limit.pace
    limit = replace(limit, run_calls=1, cycle_since=min(limit.cycle_since + gap_s, now))
    # What has to be made during a hold are calls, with or without gaps.
    return limit if limit.phase is _Phase.HOLD else _again(limit, now)


def _tokens(limit: MethodLimit, now: float) -> float:
    """More than `burst` if some were not used."""
    pace = _trial_pace(limit) if limit.is_paused else limit.pace
    return limit.tokens + max(now - limit.counted_at, 0.0) * pace


def _trial_pace(limit: MethodLimit) -> float:
    return min(limit.pace, _TRIALS_PER_SECOND)


def answered(limit: MethodLimit, started_at: float, now: float) -> MethodLimit:
    """The state after Slack carried out a call; `now` is when its answer came."""
    if limit.is_paused and started_at >= limit.paused_until:
        limit = replace(_recover(limit, started_at), counted_at=now)
    limit = replace(limit, cycle_calls=limit.cycle_calls + 1)
    if started_at < limit.pace_since or limit.is_paused:
        return limit
    limit = replace(limit, pace_calls=limit.pace_calls + 1)
    if limit.phase is _Phase.HOLD:
        return _probe(limit, started_at) if limit.pace_calls >= limit.hold_s * limit.pace else limit
    tried_s = started_at - limit.pace_since
    if tried_s < limit.proof_s:
        return limit
    if limit.pace_calls < tried_s * limit.pace * _FULL:
        return _again(limit, started_at)
    return _climb(limit, started_at)


def refused(
    limit: MethodLimit, started_at: float, now: float, retry_after_s: float | None
) -> MethodLimit:
    """The state after a 429 at `now` for a call that started at `started_at`."""
    if started_at < limit.paused_at or (limit.is_paused and started_at < limit.paused_until):
        # The call was under way when the pause began.
        until = max(limit.paused_until, now + (retry_after_s or 0.0))
        return _pause(limit, until) if limit.is_paused else limit
    refusals = limit.refusals + 1
    if retry_after_s is None:
        pause_s = min(_FIRST_BACKOFF_S * 2.0 ** (refusals - 1), _LONGEST_BACKOFF_S)
    else:
        pause_s = min(max(retry_after_s, 0.0), LONGEST_PAUSE_S)
    if not limit.is_paused:
        soon = limit.run_calls <= 2 * limit.burst + limit.pace
        by_burst = soon and limit.burst > _SMALLEST_BURST
        limit = replace(limit, is_paused=True, paused_at=now, burst_refused=by_burst)
        if by_burst:
            limit = replace(limit, burst=max(limit.burst / 2, _SMALLEST_BURST))
    return _pause(replace(limit, refusals=refusals), now + pause_s)


def _pause(limit: MethodLimit, until: float) -> MethodLimit:
    """Pauses, then allows one call, and a further one each second until one is answered."""
    return replace(limit, paused_until=until, tokens=1, counted_at=until, run_calls=math.inf)


def _recover(limit: MethodLimit, now: float) -> MethodLimit:
    """The first answered call after a pause: chooses the next pace."""
    cycle_s = now - limit.cycle_since
    average = min(max(limit.cycle_calls, 1) / max(cycle_s, 1e-3), limit.pace)
    limit = replace(
        limit,
        is_paused=False,
        refusals=0,
        longest_pause_s=max(now - limit.paused_at, limit.longest_pause_s * _REMEMBERED),
        cycle_since=now,
        cycle_calls=0,
    )
    if limit.burst_refused:
        return limit if limit.phase is _Phase.HOLD else _again(limit, now)
    return _narrow(limit, now, average, cycle_s)


def _narrow(limit: MethodLimit, now: float, average: float, cycle_s: float) -> MethodLimit:
    """The pace was refused; `average` calls per second were answered, including the pause."""
    pace = limit.pace
    if limit.phase is not _Phase.SEARCH:
        limit = replace(limit, holds=min(limit.holds * 2, 16.0))
    limit = replace(limit, refused=pace, step=_FIRST_PROBE)
    if limit.lasting < pace * 0.99 and limit.lasted_s >= limit.proof_s:
        limit = replace(limit, lasting=max(limit.lasting, average))
    else:
        if limit.phase is _Phase.HOLD and pace <= average * _REFUSED_IN_HOLD:
            average = math.sqrt(average * pace)
            return _hold(replace(limit, lasting=average, lasted_s=cycle_s), now)
        limit = replace(limit, lasting=average, lasted_s=cycle_s)
    return _bisect(limit, now)


def _climb(limit: MethodLimit, now: float) -> MethodLimit:
    """The pace lasted."""
    limit = replace(limit, lasting=limit.pace, lasted_s=limit.proof_s)
    if limit.refused < math.inf:
        return _bisect(limit, now)
    if limit.phase is _Phase.PROBE:
        step = min(limit.step**2, 2.0)
        limit = replace(limit, step=step, holds=1.0)
    return _at(limit, now, limit.pace * limit.step)


def _bisect(limit: MethodLimit, now: float) -> MethodLimit:
    if limit.refused <= limit.lasting * _CLOSE:
        return _hold(limit, now)
    middle = math.sqrt(limit.lasting * limit.refused)
    return _at(replace(limit, phase=_Phase.SEARCH), now, middle)


def _hold(limit: MethodLimit, now: float) -> MethodLimit:
    return _at(replace(limit, phase=_Phase.HOLD), now, limit.lasting)


def _probe(limit: MethodLimit, now: float) -> MethodLimit:
    limit = replace(
        limit,
        phase=_Phase.PROBE,
        lasting=limit.pace,
        lasted_s=limit.hold_s,
        refused=math.inf,
        step=_FIRST_PROBE,
    )
    return _at(limit, now, limit.pace * _FIRST_PROBE)


def _at(limit: MethodLimit, now: float, pace: float) -> MethodLimit:
    """The same state at another pace."""
    pace = min(max(pace, _SLOWEST_PER_SECOND), _FASTEST_PER_SECOND)
    return _again(replace(limit, pace=pace), now)


def _again(limit: MethodLimit, now: float) -> MethodLimit:
    """Begins to count anew whether the pace lasts."""
    return replace(limit, pace_since=now, pace_calls=0)
