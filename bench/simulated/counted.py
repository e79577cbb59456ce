"""Compares the metrics of the bot's process with its database.

A process counts from its start, so the counters are compared over the ticks after its first one.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

from bench.simulated.check import Archive
from bot.alerts.delivery import DeliveryKind, DeliveryState
from bot.monitoring.metrics import Metrics
from bot.values import Topic

_ACCEPTED = ("sent", "found")
"""The outcomes after which a message counts as sent in the database."""
_KINDS = (DeliveryKind.ALERT, DeliveryKind.FOLLOW_UP, DeliveryKind.DIGEST)


def read_counters(metrics: Metrics) -> dict[str, float]:
    """The numbers of sent messages by kind, and of new stories by topic."""
    found: defaultdict[str, float] = defaultdict(float)
    for family in metrics.registry.collect():
        for sample in family.samples:
            labels = sample.labels
            if sample.name == "tariffwire_sends_total":
                if labels["kind"] in _KINDS and labels["outcome"] in _ACCEPTED:
                    found[labels["kind"]] += sample.value
            elif sample.name == "tariffwire_stories_total":
                found[labels["topic"]] += sample.value
    return dict(found)


def list_differences(
    before: Mapping[str, float], after: Mapping[str, float], since: datetime, archive: Archive
) -> Iterator[str]:
    """A line for each counter whose growth differs from the number of rows since then."""
    rows: Counter[str] = Counter()
    for each in archive.deliveries.values():
        if each.state == DeliveryState.SENT and each.sent_at and each.sent_at > since:
            rows[each.kind] += 1
    for story in archive.stories.values():
        if story.seen_at > since:
            rows.update(topic.value for topic in story.topics)
    for name in (*_KINDS, *Topic):
        counted = after.get(name, 0) - before.get(name, 0)
        if counted != rows[name]:
            yield f"{name}: the metrics have {counted:.0f}, the database has {rows[name]}"
