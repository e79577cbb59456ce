"""What is owed: one message to one conversation, and the moves it may make.

owed --claim--> claimed --confirm--> sent
                   |  \\---retry----> owed     (due later)
                   |  \\---give up--> failed   (reported to the operator)
                   \\---lease out---> owed     (the process died: `uncertain`, so the sender looks)
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from itertools import islice
from typing import NamedTuple

from pydantic import AwareDatetime

from bot.alerts.subscription import Frequency, Subscription, fits
from bot.feeds.model import Entry
from bot.news.story import Story
from bot.values import Frozen

LONGEST_PUT_OFF = timedelta(hours=2)
"""No message but a digest is put off for longer (a wait that Slack asks for is an hour at most). So
a moment further away was written before the clock was set back, and counts as passed."""


FOLLOWS = "you follow this event"
"""The reason for which a person gets what they did not subscribe to."""


class DeliveryKind(StrEnum):
    """What the message is."""

    ALERT = "alert"
    FOLLOW_UP = "follow_up"
    DIGEST = "digest"
    NOTICE = "notice"
    """To operators, on the bot itself: its `reason` is what it says, in plain text."""
    PROPOSAL = "proposal"
    """To operators, a rate to be decided on: its `event_id` is the proposal's id."""
    REMINDER = "reminder"
    """Of what takes effect or ends soon: its `content` is a `Reminder` (see `alerts.reminders`)."""


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    OWED = "owed"
    CLAIMED = "claimed"
    SENT = "sent"
    FAILED = "failed"


class Delivery(Frozen):
    """One message owed to one conversation.

    `id` is derived from what it is about and where it goes, so that the same message cannot be owed
    twice; it travels in the message's metadata.
    """

    id: str
    kind: DeliveryKind
    team: str
    conversation: str
    story_ids: tuple[str, ...]
    event_id: str
    """Empty for a digest, which tells of many events, for a notice and for a reminder; a proposal's
    own id."""
    reason: str
    """Why this conversation gets it, in words."""
    content: str = ""
    """What it tells, as JSON, where no story holds it."""
    state: DeliveryState = DeliveryState.OWED
    attempts: int = 0
    """How often it was tried, this time included. Not counted is what Slack never answered, or
    answered with a wait for the whole team: neither is the message's fault."""
    due_at: AwareDatetime
    claimed_at: AwareDatetime | None = None
    uncertain: bool = False
    """An earlier attempt may have posted it: look for `id` before posting it again."""
    ts: str = ""
    """Slack's id of the message once sent."""
    error: str = ""


class Thread(NamedTuple):
    """One event in one conversation: where its alert stands and its follow-ups go."""

    event_id: str
    team: str
    conversation: str


class Audience(Frozen):
    """Whoever may have to hear of some events, as far as the store knows."""

    subscriptions: tuple[Subscription, ...] = ()
    followers: tuple[Thread, ...] = ()
    """Who follows an event; the conversation is the person."""
    muted: frozenset[Thread] = frozenset()
    alerted: frozenset[Thread] = frozenset()
    """Where the event already has its alert, sent or owed; not where it was given up."""


def delivery_id(kind: DeliveryKind, team: str, conversation: str, about: str) -> str:
    """The id of the one message of this kind about one thing in one conversation."""
    parts = "\x1f".join((kind, team, conversation, about))
    return blake2b(parts.encode(), digest_size=16).hexdigest()


def is_news(entry: Entry, seen_at: datetime, first_round: bool, max_age: timedelta) -> bool:
    """Whether an entry is fresh enough to alert anybody.

    Without a date, it is, unless it came with the feed's first round, which may be years deep.
    """
    if entry.published is None:
        return not first_round
    return seen_at - entry.published <= max_age


def newest_events(stories: Sequence[Story], most: int) -> list[Story]:
    """Those of the stories, oldest first, that belong to the `most` events told of last."""
    told_last = dict.fromkeys(story.event_id for story in reversed(stories))
    kept = set(islice(told_last, most))
    return [story for story in stories if story.event_id in kept]


def is_correction(earlier: Story, later: Story) -> bool:
    """Whether a source that edited its report now says something else.

    It does when a number in the headline, a figure or a topic is another one; mended spelling and
    longer descriptions are no correction.
    """
    return _substance(earlier) != _substance(later)


def _substance(story: Story) -> tuple[object, ...]:
    figures = {
        figure.model_copy(update={"quote": "", "product": _folded(figure.product)})
        for figure in story.figures
    }
    return _NUMBER.findall(story.title), figures, set(story.topics)


def _folded(product: str | None) -> str:
    """The product without what an editor's hand changes in passing: case and blanks."""
    return " ".join((product or "").casefold().split())


_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def owed(
    stories: Iterable[Story],
    audience: Audience,
    now: datetime,
    digest_due: datetime,
    corrections: Collection[str] = (),
) -> tuple[Delivery, ...]:
    """Every message owed for these stories, in the order in which they are to be sent.

    A conversation's first story of an event makes its alert, the others are follow-ups in that
    alert's thread. Stories whose id is in `corrections` go into threads and digests only. Each
    story needs its `event_id`.
    """
    alerted = set(audience.alerted)
    found: list[Delivery] = []
    digests: dict[tuple[str, str], list[Story]] = {}
    for story in stories:
        for thread, listener in _listeners(story, audience, now).items():
            if listener.pace is Frequency.DAILY:
                digests.setdefault(thread[1:], []).append(story)
            elif listener.follows or thread in alerted:
                found.append(_message(DeliveryKind.FOLLOW_UP, story, thread, listener.reason, now))
            elif story.id not in corrections:
                alerted.add(thread)
                found.append(_message(DeliveryKind.ALERT, story, thread, listener.reason, now))
    return (*found, *_digests(digests, digest_due))


class _Listener(NamedTuple):
    reason: str
    pace: Frequency
    follows: bool = False


def _listeners(story: Story, audience: Audience, now: datetime) -> dict[Thread, _Listener]:
    """Who hears of the story, each conversation once: instant before daily."""
    found: dict[Thread, _Listener] = {}
    for subscription, reason in _fitting(story, audience.subscriptions, now):
        thread = Thread(story.event_id, subscription.team, subscription.conversation)
        if thread not in found or found[thread].pace is Frequency.DAILY:
            found[thread] = _Listener(reason, subscription.pace)
    for thread in audience.followers:
        known = found.get(thread)
        if thread.event_id == story.event_id and (known is None or known.pace is Frequency.DAILY):
            found[thread] = _Listener(FOLLOWS, Frequency.INSTANT, follows=True)
    return {thread: found[thread] for thread in found if thread not in audience.muted}


def _fitting(
    story: Story, subscriptions: Iterable[Subscription], now: datetime
) -> Iterator[tuple[Subscription, str]]:
    for subscription in subscriptions:
        reason = fits(subscription, story, now)
        if reason is not None:
            yield subscription, reason


def _message(
    kind: DeliveryKind, story: Story, thread: Thread, reason: str, now: datetime
) -> Delivery:
    # Named by its story, not its event: where one alert was given up, the next story gets another.
    return Delivery(
        id=delivery_id(kind, thread.team, thread.conversation, story.id),
        kind=kind,
        team=thread.team,
        conversation=thread.conversation,
        story_ids=(story.id,),
        event_id=story.event_id,
        reason=reason,
        due_at=now,
    )


def _digests(digests: dict[tuple[str, str], list[Story]], due_at: datetime) -> Iterator[Delivery]:
    for (team, conversation), stories in digests.items():
        yield Delivery(
            id=delivery_id(DeliveryKind.DIGEST, team, conversation, due_at.isoformat()),
            kind=DeliveryKind.DIGEST,
            team=team,
            conversation=conversation,
            story_ids=tuple(story.id for story in stories),
            event_id="",
            reason="your daily digest",
            due_at=due_at,
        )
