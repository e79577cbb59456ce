"""Many stories, one message: when a digest is due, and how its stories are grouped."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo

from bot.news.story import Story


def next_due(now: datetime, hour: int, zone: tzinfo) -> datetime:
    """The first moment after `now`, in UTC, at which clocks in `zone` show `hour` o'clock.

    Where the clocks leap over that hour, it is the moment they would have shown it.
    """
    today = now.astimezone(zone).replace(hour=hour, minute=0, second=0, microsecond=0, fold=0)
    moments = ((today + timedelta(days=days)).astimezone(UTC) for days in (0, 1, 2))
    return next(moment for moment in moments if moment > now)


def by_event(stories: Iterable[Story]) -> tuple[tuple[Story, ...], ...]:
    """The stories of each event together, events in the order in which they were first told."""
    events: dict[str, list[Story]] = {}
    for story in sorted(stories, key=lambda story: story.published):
        events.setdefault(story.event_id or story.id, []).append(story)
    return tuple(tuple(told) for told in events.values())
