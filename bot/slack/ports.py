"""What the Slack side asks of the rest of the bot; `bot.app` passes the real parts."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from bot.alerts.subscription import Subscription
from bot.news.entry import Feed
from bot.news.health import FeedSummary, Health, Lag
from bot.news.story import Story
from bot.news.topic import Topic
from bot.rates.finding import Found, Lookup


class Live(Protocol):
    """Live sources beside the ledger."""

    async def find(self, lookups: Sequence[Lookup]) -> Sequence[Found]:
        """What they say of it within a second or two; never raises for what they do."""
        ...


class Subscriptions(Protocol):
    """Who wants what, and who wants quiet."""

    async def add(self, subscription: Subscription) -> bool:
        """Whether it is new; the same wish is kept once."""
        ...

    async def remove(
        self, team: str, conversation: str, topics: frozenset[Topic], parties: frozenset[str]
    ) -> int:
        """How many subscriptions changed or went; no topics and no parties means all."""
        ...

    async def of(self, team: str, conversation: str) -> Sequence[Subscription]: ...

    async def every(self, team: str) -> Sequence[Subscription]: ...

    async def mute(self, team: str, conversation: str, until: datetime) -> object: ...

    async def unmute(self, team: str, conversation: str) -> object: ...


class Stories(Protocol):
    """What was told."""

    async def latest(self, topic: Topic | None, limit: int) -> Sequence[Story]:
        """The newest stories, newest first."""
        ...

    async def get(self, story_id: str) -> Story | None: ...


class Events(Protocol):
    """Who follows an event, and where it is muted."""

    async def follow(self, team: str, user: str, event_id: str) -> bool:
        """Whether this is new."""
        ...

    async def unfollow(self, team: str, user: str, event_id: str) -> bool: ...

    async def mute_event(self, team: str, conversation: str, event_id: str) -> bool: ...

    async def unmute_event(self, team: str, conversation: str, event_id: str) -> bool: ...


class ReminderSwitches(Protocol):
    """Where reminders of what takes effect were switched off."""

    async def off(self, team: str) -> Collection[str]:
        """The conversations."""
        ...

    async def switch(self, team: str, conversation: str, *, on: bool) -> bool:
        """Whether this changed anything."""
        ...


class Feeds(Protocol):
    """Knows how the feeds are doing, and changes which there are."""

    async def summary(self) -> FeedSummary: ...

    async def health(self) -> Sequence[Health]: ...

    async def lag(self) -> Lag | None: ...

    async def add(self, url: str) -> Feed:
        """The feed at the address, or that its page names; raises FeedError."""
        ...

    async def remove(self, feed_id: str) -> object:
        """Raises FeedError where there is none that may be removed."""
        ...
