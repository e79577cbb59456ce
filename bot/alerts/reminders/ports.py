"""What the reminders need from the store."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Protocol

from bot.alerts.deadlines import DatedEvents
from bot.alerts.delivery import Delivery
from bot.alerts.mutes import Mute
from bot.alerts.notices import NoticeQueue
from bot.alerts.subscriptions.model import Subscription


class ReminderQueue(NoticeQueue, Protocol):
    """The outbox, which can also list its reminders."""

    async def reminders(self, since: datetime) -> Collection[Delivery]:
        """The deliveries of kind REMINDER that were due since then, in any state."""


class SubscriptionSource(Protocol):
    """Reads the subscriptions of a team."""

    async def every(self, team: str) -> Collection[Subscription]: ...


class MuteSource(Protocol):
    """Reads the mutes of a team that are active now."""

    async def every(self, team: str, now: datetime) -> Collection[Mute]: ...


class Switches(Protocol):
    """Knows which conversations have turned reminders off."""

    async def off(self, team: str) -> Collection[str]:
        """The team's conversations that have turned reminders off."""


class DeadlineSource(Protocol):
    """Finds the deadlines of events."""

    async def find(self, first: date, last: date) -> DatedEvents:
        """The events with a deadline between these two days or on one of them."""
