"""Tells operators of what needs them: each trouble once, by way of the outbox.

    feeds that are gone or have failed for a day       | notices | owe those not told of yet
    approved rates that no longer fit the rates files  |

A notice's id follows from the feed and the moment its trouble began, or from the approval and why
it does not fit: what was told before a restart is not told again, and a feed that recovers and
fails anew is.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from bot import COMMAND
from bot.alerts.delivery import Delivery, DeliveryKind, delivery_id
from bot.feeds.model import FeedState

TOLD_AFTER = timedelta(days=1)
"""A feed that fails for so long is told of; before, it often comes back by itself."""


class Trouble(NamedTuple):
    """Something that operators have to know of."""

    key: str
    """What it is, and since when: the same trouble is told once."""
    text: str


class NoticeQueue(Protocol):
    """Where messages are owed; what is owed or was sent already stays as it is."""

    async def owe(self, deliveries: Collection[Delivery]) -> None: ...


def notices(
    failing: Iterable[FeedState],
    team: str,
    conversations: Collection[str],
    now: datetime,
    others: Iterable[Trouble] = (),
) -> tuple[Delivery, ...]:
    """What the operators' conversations are to hear of failing feeds and other troubles."""
    troubles = [trouble for state in failing for trouble in _trouble(state, now)]
    troubles += others
    return tuple(
        Delivery(
            id=delivery_id(DeliveryKind.NOTICE, team, conversation, about),
            kind=DeliveryKind.NOTICE,
            team=team,
            conversation=conversation,
            story_ids=(),
            event_id="",
            reason=text,
            due_at=now,
        )
        for about, text in troubles
        for conversation in conversations
    )


def _trouble(state: FeedState, now: datetime) -> Iterator[Trouble]:
    """What the trouble is called, and the words for it; nothing while it is too young."""
    since = state.failing_since
    if since is None:
        return
    if state.stopped:
        yield Trouble(
            f"{state.feed_id} gone since {since.isoformat()}",
            f"The feed {state.feed_id} is gone for good: its address answered 410. "
            "It is not polled any more. Take it out, give it another address, or, where it is "
            f"back, type `{COMMAND} feeds resume {state.feed_id}`.",
        )
    elif now - since >= TOLD_AFTER:
        yield Trouble(
            f"{state.feed_id} failing since {since.isoformat()}",
            f"The feed {state.feed_id} has failed since {since:%Y-%m-%d %H:%M} UTC: {state.error}. "
            "It is tried again, at most a day apart.",
        )


class Notices:
    """Owes operators what they are to hear; `look` is to be called now and then."""

    def __init__(
        self,
        outbox: NoticeQueue,
        team: str,
        conversations: Collection[str],
        clock: Callable[[], datetime],
        on_deliveries: Callable[[], None],
    ) -> None:
        self._outbox, self._team, self._conversations = outbox, team, tuple(conversations)
        self._clock, self._on_deliveries = clock, on_deliveries
        self._told: frozenset[str] = frozenset()

    async def look(self, failing: Iterable[FeedState], others: Iterable[Trouble] = ()) -> None:
        """Owes what is to be told of these and was not yet; raises StoreError."""
        now = self._clock()
        found = notices(failing, self._team, self._conversations, now, others)
        fresh = [each for each in found if each.id not in self._told]
        if fresh:
            await self._outbox.owe(fresh)
            self._on_deliveries()
        self._told = frozenset(each.id for each in found)
