"""Tells operators of feeds that need them: each trouble once, by way of the outbox.

    failing feeds | notices (gone, or failing for a day) | owe those not told of yet

A notice's id follows from the feed and the moment its trouble began, so what was told before a
restart is not told again, and a feed that recovers and fails anew is.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import Protocol

from bot.alerts.delivery import Delivery, DeliveryKind, delivery_id
from bot.news.entry import FeedState

TOLD_AFTER = timedelta(days=1)
"""A feed that fails for so long is told of; before, it often comes back by itself."""


class Outbox(Protocol):
    """Where messages are owed; what is owed or was sent already stays as it is."""

    async def owe(self, deliveries: Collection[Delivery]) -> None: ...


def notices(
    failing: Iterable[FeedState], team: str, conversations: Collection[str], now: datetime
) -> tuple[Delivery, ...]:
    """What the operators' conversations are to hear of the failing feeds."""
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
        for state in failing
        for about, text in _trouble(state, now)
        for conversation in conversations
    )


def _trouble(state: FeedState, now: datetime) -> Iterable[tuple[str, str]]:
    """What the trouble is called, and the words for it; nothing while it is too young."""
    since = state.failing_since
    if since is None:
        return
    if state.stopped:
        yield (
            f"{state.feed_id} gone since {since.isoformat()}",
            f"The feed {state.feed_id} is gone for good: its address answered 410. "
            "It is not polled any more; take it out, or give it another address.",
        )
    elif now - since >= TOLD_AFTER:
        yield (
            f"{state.feed_id} failing since {since.isoformat()}",
            f"The feed {state.feed_id} has failed since {since:%Y-%m-%d %H:%M} UTC: {state.error}. "
            "It is tried again, at most a day apart.",
        )


class Notices:
    """Owes operators what they are to hear; `look` is to be called now and then."""

    def __init__(
        self,
        outbox: Outbox,
        team: str,
        conversations: Collection[str],
        clock: Callable[[], datetime],
        on_deliveries: Callable[[], None],
    ) -> None:
        self._outbox, self._team, self._conversations = outbox, team, tuple(conversations)
        self._clock, self._on_deliveries = clock, on_deliveries
        self._told: frozenset[str] = frozenset()

    async def look(self, failing: Iterable[FeedState]) -> None:
        """Owes what is to be told of these feeds and was not yet; raises StoreError."""
        found = notices(failing, self._team, self._conversations, self._clock())
        fresh = [each for each in found if each.id not in self._told]
        if fresh:
            await self._outbox.owe(fresh)
            self._on_deliveries()
        self._told = frozenset(each.id for each in found)
