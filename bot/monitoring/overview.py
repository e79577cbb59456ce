"""What the operators' page shows, and where it reads it."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from pydantic import AwareDatetime

from bot.alerts.delivery import DeliveryKind, DeliveryState
from bot.feeds.health import Health
from bot.monitoring.backlog import DatabaseFacts
from bot.news.story import Story
from bot.proposals.approval.audit import ProposalRecord, State
from bot.readiness import NotReady
from bot.values import Frozen


class EventOverview(Frozen):
    """An event with its first story, and the number of its stories and messages."""

    first: Story
    stories: int
    sent: int = 0
    """Messages that Slack accepted, with edits."""
    waiting: int = 0
    given_up: int = 0
    """Messages that failed or were dropped."""


class MessageOverview(Frozen):
    """A message about an event, without its text."""

    id: str
    kind: DeliveryKind
    team: str
    conversation: str
    state: DeliveryState
    attempts: int
    due_at: AwareDatetime
    sent_at: AwareDatetime | None = None
    error: str = ""


class EventDetails(Frozen):
    """The stories and the messages of an event; the newest are left out if there are too many."""

    stories: tuple[Story, ...]
    messages: tuple[MessageOverview, ...]


class ConversationOverview(Frozen):
    """A conversation with unsent messages."""

    team: str
    conversation: str
    messages: int
    due_at: AwareDatetime
    """When the next of its messages is due, or should have been sent."""
    held_since: AwareDatetime | None = None
    """Since when the conversation refuses messages; None if it accepts them."""
    error: str = ""


class Slice(NamedTuple):
    """A part of a list: skip `offset` rows, then return at most `limit`."""

    offset: int
    limit: int


class OverviewSource(Protocol):
    """Reads what the page shows; all methods raise StoreError.

    The methods with a slice may return one row more than its limit, to show that there are more.
    """

    async def find_reasons(self) -> Sequence[NotReady]: ...

    async def read_facts(self) -> DatabaseFacts | None: ...

    async def list_feeds(self, part: Slice, search: str, *, unwell: bool) -> Sequence[Health]: ...

    async def list_events(self, part: Slice) -> Sequence[EventOverview]: ...

    async def find_event(self, event_id: str) -> EventDetails | None: ...

    async def list_proposals(self, part: Slice, state: State) -> Sequence[ProposalRecord]: ...

    async def list_conversations(self, part: Slice) -> Sequence[ConversationOverview]: ...
