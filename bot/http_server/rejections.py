"""Counts refused requests and logs the counts at most once a minute, in one line."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from enum import StrEnum

log = logging.getLogger(__name__)


class Rejection(StrEnum):
    """The reason why a request or a connection was refused, in the words of the log."""

    UNSIGNED = "unsigned"
    STALE = "stale"
    FORGED = "forged"
    FORGED_PUSH = "forged push"
    OTHER_TEAM = "of another workspace"
    OTHER_HOST = "for another host or origin"
    MALFORMED = "malformed"
    OVERSIZED = "oversized"
    SLOW = "slow"
    ABORTED = "aborted"
    IDLE = "idle"
    CROWDED_OUT = "closed for newer connections"
    NO_FILE = "without a free file descriptor"
    UNAUTHORIZED = "without a valid token"


_SERIOUS = frozenset(
    {
        Rejection.FORGED,
        Rejection.FORGED_PUSH,
        Rejection.OTHER_TEAM,
        Rejection.UNAUTHORIZED,
        Rejection.NO_FILE,
    }
)
"""If one of these was counted, the log line is a warning. Either someone knows an address or a
secret that they should not know, or the operator should raise a limit."""


class Rejections:
    """The counts since the last log line. Needs a running event loop.

    `on_refusal` is called for each refusal.
    """

    def __init__(
        self, report_s: float = 60.0, on_refusal: Callable[[Rejection], None] | None = None
    ) -> None:
        self._report_s, self._on_refusal = report_s, on_refusal
        self._counts: Counter[Rejection] = Counter()
        self._details: dict[Rejection, Counter[str]] = {}
        self._due: asyncio.TimerHandle | None = None

    def count(self, kind: Rejection, detail: str = "") -> None:
        """Counts one refusal. The log line follows within a minute and lists each `detail`, such as
        the name of a feed.

        A kind must have few different details, and a detail must not contain text from the client.
        """
        self._counts[kind] += 1
        if self._on_refusal is not None:
            self._on_refusal(kind)
        if detail:
            self._details.setdefault(kind, Counter())[detail] += 1
        if self._due is None:
            loop = asyncio.get_running_loop()
            self._due = loop.call_later(self._report_s, self.report)

    def counts(self) -> dict[Rejection, int]:
        """The counts that are not logged yet."""
        return dict(self._counts)

    def report(self) -> None:
        """Logs the line now, if there is anything to report, and resets the counts."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        if not self._counts:
            return
        level = logging.WARNING if _SERIOUS & self._counts.keys() else logging.INFO
        counts = ", ".join(
            f"{number} {kind}{self._format_details(kind)}"
            for kind, number in self._counts.most_common()
        )
        log.log(level, "refused requests within %.0f s: %s", self._report_s, counts)
        self._counts.clear()
        self._details.clear()

    def _format_details(self, kind: Rejection) -> str:
        found = self._details.get(kind, Counter()).most_common()
        named = ", ".join(f"{detail}: {number}" for detail, number in found)
        return f" ({named})" if named else ""
