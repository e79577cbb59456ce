"""Ids of feeds and entries, and digests of very long guids, as stored in databases.

If an upgrade changes how these values are made, known feeds and entries count as new. Change a
value here only together with a migration.
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.feeds.identity import identify, list_identities
from bot.feeds.model import Entry, FeedKind, make_feed_id
from bot.feeds.parsing.entries import clean_guid

URL = "https://www.wire.example/rss?x=1"


@pytest.mark.parametrize(
    ("title", "url", "taken", "expected"),
    [
        ("Wire", URL, (), "wire"),
        ("Café & Trade: the  News!", URL, (), "cafe_trade_the_news"),
        ("a" * 60, URL, (), "a" * 40),
        ("", URL, (), "www_wire_example"),
        ("関税", URL, (), "www_wire_example"),
        ("", "not an address", (), "feed"),
        ("Wire", URL, ("wire",), "wire_c0eb7cb3"),
        ("Wire", f"{URL}&y=2", ("wire",), "wire_5cfa5f6e"),
    ],
)
def test_a_feed_has_this_id(title: str, url: str, taken: tuple[str, ...], expected: str) -> None:
    assert make_feed_id(title, url, taken) == expected


def test_a_guid_is_stored_unchanged_or_as_this_digest_if_it_is_too_long() -> None:
    assert clean_guid(" guid\n1 ") == "guid 1"
    assert clean_guid("x" * 500) == "x" * 500
    assert clean_guid("x" * 501) == (
        "3ac31d30e2ef713a7d4803d2923982618af0bfb6488e67e2bcb9d0050f24d56a"
    )


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
    assert list_identities(entry) == expected
