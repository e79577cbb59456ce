"""The messages of a chaos run: one for each story in each conversation."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property

from sqlalchemy import Connection

from bot.alerts.delivery import Delivery, DeliveryKind, delivery_id, make_delivery
from bot.news.story import Story
from bot.store.store import Store
from tests.chaos.faulty_slack import TEAM
from tests.store import examples

_FOLLOW_UP_EVERY = 4
"""Every fourth story is a follow-up: it belongs to the event of the story before it."""
_PERSON_EVERY = 10
"""Every tenth conversation is a direct message."""


def clock() -> datetime:
    """The current time in UTC."""
    return datetime.now(UTC)


class Load:
    """`stories` stories for `channels` conversations. Their ids are the same in every process."""

    def __init__(self, channels: int, stories: int) -> None:
        self.channels, self.stories = channels, stories

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

    def ids_of(self, conversation: str) -> list[str]:
        """The ids of the messages of a conversation, in the order in which they are queued."""
        return [
            delivery_id(_kind(number), TEAM, conversation, _name(number))
            for number in range(self.stories)
        ]

    def story(self, number: int, now: datetime) -> Story:
        """The story with this number, counted from 0."""
        event = _name(_event(number))
        return examples.story(_name(number), event_id=event, seen_at=now, published=now)

    def deliveries(self, number: int, now: datetime) -> Sequence[Delivery]:
        """The messages about the story with this number, one for each conversation."""
        kind, about, event = _kind(number), _name(number), _name(_event(number))
        return [
            make_delivery(
                kind,
                (TEAM, conversation),
                about,
                "tariffs",
                now,
                story_ids=(about,),
                event_id=event,
            )
            for conversation in self.conversations
        ]

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
