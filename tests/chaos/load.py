"""The messages of a chaos run: one for each story in each conversation, and edits of alerts."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property

from sqlalchemy import Connection

from bot.alerts.delivery import (
    Delivery,
    DeliveryKind,
    delivery_id,
    make_delivery,
)
from bot.alerts.planning import UPDATE_DELAY
from bot.news.state import EventState, EventStatus, Relation
from bot.news.story import Story
from bot.store.store import Store
from tests.chaos.faulty_slack import TEAM
from tests.store import examples

_FOLLOW_UP_EVERY = 4
"""Every fourth story is a follow-up: it belongs to the event of the story before it."""
STATUS = EventStatus.SUSPENDED.value.upper()
"""The status of each follow-up, as alerts show it."""
_PERSON_EVERY = 10
"""Every tenth conversation is a direct message."""


def clock() -> datetime:
    """The current time in UTC."""
    return datetime.now(UTC)


class Load:
    """`stories` stories for `channels` conversations. Their ids are the same in every process.

    With `updates`, each follow-up also queues an update of its alert.
    """

    def __init__(self, channels: int, stories: int, *, updates: bool = False) -> None:
        self.channels, self.stories, self.updates = channels, stories, updates

    @cached_property
    def conversations(self) -> tuple[str, ...]:
        """The ids of the conversations: channels (`C...`) and people (`U...`)."""
        return tuple(
            f"{'U' if number % _PERSON_EVERY == 0 else 'C'}{number:04d}"
            for number in range(1, self.channels + 1)
        )

    @property
    def expected(self) -> int:
        """The number of messages in the whole load."""
        return self.channels * self.stories

    @property
    def deliveries_in_all(self) -> int:
        """The number of messages and updates in the whole load."""
        return self.expected + len(self.updated)

    @cached_property
    def updated(self) -> frozenset[str]:
        """The ids of the alerts whose event has a follow-up, and so an update."""
        return frozenset(
            delivery_id(DeliveryKind.ALERT, TEAM, conversation, _name(_event(number)))
            for number in range(self.stories if self.updates else 0)
            for conversation in self.conversations
            if _kind(number) is DeliveryKind.FOLLOW_UP
        )

    def ids_of(self, conversation: str) -> list[str]:
        """The ids of the messages of a conversation, in the order in which they are queued."""
        return [
            delivery_id(_kind(number), TEAM, conversation, _name(number))
            for number in range(self.stories)
        ]

    def story(self, number: int, now: datetime) -> Story:
        """The story with this number, counted from 0."""
        is_follow_up = _kind(number) is DeliveryKind.FOLLOW_UP
        return examples.story(
            _name(number),
            event_id=_name(_event(number)),
            source=f"Source {number}",
            relation=Relation.DEVELOPMENT if is_follow_up else Relation.NEW,
            state=EventState(status=EventStatus.SUSPENDED if is_follow_up else None),
            seen_at=now,
            published=now,
        )

    def deliveries(self, number: int, now: datetime) -> Sequence[Delivery]:
        """The messages about the story with this number, one for each conversation, then its
        updates."""
        made = list(self._make(_kind(number), number, now))
        if self.updates and _kind(number) is DeliveryKind.FOLLOW_UP:
            made += self._make(DeliveryKind.UPDATE, number, now + UPDATE_DELAY)
        return made

    def _make(self, kind: DeliveryKind, number: int, due_at: datetime) -> Iterator[Delivery]:
        about, event = _name(number), _name(_event(number))
        for conversation in self.conversations:
            place, more = (TEAM, conversation), {"story_ids": (about,), "event_id": event}
            yield make_delivery(kind, place, about, "tariffs", due_at, **more)

    async def publish(self, store: Store, number: int) -> None:
        """Saves a story and queues its messages in one transaction."""
        now = clock()
        story, deliveries = self.story(number, now), self.deliveries(number, now)

        def save(connection: Connection) -> None:
            store.stories.put(connection, [story])
            store.outbox.put(connection, deliveries)

        await store.database.write(save)


def _name(number: int) -> str:
    return f"story-{number:04d}"


def _kind(number: int) -> DeliveryKind:
    return DeliveryKind.ALERT if _event(number) == number else DeliveryKind.FOLLOW_UP


def _event(number: int) -> int:
    is_follow_up = number % _FOLLOW_UP_EVERY == _FOLLOW_UP_EVERY - 1
    return number - 1 if is_follow_up else number
