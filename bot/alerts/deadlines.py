"""Finds the deadlines of all events between two days, and who follows these events."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from bot.alerts.delivery import Thread
from bot.news.deadlines.events import EventDeadline, list_deadlines
from bot.news.story import Story


class DeadlineStore(Protocol):
    """The stories, of which some state deadlines."""

    async def with_deadlines(self, first: date, last: date) -> Sequence[Story]:
        """The stories that state a deadline between these two days or on one of them."""

    async def of_event(self, event_id: str) -> Sequence[Story]:
        """The stories of an event, in order of publication."""


class EventAudience(Protocol):
    """The people who follow an event."""

    async def followers(self, event_ids: Collection[str]) -> Collection[Thread]: ...


class DatedEvent(NamedTuple):
    """An event with deadlines between two days, and its stories."""

    id: str
    deadlines: tuple[EventDeadline, ...]
    stories: Sequence[Story]


class DatedEvents(NamedTuple):
    """Events with deadlines between two days, and who follows them."""

    events: tuple[DatedEvent, ...] = ()
    followers: frozenset[Thread] = frozenset()


NO_DATED_EVENTS = DatedEvents()


async def find_dated_events(
    store: DeadlineStore, first: date, last: date
) -> tuple[DatedEvent, ...]:
    """The events with a deadline between these two days, or on one of them."""
    stated = await store.with_deadlines(first, last)
    found = []
    for event_id in dict.fromkeys(story.event_id for story in stated):
        stories = await store.of_event(event_id)
        due = tuple(each for each in list_deadlines(stories) if first <= each.on <= last)
        if due:
            found.append(DatedEvent(event_id, due, stories))
    return tuple(found)


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
