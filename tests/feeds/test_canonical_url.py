"""Different spellings of one address are equal; different addresses are not."""

import pytest

from bot.feeds.canonical_url import (
    fold_address,
    fold_guid,
    strip_query,
    strip_session,
    to_web_address,
)


@pytest.mark.parametrize(
    ("address", "folded"),
    [
        ("https://wire.example/a", "//wire.example/a"),
        (" http://www.WIRE.example/a/ ", "//wire.example/a"),
        ("https://wire.example", "//wire.example"),
        ("https://user@www.wire.example:443//", "//wire.example"),
        ("http://wire.example:80/a", "//wire.example/a"),
        ("http://wire.example:/a", "//wire.example/a"),
        ("http://wire.example:8080/a", "//wire.example:8080/a"),
        ("https://wwwire.example/A", "//wwwire.example/A"),
        # Tracking parameters are removed. Others stay in their order, even without a value.
        ("https://w.example/a?utm_source=x&id=7&fbclid=y&b=", "//w.example/a?id=7&b="),
        ("https://w.example/a?UTM_MEDIUM=x&gclid=1&at_x=1", "//w.example/a"),
        ("https://w.example/a?utmost=1&at=2&id=a+b", "//w.example/a?utmost=1&at=2&id=a+b"),
        ("https://w.example/a?id=%C3%A4", "//w.example/a?id=%C3%A4"),
        ("https://w.example/a?ref=x", "//w.example/a?ref=x"),
        # A fragment stays, unless a tracker added it.
        ("https://w.example/a?id=7#part", "//w.example/a?id=7#part"),
        ("https://w.example/a#tk.rss", "//w.example/a"),
        ("https://w.example/a#RSS", "//w.example/a"),
        # Identifiers that are not web addresses are unchanged, apart from spaces around them.
        (" tag:wire.example,2025:7 ", "tag:wire.example,2025:7"),
        ("ftp://wire.example/a/", "ftp://wire.example/a/"),
        ("http://[::1/a", "http://[::1/a"),
        ("4711", "4711"),
        ("", ""),
    ],
)
def test_an_address_is_folded(address: str, folded: str) -> None:
    assert fold_address(address) == folded


def test_a_lone_surrogate_in_an_address_is_kept() -> None:
    assert fold_address("https://w.example/a?id=\ud800") == "//w.example/a?id=%ED%A0%80"


@pytest.mark.parametrize(
    ("guid", "folded"),
    [
        ("https://www.bbc.co.uk/news/1#0", "//bbc.co.uk/news/1"),
        ("https://www.bbc.com/news/1#9999", "//bbc.com/news/1"),
        ("https://www.bbc.co.uk/news/1#10000", "//bbc.co.uk/news/1#10000"),
        # On other sites, the number can stand for another story.
        ("https://www.w.example/news/1#0", "//w.example/news/1#0"),
        ("https://bbc.com.example/news/1#0", "//bbc.com.example/news/1#0"),
        ("tag:1#3", "tag:1#3"),
        (" guid ", "guid"),
    ],
)
def test_an_edit_number_is_no_part_of_a_guid(guid: str, folded: str) -> None:
    assert fold_guid(guid) == folded


@pytest.mark.parametrize(
    ("folded", "expected"),
    [
        ("//w.example/a?sid=7", "//w.example/a"),
        ("//w.example/a?sid=7&id=8", "//w.example/a?id=8"),
        ("//w.example/a?id=8&token=x#part", "//w.example/a?id=8#part"),
        ("//w.example/a?sid=7#part", "//w.example/a#part"),
        ("//w.example/a;JSESSIONID=12ab?id=8", "//w.example/a?id=8"),
        ("//w.example/a;jsessionid=12ab#part", "//w.example/a#part"),
        ("//w.example/a?side=7", "//w.example/a?side=7"),
        ("//w.example/a?q=", "//w.example/a?q="),
        ("//w.example/a", "//w.example/a"),
    ],
)
def test_session_parameters_are_removed(folded: str, expected: str) -> None:
    assert strip_session(folded) == expected


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("feed://tea.example/x?a=B#C", "http://tea.example/x?a=B#C"),
        ("feeds://tea.example/x", "https://tea.example/x"),
        ("feed:https://tea.example/x", "https://tea.example/x"),
        (" Feed:HTTP://Tea.example/X ", "http://tea.example/X"),
        ("feed://https://tea.example/x", "https://tea.example/x"),
        ("feed://https//tea.example/x", "https://tea.example/x"),
        ("feed:tea.example/x", "http://tea.example/x"),
        ("rss://tea.example/x", "http://tea.example/x"),
        ("HTTPS://Me:Secret@TEA.example:8443/X", "https://Me:Secret@tea.example:8443/X"),
        ("https://tea.example", "https://tea.example"),
        ("feedback.example/x", "feedback.example/x"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("", ""),
    ],
)
def test_an_address_of_a_feed_is_a_web_address(written: str, address: str) -> None:
    assert to_web_address(written) == address


@pytest.mark.parametrize(
    ("folded", "stripped"),
    [
        ("//w.example/a?id=7&v=x", "//w.example/a"),
        ("//w.example/a?id=7#part", "//w.example/a#part"),
        ("//w.example/a;jsessionid=7?x", "//w.example/a"),
        ("//w.example/a", "//w.example/a"),
        ("", ""),
    ],
)
def test_the_query_of_an_address_can_be_removed(folded: str, stripped: str) -> None:
    assert strip_query(folded) == stripped
