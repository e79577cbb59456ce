"""The parts that the Slack side is built from, handed over by `bot.runtime.app`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from slack_sdk.web.async_client import AsyncWebClient

from bot.parties import Parties
from bot.slack.api.picture_upload import Pictures
from bot.slack.background import Background
from bot.slack.deduplicate import Seen
from bot.slack.handlers.answer_service import Desk
from bot.slack.ports import (
    Decisions,
    Events,
    Feeds,
    Proposals,
    ReminderSwitches,
    Stories,
    Subscriptions,
)


@dataclass(frozen=True)
class Parts:
    """All that listeners use; nothing of it is looked up elsewhere.

    `clock` gives the present moment in UTC. `client` is for calls outside a request; Bolt derives
    its own for each request from it, with the same session.
    """

    client: AsyncWebClient
    signing_secret: str
    subscriptions: Subscriptions
    stories: Stories
    events: Events
    parties: Parties
    desk: Desk
    """Where questions about rates are answered."""
    clock: Callable[[], datetime]
    feeds: Feeds
    reminders: ReminderSwitches
    decisions: Decisions
    proposals: Proposals
    operators: frozenset[str] = frozenset()
    """Who may add and remove feeds and decide on rates, by Slack id."""
    background: Background = field(default_factory=Background)
    seen: Seen = field(default_factory=Seen)
    pictures: Pictures = field(default_factory=Pictures)
