"""Mutes: events, topics or conversations whose stories wait until the mute ends."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime

from bot.values import Frozen, Topic


class MuteKind(StrEnum):
    """What is muted. The database stores these values."""

    EVENT = "event"
    TOPIC = "topic"
    CONVERSATION = "conversation"


MUTED_FOR = {
    MuteKind.EVENT: timedelta(days=30),
    MuteKind.TOPIC: timedelta(hours=24),
    MuteKind.CONVERSATION: timedelta(hours=24),
}
"""How long a mute lasts if nothing else is chosen."""


class Mute(Frozen):
    """One mute of one conversation. The stories that it keeps back are offered at its end."""

    kind: MuteKind
    subject: str = ""
    """The id of the event, or the topic; empty for a conversation."""
    team: str
    conversation: str
    until: AwareDatetime | None = None
    """None for a mute of an event that release 0.1 saved: it never ends and keeps nothing back."""

    def is_active(self, now: datetime) -> bool:
        """Whether it has not ended at `now`."""
        return self.until is None or now < self.until


def find_mute(
    mutes: Iterable[Mute], event_id: str, topics: Collection[Topic], now: datetime
) -> Mute | None:
    """The mute of a conversation that keeps a story back, if any; of several, the last to end.

    Topics keep a story back only if all topics that it would be sent for are muted.
    """
    active = [mute for mute in mutes if mute.is_active(now)]
    of_topics = [mute for mute in active if mute.kind is MuteKind.TOPIC and mute.subject in topics]
    found = [
        mute
        for mute in active
        if mute.kind is MuteKind.CONVERSATION
        or (mute.kind is MuteKind.EVENT and mute.subject == event_id)
    ]
    if {mute.subject for mute in of_topics} >= set(topics):
        found += of_topics
    return max(found, key=lambda mute: mute.until or _NEVER, default=None)


def is_silent(mutes: Iterable[Mute], topic: Topic, now: datetime) -> bool:
    """Whether a conversation with these mutes gets nothing about the topic now."""
    return find_mute(mutes, "", {topic}, now) is not None


_NEVER = datetime.max.replace(tzinfo=UTC)
