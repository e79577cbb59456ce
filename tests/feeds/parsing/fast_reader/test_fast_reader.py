"""The fast way through plainly made feeds says what feedparser says, or hands over."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from feedparser.mixin import _FeedParserMixin
from feedparser.namespaces import _base, admin, cc, dc, georss, itunes, mediarss, psc
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds.model import FeedKind
from bot.feeds.parsing.fast_reader import read_plainly
from bot.feeds.parsing.fast_reader.names import HANDLED
from bot.feeds.parsing.feedparser_reader import by_feedparser, draft_of, read_feed
from bot.feeds.parsing.inline import read_at_once
from bot.feeds.parsing.result import FeedContext, Parsed
from tests.feeds.bodies import item, rss

BASE = "https://feeds.example/dir/feed.xml"
FOLDER = Path(__file__).parents[4] / ".." / "shared" / "feeds"
FILES = [each for part in ("real", "broken") for each in sorted((FOLDER / part).glob("*.*"))]

MODULES = (_base, admin, cc, dc, georss, itunes, mediarss, psc)

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
    *("<nyt:title>{t}</nyt:title>", '<a:link rel="standout" href="{a}"/>', "<thumbnail/>"),
    *("<a:updated>2025-05-13T10:00:00Z</a:updated>", "<height>9</height>", "<bigimage/>"),
    *("<image><title>{t}</title><url>{a}</url></image>", "<i:summary>{t}</i:summary>"),
    "<categories><category>{t}</category></categories>",
    *('<category xml:base="http://[" lang="fr" base="{a}">{t}</category>', "<enclosure/>"),
    *('<author type="x" mode="base64">{t}</author>', '<dc:creator href="{a}">{t}</dc:creator>'),
    *('<thumbnail url="{a}" type="html" xml:lang="">{t}</thumbnail>', "<width>٣</width>"),
    *("<date>{t}</date>", "<Title>{t}</Title>", "<dc_title>{t}</dc_title>", "<x y='{t}'>{t}</x>"),
    *("<items>{t}</items>", "<nyt:summary_detail>{t}</nyt:summary_detail>", "<url>{a}</url>"),
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
    *('<content type="html" xml:base="/b" xml:lang="fr">{t}</content>', "<nyt:id>{t}</nyt:id>"),
    *('<title xml:base="/b">{t}</title>', "<m:title>{t}</m:title>", "<dc:date>2025</dc:date>"),
    *("<source><title>{t}</title></source>", "<contributor><title>{t}</title></contributor>"),
]
ROOTS = ["", ' xml:lang="de_AT"', ' xml:base="https://b.example/"']
RSS_HEAD = [
    *("<title>{t}</title>", "<link>{a}</link>", '<a:link rel="self" href="{a}"/>'),
    *('<a:link rel="HUB" href="{a}"/>', '<a:link href="{a}"/>', "<description>{t}</description>"),
    *("<language>{t}</language>", "<dc:language>en</dc:language>", "<ttl>{t}</ttl>"),
    *("<ttl>60</ttl>", "<sy:updatePeriod>daily</sy:updatePeriod>", "<docs>{a}</docs>"),
    "<sy:updateFrequency>4</sy:updateFrequency>",
    *("<image><url>{a}</url><title>{t}</title><link>{a}</link></image>", "<image>{t}</image>"),
    *("<skipHours><hour>3</hour></skipHours>", "<skipDays><day>Sunday</day></skipDays>"),
    *("<pubDate>{t}</pubDate>", "<lastBuildDate>{t}</lastBuildDate>", "<guid>{a}</guid>"),
    *('<category domain="{a}">{t}</category>', '<cloud domain="x"/>', "<generator>{t}</generator>"),
    *("<textInput><title>{t}</title><link>{a}</link></textInput>", "<webMaster>{t}</webMaster>"),
    *("<i:author>{t}</i:author>", "<i:new-feed-url>{a}</i:new-feed-url>", "<o:link>{a}</o:link>"),
    *('<link xml:base="/q">{a}</link>', "<dc:title>{t}</dc:title>", "<!-- <item> -->", "{t}"),
    *('<description type="xhtml" mode="base64">{t}</description>', "<image/>", "<link/>"),
    *('<generator href="{a}" xml:base="http://[">{t}</generator>', '<cloud url="{a}" base="/"/>'),
    *('<copyright type="application/xml" lang="fr">{t}</copyright>', '<a:link rel="x" href=""/>'),
    *('<category term="x" scheme="{a}" label="y"/>', "<webMaster>a@b.example (c)</webMaster>"),
    *("<docs>{a}</docs>", "<entries>{t}</entries>", "<links>{a}</links>", "<TTL>5</TTL>"),
    *("<sy_updatePeriod>daily</sy_updatePeriod>", "<nyt:link>{a}</nyt:link>", "<x y='{t}'/>"),
    *("<dc:date>2025-05-12</dc:date>", "<newLocation>{a}</newLocation>", "<m:title>{t}</m:title>"),
]
ATOM_HEAD = [
    *("<title>{t}</title>", '<title type="html">{t}</title>', '<title type="xhtml">{t}</title>'),
    *("<id>{a}</id>", '<link href="{a}"/>', '<link rel="self" href="{a}"/>', "<link>{a}</link>"),
    *('<link rel="HUB" href="{a}"/>', '<link rel="alternate" type="TEXT/html" href="{a}"/>'),
    *("<updated>{t}</updated>", '<subtitle type="html">{t}</subtitle>', "<subtitle>{t}</subtitle>"),
    *("<author><name>{t}</name></author>", "<author><title>{t}</title></author>", "<ttl>60</ttl>"),
    *('<generator uri="{a}">{t}</generator>', "<icon>{a}</icon>", "<rights>{t}</rights>"),
    *('<category term="x"/>', '<title xml:lang="fr">{t}</title>', "<summary>{t}</summary>"),
    *("<dc:language>en</dc:language>", "<published>{t}</published>", "<!-- c -->", "{t}"),
    *('<rights mode="base64" xml:base="http://[">{t}</rights>', '<category term="" lang="x"/>'),
    *('<generator href="{a}" type="html">{t}</generator>', '<link rel="SELF" type="X" href=""/>'),
]
SPACES = (
    ' xmlns:c="http://purl.org/rss/1.0/modules/content/" xmlns:m="http://search.yahoo.com/mrss/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:o="https://other.example/"'
    ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:nyt="http://www.nytimes.com/'
    'namespaces/rss/2.0" xmlns:i="http://www.itunes.com/dtds/podcast-1.0.dtd"'
)
A = ' xmlns:a="http://www.w3.org/2005/Atom"'
NAMINGS = [
    *(SPACES + A, SPACES + A, SPACES + A + ' xmlns:r="http://purl.org/rss/1.0/"'),
    SPACES.replace("xmlns:m=", 'xmlns:m2="http://purl.org/dc/elements/1.1/" xmlns:m=') + A,
    SPACES.replace("xmlns:dc=", "xmlns:media=") + ' xmlns:dc="http://search.yahoo.com/mrss/"' + A,
    SPACES.replace("mrss/", "mrss /") + A,
    SPACES.replace("mrss/", "mrss'\\t/") + A,
    SPACES.replace("xmlns:nyt=", "xmlns:title=") + ' xmlns:nyt="https://nyt.example/"' + A,
]
Form = Callable[..., str]
SOURCE = FeedContext(feed_id="wire", url=BASE, now=datetime(2026, 11, 24, tzinfo=UTC))


def same(text: str) -> bool:
    """Whether the feed was plain to read; if so, all was found that feedparser finds."""
    _drafts_are_the_same(text)
    body = text.encode("utf-8", "replace")
    judged = read_feed(body, SOURCE, plainly=False)
    assert read_feed(body, SOURCE) == judged
    at_once = read_at_once(body, SOURCE)
    assert at_once is None or at_once == judged
    return at_once is not None


def _drafts_are_the_same(text: str) -> None:
    found = read_plainly(text, BASE)
    if found is None:
        return
    result = by_feedparser(text, BASE)
    assert not result["bozo"]
    assert result["version"] == found.form
    atom = found.form == "atom10"
    assert [draft_of(each, atom=atom) for each in result["entries"]] == found.drafts
    if found.about is not None:
        for key in ("title", "link", "language", "ttl", "sy_updateperiod", "sy_updatefrequency"):
            assert result["feed"].get(key) == found.about.get(key), key


def rss_feed(items: list[str], head: str, naming: str, root: str = "") -> str:
    body = "".join(f"<item>{each}</item>" for each in items)
    return f'<rss version="2.0"{naming}{root}><channel>{head}{body}</channel></rss>'


def atom_feed(entries: list[str], head: str, naming: str, root: str = "") -> str:
    body = "".join(f"<entry>{each}</entry>" for each in entries)
    return f'<feed xmlns="http://www.w3.org/2005/Atom"{naming}{root}>{head}{body}</feed>'


def filled(parts: list[str], texts: list[str]) -> st.SearchStrategy[str]:
    """One of the parts with a text and an address in it."""
    return st.builds(
        lambda part, text, address: part.format(t=text, a=address),
        st.sampled_from(parts),
        st.sampled_from(texts),
        st.sampled_from(ADDRESSES),
    )


def odd(parts: list[str]) -> st.SearchStrategy[str]:
    return st.lists(filled(parts, TEXTS), max_size=5).map("".join)


def plain(parts: list[str], form: Form) -> st.SearchStrategy[str]:
    """Parts that are plain when alone, each element at most once."""
    benign = [part for part in parts if is_plain(form, part.format(t="x", a="https://a.example/"))]
    part = filled(benign, PLAIN_TEXTS)
    return st.lists(part, unique_by=lambda each: each[:6], max_size=8).map("".join)


def is_plain(form: Form, part: str) -> bool:
    return read_at_once(form([part], "", NAMINGS[0]).encode(), SOURCE) is not None


PLAIN_TEXTS = [text for text in TEXTS if is_plain(rss_feed, f"<title>{text}</title>")]
KINDS: list[tuple[Form, list[str], list[str]]] = [
    (rss_feed, RSS_PARTS, RSS_HEAD),
    (atom_feed, ATOM_PARTS, ATOM_HEAD),
]
ODD = [
    st.builds(
        form,
        st.lists(odd(parts), min_size=1, max_size=3),
        odd(head),
        st.sampled_from(NAMINGS),
        st.sampled_from(ROOTS),
    )
    for form, parts, head in KINDS
]
PLAIN = [
    st.builds(
        form,
        st.lists(plain(parts, form), min_size=1, max_size=3),
        plain(head, lambda parts, _, naming, form=form: form([""], parts[0], naming)),
        st.just(NAMINGS[0]),
        st.sampled_from(["", "", ' xml:lang="de_AT"']),
    )
    for form, parts, head in KINDS
]
FEEDS = [st.one_of(plainly, strangely) for plainly, strangely in zip(PLAIN, ODD, strict=True)]


def test_most_of_what_is_made_plainly_is_not_handed_over() -> None:
    read = [0, 0]

    @settings(max_examples=100, deadline=None, database=None, derandomize=True)
    @given(st.one_of(PLAIN))
    def look(text: str) -> None:
        read[read_at_once(text.encode(), SOURCE) is not None] += 1

    look()
    assert read[1] > read[0]


@settings(max_examples=400, deadline=None)
@given(FEEDS[0])
def test_rss_is_read_as_feedparser_reads_it(text: str) -> None:
    same(text)


@settings(max_examples=400, deadline=None)
@given(FEEDS[1])
def test_atom_is_read_as_feedparser_reads_it(text: str) -> None:
    same(text)


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(FEEDS),
    st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=3), st.integers(0, 5)), max_size=3),
)
def test_a_feed_with_bytes_changed_is_read_as_feedparser_reads_it(
    text: str, changes: list[tuple[float, bytes, int]]
) -> None:
    body = text.encode("utf-8", "replace")
    for where, put, taken in changes:
        at = int(where * len(body))
        body = body[:at] + put + body[at + taken :]
    judged = read_feed(body, SOURCE, plainly=False)
    assert read_feed(body, SOURCE) == judged
    assert read_at_once(body, SOURCE) in (None, judged)


@pytest.mark.skipif(not FILES, reason="the captures are not here (../shared/feeds)")
@pytest.mark.parametrize("kind", [FeedKind.WIRE, FeedKind.COURT])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_capture_is_read_as_feedparser_reads_it_or_handed_over(
    path: Path, kind: FeedKind
) -> None:
    body = path.read_bytes()
    source = SOURCE.model_copy(update={"kind": kind})
    judged = read_feed(body, source, plainly=False)
    assert read_feed(body, source) == judged
    assert read_at_once(body, source) in (None, judged)


@pytest.mark.skipif(not FILES, reason="the captures are not here (../shared/feeds)")
def test_most_captures_are_not_handed_over() -> None:
    real = [
        path for path in FILES if path.parent.name == "real" and path.suffix not in (".html", ".md")
    ]
    at_once = [path for path in real if read_at_once(path.read_bytes(), SOURCE) is not None]
    assert len(at_once) * 4 >= len(real) * 3


def test_a_plain_feed_is_not_handed_over() -> None:
    found = read_at_once(rss([item(2), item(1)]).encode(), SOURCE)
    assert isinstance(found, Parsed)
    assert {entry.title for entry in found.entries} == {"Item 1", "Item 2"}


@pytest.mark.parametrize(
    "around",
    [
        "<!-- <item> -->{items}",
        "{items}<ttl>5</ttl>",
        "<description><![CDATA[<item>]]></description>{items}",
        "<description><item>{items}</item></description>",
        "<entry/><ttl>5</ttl>{items}",
        '<entry x="y"><title>C</title></entry><ttl>5</ttl>{items}',
        "<x:entry xmlns:x='http://a9.com/-/spec/opensearch/1.1/'></x:entry><ttl>5</ttl>{items}",
        '<!-- <item> --><link rel="x">/</link><ttl>5</ttl>{items}<!-- </item> -->',
    ],
)
def test_what_stands_about_the_entries_is_not_lost(around: str) -> None:
    items = "<item><title>A</title></item><item><title>B</title></item>"
    text = f'<rss version="2.0"><channel>{around.format(items=items)}</channel></rss>'
    same(text)


def test_every_element_that_feedparser_has_rules_for_is_known() -> None:
    rules = dir(_FeedParserMixin) + [name for each in MODULES for name in dir(each.Namespace)]
    found = {rule.removeprefix("_start_").lower() for rule in rules if rule.startswith("_start_")}
    assert {name for name in found if "_" not in name} == HANDLED
