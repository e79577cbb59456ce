"""Reading and writing feed lists in OPML."""

import contextlib
import re
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NotAFeed
from bot.feeds.model import Feed, FeedKind
from bot.feeds.opml import read_opml, write_opml
from bot.text.plain import INVISIBLE
from bot.values import Topic
from tests.feeds.bodies import ENTITY_BOMB

FEEDS = (
    Feed(
        id="court",
        title='Court & "orders" <all>',
        url="https://court.example/feed?a=1&b=%5B%5D",
        kind=FeedKind.COURT,
        region="US",
        language="fr",
        poll_minutes=7.5,
        topics=frozenset({Topic.COURT_RULING, Topic.TARIFF}),
        enabled=False,
    ),
    Feed(id="wire", title="Wire", url="https://wire.example/feed"),
)


def test_a_written_list_is_read_back() -> None:
    assert read_opml(write_opml(FEEDS)).feeds == FEEDS


def test_a_list_of_another_reader_is_understood() -> None:
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><opml version="1.0"><head><title>x</title></head>'
        '<body><outline text="Folder"><outline type="rss" text="Harbour Wire" '
        'xmlUrl="https://h.example/feed"/><outline text="again" xmlUrl="https://h.example/feed"/>'
        '</outline><OUTLINE XMLURL=" https://i.example/feed "/><outline text="Harbour Wire" '
        'xmlUrl="https://j.example/feed"/><outline xmlUrl="javascript:alert(1)" text="no"/>'
        '<outline xmlUrl="http://[::1" text="no"/></body></opml>'
    )
    found, left_out = read_opml(text)
    assert [feed.url for feed in found] == [f"https://{c}.example/feed" for c in "hij"]
    assert [feed.title for feed in found] == ["Harbour Wire", "i.example", "Harbour Wire"]
    assert len({feed.id for feed in found}) == 3
    assert left_out == ("javascript:alert(1)", "http://[::1")


def test_a_title_is_one_line_of_visible_text() -> None:
    title = "Wire \u202e52%\u202c\x9b2J of\n<b> " + "trade " * 100
    outline = f'<outline text="{title.replace("<", "&lt;")}" xmlUrl="https://h.example/feed"/>'
    (feed,) = read_opml(f"<opml><body>{outline}</body></opml>").feeds
    assert feed.title == ("Wire 52%2J of <b> " + "trade " * 100)[:200].strip()
    assert read_opml(write_opml([feed])).feeds == (feed,)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (ENTITY_BOMB.replace("rss", "opml"), "a DOCTYPE is not accepted"),
        ('<!DOCTYPE opml SYSTEM "file:///etc/passwd"><opml/>', "a DOCTYPE is not accepted"),
        (f"\ufeff<?xml version='1.0'?>\n<!-- > -->{ENTITY_BOMB[21:]}", "a DOCTYPE is not accepted"),
        ("<!--" * 100_000, "line 1 is not XML"),
        ("", "line 1 is not XML"),
        ("<opml><body>", "line 1 is not XML"),
        ("<rss/>", "the root element is <rss>, not <opml>"),
        ("<opml>" + " " * 5_000_000 + "</opml>", "longer than 5,000,000 characters"),
    ],
)
def test_other_documents_than_opml_and_entity_bombs_are_refused(text: str, cause: str) -> None:
    with pytest.raises(NotAFeed) as caught:
        read_opml(text)
    assert caught.value.cause == cause


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "UTF-16", "cp037", "base64", "unknown"])
def test_the_declared_encoding_of_a_decoded_list_does_not_matter(encoding: str) -> None:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><opml><body>'
        '<outline text="Café" xmlUrl="https://h.example/feed"/></body></opml>'
    )
    (feed,) = read_opml(text).feeds
    assert feed.title == "Café"


@pytest.mark.parametrize(
    ("encoding", "declared", "title"),
    [
        ("gb2312", "GB2312", "茶叶关税"),
        ("shift_jis", "Shift_JIS", "茶の関税"),
        ("big5", "Big5", "茶葉關稅"),
        ("euc-kr", "EUC-KR", "차 관세"),
        ("windows-1251", "windows-1251", "Пошлины на чай"),
        ("iso-8859-1", "ISO-8859-1", "Zölle auf Tee"),
        ("utf-16", "UTF-16", "Thé – Zölle"),
        ("utf-16-le", "UTF-16", "Thé – Zölle"),
        ("utf-16-be", "utf-16be", "Thé – Zölle"),
        ("utf-8-sig", "UTF-8", "Thé – Zölle"),
        ("utf-8", "UTF-16", "Thé – Zölle"),
        ("utf-8", "Shift_JIS", "Thé – Zölle"),
        ("utf-8", "no-such-encoding", "Thé – Zölle"),
    ],
)
def test_a_file_may_have_any_encoding(encoding: str, declared: str, title: str) -> None:
    text = (
        f'<?xml version="1.0" encoding="{declared}"?><opml version="2.0"><body>'
        f'<outline text="{title}" xmlUrl="https://h.example/feed"/></body></opml>'
    )
    (feed,) = read_opml(text.encode(encoding)).feeds
    assert feed.title == title


@given(st.binary())
def test_bytes_that_are_no_list_are_refused(body: bytes) -> None:
    with pytest.raises(NotAFeed):
        read_opml(body)


def measure_peak_bytes(text: str) -> int:
    """The peak memory in bytes while the list is read."""
    tracemalloc.start()
    try:
        with contextlib.suppress(NotAFeed):
            read_opml(text)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_many_tiny_elements_take_little_memory() -> None:
    text = "<opml>" + "<a/>" * 100_000 + "</opml>"
    assert measure_peak_bytes(text) < 8 * len(text)


def test_the_declarations_of_a_doctype_are_not_read() -> None:
    entities = "".join(f'<!ENTITY e{number} "a">' for number in range(20_000))
    assert measure_peak_bytes(f"<!DOCTYPE opml [{entities}]><opml/>") < 100_000


@given(st.text(), st.text())
def test_any_text_survives_export_and_import(title: str, text: str) -> None:
    with contextlib.suppress(NotAFeed):
        read_opml(text)
    visible = re.sub(f"[{INVISIBLE}]", "", title)
    clean = "".join(char for char in visible if char.isprintable())[:100] or "t"
    (feed,) = read_opml(write_opml([Feed(id="a", title=clean, url="https://a.example/")])).feeds
    assert feed.title.strip() in (clean.strip(), "a.example")
