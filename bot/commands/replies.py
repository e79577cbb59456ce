"""Replies to commands, as values. Each platform turns them into words and buttons of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.alerts.subscription import Subscription
from bot.commands.permissions import OperatorAct
from bot.errors import FeedError
from bot.feeds.health import FeedSummary, Health, Lag
from bot.feeds.model import Feed
from bot.news.story import Story
from bot.proposals.approval.audit import ProposalRecord
from bot.rates.calendar.entries import CalendarEntry
from bot.rates.calendar.upcoming import Reach
from bot.rates.model.answer import Answer, Upcoming
from bot.rates.question.parse import RateQuery
from bot.values import Topic


@dataclass(frozen=True, slots=True)
class Help:
    """All commands."""


@dataclass(frozen=True, slots=True)
class RateAnswers:
    """The answers to a question about rates, one for each direction or partner."""

    query: RateQuery
    answers: tuple[Answer, ...]
    as_table: bool = False


@dataclass(frozen=True, slots=True)
class RateCalendar:
    """What takes effect, or what has changed, as the question asks."""

    query: RateQuery
    today: date
    items: tuple[Upcoming, ...]
    reach: Reach | None
    """How far the sources were read; None if up to today."""


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """The dates for a calendar file; none where the ledger knows of none."""

    query: RateQuery
    entries: tuple[CalendarEntry, ...]
    reach: Reach | None
    """How far the sources were read; None if up to today."""


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A subscription of the conversation; not new where it had the same before."""

    subscription: Subscription
    is_new: bool


@dataclass(frozen=True, slots=True)
class Unsubscribed:
    """How many subscriptions changed or ended, and what was named; nothing named means all."""

    count: int
    topics: frozenset[Topic]
    parties: frozenset[str]


@dataclass(frozen=True, slots=True)
class SubscriptionList:
    """The subscriptions of a conversation."""

    subscriptions: Sequence[Subscription]
    reminders_on: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class LatestStories:
    """The newest stories, of one topic or of all."""

    stories: Sequence[Story]
    topic: Topic | None


@dataclass(frozen=True, slots=True)
class ReminderSwitch:
    """Whether a conversation gets reminders, and whether the command changed that."""

    on: bool
    changed: bool
    has_tariffs: bool
    """Whether the conversation has a subscription that reminders can be about."""


@dataclass(frozen=True, slots=True)
class FeedStatusList:
    """How the feeds are doing."""

    feeds: Sequence[Health]
    lag: Lag | None
    now: datetime
    may_change: bool
    """Whether the person who asked may change feeds."""


@dataclass(frozen=True, slots=True)
class FeedAdded:
    """A feed that is polled from now on."""

    feed: Feed


@dataclass(frozen=True, slots=True)
class FeedRemoved:
    """A feed that is no longer polled."""

    feed_id: str


@dataclass(frozen=True, slots=True)
class FeedResumed:
    """A feed that had stopped and is polled again."""

    feed_id: str


@dataclass(frozen=True, slots=True)
class FeedRefused:
    """Why a feed was not added, removed or resumed."""

    error: FeedError


@dataclass(frozen=True, slots=True)
class ProposalList:
    """The first pending proposals."""

    first: Sequence[ProposalRecord]
    count: int
    held_back: int
    """How many of them were held back by the quota and not posted."""


@dataclass(frozen=True, slots=True)
class EventFollowed:
    """The person follows the event; not new where they did before."""

    event_id: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class EventUnfollowed:
    """The person no longer follows the event."""


@dataclass(frozen=True, slots=True)
class EventMuted:
    """Whether the event is muted in the conversation now."""

    event_id: str
    muted: bool


@dataclass(frozen=True, slots=True)
class ConversationMuted:
    """Until when all alerts of the conversation are muted; None where they are not."""

    until: datetime | None


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Text that is neither a command nor a question; `suggestions` are complete commands."""

    word: str
    cause: str
    suggestions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OperatorsOnly:
    """The person is no operator, so nothing was done."""

    act: OperatorAct
    user: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The subscriptions that concern a person, and how the feeds are doing."""

    subscriptions: Sequence[Subscription]
    feeds: FeedSummary


Reply = (
    Help
    | RateAnswers
    | RateCalendar
    | CalendarFile
    | Subscribed
    | Unsubscribed
    | SubscriptionList
    | LatestStories
    | ReminderSwitch
    | FeedStatusList
    | FeedAdded
    | FeedRemoved
    | FeedResumed
    | FeedRefused
    | ProposalList
    | EventFollowed
    | EventUnfollowed
    | EventMuted
    | ConversationMuted
    | NotUnderstood
    | OperatorsOnly
)


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
