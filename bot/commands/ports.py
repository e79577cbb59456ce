"""Protocols for the stores and feeds that commands use. `bot.runtime` passes them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.alerts.delivery import Delivery
from bot.alerts.feedback import Feedback
from bot.alerts.mutes import Mute
from bot.alerts.subscriptions.criteria import Criteria, EconomyFilter
from bot.alerts.subscriptions.model import Subscription
from bot.alerts.subscriptions.timing import Timing
from bot.commands.lines.service import LineListStore
from bot.commands.request import CommandRequest, Reply
from bot.feeds.health import FeedSummary, Health, Lag
from bot.feeds.model import Feed
from bot.news.search import StorySearch
from bot.news.story import Story
from bot.proposals.approval.audit import ProposalRecord, State
from bot.values import Topic


class People(Protocol):
    """What the platform knows about people. Its methods never raise."""

    async def find_zone(self, team: str, user: str) -> str:
        """The IANA name of the person's time zone; empty if it is unknown."""

    async def list_channels(self, team: str, user: str) -> Collection[str] | None:
        """The channels that the person is in or was in a minute ago; None if they are unknown."""

    async def is_member(self, team: str, conversation: str, user: str) -> bool | None:
        """Whether the person is in the conversation now; None if that is unknown."""


class SubscriptionStore(Protocol):
    """The subscriptions of conversations."""

    async def add(self, subscription: Subscription, limit: int) -> bool:
        """Saves the subscription and returns whether it, or its timing, is new.

        Raises TooManySubscriptions if the conversation has `limit` subscriptions.
        """

    async def get(
        self, team: str, subscription_id: str, conversation: str, user: str
    ) -> Subscription | None:
        """The subscription with this id, or with the only id that begins so, of the conversation,
        or of the person, or made by the person."""

    async def change(self, team: str, subscription_id: str, **changes: object) -> object:
        """Changes the fields `criteria`, `timing` or `paused_until`."""

    async def replace(
        self, team: str, ids: Sequence[str], criteria: Criteria, timing: Timing
    ) -> Subscription | None:
        """Changes the first of these subscriptions, removes the others, and returns the first.

        Returns None and changes nothing if one of them is gone, or if their conversation has
        another one with the same criteria.
        """

    async def resume(self, team: str, conversation: str, now: datetime) -> None:
        """Ends the pause of a conversation that refused messages."""

    async def remove_one(self, team: str, subscription_id: str) -> object: ...

    async def remove(
        self,
        team: str,
        conversation: str,
        topics: Collection[Topic],
        economies: Collection[EconomyFilter],
        only: Collection[str] | None,
    ) -> int:
        """Removes topics and economies from a conversation's subscriptions.

        Without topics and economies, it removes all subscriptions of the conversation. `only` has
        the ids of those that may change; None stands for all. Returns the number of subscriptions
        that changed or ended.
        """

    async def of(self, team: str, conversation: str) -> Sequence[Subscription]: ...

    async def every(self, team: str) -> Sequence[Subscription]: ...


class MuteStore(Protocol):
    """What conversations have muted."""

    async def add(self, mute: Mute) -> object: ...

    async def remove(self, mute: Mute, now: datetime) -> object:
        """Ends a mute. The stories that it kept back are due at once."""

    async def of(self, team: str, conversation: str, now: datetime) -> Sequence[Mute]:
        """The mutes of a conversation that have not ended."""


class DeliveryStore(Protocol):
    """The messages with stories that were kept back."""

    async def get(self, delivery_id: str) -> Delivery | None: ...

    async def stories(self, delivery: Delivery) -> Sequence[Story]: ...


class StoryStore(Protocol):
    """The stories of the last weeks."""

    async def latest(self, topic: Topic | None, limit: int) -> Sequence[Story]:
        """The latest stories of the topic, or of all topics; newest first."""

    async def of_events_about(
        self,
        since: datetime,
        topics: Collection[Topic],
        economies: Collection[Sequence[Collection[str]]],
    ) -> Sequence[Story]:
        """The stories seen since then, of the events with a story on one of the `topics` (empty:
        any) that names, for one of `economies`, one economy of each group."""

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


class FollowStore(Protocol):
    """The people who follow an event."""

    async def follow(self, team: str, user: str, event_id: str) -> bool:
        """Saves that the person follows the event, and returns whether this is new."""

    async def unfollow(self, team: str, user: str, event_id: str) -> object: ...

    async def followed(self, team: str, user: str) -> Collection[str]:
        """The ids of the events that the person follows."""


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


class QuietWeekSwitches(Protocol):
    """The conversations that want a line about a week without news."""

    async def quiet_weeks_on(self, team: str) -> Collection[str]:
        """The ids of the conversations that want it."""

    async def switch_quiet_weeks(self, team: str, conversation: str, *, on: bool) -> bool:
        """Switches the line on or off. Returns False if it already was in this state."""


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
    """All stores that commands use, and what the platform knows about people."""

    people: People
    subscriptions: SubscriptionStore
    mutes: MuteStore
    outbox: DeliveryStore
    stories: StoryStore
    alerts: AlertStore
    follows: FollowStore
    feedback: FeedbackStore
    reminders: ReminderStore
    quiet_weeks: QuietWeekSwitches
    proposals: ProposalStore
    feeds: FeedAdmin
    lines: LineListStore
