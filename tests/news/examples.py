"""The shipped parties, topic rules and story reader, and stories that the reader makes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.feeds.model import FeedKind
from bot.news.reader import Reader
from bot.news.story import Story
from bot.runtime.config_loader import load_parties, load_status, load_topics

ROOT = Path(__file__).parents[2]
PARTIES = load_parties(ROOT / "config" / "parties.yaml")
RULES = load_topics(ROOT / "config" / "topics.yaml")
STATUS_RULES = load_status(ROOT / "config" / "status.yaml")
READER = Reader(RULES, PARTIES, STATUS_RULES)
NOON = datetime(2025, 5, 12, 12, tzinfo=UTC)


def reported(title: str, text: str = "", hours: float = 0) -> Story:
    """The story that the bot makes of this text, published this many hours after noon."""
    understood = READER.understand(title, text)
    published = NOON + timedelta(hours=hours)
    return Story(
        id=f"{title}|{hours}",
        feed_id="wire",
        entry_key=title,
        source="Wire",
        kind=FeedKind.WIRE,
        title=title,
        text=text,
        published=published,
        seen_at=published,
        **dict(understood),
    )
