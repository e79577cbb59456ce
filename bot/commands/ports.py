"""Protocols for the stores, feeds and live sources that commands use. `bot.runtime` passes them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.alerts.feedback import Feedback
from bot.alerts.subscription import Subscription
from bot.commands.replies import Reply
from bot.commands.request import CommandRequest
from bot.feeds.health import FeedSummary, Health, Lag
from bot.feeds.model import Feed
from bot.news.search import StorySearch
from bot.news.story import Story
from bot.proposals.approval.audit import ProposalRecord, State
from bot.rates.model.lookup import Lookup, LookupResult
from bot.values import Topic


class LiveSources(Protocol):
    """Public sources for figures that the ledger lacks."""

    async def find(self, lookups: Sequence[Lookup]) -> Sequence[LookupResult]:
        """The results, within about two seconds. A failed lookup is a result and not raised."""


class SubscriptionStore(Protocol):
    """The subscriptions and mutes of conversations."""

    async def add(self, subscription: Subscription) -> bool:
        """Saves the subscription and returns whether it is new."""

    async def remove(
        self, team: str, conversation: str, topics: frozenset[Topic], parties: frozenset[str]
    ) -> int:
        """Removes topics and parties from a conversation's subscriptions.

        Without topics and parties, it removes all subscriptions of the conversation. Returns the
        number of subscriptions that changed or ended.
        """

    async def of(self, team: str, conversation: str) -> Sequence[Subscription]: ...

    async def every(self, team: str) -> Sequence[Subscription]: ...

    async def mute(self, team: str, conversation: str, until: datetime) -> object: ...

    async def unmute(self, team: str, conversation: str) -> object: ...


class StoryStore(Protocol):
    """The stories of the last weeks."""

    async def latest(self, topic: Topic | None, limit: int) -> Sequence[Story]:
        """The latest stories of the topic, or of all topics; newest first."""

    async def search(self, wanted: StorySearch, limit: int, offset: int) -> Sequence[Story]:
        """The found stories of all that are kept, newest first, after the first `offset` ones."""

    async def get(self, story_id: str) -> Story | None: ...

    async def of_event(self, event_id: str) -> Sequence[Story]:
        """The stories of an event, in order of publication."""


class AnswerLog(Protocol):
    """Keeps the answers that were given."""

    async def keep(self, question: str, reply: Reply, request: CommandRequest) -> None:
        """Saves the answer to a question. Never raises, because the person waits for the answer."""


class AlertStore(Protocol):
    """The alerts that were posted."""

    async def posted(
        self, team: str, conversation: str, event_ids: Collection[str]
    ) -> Mapping[str, str]:
        """The platform's id of the alert of each event that was posted in the conversation."""


class ReportStore(Protocol):
    """The stories that the bot has read."""

    async def reported_since(self, since: datetime) -> Sequence[Story]:
        """The stories published since then, newest first."""


class EventPreferenceStore(Protocol):
    """The people who follow an event, and the conversations that mute it."""

    async def follow(self, team: str, user: str, event_id: str) -> bool:
        """Saves that the person follows the event, and returns whether this is new."""

    async def unfollow(self, team: str, user: str, event_id: str) -> object: ...

    async def mute_event(self, team: str, conversation: str, event_id: str) -> object: ...

    async def unmute_event(self, team: str, conversation: str, event_id: str) -> object: ...


class FeedbackStore(Protocol):
    """What readers say about stories."""

    async def add(self, feedback: Feedback) -> bool:
        """Saves the feedback, and returns whether it is new."""


class ReminderStore(Protocol):
    """The conversations that have switched reminders off."""

    async def off(self, team: str) -> Collection[str]:
        """The ids of the conversations that have switched reminders off."""

    async def switch(self, team: str, conversation: str, *, on: bool) -> bool:
        """Switches reminders on or off. Returns False if they already were in this state."""


class ProposalStore(Protocol):
    """The proposed rates, and the messages that show them."""

    async def every(self, state: State | None = None) -> Sequence[ProposalRecord]: ...

    async def unposted(self) -> Collection[str]:
        """The ids of pending proposals that were held back by the quota and not posted."""

    async def copies(self, proposal_id: str) -> Sequence[tuple[str, str]]:
        """The conversation and the id of each message about a proposal."""


class FeedAdmin(Protocol):
    """Lists, adds, removes and resumes feeds, and reports their health."""

    async def summary(self) -> FeedSummary: ...

    async def health(self) -> Sequence[Health]: ...

    async def lag(self) -> Lag | None: ...

    async def add(self, url: str) -> Feed:
        """Adds the feed at the address, or the feed to which the page there links.

        Raises FeedError.
        """

    async def remove(self, feed_id: str) -> object:
        """Removes the feed. Raises FeedError if no feed has this id or it must not be removed."""

    async def resume(self, feed_id: str) -> object:
        """Polls a stopped feed again. Raises FeedError if no stopped feed has this id."""


@dataclass(frozen=True)
class CommandStores:
    """All stores that commands use."""

    subscriptions: SubscriptionStore
    stories: StoryStore
    alerts: AlertStore
    events: EventPreferenceStore
    feedback: FeedbackStore
    reminders: ReminderStore
    proposals: ProposalStore
    feeds: FeedAdmin
