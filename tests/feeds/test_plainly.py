"""The fast way through plainly made feeds says what feedparser says, or hands over."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds.document import NoFeed, open_document
from bot.feeds.draft import Draft
from bot.feeds.parse import by_feedparser, draft_of
from bot.feeds.plainly import read_plainly
from tests.feeds.bodies import item, rss

BASE = "https://feeds.example/dir/feed.xml"
FOLDER = Path(__file__).parents[2] / ".." / "shared" / "feeds"
FILES = [each for part in ("real", "broken") for each in sorted((FOLDER / part).glob("*.*"))]

TEXTS = [
    *("Duty of 25%", "", "  a\n b ", "AT&amp;T", "&amp;lt;b&amp;gt;", "&lt;p&gt;é&lt;/p&gt;"),
    *("<![CDATA[<b>x</b> &amp; y]]>", "Ã©tÃ©", "né", "<b>within</b>", "a<!-- c -->b", "&#133;"),
]
ADDRESSES = [
    *("https://a.example/x?a=1&amp;b=2", "/rel", "x y", "", "http:///a.example/", "tag:a,2026:1"),
    *("https://a.example/../b/./c?", "mailto:x@a.example", "?q=&amp;amp;copy;", "#top", "é"),
]
RSS_PARTS = [
    *("<title>{t}</title>", "<description>{t}</description>", "<link>{a}</link>"),
    *("<guid>{a}</guid>", '<guid isPermaLink="false">{a}</guid>', '<title type="html">{t}</title>'),
    *('<guid isPermaLink="TRUE">{a}</guid>', "<pubDate>Mon, 12 May 2025 10:00:00 GMT</pubDate>"),
    *(
        "<c:encoded>{t}</c:encoded>",
        "<dc:date>2025-05-12</dc:date>",
        "<dc:creator>{t}</dc:creator>",
    ),
    *('<category domain="x">{t}</category>', '<source url="https://b.example/">{t}</source>'),
    *(
        "<m:title>{t}</m:title>",
        '<m:content url="{a}"/>',
        "<m:content><m:title>{t}</m:title></m:content>",
        '<m:thumbnail url="{a}"/>',
        '<enclosure url="{a}"/>',
        "<author>{t}</author>",
    ),
    *("<dc:title>{t}</dc:title>", "<o:title>{t}</o:title>", '<link xml:base="/q">{a}</link>'),
    *(
        "<comments>{a}</comments>",
        "<dc:language>fr</dc:language>",
        "<image><title>{t}</title></image>",
    ),
]
ATOM_PARTS = [
    *("<title>{t}</title>", '<title type="html">{t}</title>', '<title type="xhtml">{t}</title>'),
    *('<link href="{a}"/>', '<link rel="self" href="{a}"/>', '<link rel="Alternate" href="{a}"/>'),
    *('<link href="{a}" type="image/png"/>', "<link>{a}</link>", "<id>{a}</id>"),
    *("<summary>{t}</summary>", '<summary type="HTML">{t}</summary>', "<content>{t}</content>"),
    *(
        '<content type="html">{t}</content>',
        '<content src="{a}"/>',
        '<summary xml:lang="fr">{t}</summary>',
        '<content type="application/xml">{t}</content>',
    ),
    *("<updated>2025-05-12T10:00:00Z</updated>", "<published>2025-05-12T09:00:00Z</published>"),
    *("<author><name>{t}</name></author>", "<rights>{t}</rights>", '<category term="x"/>'),
    *("<source><title>{t}</title></source>", "<contributor><title>{t}</title></contributor>"),
]
ROOTS = ["", ' xml:lang="de_AT"', ' xml:base="https://b.example/"']


def entry(parts: list[str]) -> st.SearchStrategy[str]:
    part = st.builds(
        lambda part, text, address: part.format(t=text, a=address),
        st.sampled_from(parts),
        st.sampled_from(TEXTS),
        st.sampled_from(ADDRESSES),
    )
    return st.lists(part, max_size=5).map("".join)


def said(text: str) -> tuple[list[Draft], list[Draft] | None]:
    """What feedparser says, and what the fast way says."""
    result = by_feedparser(text, BASE)
    plainly = read_plainly(text, BASE)
    if plainly is None:
        return [draft_of(each) for each in result["entries"]], None
    head = by_feedparser(plainly[0], BASE)
    if head["bozo"] or head["entries"]:
        return [], None
    for key in ("title", "link", "language", "ttl", "links", "sy_updateperiod"):
        assert head["feed"].get(key) == result["feed"].get(key), key
    assert head["version"] == result["version"]
    assert not result["bozo"]
    return [draft_of(each) for each in result["entries"]], plainly[1]


@settings(max_examples=300, deadline=None)
@given(st.lists(entry(RSS_PARTS), min_size=1, max_size=3), st.sampled_from(ROOTS))
def test_rss_is_read_as_feedparser_reads_it(items: list[str], root: str) -> None:
    body = "".join(f"<item>{each}</item>" for each in items)
    text = (
        f'<rss version="2.0" xmlns:c="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:m="http://search.yahoo.com/mrss/"'
        f' xmlns:o="https://other.example/"{root}><channel><title>T</title><language>en-gb'
        f"</language><link>https://a.example/</link>{body}</channel></rss>"
    )
    judged, plainly = said(text)
    assert plainly is None or plainly == judged


@settings(max_examples=300, deadline=None)
@given(st.lists(entry(ATOM_PARTS), min_size=1, max_size=3), st.sampled_from(ROOTS))
def test_atom_is_read_as_feedparser_reads_it(entries: list[str], root: str) -> None:
    body = "".join(f"<entry>{each}</entry>" for each in entries)
    text = (
        f'<feed xmlns="http://www.w3.org/2005/Atom"{root}><title>T</title><id>urn:x</id>'
        f'<link href="https://a.example/"/><link rel="hub" href="https://hub.example/"/>'
        f"{body}</feed>"
    )
    judged, plainly = said(text)
    assert plainly is None or plainly == judged


@pytest.mark.skipif(not FILES, reason="the captures are not here (../shared/feeds)")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_capture_is_read_as_feedparser_reads_it_or_handed_over(path: Path) -> None:
    try:
        document = open_document(path.read_bytes())
    except NoFeed:
        return
    if not document.is_json:
        judged, plainly = said(document.text)
        assert plainly is None or plainly == judged


def test_a_plain_feed_is_not_handed_over() -> None:
    found = read_plainly(rss([item(2), item(1)]), BASE)
    assert found is not None
    assert [draft.title for draft in found[1]] == ["Item 2", "Item 1"]


@pytest.mark.parametrize(
    "around",
    [
        "<!-- <item> -->{items}",
        "{items}<ttl>5</ttl>",
        "<description><![CDATA[<item>]]></description>{items}",
        "<description><item>{items}</item></description>",
    ],
)
def test_what_stands_about_the_entries_is_not_lost(around: str) -> None:
    items = "<item><title>A</title></item><item><title>B</title></item>"
    text = f'<rss version="2.0"><channel>{around.format(items=items)}</channel></rss>'
    judged, plainly = said(text)
    assert plainly is None or plainly == judged
