"""Learns how many calls of one Web API method Slack allows in one workspace.

Slack has a separate limit for each app, workspace and method. It does not publish the limit of
chat.postMessage for a whole workspace (docs.slack.dev/apis/web-api/rate-limits). A call over the
limit gets HTTP 429 with Retry-After. We do not know how Slack counts: with a token bucket, or in
windows of a second or a minute. The pace is the number of calls per second that we allow:

    start        the pace doubles each time it has lasted (`_Phase.SEARCH`)
    first 429    the limit is lower than the refused pace, and at least as high as the number of
                 answered calls per second, including the pause: the next pace is between the two
    it lasts     the pace is the new lower end; when both ends are at most 6% apart, the lower end
                 is kept (`_Phase.HOLD`)
    much later   a pace 5% higher is tried, then one 10% higher ... (`_Phase.PROBE`); each refusal
                 doubles the time until the next attempt

Slack may also refuse calls for reasons that have nothing to do with the pace. Then a slower pace
only means that fewer calls are answered. So if slower paces are refused too, and fewer calls per
second are answered than at the fastest refused pace, that pace is taken again and kept for a while.

A pace has lasted when calls were made at this pace, without a refusal, for `MethodLimit.proof_s`:
about twice as long as the longest pause so far. If fewer calls were made than the pace allows, this
proves nothing about the pace.

All functions are pure. Times are in seconds on a clock that never goes backward.
"""

import math
from enum import Enum
from typing import NamedTuple

START_PER_SECOND = 100.0
"""The first pace of a method without a configured pace. It is fast, because an alert should not
wait for a limit that may not exist."""
START_BURST = 10.0
"""The number of calls that may start at once after a time without calls."""
LONGEST_PAUSE_S = 3600.0
"""The maximum length of a pause. A longer Retry-After is cut to it."""

_SLOWEST_PER_SECOND = 1 / 60
"""The minimum pace: Slack's slowest tier allows one call a minute."""
_FASTEST_PER_SECOND = 1000.0
_SMALLEST_BURST = 1.25
"""The minimum burst. It is more than 1, so that a call that starts a little late does not lower the
pace."""
_SHORTEST_PROOF_S = 5.0
_LONGEST_PROOF_S = 120.0
_PROOF_CALLS = 5
_FULL = 0.95
"""A pace counts as tried if at least this fraction of the calls that it allows were made."""
_CLOSE = 1.06
_REFUSED_IN_HOLD = 1.12
_FIRST_PROBE = 1.05
_SHORTEST_HOLD_S = 120.0
_PAUSES_PER_HOLD = 12
"""The shortest hold is this many times as long as the longest pause. Thus pauses after refused
attempts at a faster pace usually take at most a twelfth of the time."""
_LONGEST_HOLD_S = 900.0
_REMEMBERED = 0.85
"""After each pause, the remembered longest pause shrinks to this fraction, but not below the length
of this pause."""
_DESCENT_S = 60.0
"""Refusals belong together if less time than this passes between them."""
_IN_VAIN = 0.5
"""A slower pace is in vain if less than this fraction of the calls per second is answered."""
_CALLS_KNOWN = 30
"""How many answered calls it takes to know how many are answered per second at a pace."""
_TOLERANT_S = 60.0
"""How long refusals do not lower the pace after slower paces were in vain."""
_TRIALS_PER_SECOND = 1.0
_ROUNDING = 1e-9
_FIRST_BACKOFF_S = 5.0
_LONGEST_BACKOFF_S = 60.0


class _Phase(Enum):
    SEARCH = "search"
    HOLD = "hold"
    PROBE = "probe"


class MethodLimit(NamedTuple):
    """The state of one method in one workspace."""

    pace: float
    """Calls per second that are allowed."""
    burst: float
    phase: _Phase
    tokens: float
    """The number of calls that could start at once at the time `counted_at`. Each call takes one
    token, and `pace` tokens per second are refilled."""
    counted_at: float
    pace_since: float
    """When the calls at this pace began. A gap in the calls restarts this time, except during a
    hold."""
    cycle_since: float
    """When the last pause ended, moved forward by the gaps in the calls since."""
    pace_calls: int = 0
    """The number of answered calls at this pace."""
    cycle_calls: int = 0
    """The number of answered calls since the end of the last pause."""
    run_calls: float = 0
    """The number of calls since the last gap. A refusal after few calls may be due to the burst. A
    pause uses up the burst, so the number is infinite from then until the next gap."""
    lasting: float = 0.0
    """The fastest pace that has lasted."""
    lasted_s: float = 0.0
    refused: float = math.inf
    """The slowest pace that was refused."""
    step: float = 2.0
    holds: float = 1.0
    """The length of a hold, as a multiple of the shortest hold."""
    paused_at: float = -math.inf
    """When the current pause began, or the last one if there is none: the time of its first
    refusal."""
    paused_until: float = -math.inf
    best_refused: float = 0.0
    """Of the paces that were refused in this descent, the one at which most calls were answered."""
    best_average: float = 0.0
    """The number of answered calls per second at `best_refused`, including the pause."""
    tolerant_until: float = -math.inf
    """Until then, refusals do not lower the pace."""
    is_paused: bool = False
    """Whether no call has been answered since the refusal."""
    refusals: int = 0
    """The number of refusals in succession, without an answered call between them."""
    longest_pause_s: float = 0.0
    burst_refused: bool = False
    """Whether the current pause was caused by the burst. Such a pause proves nothing about the
    pace."""

    @property
    def proof_s(self) -> float:
        """Seconds for which a pace must be kept before it counts as having lasted."""
        calls_s = _PROOF_CALLS / self.pace
        longest = min(2 * self.longest_pause_s, _LONGEST_PROOF_S)
        return max(_SHORTEST_PROOF_S, longest, calls_s)

    @property
    def hold_s(self) -> float:
        """Seconds for which a pace is held before a faster one is tried."""
        shortest = max(_SHORTEST_HOLD_S, _PAUSES_PER_HOLD * self.longest_pause_s)
        return min(shortest * self.holds, _LONGEST_HOLD_S)


def start(now: float, per_second: float | None = None, burst: float = START_BURST) -> MethodLimit:
    """The state before the first call.

    If `per_second` is given, the state holds this pace until it is refused, or until it is time to
    try a faster one. Otherwise it searches for the pace.
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
    """Seconds until the next call may start, if `ahead` other calls start before it; 0 if it may
    start now."""
    if limit.is_paused:
        missing = 1 - _tokens(limit, now)
        trial_s = missing / _trial_pace(limit) if missing > _ROUNDING else 0.0
        return max(limit.paused_until - now, trial_s) + ahead / limit.pace
    missing = 1 + ahead - _tokens(limit, now)
    return missing / limit.pace if missing > _ROUNDING else 0.0


def take(limit: MethodLimit, now: float) -> MethodLimit:
    """The state after a call has started at `now`."""
    tokens = _tokens(limit, now)
    unused = tokens - limit.burst
    limit = limit._replace(
        tokens=min(tokens, limit.burst) - 1,
        counted_at=max(now, limit.counted_at),
        run_calls=limit.run_calls + 1,
    )
    if unused <= 1:
        return limit
    # In a gap without calls, nothing could be refused. So the length of the gap is not counted.
    gap_s = unused / limit.pace
    limit = limit._replace(run_calls=1, cycle_since=min(limit.cycle_since + gap_s, now))
    # A hold ends after a number of calls. Gaps between them do not matter.
    return limit if limit.phase is _Phase.HOLD else _again(limit, now)


def _tokens(limit: MethodLimit, now: float) -> float:
    """The number of tokens at `now`. It exceeds `burst` if some tokens were not used."""
    pace = _trial_pace(limit) if limit.is_paused else limit.pace
    return limit.tokens + max(now - limit.counted_at, 0.0) * pace


def _trial_pace(limit: MethodLimit) -> float:
    return min(limit.pace, _TRIALS_PER_SECOND)


def answered(limit: MethodLimit, started_at: float, now: float) -> MethodLimit:
    """The state after Slack answered a call; `now` is the time of the response."""
    if limit.is_paused and started_at >= limit.paused_until:
        limit = _recover(limit, started_at)._replace(counted_at=now)
    limit = limit._replace(cycle_calls=limit.cycle_calls + 1)
    if started_at < limit.pace_since or limit.is_paused:
        return limit
    limit = limit._replace(pace_calls=limit.pace_calls + 1)
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
    """The state after a 429 at `now` to a call that started at `started_at`."""
    if started_at < limit.paused_at or (limit.is_paused and started_at < limit.paused_until):
        # The call started before the pause began, so its refusal is part of the same pause.
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
        limit = limit._replace(is_paused=True, paused_at=now, burst_refused=by_burst)
        if by_burst:
            limit = limit._replace(burst=max(limit.burst / 2, _SMALLEST_BURST))
    return _pause(limit._replace(refusals=refusals), now + pause_s)


def _pause(limit: MethodLimit, until: float) -> MethodLimit:
    """Pauses until `until`, then allows one call. Until a call is answered, allows one more call
    each second, or fewer if the pace is slower."""
    return limit._replace(paused_until=until, tokens=1, counted_at=until, run_calls=math.inf)


def _recover(limit: MethodLimit, now: float) -> MethodLimit:
    """The state after the first answered call since a pause, with the next pace."""
    began_at = limit.cycle_since
    cycle_s = now - began_at
    calls = limit.cycle_calls
    average = min(max(calls, 1) / max(cycle_s, 1e-3), limit.pace)
    limit = limit._replace(
        is_paused=False,
        refusals=0,
        longest_pause_s=max(now - limit.paused_at, limit.longest_pause_s * _REMEMBERED),
        cycle_since=now,
        cycle_calls=0,
    )
    if limit.burst_refused:
        return limit if limit.phase is _Phase.HOLD else _again(limit, now)
    if now < limit.tolerant_until:
        return _again(limit, now)
    if limit.paused_at - began_at > _DESCENT_S:
        limit = limit._replace(best_refused=0.0, best_average=0.0)
    is_known = calls >= _CALLS_KNOWN
    if is_known and limit.pace < limit.best_refused and average < limit.best_average * _IN_VAIN:
        return _return_to(limit, now, limit.best_refused)
    if is_known and average > limit.best_average:
        limit = limit._replace(best_refused=limit.pace, best_average=average)
    return _narrow(limit, now, average, cycle_s)


def _return_to(limit: MethodLimit, now: float, pace: float) -> MethodLimit:
    """The state at a faster pace again, because slower ones were refused as well."""
    limit = limit._replace(
        phase=_Phase.HOLD,
        lasting=pace,
        refused=math.inf,
        best_refused=0.0,
        best_average=0.0,
        tolerant_until=now + _TOLERANT_S,
    )
    return _at(limit, now, pace)


def _narrow(limit: MethodLimit, now: float, average: float, cycle_s: float) -> MethodLimit:
    """The state after the pace was refused. `average` is the number of answered calls per second,
    including the time of the pause."""
    pace = limit.pace
    if limit.phase is not _Phase.SEARCH:
        limit = limit._replace(holds=min(limit.holds * 2, 16.0))
    limit = limit._replace(refused=pace, step=_FIRST_PROBE)
    if limit.lasting < pace * 0.99 and limit.lasted_s >= limit.proof_s:
        limit = limit._replace(lasting=max(limit.lasting, average))
    else:
        if limit.phase is _Phase.HOLD and pace <= average * _REFUSED_IN_HOLD:
            average = math.sqrt(average * pace)
            return _hold(limit._replace(lasting=average, lasted_s=cycle_s), now)
        limit = limit._replace(lasting=average, lasted_s=cycle_s)
    return _bisect(limit, now)


def _climb(limit: MethodLimit, now: float) -> MethodLimit:
    """The state after the pace has lasted."""
    limit = limit._replace(lasting=limit.pace, lasted_s=limit.proof_s)
    if limit.refused < math.inf:
        return _bisect(limit, now)
    if limit.phase is _Phase.PROBE:
        step = min(limit.step**2, 2.0)
        limit = limit._replace(step=step, holds=1.0)
    return _at(limit, now, limit.pace * limit.step)


def _bisect(limit: MethodLimit, now: float) -> MethodLimit:
    if limit.refused <= limit.lasting * _CLOSE:
        return _hold(limit, now)
    middle = math.sqrt(limit.lasting * limit.refused)
    return _at(limit._replace(phase=_Phase.SEARCH), now, middle)


def _hold(limit: MethodLimit, now: float) -> MethodLimit:
    return _at(limit._replace(phase=_Phase.HOLD), now, limit.lasting)


def _probe(limit: MethodLimit, now: float) -> MethodLimit:
    limit = limit._replace(
        phase=_Phase.PROBE,
        lasting=limit.pace,
        lasted_s=limit.hold_s,
        refused=math.inf,
        step=_FIRST_PROBE,
    )
    return _at(limit, now, limit.pace * _FIRST_PROBE)


def _at(limit: MethodLimit, now: float, pace: float) -> MethodLimit:
    """The state at another pace."""
    pace = min(max(pace, _SLOWEST_PER_SECOND), _FASTEST_PER_SECOND)
    return _again(limit._replace(pace=pace), now)


def _again(limit: MethodLimit, now: float) -> MethodLimit:
    """The state with a new start of the period in which the pace must last."""
    return limit._replace(pace_since=now, pace_calls=0)
