"""Reading and writing feed lists in OPML, attribute by attribute."""

from xml.etree import ElementTree as ET

import pytest

from bot.errors import NotAFeed
from bot.feeds.model import Feed, FeedKind
from bot.feeds.opml import FeedList, read_opml, write_opml
from bot.values import Topic

OURS = "urn:tariffwire:opml"
URL = "https://wire.example/feed"


def listed(*outlines: str) -> FeedList:
    body = "".join(f"<outline {outline}/>" for outline in outlines)
    return read_opml(f'<opml xmlns:t="{OURS}"><body>{body}</body></opml>')


@pytest.mark.parametrize(
    ("attributes", "fields"),
    [
        ('title="Wire" text="Other"', {"title": "Wire"}),
        ('title=" " text="Other"', {"title": "Other", "id": "other"}),
        ("", {"title": "wire.example", "id": "wire_example"}),
        ('text="Wire" language="fr"', {"language": "fr"}),
        ('text="Wire" t:id="my_wire"', {"id": "my_wire"}),
        ('text="Wire" t:kind="court" t:region="US"', {"kind": FeedKind.COURT, "region": "US"}),
        ('text="Wire" t:pollMinutes="7.5"', {"poll_minutes": 7.5}),
        (
            'text="Wire" t:topics="tariff,weather,court_ruling"',
            {"topics": frozenset({Topic.TARIFF, Topic.COURT_RULING})},
        ),
        ('text="Wire" t:enabled="false"', {"enabled": False}),
        ('text="Wire" t:enabled="no"', {}),
        ('text="Wire" t:matter=" A v. B:&#10;tea "', {"matter": "A v. B: tea"}),
        ('text="Wire" enabled="false" kind="court" id="x"', {}),
    ],
)
def test_an_outline_is_read_with_its_attributes(attributes: str, fields: dict[str, object]) -> None:
    given = {"id": "wire", "title": "Wire", "url": URL} | fields
    expected = Feed.model_validate(given)
    assert listed(f'{attributes} xmlUrl=" {URL} "') == FeedList((expected,))


def test_ids_are_given_once_and_addresses_too() -> None:
    found = listed(
        f'text="Wire" t:id="wire" xmlUrl="{URL}"',
        f'text="Paper" t:id="wire" xmlUrl="{URL}2"',
        f'text="Wire" xmlUrl="{URL}3"',
        f'text="Late" xmlUrl="{URL}"',
        'text="Folder"',
    )
    assert [(feed.title, feed.url) for feed in found.feeds] == [
        ("Wire", URL),
        ("Paper", f"{URL}2"),
        ("Wire", f"{URL}3"),
    ]
    ids = [feed.id for feed in found.feeds]
    assert ids[:2] == ["wire", "paper"]
    assert ids[2].startswith("wire_")
    assert found.left_out == ()


def test_invalid_feeds_are_returned_as_written() -> None:
    found = listed(
        'text="a" xmlUrl="ftp://a.example/"',
        'text="b" xmlUrl="//"',
        f'text="c" t:kind="rumor" xmlUrl="{URL}"',
        f'text="d" t:pollMinutes="-1" xmlUrl="{URL}"',
        f'text="e" t:id="Not An Id" xmlUrl="{URL}"',
        f'text="f" xmlUrl="https://a.example/{"x" * 2000}"',
    )
    assert found.feeds == ()
    assert found.left_out[:2] == ("ftp://a.example/", "//")
    assert found.left_out[2:5] == (URL,) * 3
    assert len(found.left_out) == 6


def test_a_list_has_at_most_ten_thousand_feeds() -> None:
    found = listed(*(f'text="a" xmlUrl="https://a.example/{n}"' for n in range(10_002)))
    assert len(found.feeds) == 10_000
    assert found.left_out == ("https://a.example/10000", "https://a.example/10001")


def test_a_long_title_is_cut() -> None:
    [feed] = listed(f'text="{"ab " * 100}" xmlUrl="{URL}"').feeds
    assert feed.title == ("ab " * 67)[:200].rstrip()
    [unnamed] = listed(f'xmlUrl="https://{"a" * 60}.{"b" * 300}/"').feeds
    assert len(unnamed.title) == 200


def test_only_settings_that_differ_from_the_defaults_are_written() -> None:
    plain = Feed(id="wire", title="Wire", url=URL)
    full = Feed(
        id="court",
        title="Court",
        url=f"{URL}2",
        kind=FeedKind.COURT,
        region="US",
        language="fr",
        poll_minutes=60.0,
        topics=frozenset({Topic.TARIFF, Topic.COURT_RULING}),
        enabled=False,
        matter="A v. B",
    )
    root = ET.fromstring(write_opml([plain, full]))  # noqa: S314 - our own text
    assert (root.tag, root.attrib) == ("opml", {"version": "2.0"})
    assert root.findtext("head/title")
    first, second = (each.attrib for each in root.findall("body/outline"))
    assert first == {
        "text": "Wire",
        "title": "Wire",
        "type": "rss",
        "xmlUrl": URL,
        "language": "en",
        f"{{{OURS}}}id": "wire",
        f"{{{OURS}}}kind": "specialist",
    }
    assert second == {
        "text": "Court",
        "title": "Court",
        "type": "rss",
        "xmlUrl": f"{URL}2",
        "language": "fr",
        f"{{{OURS}}}id": "court",
        f"{{{OURS}}}kind": "court",
        f"{{{OURS}}}region": "US",
        f"{{{OURS}}}pollMinutes": "60",
        f"{{{OURS}}}topics": "court_ruling,tariff",
        f"{{{OURS}}}enabled": "false",
        f"{{{OURS}}}matter": "A v. B",
    }
    assert write_opml([plain]).count("\n") == write_opml([plain, full]).count("\n") - 1
    assert "xmlns:tariffwire" in write_opml([plain])


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("<opml>\n<body>\n</opml>", "line 3 is not XML"),
        (f"<{'x' * 50}/>", f"the root element is <{'x' * 40}>, not <opml>"),
        ("<OPML/>", None),
    ],
)
def test_another_document_is_named(text: str, cause: str | None) -> None:
    if cause is None:
        assert read_opml(text) == FeedList(())
        return
    with pytest.raises(NotAFeed) as caught:
        read_opml(text)
    assert (caught.value.thing, caught.value.cause) == ("OPML", cause)
    assert caught.value.cure


def test_other_spellings_of_an_address_are_accepted() -> None:
    found = listed(
        'text="A" xmlUrl="feed://a.example/x"',
        'text="B" xmlUrl="feed:https://b.example/x"',
        'text="C" xmlUrl="HTTPS://C.example/x"',
        'text="A too" xmlUrl="http://a.example/x"',
        'text="D" xmlUrl="feed:javascript:x"',
    )
    assert [feed.url for feed in found.feeds] == [
        "http://a.example/x",
        "https://b.example/x",
        "https://c.example/x",
    ]
    assert found.left_out == ("feed:javascript:x",)
