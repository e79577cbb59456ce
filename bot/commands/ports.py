"""What the commands need of the database, the feeds and live sources. `bot.runtime` passes it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.alerts.subscription import Subscription
from bot.feeds.health import FeedSummary, Health, Lag
from bot.feeds.model import Feed
from bot.news.story import Story
from bot.proposals.approval.audit import ProposalRecord, State
from bot.rates.model.lookup import Lookup, LookupResult
from bot.values import Topic


class LiveSources(Protocol):
    """Public sources of duties and averages that the ledger lacks."""

    async def find(self, lookups: Sequence[Lookup]) -> Sequence[LookupResult]:
        """The findings, within a second or two. Failures are returned, never raised."""


class SubscriptionStore(Protocol):
    """The subscriptions of each conversation, and until when it is muted."""

    async def add(self, subscription: Subscription) -> bool:
        """Whether it is new. Adding it again changes nothing."""

    async def remove(
        self, team: str, conversation: str, topics: frozenset[Topic], parties: frozenset[str]
    ) -> int:
        """How many subscriptions changed or ended. No topics and no parties means all."""

    async def of(self, team: str, conversation: str) -> Sequence[Subscription]: ...

    async def every(self, team: str) -> Sequence[Subscription]: ...

    async def mute(self, team: str, conversation: str, until: datetime) -> object: ...

    async def unmute(self, team: str, conversation: str) -> object: ...


class StoryStore(Protocol):
    """The stories of the last weeks."""

    async def latest(self, topic: Topic | None, limit: int) -> Sequence[Story]:
        """The newest stories, newest first."""

    async def get(self, story_id: str) -> Story | None: ...


class EventPreferenceStore(Protocol):
    """Who follows an event, and where it is muted."""

    async def follow(self, team: str, user: str, event_id: str) -> bool:
        """Whether this is new."""

    async def unfollow(self, team: str, user: str, event_id: str) -> object: ...

    async def mute_event(self, team: str, conversation: str, event_id: str) -> object: ...

    async def unmute_event(self, team: str, conversation: str, event_id: str) -> object: ...


class ReminderStore(Protocol):
    """The conversations that switched reminders off."""

    async def off(self, team: str) -> Collection[str]:
        """Their ids."""

    async def switch(self, team: str, conversation: str, *, on: bool) -> bool:
        """Whether this changed anything."""


class ProposalStore(Protocol):
    """The proposed rates, and the messages that show them."""

    async def every(self, state: State | None = None) -> Sequence[ProposalRecord]: ...

    async def untold(self) -> Collection[str]:
        """The ids of pending proposals that were held back and not posted."""

    async def copies(self, proposal_id: str) -> Sequence[tuple[str, str]]:
        """The conversation and the id of each message about a proposal."""


class FeedAdmin(Protocol):
    """Lists, adds, removes and resumes feeds, and reports their health."""

    async def summary(self) -> FeedSummary: ...

    async def health(self) -> Sequence[Health]: ...

    async def lag(self) -> Lag | None: ...

    async def add(self, url: str) -> Feed:
        """The feed at the address, or that its page names. Raises FeedError."""

    async def remove(self, feed_id: str) -> object:
        """Raises FeedError where there is none that may be removed."""

    async def resume(self, feed_id: str) -> object:
        """Raises FeedError where there is none that has stopped."""


@dataclass(frozen=True)
class CommandStores:
    """All that commands read and write."""

    subscriptions: SubscriptionStore
    stories: StoryStore
    events: EventPreferenceStore
    reminders: ReminderStore
    proposals: ProposalStore
    feeds: FeedAdmin
