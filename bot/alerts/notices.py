"""Notices to operators about problems that need them. Each problem is reported once.

    feeds that are gone or have failed for a day       | notices not yet sent | outbox
    approved rates that no longer fit the rates files  |

A notice's id is computed from the feed and the moment its failure began, or from the approval and
the reason why it does not fit. So a restart repeats nothing, and a feed that recovers and fails
again is reported again.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from bot import COMMAND
from bot.alerts.delivery import Delivery, DeliveryKind, make_delivery
from bot.feeds.model import FeedState
from bot.text.dates import format_day

REPORT_AFTER = timedelta(days=1)
"""A feed is reported after failing for this long; before, it often recovers by itself."""


class Trouble(NamedTuple):
    """A problem to report to operators."""

    key: str
    """Identifies the problem: what it is, and since when. Each key is reported once."""
    text: str


class NoticeQueue(Protocol):
    """The outbox. A delivery that is already queued or sent stays as it is."""

    async def owe(self, deliveries: Collection[Delivery]) -> None: ...


def plan_notices(
    failing: Iterable[FeedState],
    team: str,
    conversations: Collection[str],
    now: datetime,
    others: Iterable[Trouble] = (),
) -> tuple[Delivery, ...]:
    """The notices about failing feeds and other problems, for each conversation."""
    troubles = [trouble for state in failing if (trouble := _feed_trouble(state, now))]
    return tuple(
        make_delivery(DeliveryKind.NOTICE, (team, conversation), trouble.key, trouble.text, now)
        for trouble in (*troubles, *others)
        for conversation in conversations
    )


class Notices:
    """Queues notices; call `look` regularly."""

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
        self._queued: frozenset[str] = frozenset()

    async def look(self, failing: Iterable[FeedState], others: Iterable[Trouble] = ()) -> None:
        """Queues notices about these feeds and other problems; raises StoreError."""
        found = plan_notices(failing, self._team, self._conversations, self._clock(), others)
        if new := [each for each in found if each.id not in self._queued]:
            await self._outbox.owe(new)
            self._on_deliveries()
        self._queued = frozenset(each.id for each in found)


def _feed_trouble(state: FeedState, now: datetime) -> Trouble | None:
    """The problem with a feed; None while it is too recent to report."""
    since = state.failing_since
    if since is None:
        return None
    if state.stopped:
        return Trouble(
            f"{state.feed_id} gone since {since.isoformat()}",
            f"The feed {state.feed_id} is gone: its server answered 410. It is no longer polled. "
            "Remove it or change its address. If it is back, type "
            f"`{COMMAND} feeds resume {state.feed_id}`.",
        )
    if now - since < REPORT_AFTER:
        return None
    return Trouble(
        f"{state.feed_id} failing since {since.isoformat()}",
        f"The feed {state.feed_id} has failed since {format_day(since)}, {since:%H:%M} UTC: "
        f"{state.error}. "
        "The bot retries it at least once a day.",
    )
