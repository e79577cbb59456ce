"""Finds the events with deadlines between two days."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, Protocol

from bot.news.deadlines.events import EventDeadline, list_deadlines
from bot.news.story import Story


class DeadlineStore(Protocol):
    """Finds stories that state deadlines."""

    async def with_deadlines(self, first: date, last: date) -> Sequence[Story]:
        """The stories that state a deadline from the first to the last of these days."""

    async def of_event(self, event_id: str) -> Sequence[Story]:
        """The stories of an event, in order of publication."""


class DatedEvent(NamedTuple):
    """An event with deadlines between two days, and its stories."""

    id: str
    deadlines: tuple[EventDeadline, ...]
    stories: Sequence[Story]


async def find_dated_events(
    store: DeadlineStore, first: date, last: date
) -> tuple[DatedEvent, ...]:
    """The events with a deadline from the first to the last of these days."""
    stated = await store.with_deadlines(first, last)
    found = []
    for event_id in dict.fromkeys(story.event_id for story in stated):
        stories = await store.of_event(event_id)
        due = tuple(each for each in list_deadlines(stories) if first <= each.on <= last)
        if due:
            found.append(DatedEvent(event_id, due, stories))
    return tuple(found)
