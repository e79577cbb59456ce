"""Faults on demand and a record of calls, so that a test can see how the bot bears them."""

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

Drop = Literal["", "before", "after"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with a call; with several set, all of them do.

    `error` answers with Slack's code and does nothing, `status` with that HTTP status and no JSON
    (429 with `retry_after_s`). `drop` closes the connection with no answer: 'before' anything was
    done, or 'after' all was done: the caller cannot know which. `delay_s` holds the answer back
    after the work was done.
    """

    error: str = ""
    status: int = 0
    drop: Drop = ""
    delay_s: float = 0.0
    retry_after_s: int = 0


@dataclass(slots=True)
class Call:
    """A call of the Web API as it arrived, and what was answered (empty: the line was cut)."""

    method: str
    arguments: dict[str, Any]
    at: float = field(default_factory=time.time)
    """Seconds since 1970, UTC."""
    status: int = 0
    answer: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether it was carried out, as far as the caller was told."""
        return self.answer.get("ok", False) is True


class FaultInjector:
    """The faults that are to come, and the calls that were made (the newest 10,000)."""

    def __init__(self) -> None:
        self._coming: dict[str, deque[Fault]] = {}
        self._calls: deque[Call] = deque(maxlen=10_000)

    def expect(self, method: str, fault: Fault, times: int) -> None:
        """Lets the next `times` calls of `method` meet `fault`."""
        self._coming.setdefault(method, deque()).extend([fault] * times)

    def next(self, method: str) -> Fault:
        """The fault for this call; one in which nothing goes wrong when none is due."""
        waiting = self._coming.get(method)
        return waiting.popleft() if waiting else Fault()

    def record(self, call: Call) -> None:
        """Remembers a call."""
        self._calls.append(call)

    def calls(self, method: str = "") -> list[Call]:
        """The calls of `method`, or all, oldest first."""
        return [call for call in self._calls if method in ("", call.method)]
