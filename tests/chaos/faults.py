"""The faults of a fake Slack that fails on purpose.

The seed, the message and the attempt determine the fault of a call. The order of calls does not
matter, so concurrent calls meet the same faults in every run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random


class Fault(StrEnum):
    """What is wrong with one answer. `_AFTER` in a name: the call still takes effect."""

    LIMITED = "429 with Retry-After"
    LIMITED_BARE = "429 without Retry-After"
    ERROR_500 = "500"
    ERROR_500_AFTER = "500 after the effect"
    HTML_503 = "503 as HTML"
    HTML_503_AFTER = "503 as HTML after the effect"
    CUT = "connection cut"
    CUT_AFTER = "connection cut after the effect"
    NO_ANSWER = "no answer"
    NO_ANSWER_AFTER = "no answer after the effect"
    SLOW = "slow answer"
    INTERNAL = "internal_error"
    INTERNAL_AFTER = "internal_error after the effect"
    CONTENT = "content refused"
    UNKNOWN = "unknown error"
    WORKSPACE = "workspace refused"
    CONVERSATION = "conversation refused"

    @property
    def takes_effect(self) -> bool:
        """Whether the message is posted although the answer is wrong, missing or late."""
        return self.name.endswith("_AFTER") or self is Fault.SLOW

    @property
    def is_certain(self) -> bool:
        """Whether the answer proves that nothing was posted."""
        return self in _CERTAIN


_CERTAIN = frozenset(
    {
        Fault.LIMITED,
        Fault.LIMITED_BARE,
        Fault.CONTENT,
        Fault.UNKNOWN,
        Fault.WORKSPACE,
        Fault.CONVERSATION,
    }
)

CODES: Mapping[Fault, tuple[str, ...]] = {
    Fault.INTERNAL: ("internal_error", "fatal_error", "service_unavailable"),
    Fault.INTERNAL_AFTER: ("internal_error", "fatal_error", "service_unavailable"),
    Fault.CONTENT: ("invalid_blocks", "msg_blocks_too_long", "msg_too_long"),
    Fault.UNKNOWN: ("a_new_error", "team_not_ready"),
    Fault.WORKSPACE: (
        "token_revoked",
        "account_inactive",
        "team_access_not_granted",
        "invalid_auth",
        "missing_scope",
    ),
    Fault.CONVERSATION: (
        "is_archived",
        "channel_not_found",
        "restricted_action",
        "no_permission",
    ),
}
"""For each fault that answers `ok: false`, the possible values of `error`."""


@dataclass(frozen=True)
class Met:
    """One fault that a call meets: its kind, and the error code if the kind has error codes."""

    fault: Fault
    code: str = ""


@dataclass(frozen=True)
class FaultPlan:
    """Decides which calls fail. `rates` has the share of attempts that meet each fault."""

    seed: int = 0
    rates: Mapping[Fault, float] = field(default_factory=dict)
    most_per_message: int = 3
    """How many attempts at one message may fail; all later attempts succeed."""

    def draw(self, subject: str, attempt: int) -> Met | None:
        """The fault of this attempt (the first is 1); None if the attempt succeeds."""
        if attempt > self.most_per_message or not self.rates:
            return None
        random = Random(f"{self.seed}/{subject}/{attempt}")  # noqa: S311 - draws faults
        left = random.random()
        for fault, rate in self.rates.items():
            left -= rate
            if left < 0:
                return Met(fault, random.choice(CODES[fault]) if fault in CODES else "")
        return None


class RateLimit:
    """Allows `calls` evenly spread calls in `seconds`, and at most `burst` calls at once."""

    def __init__(
        self, calls: float, seconds: float, burst: int, retry_after_s: int | None = None
    ) -> None:
        """`retry_after_s`: the value of Retry-After; by default, the wait for the next call."""
        self._interval_s, self._burst = seconds / calls, burst
        self._retry_after_s = retry_after_s
        self._next_s = 0.0

    def take(self, now_s: float) -> int | None:
        """Counts an allowed call and returns None; returns the seconds of Retry-After otherwise."""
        start_s = max(self._next_s, now_s - self._interval_s * (self._burst - 1))
        if start_s > now_s:
            return self._retry_after_s or int(start_s - now_s) + 1
        self._next_s = start_s + self._interval_s
        return None
