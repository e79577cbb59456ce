"""What the database says about the work of all processes together."""

from collections.abc import Mapping

from pydantic import AwareDatetime

from bot.alerts.delivery import DeliveryState
from bot.proposals.approval.audit import State
from bot.values import Frozen


class Backlog(Frozen):
    """The messages that are not sent yet.

    `waiting` is the number of conversations with a message that should have been sent by now. Held
    and muted messages and later bundles do not count there, and neither for `oldest_due_at`.
    """

    by_state: Mapping[DeliveryState, int]
    waiting: int = 0
    oldest_due_at: AwareDatetime | None = None


class DatabaseFacts(Frozen):
    """The numbers of the database at one moment."""

    at: AwareDatetime
    backlog: Backlog
    feeds: Mapping[str, int]
    """The number of feeds by the status of `bot.feeds.health.Health`."""
    oldest_poll_due_at: AwareDatetime | None
    """The earliest time of the next polls of all feeds; if it is long ago, no process polls."""
    proposals: Mapping[State, int]
