"""Finds the deadlines of all events between two days, and who follows these events."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple, Protocol

from bot.alerts.dated_events import DatedEvent, DeadlineStore, find_dated_events
from bot.alerts.delivery import Thread


class EventAudience(Protocol):
    """The people who follow an event."""

    async def followers(self, event_ids: Collection[str]) -> Collection[Thread]: ...


class DatedEvents(NamedTuple):
    """Events with deadlines between two days, and who follows them."""

    events: tuple[DatedEvent, ...] = ()
    followers: frozenset[Thread] = frozenset()


NO_DATED_EVENTS = DatedEvents()


class EventDeadlines:
    """Finds the deadlines of events together with the people who follow them."""

    def __init__(self, stories: DeadlineStore, audience: EventAudience, team: str) -> None:
        self._stories, self._audience, self._team = stories, audience, team

    async def find(self, first: date, last: date) -> DatedEvents:
        """The events with a deadline between these two days, or on one of them."""
        events = await find_dated_events(self._stories, first, last)
        ids = [event.id for event in events]
        followers = await self._audience.followers(ids)
        return DatedEvents(
            events, frozenset(thread for thread in followers if thread.team == self._team)
        )
