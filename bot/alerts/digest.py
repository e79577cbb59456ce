"""Digests: when the next digest is due, and how its stories are grouped."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo

from bot.news.story import Story


def next_digest_at(now: datetime, hour: int, zone: tzinfo) -> datetime:
    """The first moment after `now`, in UTC, at which clocks in `zone` show `hour` o'clock.

    If daylight saving time skips that hour on a day, the result is the moment at which the hour
    would have begun.
    """
    today = now.astimezone(zone).replace(hour=hour, minute=0, second=0, microsecond=0, fold=0)
    moments = ((today + timedelta(days=days)).astimezone(UTC) for days in (0, 1, 2))
    return next(moment for moment in moments if moment > now)


def group_by_event(stories: Iterable[Story]) -> tuple[tuple[Story, ...], ...]:
    """The stories of each event together, in the order in which the events were first reported."""
    events: dict[str, list[Story]] = {}
    for story in sorted(stories, key=lambda story: story.published):
        events.setdefault(story.event_id or story.id, []).append(story)
    return tuple(map(tuple, events.values()))
