"""Whether the bot can do its work now, and if not, why."""

from enum import StrEnum


class NotReady(StrEnum):
    """A reason why the bot cannot do its work although its process runs."""

    DATABASE = "database_unreachable"
    POSTS_REFUSED = "workspace_refuses_posts"


class Readiness:
    """The current reasons why the bot is not ready. Each part of the bot sets and clears its own
    reason."""

    def __init__(self) -> None:
        self._reasons: dict[NotReady, None] = {}

    @property
    def reasons(self) -> tuple[NotReady, ...]:
        """The current reasons, oldest first; empty if the bot is ready."""
        return tuple(self._reasons)

    def set(self, reason: NotReady) -> None:
        """Adds the reason."""
        self._reasons[reason] = None

    def clear(self, reason: NotReady) -> None:
        """Removes the reason."""
        self._reasons.pop(reason, None)
