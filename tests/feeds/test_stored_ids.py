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
HEADLINE = "1663ebeded21ffb0b83f68e3ab2715e9"
TEXTS = ("4fa858eebd64b9b4798e90e3f9704148", "66d306d593eb59523d457fb97d42ea7e")


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param(
            named(),
            (KEY, GUID_AND_TEXT, LINK_AND_TEXT, MOMENT, PLACE, HEADLINE, *TEXTS),
            id="wire",
        ),
        pytest.param(named(FeedKind.COURT), (KEY, GUID_AND_TEXT), id="court"),
        pytest.param(
            named(FeedKind.OFFICIAL),
            (KEY, GUID_AND_TEXT, LINK_AND_TEXT, PLACE, HEADLINE, *TEXTS),
            id="official",
        ),
        pytest.param(
            named(guid="", link=""),
            ("d343627c83a7f5e37db260f20bcf5d7e", MOMENT, *TEXTS),
            id="text",
        ),
        pytest.param(
            named(link="https://www.wire.example/a?v=1"),
            (
                "828a92c0e186e42d6bcb93ec6d8e6154",
                GUID_AND_TEXT,
                "c0e58d617f5ef648811991b2baa19eb6",
                MOMENT,
                "57c7e6333e7cd0f452f0db706ba909cc",
                "f8bf97cbf9160836a35fcaeea11b2e55",
                "768ece7f304b51ee61d303d4e9cef649",
                *TEXTS,
            ),
            id="token",
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
                "35d2b456b01bb65e3c4b388d2f3e87a2",
                "065809885b783d69bdf031a73cd87f23",
                "e4ec285c86aa1537ccd99d08012c0182",
            ),
            id="folded",
        ),
    ],
)
def test_an_entry_is_remembered_by_these_digests(entry: Entry, expected: tuple[str, ...]) -> None:
    assert list_identities(entry) == expected
