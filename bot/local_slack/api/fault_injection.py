"""Injected faults and a record of all calls, for tests of the bot."""

import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any, Literal

Drop = Literal["", "before", "after"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with a call. Several fields may be set.

    `error` answers with Slack's code and `status` with that HTTP status and no JSON (429 with
    `retry_after_s`), both without running the method. `drop` closes the connection without an
    answer, 'before' or 'after' the method ran; the caller cannot tell which. `delay_s` delays the
    answer after the method ran.
    """

    error: str = ""
    status: int = 0
    drop: Drop = ""
    delay_s: float = 0.0
    retry_after_s: int = 0


@dataclass(slots=True)
class Call:
    """A call of the Web API and its answer, which is empty if the connection was closed."""

    method: str
    arguments: dict[str, Any] = field(default_factory=dict)
    at: float = field(default_factory=time.time)
    """Seconds since 1970, UTC."""
    status: int = 0
    answer: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the answer was a success."""
        return self.answer.get("ok", False) is True


class FaultInjector:
    """The faults of the next calls by method, and the newest 10,000 calls."""

    def __init__(self) -> None:
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self.calls: deque[Call] = deque(maxlen=10_000)

    def add(self, method: str, fault: Fault, times: int) -> None:
        """Applies the fault to the next `times` calls of `method`."""
        self._faults[method].extend([fault] * times)

    def next(self, method: str) -> Fault:
        """The fault of this call; an empty one if there is none."""
        waiting = self._faults[method]
        return waiting.popleft() if waiting else Fault()
