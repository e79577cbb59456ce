"""Deliveries: which messages a story causes, and the states of a delivery.

queued --claim--> claimed --start sending--> sending --confirm--> sent
                     |                          |---retry--------> queued   (due later)
                     |                          |---hold---------> held     (for a day at most)
                     |                          |---give up------> failed
                     |                          \\---lease ends---> queued   (`uncertain`)
                     \\---put back, lease ends--> queued

A lease ends when the process that sends has died. Slack may have received a message that was being
sent, so the sender looks for it before it posts again. A held delivery waits because its
conversation refuses messages; it is claimed again from time to time. An operator can drop one.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from pydantic import AwareDatetime

from bot.alerts.subscription import Frequency, Subscription, match_reason
from bot.feeds.model import Entry
from bot.news.story import Story
from bot.values import Frozen, digest

LONGEST_PUT_OFF = timedelta(hours=2)
"""No message except a digest is delayed for longer; Slack asks for waits of an hour at most. A due
time further ahead was written before the clock was set back, and counts as past."""

FOLLOWS = "you follow this event"
"""The reason given to people who follow an event."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


class DeliveryKind(StrEnum):
    """What the message is."""

    ALERT = "alert"
    FOLLOW_UP = "follow_up"
    DIGEST = "digest"
    NOTICE = "notice"
    """To operators, about the bot itself: `reason` is its plain text."""
    PROPOSAL = "proposal"
    """To operators, a rate to decide on: `event_id` is the proposal's id."""
    REMINDER = "reminder"
    """About what takes effect or ends soon: `content` is a `Reminder` (see `alerts.reminders`)."""


class DeliveryState(StrEnum):
    """Where a delivery stands; the values are stored."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    """Reserved for a process that will send it."""
    SENDING = "sending"
    """Passed to Slack; the response is not saved yet."""
    HELD = "held"
    """The conversation refuses messages at present."""
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"
    """An operator decided not to send it."""


class Delivery(Frozen):
    """One message queued for one conversation.

    `id` is computed from the subject and the destination, so the same message cannot be queued
    twice. It is in the metadata of the Slack message.
    """

    id: str
    kind: DeliveryKind
    team: str
    conversation: str
    story_ids: tuple[str, ...] = ()
    event_id: str = ""
    """Empty for a digest, a notice and a reminder; the proposal's id for a proposal."""
    reason: str
    """Why this conversation gets it, in words."""
    content: str = ""
    """The content as JSON, where it is not in a story."""
    state: DeliveryState = DeliveryState.QUEUED
    attempts: int = 0
    """Attempts so far, including the present one. Not counted are those that failed through no
    fault of the message: no answer, a rate limit, a refusal of the workspace or conversation."""
    due_at: AwareDatetime
    claimed_at: AwareDatetime | None = None
    held_at: AwareDatetime | None = None
    """When its conversation first refused a message; None if it accepts them."""
    uncertain: bool = False
    """An earlier attempt may have posted it: look for `id` before posting it again."""
    ts: str = ""
    """Slack's id of the message once it is sent."""
    error: str = ""


class Thread(NamedTuple):
    """One event in one conversation: its alert, with the follow-ups below it."""

    event_id: str
    team: str
    conversation: str


class HeldConversation(NamedTuple):
    """A conversation that refuses messages, since when and why."""

    team: str
    conversation: str
    since: datetime
    reason: str


class Audience(Frozen):
    """The subscriptions, followers and mutes that concern some events."""

    subscriptions: tuple[Subscription, ...] = ()
    followers: tuple[Thread, ...] = ()
    """People who follow an event; the conversation is the person."""
    muted: frozenset[Thread] = frozenset()
    alerted: frozenset[Thread] = frozenset()
    """Where the event already has its alert, sent or queued; not where it failed or was dropped."""


def delivery_id(kind: DeliveryKind, team: str, conversation: str, about: str) -> str:
    """The id of the one message of this kind about one subject in one conversation."""
    return digest(kind, team, conversation, about)


def make_delivery(
    kind: DeliveryKind,
    place: tuple[str, str],
    about: str,
    reason: str,
    due_at: datetime,
    **more: object,
) -> Delivery:
    """The delivery for a `place` (team and conversation), with the id that follows from `about`."""
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

    Undated entries count as recent, except in a feed's first poll, which may go back years.
    """
    if entry.published is None:
        return not first_round
    return seen_at - entry.published <= max_age


def newest_events(stories: Sequence[Story], most: int) -> list[Story]:
    """The stories of the `most` most recently reported events. `stories` are oldest first."""
    latest = dict.fromkeys(story.event_id for story in reversed(stories))
    kept = set(islice(latest, most))
    return [story for story in stories if story.event_id in kept]


def is_correction(earlier: Story, later: Story) -> bool:
    """Whether an edited report has another number in its headline, another figure or topic.

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


def plan_deliveries(
    stories: Iterable[Story],
    audience: Audience,
    now: datetime,
    digest_at: datetime,
    corrections: Collection[str] = (),
) -> tuple[Delivery, ...]:
    """The deliveries that these stories cause, in the order in which to send them.

    A conversation's first story of an event makes its alert; later ones are follow-ups in its
    thread. Stories whose id is in `corrections` go into threads and digests only. Each story needs
    its `event_id`.
    """
    alerted = set(audience.alerted)
    found: list[Delivery] = []
    digests: dict[tuple[str, str], list[Story]] = {}
    for story in stories:
        for thread, recipient in _recipients(story, audience, now).items():
            if recipient.frequency is Frequency.DAILY:
                digests.setdefault(thread[1:], []).append(story)
            elif recipient.follows or thread in alerted:
                found.append(_message(DeliveryKind.FOLLOW_UP, story, thread, recipient.reason, now))
            elif story.id not in corrections:
                alerted.add(thread)
                found.append(_message(DeliveryKind.ALERT, story, thread, recipient.reason, now))
    return (*found, *(_digest(place, listed, digest_at) for place, listed in digests.items()))


class _Recipient(NamedTuple):
    reason: str
    frequency: Frequency
    follows: bool = False


def _recipients(story: Story, audience: Audience, now: datetime) -> dict[Thread, _Recipient]:
    """Where the story goes, each conversation once; instant takes precedence over daily."""
    found: dict[Thread, _Recipient] = {}
    for subscription in audience.subscriptions:
        reason = match_reason(subscription, story, now)
        thread = Thread(story.event_id, subscription.team, subscription.conversation)
        known = found.get(thread)
        if reason and (known is None or known.frequency is Frequency.DAILY):
            found[thread] = _Recipient(reason, subscription.pace)
    for thread in audience.followers:
        known = found.get(thread)
        if thread.event_id == story.event_id and (
            known is None or known.frequency is Frequency.DAILY
        ):
            found[thread] = _Recipient(FOLLOWS, Frequency.INSTANT, follows=True)
    return {thread: found[thread] for thread in found if thread not in audience.muted}


def _message(
    kind: DeliveryKind, story: Story, thread: Thread, reason: str, now: datetime
) -> Delivery:
    # The id is the story's, not the event's: after a failed alert the next story makes a new one.
    more = {"story_ids": (story.id,), "event_id": story.event_id}
    return make_delivery(kind, thread[1:], story.id, reason, now, **more)


def _digest(place: tuple[str, str], stories: Sequence[Story], due_at: datetime) -> Delivery:
    ids = tuple(story.id for story in stories)
    about, reason = due_at.isoformat(), "your daily digest"
    return make_delivery(DeliveryKind.DIGEST, place, about, reason, due_at, story_ids=ids)
