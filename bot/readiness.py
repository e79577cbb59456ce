"""Whether the bot can do its work now, and if not, why."""

from collections.abc import Awaitable, Callable
from enum import StrEnum

Probe = Callable[[], Awaitable[bool]]
"""Returns whether something works; must return soon and raise nothing."""


class NotReady(StrEnum):
    """A reason why the bot cannot do its work although its process runs."""

    DATABASE = "database_unreachable"
    SLACK = "slack_not_connected"
    POSTS_REFUSED = "workspace_refuses_posts"
    FEEDS = "feeds_offline"
    WORKERS = "no_worker"


class Readiness:
    """The current reasons why the bot is not ready.

    Each part of the bot sets and clears its own reason, or adds a probe that finds it.
    """

    def __init__(self) -> None:
        self._reasons: dict[NotReady, None] = {}
        self._probes: dict[NotReady, Probe] = {}

    @property
    def reasons(self) -> tuple[NotReady, ...]:
        """The reasons that were set, oldest first."""
        return tuple(self._reasons)

    def set(self, reason: NotReady) -> None:
        """Adds the reason."""
        self._reasons[reason] = None

    def clear(self, reason: NotReady) -> None:
        """Removes the reason."""
        self._reasons.pop(reason, None)

    def add_probe(self, reason: NotReady, works: Probe) -> None:
        """Makes `look` find the reason while the probe returns False. Replaces an earlier probe."""
        self._probes[reason] = works

    def remove_probe(self, reason: NotReady) -> None:
        """Removes the probe, for example because the part that it asks is stopped."""
        self._probes.pop(reason, None)

    async def look(self) -> tuple[NotReady, ...]:
        """All current reasons; empty if the bot is ready.

        All probes are asked, because one may clear a reason.
        """
        found = [reason for reason, works in tuple(self._probes.items()) if not await works()]
        return tuple(self._reasons | dict.fromkeys(found))
