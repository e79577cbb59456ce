"""The parts that the Slack side is built from, handed over by `bot.runtime.app`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from slack_sdk.web.async_client import AsyncWebClient

from bot.parties import Parties
from bot.slack.api.picture_upload import Pictures
from bot.slack.background import Background
from bot.slack.blockkit.limits import ANSWER_WITHIN_S
from bot.slack.deduplicate import Deduplicator
from bot.slack.handlers.answer_service import AnswerService
from bot.slack.ports import (
    DecisionService,
    EventChoices,
    FeedAdmin,
    ProposalStore,
    ReminderSettings,
    StoryStore,
    SubscriptionStore,
)


@dataclass(frozen=True)
class SlackContext:
    """All that listeners use; nothing of it is looked up elsewhere.

    `clock` gives the present moment in UTC. `client` is for calls outside a request; Bolt derives
    its own for each request from it, with the same session.
    """

    client: AsyncWebClient
    signing_secret: str
    subscriptions: SubscriptionStore
    stories: StoryStore
    events: EventChoices
    parties: Parties
    desk: AnswerService
    """Where questions about rates are answered."""
    clock: Callable[[], datetime]
    feeds: FeedAdmin
    reminders: ReminderSettings
    decisions: DecisionService
    proposals: ProposalStore
    operators: frozenset[str] = frozenset()
    """Who may add and remove feeds and decide on rates, by Slack id."""
    background: Background = field(default_factory=Background)
    seen: Deduplicator = field(default_factory=Deduplicator)
    pictures: Pictures = field(default_factory=Pictures)
    answer_within_s: float = ANSWER_WITHIN_S
    """A command that takes longer is acknowledged first and answered later."""
