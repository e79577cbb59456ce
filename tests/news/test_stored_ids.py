"""Digests of stories as stored in databases.

If an upgrade changes how digests are made, every known story counts as a different story. Change a
value here only together with a migration.
"""

from datetime import UTC, datetime

from bot.feeds.model import Entry, Feed
from tests.news.examples import READER

NOON = datetime(2025, 5, 12, 12, 0, 7, tzinfo=UTC)
KEY = "07915e11814586ad23ca235382742359"


def test_a_story_has_this_id() -> None:
    feed = Feed(id="wire", title="Wire", url="https://wire.example/rss")
    entry = Entry(feed_id="wire", key=KEY, title="US raises the duty on steel", published=NOON)
    story = READER.read(entry, feed, NOON)
    assert story is not None
    assert (story.entry_key, story.id) == (KEY, "25375d486388d7c6b83369cc")
