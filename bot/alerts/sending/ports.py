"""What the dispatcher needs from others: a sender and a queue."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.alerts.delivery import Delivery
from bot.news.story import Story
from bot.values import Frozen

CLAIMS_PER_SLOT = 10
"""Maximum claimed deliveries per slot. Most of them wait because of the pace of their channel."""
_SEND_TIMEOUT_S = 30.0
_DIGEST_TIMEOUT_S = 90.0

TakeTurn = Callable[[str], Awaitable[float]]
"""Reserves a turn to post in a workspace, given its id, for the next send of the calling task.
Returns 0 if it got a turn, perhaps after a short wait; otherwise the seconds until one is free.
"""
ReviewBundle = Callable[
    [Delivery, tuple[Story, ...]], Awaitable[tuple[Delivery, tuple[Story, ...]]]
]
"""Returns a bundle with those of its stories that its conversation still wants."""


@dataclass(frozen=True)
class DispatchTimes:
    """The dispatcher's timeouts and waits, in seconds."""

    send_timeout_s: float = _SEND_TIMEOUT_S
    """If Slack has not answered after this time, the outcome of a send counts as unknown."""
    digest_timeout_s: float = _DIGEST_TIMEOUT_S
    """The same for a digest. It may have 25 messages, which are posted one a second."""
    lease_s: float = _SEND_TIMEOUT_S * (CLAIMS_PER_SLOT + 2)
    """Longer than any claimed delivery takes to get its turn and to be sent."""
    save_retry_s: float = 3.0
    """The time between two tries to save an outcome while the database cannot be reached."""
    longest_sleep_s: float = 30.0
    """The longest time between two reads of the outbox; other processes may queue messages."""


DEFAULT_TIMES = DispatchTimes()


class BusyTeams(NamedTuple):
    """The teams from which a claim takes no message, or no update, beyond its limit."""

    messages: frozenset[str] = frozenset()
    updates: frozenset[str] = frozenset()


NO_BUSY_TEAMS = BusyTeams()


class Receipt(Frozen):
    """What Slack returned for a message: `ts`, its id within the conversation.

    `found`: an earlier attempt had posted all of it, so this one posted nothing.
    """

    ts: str
    found: bool = False


class Sender(Protocol):
    """Posts a message, or edits the first message of an event for an update.

    `thread_ts` is the message to reply to, or for an update the message to edit. An update has the
    `id`, the `reason` and the times of the delivery that it edits, and its receipt is `found` if
    the message was up to date. For another `uncertain` delivery, the sender first looks for
    `delivery.id` in Slack.

    Raises SendLater, SendRefused, ConversationRefused or WorkspaceRefused; any other exception
    counts as an unknown outcome.
    """

    async def send(
        self, delivery: Delivery, stories: tuple[Story, ...], thread_ts: str | None
    ) -> Receipt: ...


class DeliveryQueue(Protocol):
    """The deliveries in the database that are not sent yet; see `bot.store.outbox`."""

    async def claim(
        self,
        now: datetime,
        limit: int,
        lease_s: float,
        closed: Collection[str] = (),
        updates: int = 0,
        busy: BusyTeams | None = None,
    ) -> tuple[Delivery, ...]: ...

    async def start_sending(self, delivery_id: str, claimed_at: datetime | None) -> bool: ...

    async def confirm(
        self, delivery_id: str, ts: str, now: datetime, posted: bool = True
    ) -> bool: ...

    async def retry(
        self,
        delivery_id: str,
        due_at: datetime,
        error: str,
        uncertain: bool = False,
        counts: bool = True,
    ) -> None: ...

    async def put_back(
        self, delivery_id: str, due_at: datetime, error: str = "", uncertain: bool = False
    ) -> None: ...

    async def hold(
        self, delivery: Delivery, due_at: datetime, error: str, now: datetime, uncertain: bool
    ) -> None: ...

    async def give_up_held(self, delivery: Delivery, error: str, before: datetime) -> None: ...

    async def give_up(self, delivery_id: str, error: str) -> None: ...

    async def drop_claimed(self, delivery_id: str, reason: str) -> None: ...

    async def stories(self, delivery: Delivery) -> tuple[Story, ...]: ...

    async def first_message(
        self, event_id: str, team: str, conversation: str
    ) -> Delivery | None: ...

    async def next_due(
        self, now: datetime, closed: Collection[str] = (), busy: BusyTeams = ...
    ) -> datetime | None: ...
