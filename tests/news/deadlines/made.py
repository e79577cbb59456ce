"""Made-up notices as stories."""

from datetime import UTC, date, datetime
from typing import Any

from bot.feeds.model import FeedKind
from bot.news.deadlines.model import Deadline, DeadlineKind
from bot.news.story import Story
from bot.values import Topic

PUBLISHED = datetime(2026, 11, 20, 14, tzinfo=UTC)


def deadline(kind: DeadlineKind, day: date, **fields: Any) -> Deadline:
    return Deadline(kind=kind, day=day, quote=f"{kind} on {day}", **fields)


def notice(name: str, *deadlines: Deadline, **fields: Any) -> Story:
    """An official story that starts its own event unless `event_id` is given."""
    given: dict[str, Any] = {
        "id": name,
        "feed_id": "gazette",
        "entry_key": name,
        "source": "Gazette",
        "kind": FeedKind.OFFICIAL,
        "title": f"Notice {name}",
        "link": f"https://gazette.example/{name}",
        "published": PUBLISHED,
        "seen_at": PUBLISHED,
        "topics": (Topic.TARIFF,),
        "parties": ("US", "CN"),
        "event_id": name,
        "deadlines": deadlines,
    }
    return Story.model_validate(given | fields)
