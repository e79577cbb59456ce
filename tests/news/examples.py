"""The shipped parties, topic rules and story reader, and stories that the reader makes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.feeds.model import FeedKind
from bot.news import summary
from bot.news.story import Story
from bot.news.story_text import StoryText
from bot.text.sentences import split_sentences
from tests import shipped
from tests.shipped import PARTIES as PARTIES

ROOT = Path(__file__).parents[2]
RULES = shipped.topic_rules()
STATUS_RULES = shipped.status_rules()
READER = shipped.reader()
NOON = datetime(2025, 5, 12, 12, tzinfo=UTC)


def story_text(title: str, summary: str = "") -> StoryText:
    """The text of a story, with the shipped parties."""
    return StoryText(title, summary, PARTIES)


def summarize(title: str, text: str, wanted: Sequence[str] = (), limit: int = 600) -> str:
    """The summary of a text that is not split into sentences yet."""
    return summary.summarize(title, split_sentences(text), wanted, limit)


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
