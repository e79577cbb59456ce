"""Replies to commands, as values. Each platform turns them into words and buttons of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import dataclass_transform

from bot.alerts.subscription import Subscription
from bot.commands.permissions import OperatorAction
from bot.errors import FeedError
from bot.feeds.health import FeedSummary, Health, Lag
from bot.feeds.model import Feed
from bot.news.story import Story
from bot.proposals.approval.audit import ProposalRecord
from bot.rates.calendar.entries import CalendarEntry
from bot.rates.calendar.upcoming import CheckedPeriod
from bot.rates.model.answer import Answer, Upcoming
from bot.rates.question.parse import RateQuery
from bot.values import Topic


@dataclass_transform(frozen_default=True)
class Reply:
    """What a command returns; each subclass is a frozen dataclass."""

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True)(cls)


class Help(Reply):
    """All commands."""


class RateAnswers(Reply):
    """The answers to a question about rates, one for each direction or partner."""

    query: RateQuery
    answers: tuple[Answer, ...]
    as_table: bool = False


class RateCalendar(Reply):
    """What takes effect, or what has changed, as the question asks."""

    query: RateQuery
    today: date
    items: tuple[Upcoming, ...]
    checked_period: CheckedPeriod | None
    """How far the sources were read; None if up to today."""


class CalendarFile(Reply):
    """The dates for a calendar file; none where the ledger knows of none."""

    query: RateQuery
    entries: tuple[CalendarEntry, ...]
    checked_period: CheckedPeriod | None
    """How far the sources were read; None if up to today."""


class Subscribed(Reply):
    """A subscription of the conversation; not new where it had the same before."""

    subscription: Subscription
    is_new: bool


class Unsubscribed(Reply):
    """How many subscriptions changed or ended, and what was named; nothing named means all."""

    count: int
    topics: frozenset[Topic]
    parties: frozenset[str]


class SubscriptionList(Reply):
    """The subscriptions of a conversation."""

    subscriptions: Sequence[Subscription]
    reminders_on: bool
    now: datetime


class LatestStories(Reply):
    """The newest stories, of one topic or of all."""

    stories: Sequence[Story]
    topic: Topic | None


class ReminderSwitch(Reply):
    """Whether a conversation gets reminders, and whether the command changed that."""

    on: bool
    changed: bool
    has_tariffs: bool
    """Whether the conversation has a subscription that reminders can be about."""


class FeedStatusList(Reply):
    """How the feeds are doing."""

    feeds: Sequence[Health]
    lag: Lag | None
    now: datetime
    may_change: bool
    """Whether the person who asked may change feeds."""


class FeedAdded(Reply):
    """A feed that is polled from now on."""

    feed: Feed


class FeedRemoved(Reply):
    """A feed that is no longer polled."""

    feed_id: str


class FeedResumed(Reply):
    """A feed that had stopped and is polled again."""

    feed_id: str


class FeedRefused(Reply):
    """Why a feed was not added, removed or resumed."""

    error: FeedError


class ProposalList(Reply):
    """The first pending proposals."""

    first: Sequence[ProposalRecord]
    count: int
    held_back: int
    """How many of them were held back by the quota and not posted."""


class EventFollowed(Reply):
    """The person follows the event; not new where they did before."""

    event_id: str
    is_new: bool


class EventUnfollowed(Reply):
    """The person no longer follows the event."""


class EventMuted(Reply):
    """Whether the event is muted in the conversation now."""

    event_id: str
    muted: bool


class ConversationMuted(Reply):
    """Until when all alerts of the conversation are muted; None where they are not."""

    until: datetime | None


class NotUnderstood(Reply):
    """Text that is neither a command nor a question; `suggestions` are complete commands."""

    word: str
    cause: str
    suggestions: tuple[str, ...]


class OperatorsOnly(Reply):
    """The person is no operator, so nothing was done."""

    act: OperatorAction
    user: str


@dataclass(frozen=True)
class Overview:
    """The subscriptions that concern a person, and how the feeds are doing."""

    subscriptions: Sequence[Subscription]
    feeds: FeedSummary


def is_public(reply: Reply) -> bool:
    """Whether the whole conversation should see the reply: it changes what all of them get."""
    match reply:
        case Subscribed():
            return reply.is_new
        case Unsubscribed():
            return reply.count > 0
        case ReminderSwitch():
            return reply.changed
        case _:
            return isinstance(reply, EventMuted | ConversationMuted)
