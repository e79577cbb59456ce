"""Whether the bot can do its work now, and if not, why."""

from enum import StrEnum


class NotReady(StrEnum):
    """A reason why the bot cannot do its work, although it runs."""

    DATABASE = "database_unreachable"
    POSTS_REFUSED = "workspace_refuses_posts"


class Readiness:
    """The reasons that hold at present. Each part of the bot sets and clears its own."""

    def __init__(self) -> None:
        self._reasons: dict[NotReady, None] = {}

    @property
    def reasons(self) -> tuple[NotReady, ...]:
        """What holds, in the order in which it began; empty if the bot is ready."""
        return tuple(self._reasons)

    def set(self, reason: NotReady) -> None:
        """The reason holds from now on."""
        self._reasons[reason] = None

    def clear(self, reason: NotReady) -> None:
        """The reason no longer holds."""
        self._reasons.pop(reason, None)
