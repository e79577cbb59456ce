"""Digests of entries and stories as stored in databases.

If an upgrade changes how they are made, every entry counts as new and every story as another one.
Change a value here only together with a migration.
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.feeds.identity import identify, identities
from bot.feeds.model import Entry, Feed, FeedKind
from tests.news.examples import READER

NOON = datetime(2025, 5, 12, 12, 0, 7, tzinfo=UTC)


def named(kind: FeedKind = FeedKind.WIRE, **fields: Any) -> Entry:
    given = {
        "feed_id": "wire",
        "key": "",
        "guid": "guid-1",
        "link": "https://wire.example/2025/a?sid=7",
        "title": "US raises the duty on steel",
        "summary": "To 50%.",
        "published": NOON,
    }
    [made] = identify([Entry.model_validate(given | fields)], kind, "https://wire.example/")
    return made


KEY = "07915e11814586ad23ca235382742359"
GUID_AND_TEXT = "13b46844c1ebe442f5d5a09dbda2750a"
LINK_AND_TEXT = "9188ab6dbd2770ab3dfeeea0cdcc2bc6"
MOMENT = "f2dbb2d0509650b31c160bb66d978984"
PLACE = "57674c260094cd8f38719c7728a47c95"


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param(named(), (KEY, GUID_AND_TEXT, LINK_AND_TEXT, MOMENT, PLACE), id="wire"),
        pytest.param(named(FeedKind.COURT), (KEY, GUID_AND_TEXT), id="court"),
        pytest.param(
            named(FeedKind.OFFICIAL), (KEY, GUID_AND_TEXT, LINK_AND_TEXT, PLACE), id="official"
        ),
        pytest.param(
            named(guid="", link=""), ("d343627c83a7f5e37db260f20bcf5d7e", MOMENT), id="text"
        ),
        pytest.param(
            named(
                link="https://www.wire.example/news/2026-15146/?utm_source=x#p2",
                title="Aufschläge auf Käse und auf Stahl aus Übersee",
            ),
            (
                "a64d3598042ef9a5d0d01373a160da4f",
                "f8e596bb7cb9e34198828a28fd9457e1",
                "47976cd4bb1d78f58ac312fc2cc98d6a",
                "b60e563b659160edfcd5bfc75fb705a3",
                "bc5d80d8de8099a7b203a7f099139c80",
            ),
            id="folded",
        ),
    ],
)
def test_an_entry_is_remembered_by_these_digests(entry: Entry, expected: tuple[str, ...]) -> None:
    assert identities(entry) == expected


def test_a_story_has_this_id() -> None:
    feed = Feed(id="wire", title="Wire", url="https://wire.example/rss")
    story = READER.read(named(), feed, NOON)
    assert story is not None
    assert (story.entry_key, story.id) == (KEY, "25375d486388d7c6b83369cc")
