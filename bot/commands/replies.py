"""Replies to commands, as values. Each platform renders them in its own way."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bot.alerts.mutes import Mute
from bot.alerts.subscriptions.criteria import Criteria
from bot.alerts.subscriptions.exclusions import HiddenStories, StoryExclusion
from bot.alerts.subscriptions.model import Subscription
from bot.commands.permissions import OperatorAction, SubscriptionPolicy
from bot.commands.request import Reply
from bot.errors import FeedError
from bot.feeds.health import FeedSummary, Health, Lag
from bot.feeds.model import Feed
from bot.news.deadlines.events import EventDeadline
from bot.news.story import Story
from bot.proposals.approval.audit import ProposalRecord
from bot.rates.model.changes import Upcoming
from bot.values import Topic


class Help(Reply):
    """The list of all commands."""

    is_short: bool = False
    """Whether to show only a few examples, as the reply to a greeting."""


class Subscribed(Reply):
    """A subscription was saved; `is_new` is False if the conversation already had it."""

    subscription: Subscription
    is_new: bool
    ended_pause: bool
    """The conversation refused messages, so its subscriptions were paused."""
    covered_by: tuple[Subscription, ...] = ()
    """Other subscriptions of the conversation that match all of its stories already."""


class Unsubscribed(Reply):
    """The number of subscriptions that changed or ended, and what the command named."""

    count: int
    criteria: Criteria
    kept: int = 0
    """The number of subscriptions that the person may not change."""


class SubscriptionChangeKind(StrEnum):
    """What was done to a subscription."""

    EDITED = "edited"
    PAUSED = "paused"
    RESUMED = "resumed"


class SubscriptionChanged(Reply):
    """A subscription was edited, paused or resumed."""

    subscription: Subscription
    kind: SubscriptionChangeKind = SubscriptionChangeKind.EDITED


class SubscriptionRemoved(Reply):
    """A subscription was removed."""

    subscription: Subscription


class AlreadySubscribed(Reply):
    """Nothing was saved, because the conversation has another subscription with these criteria."""

    subscription: Subscription


class NotAMember(Reply):
    """The person may not act here on a conversation that they are not in."""

    conversation: str
    is_known: bool
    """Whether the platform says that they are not in it; otherwise it says nothing."""


class NoSuchSubscription(Reply):
    """No subscription that the person can see here has this id."""

    id: str


class LinesMissing(Reply):
    """Nothing was saved, because only stories that touch lines are wanted, and there is no list."""

    conversation: str


class SubscriptionRefused(Reply):
    """The person may not change this subscription, or any in the channel."""

    policy: SubscriptionPolicy
    maker: str
    """The person who made the subscription; empty if the command is about none."""


class TooManyHere(Reply):
    """The conversation has as many subscriptions as it may have."""

    limit: int


class SubscriptionList(Reply):
    """The subscriptions and mutes of a conversation."""

    subscriptions: Sequence[Subscription]
    reminders_on: bool
    now: datetime
    mutes: Sequence[Mute] = ()
    silent: Collection[str] = ()
    """The ids of those that send nothing, because they want only stories that touch lines, and
    there is no list."""


class ConfirmUnsubscribe(Reply):
    """The person has to confirm an unsubscribe that ends or narrows these subscriptions."""

    subscriptions: Sequence[Subscription]
    arguments: str
    """The arguments of `unsubscribe`."""


class FollowedEvents(Reply):
    """A page of the events that the person follows."""

    events: Sequence[tuple[str, Sequence[Story]]]
    """The id of each event with its stories; none if they are no longer saved."""
    page: int
    pages: int


class ProposedExclusions(Reply):
    """How a subscription of the conversation could be narrowed to get fewer stories like one."""

    title: str
    """The story's title; empty if the story is no longer saved."""
    subscription: Subscription | None
    """None if no subscription here matches the story."""
    exclusions: Sequence[StoryExclusion] = ()
    others: int = 0
    """The number of other subscriptions here that match the story."""


class PreviewedExclusion(Reply):
    """What an exclusion would have hidden."""

    subscription: Subscription
    exclusion: StoryExclusion
    narrower: Criteria
    hidden: HiddenStories


class MissedStories(Reply):
    """The stories that came while something was muted; none if they are no longer saved."""

    stories: Sequence[Story]
    delivery_id: str = ""
    """The message that offers them."""
    page: int = 1
    left_out: int = 0
    """The number of older ones for which that message had no room."""


class LatestStories(Reply):
    """A page of the latest stories. Empty filters stand for all stories."""

    stories: Sequence[Story]
    topics: frozenset[Topic] = frozenset()
    economies: tuple[frozenset[str], ...] = ()
    """The stories name all economies of one of these groups."""
    words: tuple[str, ...] = ()
    page: int = 1
    has_older: bool = False
    """Whether there is another page with older stories."""
    alerts: Mapping[str, str] = field(default_factory=dict)
    """The events that were posted in the conversation of the request, each with the platform's id
    or, once it is known, the address of the message."""


class ReminderSwitch(Reply):
    """Whether a conversation gets reminders, and whether the command switched them."""

    on: bool
    changed: bool
    has_tariffs: bool
    """Whether a subscription includes tariffs, the only topic with reminders."""


class QuietWeekSwitch(Reply):
    """Whether a conversation gets a line about a week without news, and whether the command
    switched it."""

    on: bool
    changed: bool
    has_subscriptions: bool


class FeedStatusList(Reply):
    """The health of the feeds."""

    feeds: Sequence[Health]
    lag: Lag | None
    now: datetime
    may_change: bool
    """Whether the person who asked may change feeds."""
    shows_all: bool = False
    """Whether to list all feeds and not only the failing ones."""


class FeedAdded(Reply):
    """A feed was added and is now polled."""

    feed: Feed


class FeedRemoved(Reply):
    """A feed was removed and is no longer polled."""

    feed_id: str


class FeedResumed(Reply):
    """A stopped feed is polled again."""

    feed_id: str


class FeedRefused(Reply):
    """Why a feed was not added, removed or resumed."""

    error: FeedError


class ProposalList(Reply):
    """The first pending proposals."""

    first: Sequence[ProposalRecord]
    count: int
    held_back: int
    """The number of pending proposals that were not posted because of the quota."""
    last_checks: Mapping[str, date]
    """The day on which the duties of each imposer were last checked, by imposer."""


class EventFollowed(Reply):
    """The person follows the event; `is_new` is False if they followed it before."""

    event_id: str
    is_new: bool


class EventUnfollowed(Reply):
    """The person no longer follows the event."""


class Muted(Reply):
    """Something is muted in the conversation now."""

    mute: Mute


class Unmuted(Reply):
    """Something is no longer muted in the conversation. Its mute has no end here."""

    mute: Mute


class MarkedNotRelevant(Reply):
    """The person called a story not relevant here; `is_new` is False if they did before."""

    title: str
    """The story's title; empty if the story is no longer saved, so that nothing was done."""
    is_new: bool
    event_id: str = ""


class NotUnderstood(Reply):
    """The text is neither a command nor a question; `suggestions` are complete commands."""

    word: str
    cause: str
    suggestions: tuple[str, ...]
    about_rates: bool = False
    """Whether the text was read as a question about rates."""


class Clarification(Reply):
    """The question has several readings. `options` has a label and a command for each."""

    question: str
    options: tuple[tuple[str, str], ...]


class TooManyRequests(Reply):
    """The person sent too many requests in a minute, so this one was not read."""

    per_minute: int
    wait_s: int
    """In how many seconds the next request is allowed."""


class OperatorsOnly(Reply):
    """The command needs an operator, so nothing was done."""

    act: OperatorAction
    user: str


@dataclass(frozen=True)
class OperatorOverview:
    """What operators should look at."""

    last_checks: Mapping[str, date]
    """The day on which the duties of each imposer were last checked, by imposer."""
    waiting: int
    """The number of proposals that await a decision."""
    today: date


@dataclass(frozen=True)
class Overview:
    """What a person sees first: their subscriptions, the next changes and the newest stories."""

    subscriptions: Sequence[Subscription]
    feeds: FeedSummary
    upcoming: Sequence[Upcoming]
    deadlines: Sequence[EventDeadline]
    """The deadlines of official notices in the same days as the changes."""
    latest: Sequence[Story]
    operator: OperatorOverview | None
    """None if the person is not an operator."""
    hidden: int = 0
    """The number of subscriptions that the person made in conversations in which the platform does
    not show them."""
    silent: Collection[str] = ()
    """The ids of those subscriptions that send nothing without a line list."""


def is_public(reply: Reply) -> bool:
    """Whether everyone in the conversation sees the reply, because it changes something for all."""
    match reply:
        case Subscribed():
            return reply.is_new or reply.ended_pause
        case Unsubscribed():
            return reply.count > 0
        case ReminderSwitch() | QuietWeekSwitch():
            return reply.changed
        case _:
            return isinstance(reply, Muted | Unmuted | SubscriptionChanged | SubscriptionRemoved)
