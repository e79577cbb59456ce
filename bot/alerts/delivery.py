"""Deliveries: messages that are queued, and their states.

queued --claim--> reserved --start sending--> sending --confirm--> sent
                     |                           |---retry--------> queued   (due later)
                     |                           |---hold---------> held     (for a day at most)
                     |                           |---give up------> failed
                     |                           \\---lease ends---> queued   (`uncertain`)
                     \\---put back, lease ends--> queued

A lease is the time for which a process reserves a delivery. It ends without a result when, for
example, that process has died. A message that was being sent may have reached Slack, so the sender
looks for it before posting it again. A held delivery waits because its conversation refuses
messages; it is claimed again from time to time. An operator can drop a delivery that is queued,
held or failed; its state is then `dropped`.

An update is a delivery that posts nothing: it edits the first message of an event in a
conversation. It is dropped if there is nothing to edit, and it is never held or failed.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from pydantic import AwareDatetime, Field

from bot.alerts.mutes import Mute
from bot.alerts.subscriptions.model import Subscription
from bot.alerts.subscriptions.own_lines import TouchingStories
from bot.feeds.model import Entry
from bot.news.story import Story
from bot.values import Frozen, digest

LONGEST_PUT_OFF = timedelta(hours=2)
"""Longest delay of any message except a digest; Slack asks for waits of at most an hour. A due time
further ahead must have been written before the clock was set back, so it counts as past.
"""

LATE_AFTER = timedelta(minutes=30)
"""A message that should have been sent longer ago is late."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


class DeliveryKind(StrEnum):
    """The kind of a message."""

    ALERT = "alert"
    """The first message about an event."""
    FOLLOW_UP = "follow_up"
    """A development: a reply in the alert's thread that the conversation also shows, or a direct
    message to a follower."""
    UPDATE = "update"
    """An edit of the event's first message, with the stories that are known when it is sent."""
    DIGEST = "digest"
    """Several stories in one message, or an offer of them. `content` is a `Bundle` as JSON."""
    NOTICE = "notice"
    """A message about a problem or a quiet week. Its plain text is in `reason`, or its facts are in
    `content` as a `WatchNotice`."""
    PROPOSAL = "proposal"
    """A message to operators about a rate to decide on. `event_id` is the proposal's id."""
    REMINDER = "reminder"
    """A message about duties that change soon and deadlines. `content` is a `Reminder` as JSON."""


NEWS_KINDS = (
    DeliveryKind.ALERT,
    DeliveryKind.FOLLOW_UP,
    DeliveryKind.DIGEST,
    DeliveryKind.REMINDER,
)
"""The kinds of messages that readers wait for."""


class DeliveryState(StrEnum):
    """The state of a delivery. The database stores these values."""

    QUEUED = "queued"
    RESERVED = "reserved"
    """A process has claimed the delivery and will send it."""
    SENDING = "sending"
    """Passed to Slack; the outcome is not saved yet."""
    HELD = "held"
    """The conversation refuses messages at present."""
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"
    """Not sent, and not an error: an operator dropped it, or an update had nothing to edit."""


class Delivery(Frozen):
    """One message queued for one conversation.

    `id` is computed from the kind, the subject and the destination, so the same message cannot be
    queued twice. The metadata of the Slack message contains it.
    """

    id: str
    kind: DeliveryKind
    team: str
    conversation: str
    story_ids: tuple[str, ...] = ()
    event_id: str = ""
    """Empty for a digest, a notice and a reminder; the proposal's id for a proposal."""
    reason: str
    """Why this conversation gets the message, in words; empty for an update and for a bundle."""
    for_follower: bool = False
    """Whether it is a follow-up for a person because that person follows the event."""
    left_out: int = 0
    """The number of a bundle's stories for which `story_ids` has no room."""
    content: str = ""
    """The content as JSON if it does not come from stories; otherwise empty."""
    state: DeliveryState = DeliveryState.QUEUED
    attempts: int = 0
    """Attempts so far, including the present one. Attempts that failed for a reason outside the
    message are not counted: no answer, a rate limit, or a workspace or conversation that refuses
    messages.
    """
    due_at: AwareDatetime
    first_due_at: AwareDatetime | None = None
    """When it was due before its first attempt; None until that attempt has ended."""
    claimed_at: AwareDatetime | None = None
    held_at: AwareDatetime | None = None
    """When the conversation first refused a message; None if it accepts messages."""
    uncertain: bool = False
    """Whether an earlier attempt may have posted the message. The sender then looks for `id` in
    Slack before it posts again.
    """
    ts: str = ""
    """Slack's id of the message; empty until it is sent."""
    error: str = ""
    """Why the last attempt failed; empty if it did not."""

    @property
    def late_by(self) -> timedelta | None:
        """How late the present attempt is; None if it is in time or the conversation refused it."""
        is_news = self.kind in (*NEWS_KINDS, DeliveryKind.UPDATE)
        if not is_news or self.claimed_at is None or self.held_at is not None:
            return None
        late = self.claimed_at - (self.first_due_at or self.due_at)
        return late if late >= LATE_AFTER else None


class Thread(NamedTuple):
    """One event in one conversation: the alert and the follow-ups in its thread."""

    event_id: str
    team: str
    conversation: str


class HeldConversation(NamedTuple):
    """A conversation that refuses messages, with the time of the first refusal and the reason."""

    team: str
    conversation: str
    since: datetime
    reason: str


class Audience(Frozen):
    """The subscriptions, followers and mutes that concern some events."""

    subscriptions: tuple[Subscription, ...] = ()
    followers: tuple[Thread, ...] = ()
    """People who follow an event; `conversation` is the person's id."""
    mutes: tuple[Mute, ...] = ()
    """The mutes of these events, of topics and of conversations."""
    alerted: frozenset[Thread] = frozenset()
    """The conversations that already have the event's alert, in any state except failed and
    dropped."""
    bundled: Mapping[Thread, AwareDatetime] = Field(default_factory=dict)
    """The conversations with the event in a bundle of a quiet time, in any state except failed and
    dropped, each with the moment of its last such bundle."""
    touching: TouchingStories = Field(default_factory=dict)
    """The stories that touch lines of the conversations that want only these."""


def delivery_id(kind: DeliveryKind, team: str, conversation: str, about: str) -> str:
    """The id of the message of this kind about one subject in one conversation."""
    return digest(kind, team, conversation, about)


def make_delivery(
    kind: DeliveryKind,
    place: tuple[str, str],
    about: str,
    reason: str,
    due_at: datetime,
    **more: object,
) -> Delivery:
    """A delivery to a `place` (team, conversation); its id depends on kind, place and `about`."""
    team, conversation = place
    return Delivery(
        id=delivery_id(kind, team, conversation, about),
        kind=kind,
        team=team,
        conversation=conversation,
        reason=reason,
        due_at=due_at,
        **more,
    )


def is_news(entry: Entry, seen_at: datetime, first_round: bool, max_age: timedelta) -> bool:
    """Whether an entry is recent enough for an alert.

    Undated entries count as recent, except in a feed's first round, whose entries may be years old.
    """
    if entry.published is None:
        return not first_round
    return seen_at - entry.published <= max_age


def newest_events(stories: Sequence[Story], most: int) -> list[Story]:
    """The stories about the `most` events with the newest reports; `stories` is oldest first."""
    latest = dict.fromkeys(story.event_id for story in reversed(stories))
    kept = set(islice(latest, most))
    return [story for story in stories if story.event_id in kept]


def is_correction(earlier: Story, later: Story) -> bool:
    """Whether an edit changed the numbers in the headline, the figures or the topics of a story.

    Spelling fixes and longer descriptions do not count as corrections.
    """
    return _facts(earlier) != _facts(later)


def _facts(story: Story) -> tuple[object, ...]:
    figures = {
        figure.model_copy(update={"quote": "", "product": _normalize(figure.product)})
        for figure in story.figures
    }
    return _NUMBER.findall(story.title), figures, set(story.topics)


def _normalize(product: str | None) -> str:
    return " ".join((product or "").casefold().split())
