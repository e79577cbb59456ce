"""Who wants what: a subscription, whether a story fits it, what an unsubscribe leaves of it."""

from datetime import datetime
from enum import StrEnum
from hashlib import blake2b

from pydantic import AwareDatetime

from bot.news.story import Story
from bot.values import Frozen, Topic


class Frequency(StrEnum):
    """When a subscription's stories are sent."""

    INSTANT = "instant"
    DAILY = "daily"


class Subscription(Frozen):
    """What one conversation (a channel or a person) wants to hear.

    A story fits when it is on one of `topics` (empty: any), names one of `parties` (empty: any) and
    holds one of `words` (empty: any). Parties are compared code by code: `EU` fits a story that
    names the EU, not one that names a member state alone.
    """

    id: str
    team: str
    """The Slack team id; the local workspace has one too."""
    conversation: str
    """The Slack channel or user id to post to."""
    topics: frozenset[Topic] = frozenset()
    parties: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    pace: Frequency = Frequency.INSTANT
    muted_until: AwareDatetime | None = None
    created_by: str = ""
    created_at: AwareDatetime


def subscription_id(
    team: str,
    conversation: str,
    topics: frozenset[Topic] = frozenset(),
    parties: frozenset[str] = frozenset(),
    words: tuple[str, ...] = (),
) -> str:
    """The same id for the same wish in the same conversation, whatever its pace."""
    wish = [team, conversation, *sorted(topics), "", *sorted(parties), "", *sorted(words)]
    return blake2b("\x1f".join(wish).encode(), digest_size=12).hexdigest()


def fits(subscription: Subscription, story: Story, now: datetime) -> str | None:
    """Why the story fits the subscription, in words for 'why am I seeing this'; None if it doesn't.

    Muted subscriptions fit nothing until `muted_until` has passed.
    """
    if subscription.muted_until is not None and now < subscription.muted_until:
        return None
    topics = [t for t in story.topics if not subscription.topics or t in subscription.topics]
    parties = [p for p in story.parties if p in subscription.parties]
    words = _words_in(subscription, story)
    if not topics or (subscription.parties and not parties) or (subscription.words and not words):
        return None
    return " and ".join(
        [f"{' and '.join(t.label for t in topics)} stories"]
        + ([f"naming {', '.join(parties)}"] if parties else [])
        + ([f"with {', '.join(words)}"] if words else [])
    )


def _words_in(subscription: Subscription, story: Story) -> list[str]:
    if not subscription.words:
        return []
    body = f"{story.title}\n{story.text}".casefold()
    return [word for word in subscription.words if word.casefold() in body]


def without(
    subscription: Subscription, topics: frozenset[Topic], parties: frozenset[str]
) -> tuple[Subscription, ...]:
    """What remains when `topics` (empty: all) on `parties` (empty: all) are no longer wanted.

    Nothing when all of it goes; the subscription itself when they do not overlap; two where a
    corner is cut out of it. A subscription to every party is left whole when parties are named,
    because 'all but China' is no wish that a subscription can hold.
    """
    had = subscription.topics or frozenset(Topic)
    cut = had & (topics or frozenset(Topic))
    kept_parties = subscription.parties - parties
    if not cut or (parties and not subscription.parties & parties):
        return (subscription,)
    rest = [_narrowed(subscription, had - cut, subscription.parties)] if had - cut else []
    if parties and kept_parties:
        still = subscription.topics if cut == had else cut
        rest.append(_narrowed(subscription, still, kept_parties))
    return tuple(rest)


def _narrowed(
    subscription: Subscription, topics: frozenset[Topic], parties: frozenset[str]
) -> Subscription:
    team, conversation, words = subscription.team, subscription.conversation, subscription.words
    changes = {
        "id": subscription_id(team, conversation, topics, parties, words),
        "topics": topics,
        "parties": parties,
    }
    return subscription.model_copy(update=changes)
