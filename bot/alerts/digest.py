"""Bundles: stories that wait for a moment and then come in one message.

A bundle is a delivery of kind DIGEST. Its `content` is a `Bundle` as JSON, and its `due_at` is the
moment. Bundles that an older version queued have no content; they are daily digests.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from bot.alerts.delivery import Delivery, DeliveryKind, make_delivery
from bot.alerts.mutes import Mute, MuteKind
from bot.alerts.subscriptions.timing import Frequency
from bot.news.story import Story
from bot.values import Frozen


class BundleKind(StrEnum):
    """Why stories wait. The values appear in JSON."""

    DAILY = "daily"
    HOURLY = "hourly"
    WEEKLY = "weekly"
    QUIET = "quiet"
    """They came in the quiet time of an instant subscription."""
    MISSED = "missed"
    """They came while something was muted. The message only offers them."""


class Bundle(Frozen):
    """What a bundle is: a digest, or the stories that a mute kept back."""

    kind: BundleKind = BundleKind.DAILY
    mute: MuteKind | None = None
    subject: str = ""
    """The subject of the mute."""

    def identify(self, due_at: datetime) -> str:
        """What the id of its delivery is computed from, with the conversation."""
        if self.kind is BundleKind.DAILY:
            return due_at.isoformat()
        return " ".join(filter(None, (self.kind, self.mute, self.subject, due_at.isoformat())))


_OF_FREQUENCY = {
    Frequency.INSTANT: BundleKind.QUIET,
    Frequency.HOURLY: BundleKind.HOURLY,
    Frequency.DAILY: BundleKind.DAILY,
    Frequency.WEEKLY: BundleKind.WEEKLY,
}


def bundle_of_frequency(frequency: Frequency) -> Bundle:
    """The bundle in which stories of a subscription wait for their moment."""
    return Bundle(kind=_OF_FREQUENCY[frequency])


def bundle_of_mute(mute: Mute) -> Bundle:
    """The bundle of the stories that a mute keeps back."""
    return Bundle(kind=BundleKind.MISSED, mute=mute.kind, subject=mute.subject)


def make_bundle(
    bundle: Bundle, place: tuple[str, str], story_ids: tuple[str, ...], due_at: datetime
) -> Delivery:
    """The delivery of a bundle to a `place` (team, conversation)."""
    return make_delivery(
        DeliveryKind.DIGEST,
        place,
        bundle.identify(due_at),
        "",
        due_at,
        story_ids=story_ids,
        content=bundle.model_dump_json(),
    )


def read_bundle(content: str) -> Bundle:
    """The bundle in the `content` of a delivery of kind DIGEST."""
    return Bundle.model_validate_json(content) if content else Bundle()


def is_quiet_bundle(delivery: Delivery) -> bool:
    """Whether a delivery has the stories of a quiet time."""
    is_bundle = delivery.kind is DeliveryKind.DIGEST
    return is_bundle and read_bundle(delivery.content).kind is BundleKind.QUIET


def group_by_event(stories: Iterable[Story]) -> tuple[tuple[Story, ...], ...]:
    """The stories of each event together, in the order in which the events were first reported."""
    events: dict[str, list[Story]] = {}
    for story in sorted(stories, key=lambda story: story.published):
        events.setdefault(story.event_id or story.id, []).append(story)
    return tuple(map(tuple, events.values()))
