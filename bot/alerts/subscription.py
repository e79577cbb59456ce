"""Subscriptions: their filters, matching against stories, and partial unsubscribes."""

import re
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime

from bot.news.story import Story
from bot.values import Frozen, Topic, digest


class Frequency(StrEnum):
    """Whether a subscription's stories are sent one by one or as a daily digest."""

    INSTANT = "instant"
    DAILY = "daily"


class Subscription(Frozen):
    """Which stories one conversation (a channel or a person) gets.

    A story matches when it has one of `topics` (empty: any), names one of `parties` (empty: any)
    and contains one of `words` (empty: any). Parties are compared by code: `EU` matches a story
    that names the EU, not one that names only a member state.
    """

    id: str
    team: str
    """The id of the Slack team (workspace), or of the local workspace."""
    conversation: str
    """The id of the Slack channel or user to which messages are posted."""
    topics: frozenset[Topic] = frozenset()
    parties: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    pace: Frequency = Frequency.INSTANT
    muted_until: AwareDatetime | None = None
    paused_at: AwareDatetime | None = None
    """When Slack first refused a message to the conversation; None if it accepts messages."""
    paused_reason: str = ""
    created_by: str = ""
    created_at: AwareDatetime

    def is_muted(self, now: datetime) -> bool:
        """Whether the conversation has muted the subscription until a moment after `now`."""
        return self.muted_until is not None and now < self.muted_until


def subscription_id(
    team: str,
    conversation: str,
    topics: frozenset[Topic] = frozenset(),
    parties: frozenset[str] = frozenset(),
    words: tuple[str, ...] = (),
) -> str:
    """The id computed from the conversation and the filters, but not from the frequency."""
    filters = [team, conversation, *sorted(topics), "", *sorted(parties), "", *sorted(words)]
    return digest(*filters, size=12)


def match_reason(subscription: Subscription, story: Story, now: datetime) -> str | None:
    """The reason why the story matches, in words for readers; None if it does not match.

    A muted or paused subscription matches nothing.
    """
    if subscription.is_muted(now) or subscription.paused_at is not None:
        return None
    topics = [t for t in story.topics if not subscription.topics or t in subscription.topics]
    parties = [p for p in story.parties if p in subscription.parties]
    text = f"{story.title}\n{story.text}".casefold() if subscription.words else ""
    words = [word for word in subscription.words if word.casefold() in text]
    if not topics or (subscription.parties and not parties) or (subscription.words and not words):
        return None
    return ", ".join(
        [" and ".join(t.label for t in topics)]
        + ([f"naming {' and '.join(parties)}"] if parties else [])
        + ([f"with {' and '.join(words)}"] if words else [])
    )


def matches(subscription: Subscription, story: Story) -> bool:
    """Whether the story passes the subscription's filters, even if the subscription is muted."""
    active = subscription.model_copy(update={"muted_until": None, "paused_at": None})
    return match_reason(active, story, story.seen_at) is not None


def mentions(
    story: Story, topics: Collection[Topic], parties: Collection[str], words: Collection[str]
) -> bool:
    """Whether a story has one of the topics and one of the parties, and contains all of the words.

    Empty filters match every story. A word matches the beginning of a word in the title or the
    text: `car` matches `cars`, but not `scar`.
    """
    text = f"{story.title}\n{story.text}".casefold()
    return (
        (not topics or not set(topics).isdisjoint(story.topics))
        and (not parties or not set(parties).isdisjoint(story.parties))
        and all(re.search(rf"(?<!\w){re.escape(word.casefold())}", text) for word in words)
    )


def without(
    subscription: Subscription, topics: frozenset[Topic], parties: frozenset[str]
) -> tuple[Subscription, ...]:
    """What remains after an unsubscribe from `topics` (empty: all) on `parties` (empty: all).

    Returns no subscription if nothing remains, the same one if nothing is removed, and two if the
    remaining topics differ by party. A subscription to all parties is not changed if `parties` is
    given, because a subscription cannot express 'all but China'.
    """
    had = subscription.topics or frozenset(Topic)
    cut = had & (topics or frozenset(Topic))
    kept_parties = subscription.parties - parties
    if not cut or (parties and not subscription.parties & parties):
        return (subscription,)
    rest = [_narrow(subscription, had - cut, subscription.parties)] if had - cut else []
    if parties and kept_parties:
        rest.append(_narrow(subscription, subscription.topics if cut == had else cut, kept_parties))
    return tuple(rest)


def _narrow(
    subscription: Subscription, topics: frozenset[Topic], parties: frozenset[str]
) -> Subscription:
    team, conversation, words = subscription.team, subscription.conversation, subscription.words
    changes = {
        "id": subscription_id(team, conversation, topics, parties, words),
        "topics": topics,
        "parties": parties,
    }
    return subscription.model_copy(update=changes)
