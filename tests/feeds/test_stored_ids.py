"""Ids of feeds, and of very long guids, as stored in databases.

If an upgrade changes how they are made, a known feed or entry counts as a new one. Change a value
here only together with a migration.
"""

import pytest

from bot.feeds.model import make_feed_id
from bot.feeds.parsing.entries import stored_guid

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
    assert stored_guid(" guid\n1 ") == "guid 1"
    assert stored_guid("x" * 500) == "x" * 500
    assert stored_guid("x" * 501) == (
        "3ac31d30e2ef713a7d4803d2923982618af0bfb6488e67e2bcb9d0050f24d56a"
    )
