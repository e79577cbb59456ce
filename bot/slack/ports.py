"""What the Slack side asks of the rest of the bot; `bot.runtime.app` passes the real parts."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from bot.alerts.subscription import Subscription
from bot.feeds.health import FeedSummary, Health, Lag
from bot.feeds.model import Feed
from bot.news.story import Story
from bot.proposals.approval.audit import Operator, ProposalRecord, State
from bot.proposals.approval.decisions import DecisionResult
from bot.proposals.approval.terms import ApprovalForm
from bot.rates.ledger import Ledger
from bot.rates.model.lookup import Found, Lookup
from bot.values import Topic


class LiveData(Protocol):
    """Live sources beside the ledger."""

    async def find(self, lookups: Sequence[Lookup]) -> Sequence[Found]:
        """What they say of it within a second or two; never raises for what they do."""
        ...


class SubscriptionStore(Protocol):
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


class StoryStore(Protocol):
    """What was told."""

    async def latest(self, topic: Topic | None, limit: int) -> Sequence[Story]:
        """The newest stories, newest first."""
        ...

    async def get(self, story_id: str) -> Story | None: ...


class EventChoices(Protocol):
    """Who follows an event, and where it is muted."""

    async def follow(self, team: str, user: str, event_id: str) -> bool:
        """Whether this is new."""
        ...

    async def unfollow(self, team: str, user: str, event_id: str) -> bool: ...

    async def mute_event(self, team: str, conversation: str, event_id: str) -> bool: ...

    async def unmute_event(self, team: str, conversation: str, event_id: str) -> bool: ...


class ReminderSettings(Protocol):
    """Where reminders of what takes effect were switched off."""

    async def off(self, team: str) -> Collection[str]:
        """The conversations."""
        ...

    async def switch(self, team: str, conversation: str, *, on: bool) -> bool:
        """Whether this changed anything."""
        ...


class DecisionService(Protocol):
    """Takes operators' decisions on proposed rates; `ledger` is what follows from them."""

    @property
    def ledger(self) -> Ledger: ...

    async def get(self, proposal_id: str) -> ProposalRecord | None:
        """The proposal as the ledger stands to it."""
        ...

    def as_it_stands(self, filed: ProposalRecord) -> ProposalRecord: ...

    async def moved(self, before: Ledger, after: Ledger) -> Sequence[str]:
        """The ids of those waiting to which the one ledger stands otherwise than the other."""
        ...

    async def approve(
        self, proposal_id: str, by: Operator, form: ApprovalForm | None
    ) -> DecisionResult | None:
        """Raises FormRefused and AmendmentRefused, and then nothing is changed."""
        ...

    async def reject(self, proposal_id: str, by: Operator) -> DecisionResult | None: ...

    async def take_back(self, proposal_id: str, by: Operator) -> DecisionResult | None:
        """Raises AmendmentRefused where another approval builds on it."""
        ...


class PostedMessage(Protocol):
    """A message that shows a proposal."""

    @property
    def conversation(self) -> str: ...

    @property
    def ts(self) -> str: ...


class ProposalStore(Protocol):
    """Proposed rates as they are kept."""

    async def get(self, proposal_id: str) -> ProposalRecord | None: ...

    async def every(self, state: State | None = None) -> Sequence[ProposalRecord]: ...

    async def untold(self) -> Collection[str]:
        """The ids of those pending that were not posted to the operators by themselves."""
        ...

    async def copies(self, proposal_id: str) -> Sequence[PostedMessage]:
        """The messages that were sent about a proposal."""
        ...


class FeedAdmin(Protocol):
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

    async def resume(self, feed_id: str) -> object:
        """Raises FeedError where there is none that has stopped."""
        ...
