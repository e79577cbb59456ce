"""Who wants what: a subscription, and whether a story fits it."""

from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime

from bot.frozen import Frozen
from bot.news.story import Story
from bot.news.topic import Topic


class Pace(StrEnum):
    """When a subscription's stories are sent."""

    INSTANT = "instant"
    DAILY = "daily"


class Subscription(Frozen):
    """What one conversation (a channel or a person) wants to hear.

    A story fits when it is on one of `topics` (empty: any), names one of `parties` (empty: any) and
    holds one of `words` (empty: any).
    """

    id: str
    team: str
    """The Slack team id; the local workspace has one too."""
    conversation: str
    """The Slack channel or user id to post to."""
    topics: frozenset[Topic] = frozenset()
    parties: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    pace: Pace = Pace.INSTANT
    muted_until: AwareDatetime | None = None
    created_by: str = ""
    created_at: AwareDatetime


def fits(subscription: Subscription, story: Story, now: datetime) -> str | None:
    """Why the story fits the subscription, in words for 'why am I seeing this'; None if it doesn't.

    Muted subscriptions fit nothing until `muted_until` has passed.
    """
    if subscription.muted_until is not None and now < subscription.muted_until:
        return None
    topics = [t for t in story.topics if not subscription.topics or t in subscription.topics]
    parties = [p for p in story.parties if not subscription.parties or p in subscription.parties]
    body = f"{story.title}\n{story.text}".casefold()
    words = [w for w in subscription.words if w.casefold() in body]
    if not topics or (subscription.parties and not parties) or (subscription.words and not words):
        return None
    return " and ".join(
        [f"{' and '.join(t.label for t in topics)} stories"]
        + ([f"naming {', '.join(parties)}"] if subscription.parties else [])
        + ([f"with {', '.join(words)}"] if words else [])
    )
