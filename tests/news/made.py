"""Made-up stories, so that each test states everything that two stories have in common."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.feeds.model import FeedKind
from bot.news.story import Figure, Story
from bot.values import Topic

NOON = datetime(2025, 5, 12, 12, tzinfo=UTC)


def account(
    title: str,
    text: str = "",
    *,
    id: str = "",  # noqa: A002 - named like the field of a story
    topics: Iterable[Topic] = (Topic.TARIFF,),
    parties: Iterable[str] = ("US", "CN"),
    percents: Iterable[int] = (),
    hours: float = 0,
    event_id: str = "",
) -> Story:
    """A story with exactly these fields, published `hours` hours after noon."""
    published = NOON + timedelta(hours=hours)
    return Story(
        id=id or title,
        feed_id="wire",
        entry_key=title,
        source="Wire",
        kind=FeedKind.WIRE,
        title=title,
        text=text,
        published=published,
        seen_at=published,
        topics=tuple(topics),
        parties=tuple(parties),
        figures=tuple(Figure(to_percent=Decimal(each)) for each in percents),
        event_id=event_id,
    )
