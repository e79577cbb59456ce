"""What ordinary feeds say takes short ways; each gives what the long way gives."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds import canonical_url
from bot.feeds.identity import identify
from bot.feeds.model import Entry, FeedKind
from bot.feeds.parsing import xml_document
from bot.feeds.parsing.normalization import dates, links
from bot.feeds.parsing.xml_document import NoFeed, open_text
from bot.text import html as markups
from bot.text import plain as plain_module
from bot.text.html import seen, seen_simply
from bot.text.plain import plain

NOW = datetime(2026, 11, 24, tzinfo=UTC)

ADDRESSES = st.lists(
    st.sampled_from(
        [
            *(
                "https://",
                "HTTP://",
                "http:",
                "//",
                "/",
                "www.",
                "a.example",
                "A.Example",
                "-",
                ".",
            ),
            *(":80", ":443", ":", ":99999", "@", "user:pw@", "..", "/./", "/x", ";", ";a=b", "%41"),
            *(
                "?",
                "?a=1",
                "&utm_x=2",
                "&amp;",
                "#",
                "#3",
                "#12345",
                "é",
                " ",
                "|",
                "<",
                "\\",
                "[",
                "]",
            ),
            *(
                "\t",
                "\x01",
                "\u200b",
                "*",
                "'",
                "~",
                "~b",
                "!",
                "$",
                "(1)",
                "tag:a,2026:",
                "mailto:",
            ),
        ]
    ),
    max_size=8,
).map("".join)
WHOLE = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["https://", "http://"]),
    st.sampled_from(["a.example", "WWW.a.example", "-", "a.example:80"]),
    st.text("aZ9._~!$&'()*+,=:@%/-", max_size=8).map("/".__add__),
    st.sampled_from(["", "?", "?a", "?a=b&c", "?=;", "/"]),
)
MARKUP = st.lists(
    st.sampled_from(
        [
            *(
                "<p>",
                "</p>",
                "<br>",
                "</br>",
                "<br/>",
                "<a href='x'>",
                "</a>",
                "<b>",
                "</b>",
                "<i >",
            ),
            *(
                "</i>",
                '<a href="x>y">',
                '<img src="x" alt="y">',
                "</img>",
                "<span\nclass='z'>",
                "<p/>",
            ),
            *(
                "</span>",
                "<em>",
                "</em>",
                "<div>",
                "</div>",
                "<script>",
                "</script>",
                "<table>",
                "<td>",
            ),
            *(
                "duty",
                " ",
                "\n",
                "5 < 6",
                "> 4",
                "&amp;",
                "&lt;b&gt;",
                "&amp;lt;",
                "&#39;",
                "&nbsp;",
            ),
            *(
                "&copy",
                "& ",
                "&eacute;",
                "é",
                "<!--",
                "-->",
                "<title>",
                "<p",
                "<",
                "<select>",
                "<svg>",
            ),
            *("<small>", "</small>", "<u>", "</u>", "<strong>", "</strong>", "<plaintext>", "<!x>"),
        ]
    ),
    max_size=12,
).map("".join)
DATES = st.builds(
    "{}{} {} {} {}{}".format,
    st.sampled_from(["", "Mon, ", "Sun, ", "mon, ", "Monday, "]),
    st.sampled_from(["05", "5", "31", "00", "29", "٠٥"]),
    st.sampled_from(["May", "Feb", "may", "Mai", "Dec"]),
    st.sampled_from(["2025", "25", "2024", "0025", "1994"]),
    st.sampled_from(["10:20:30", "10:20", "24:00:00", "23:59:60", "10:99:00"]),
    st.sampled_from(["", " GMT", " UTC", " +0530", " -0000", " -1630", " EST", " +0199", " (x)"]),
)
ISO_DATES = st.builds(
    "{}{}{}".format,
    st.sampled_from(["2025-05-05", "2025-5-5", "2025-02-29", "1994-01-01", "0001-01-01"]),
    st.sampled_from(["T10:20:30", " 10:20:30", "T10:20", "T10:20:30.123", "T24:00:00", ""]),
    st.sampled_from(["", "Z", "z", "+05:30", "+0530", "-16:30", "+99:99", " UTC"]),
)


@contextmanager
def the_long_way(module: Any, name: str, never: object) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, name, never)
        yield


@settings(deadline=None, max_examples=500)
@given(
    st.one_of(ADDRESSES, WHOLE),
    st.sampled_from(["", "http://b.example/c/d?e", "https://b.example"]),
)
def test_a_whole_link_is_left_as_the_long_way_leaves_it(link: str, base: str) -> None:
    short = links.web_link(link, base)
    with the_long_way(links, "is_whole", lambda address: False):
        assert links.web_link(link, base) == short


@settings(deadline=None, max_examples=500)
@given(st.one_of(ADDRESSES, WHOLE), st.one_of(ADDRESSES, WHOLE), st.sampled_from(FeedKind))
def test_a_plain_address_is_folded_as_the_long_way_folds_it(
    guid: str, link: str, kind: FeedKind
) -> None:
    entries = [Entry(feed_id="f", key="", guid=guid, link=link, title="t")]
    short = identify(entries, kind, "https://a.example/")
    with (
        the_long_way(canonical_url, "plain_parts", lambda address: None),
        the_long_way(canonical_url, "is_no_web_address", lambda address: False),
    ):
        assert identify(entries, kind, "https://a.example/") == short


@settings(deadline=None, max_examples=500)
@given(st.one_of(DATES, ISO_DATES))
def test_a_usual_date_is_read_as_the_long_way_reads_it(date: str) -> None:
    short = dates.moment(date, NOW)
    with the_long_way(dates, "_usual", lambda text: None):
        assert dates.moment(date, NOW) == short


@settings(deadline=None, max_examples=500)
@given(MARKUP)
def test_simple_markup_is_seen_as_an_html_parser_sees_it(markup: str) -> None:
    short = seen_simply(markup)
    assert short is None or lines(short) == lines(seen(markup))


@settings(deadline=None, max_examples=300)
@given(st.one_of(MARKUP, st.text("a <&\n\té")), st.integers(1, 40))
def test_a_plain_text_is_left_as_the_long_way_leaves_it(markup: str, limit: int) -> None:
    short = plain(markup, limit), plain(markup, limit, lone_tags=True)
    with (
        the_long_way(plain_module, "_is_plain", lambda ascii_text: False),
        the_long_way(plain_module, "seen_simply", lambda markup: None),
        the_long_way(markups, "seen_simply", lambda markup: None),
    ):
        assert (plain(markup, limit), plain(markup, limit, lone_tags=True)) == short


@settings(deadline=None, max_examples=300)
@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    "<a>",
                    "<b c='d'>",
                    "</a>",
                    "<e/>",
                    "</item>",
                    "</item >",
                    "</items>",
                    "</entry\n>",
                ),
                *(
                    "</item",
                    "<![CDATA[",
                    "]]>",
                    "x",
                    "<",
                    ">",
                    "<ns:item>",
                    "</ns:item>",
                    "<a><b><c>",
                ),
            ]
        ),
        max_size=30,
    ).map("".join)
)
def test_depth_is_refused_as_if_every_element_had_been_counted(inside: str) -> None:
    whole = f"<rss>{inside}</rss>"
    short = opened(whole)
    with the_long_way(xml_document, "_may_be_deeper", lambda *_: True):
        assert opened(whole) == short


def opened(whole: str) -> str:
    try:
        return open_text(whole, max_depth=4).text
    except NoFeed as error:
        return str(error)


def lines(found: str) -> list[str]:
    return [folded for line in found.split("\n") if (folded := " ".join(line.split()))]
