"""Links of entries are made absolute, and unsafe links are dropped."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.parsing.links import clean_link

BASE = "https://harbour.example/news/feed.xml"


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("https://a.example/x?y=1#z", "https://a.example/x?y=1#z"),
        ("/story", "https://harbour.example/story"),
        ("story", "https://harbour.example/news/story"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("https://bank.example@evil.example/press", "https://evil.example/press"),
        ("https://a.example/x|Official rate", "https://a.example/x%7COfficial%20rate"),
        ("https://a.example/<!channel>", "https://a.example/%3C!channel%3E"),
        ("https://a.example/\u202egnp.exe", "https://a.example/%E2%80%AEgnp.exe"),
        ("https://a.example/25\u00ad\U000e0031%25", "https://a.example/25%C2%AD%F3%A0%80%B1%25"),
        ("  https://a.example/x\n", "https://a.example/x"),
        (
            "https://news.example/rss/articles/CBMi?oc=5",
            "https://news.example/rss/articles/CBMi?oc=5",
        ),
    ],
)
def test_a_web_link_becomes_absolute_and_safe(link: str, shown: str) -> None:
    assert clean_link(link, BASE) == shown


@pytest.mark.parametrize(
    "link",
    [
        "",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<b>",
        "file:///etc/passwd",
        "slack://user?team=T1",
        "mailto:a@b.example",
        "http://",
        "http://[::1",
        "http://a.example:port/",
        "https://a.example/" + "x" * 2000,
        "https://a b.example/",
    ],
)
def test_other_links_than_web_links_are_dropped(link: str) -> None:
    assert clean_link(link, BASE) == ""


@given(st.text(), st.sampled_from(["", "http://", "https://h.example/", "//", "java"]))
def test_every_result_is_a_plain_web_address(text: str, start: str) -> None:
    link = clean_link(start + text, BASE)
    if link:
        assert urlsplit(link).scheme in ("http", "https")
        assert not set(link) & set('<>"| \n\t`')
        assert len(link) <= 2000
