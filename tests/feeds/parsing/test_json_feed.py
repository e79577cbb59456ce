"""Parsing of JSON feeds, field by field."""

import json
from typing import Any

import pytest

from bot.feeds.parsing.entries import RawEntry
from bot.feeds.parsing.json_feed import JsonFeed, read_json_feed
from bot.feeds.parsing.xml_document import NoFeed

VERSION = "https://jsonfeed.org/version/1.1"


def read(*items: Any, **head: Any) -> JsonFeed:
    return read_json_feed(json.dumps({"version": VERSION, "items": items} | head))


def test_a_feed_is_read_with_all_its_fields() -> None:
    item = {
        "id": "1",
        "url": "https://w.example/1",
        "external_url": "https://x.example/1",
        "title": "Duty <b> & tea",
        "summary": "s",
        "content_html": "<p>c</p>",
        "content_text": "c",
        "date_published": "2025-05-05",
        "date_modified": "2025-05-06",
        "language": "fr",
    }
    assert read(
        item,
        title="Wire",
        home_page_url="https://w.example/",
        feed_url="https://w.example/feed.json",
        language="en",
        hubs=[{"type": "WebSub", "url": "https://hub.example/"}, "no hub"],
    ) == JsonFeed(
        head={
            "title": "Wire",
            "link": "https://w.example/",
            "language": "en",
            "links": [
                {"rel": "self", "href": "https://w.example/feed.json"},
                {"rel": "hub", "href": "https://hub.example/"},
            ],
        },
        entries=[
            RawEntry(
                guid="1",
                link="https://w.example/1",
                title="Duty &lt;b> &amp; tea",
                summary="s",
                content="<p>c</p>",
                date="2025-05-05",
                language="fr",
            )
        ],
        warnings=(),
    )


def test_a_json_feed_without_metadata_has_empty_fields() -> None:
    head = {"title": "", "link": "", "language": "", "links": [{"rel": "self", "href": ""}]}
    assert read() == JsonFeed(head=head, entries=[], warnings=())
    assert read_json_feed(json.dumps({"version": VERSION, "items": {}})).entries == []


def test_second_choices_are_used_where_the_first_are_missing() -> None:
    item = {
        "id": 7,
        "external_url": "https://x.example/1",
        "content_text": "1 < 2 & 3",
        "date_modified": "2025-05-06",
    }
    assert read(item).entries == [
        RawEntry(
            guid="7",
            link="https://x.example/1",
            content="1 &lt; 2 &amp; 3",
            date="2025-05-06",
        )
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [("a", "a"), (5, "5"), (2.5, "2.5"), (True, ""), (None, ""), ([], ""), ("a\x00\ud800b", "ab")],
)
def test_a_value_of_another_type_is_no_text(value: object, text: str) -> None:
    assert read(title=value).head["title"] == text


@pytest.mark.parametrize(
    ("items", "titles", "skipped"),
    [
        ([{"title": "a"}, 5, {"title": "b"}], ["a", "b"], "1"),
        ([{"title": "a"}, {}, {"other": 1}, None], ["a"], "3"),
        ([5] * 1200, [], "1,200"),
    ],
)
def test_items_of_the_wrong_shape_are_counted(
    items: list[object], titles: list[str], skipped: str
) -> None:
    found = read(*items)
    assert [entry.title for entry in found.entries] == titles
    [warning] = found.warnings
    assert warning.split()[0] == skipped


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[1]",
        "{}",
        '{"version": "1.1"}',
        '{"version": "x https://jsonfeed.org/version/1"}',
        "5",
    ],
)
def test_other_json_is_no_feed(text: str) -> None:
    with pytest.raises(NoFeed, match="the JSON is"):
        read_json_feed(text)
