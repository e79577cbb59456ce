"""Parsing of RSS and Atom bodies, with one small document per case."""

import json
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds.identity import list_identities, sift
from bot.feeds.model import FeedKind
from bot.feeds.parsing.entries import SUMMARY_CHARS, TITLE_CHARS
from bot.feeds.parsing.feedparser_reader import read_feed
from bot.feeds.parsing.result import FeedContext, NotParsed, Parsed
from tests.feeds.bodies import ENTITY_BOMB, GOOD, OUTSIDE_ENTITY, PAGE, item, rss

NOW = datetime(2025, 5, 12, 12, 0, tzinfo=UTC)
SOURCE = FeedContext(feed_id="wire", url="https://harbour.example/news/feed.xml", now=NOW)


def read(body: str | bytes, **given_: object) -> Parsed:
    parsed = outcome(body, **given_)
    assert isinstance(parsed, Parsed), parsed
    return parsed


def outcome(body: str | bytes, **given_: object) -> Parsed | NotParsed:
    raw = body.encode() if isinstance(body, str) else body
    return read_feed(raw, SOURCE.model_copy(update=given_))


def titles(body: str | bytes, **given_: object) -> list[str]:
    return [entry.title for entry in read(body, **given_).entries]


def test_entries_come_oldest_first_whatever_the_order() -> None:
    days = [f"{day:02} May 2025 10:00:00 GMT" for day in (5, 1, 9)]
    body = rss([item(n, date=date) for n, date in enumerate(days)])
    assert titles(body) == ["Item 1", "Item 0", "Item 2"]


def test_without_dates_the_order_of_the_feed_is_reversed() -> None:
    parsed = read(rss([item(3, date=""), item(2, date=""), item(1, date="")]))
    assert [entry.title for entry in parsed.entries] == ["Item 1", "Item 2", "Item 3"]
    assert "no credible date on all entries" in parsed.warnings


def test_title_site_and_publisher_hints_are_read() -> None:
    head = (
        "<ttl>30</ttl><sy:updatePeriod>daily</sy:updatePeriod>"
        "<sy:updateFrequency>4</sy:updateFrequency><skipHours><hour>3</hour><hour>24</hour>"
        "</skipHours><skipDays><day>Sunday</day><day>Someday</day></skipDays>"
    )
    parsed = read(rss([item(1)], head))
    assert (parsed.title, parsed.form) == ("Harbour Wire", "rss20")
    assert parsed.home == "https://harbour.example/"
    assert (parsed.asked.ttl_s, parsed.asked.period_s) == (1800, 21_600)
    assert (parsed.asked.skip_hours, parsed.asked.skip_days) == ((0, 3), (6,))


def test_the_window_is_the_time_that_the_entries_cover() -> None:
    body = rss([item(1, date="05 May 2025 10:00 GMT"), item(2, date="05 May 2025 12:47 GMT")])
    assert read(body).window_s == 10_020
    assert read(rss([item(1)])).window_s is None


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Duty on tea &lt;b&gt;doubled&lt;/b&gt;", "Duty on tea doubled"),
        ("Duty &amp;lt;i&amp;gt;on&amp;lt;/i&amp;gt; tea", "Duty on tea"),
        ("<![CDATA[Tea & <b>coffee</b>]]>", "Tea & coffee"),
        ("Tea & coffee: R&D", "Tea & coffee: R&D"),
        ("Tea &mdash; 25&nbsp;% &rsquo;s &madeup;", "Tea — 25 % ’s &madeup;"),
        ("5% &lt; 10% &gt; 3%", "5% < 10% > 3%"),
        ("Tea\x08 and\x00 coffee", "Tea and coffee"),
        ("Tea &#8;and&#0; coffee&#xFFFE;", "Tea and coffee"),
        ("Tea \u202e%52\u202c \u200bcut", "Tea %52 cut"),
        ("Tea\n  and\tcoffee", "Tea and coffee"),
        ("&lt;script&gt;steal()&lt;/script&gt;Tea", "Tea"),
    ],
)
def test_a_title_is_the_visible_text(title: str, shown: str) -> None:
    assert titles(rss([item(1, title)])) == [shown]


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("<title>Duty &lt;b&gt; of 25%</title>", "Duty <b> of 25%"),
        ('<title type="text">Duty &lt;b&gt; of 25%</title>', "Duty <b> of 25%"),
        ("<title>&lt;b&gt;Duty&lt;/b&gt; of 25%</title>", "Duty of 25%"),
        ("<title>Duty &lt;img src=x&gt; &amp;amp; more</title>", "Duty & more"),
        ('<title type="html">Duty &lt;b&gt; of 25%</title>', "Duty of 25%"),
        ('<title type="html">Duty &amp;lt;b&amp;gt; of 25%</title>', "Duty <b> of 25%"),
    ],
)
def test_an_atom_title_is_text_or_html_as_its_type_says(title: str, shown: str) -> None:
    entry = f'<entry>{title}<id>urn:1</id><link href="https://harbour.example/1"/></entry>'
    assert titles(f'<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:f</id>{entry}</feed>') == [
        shown
    ]


def test_a_json_title_is_text() -> None:
    items = [{"id": "1", "title": "Duty <b> of 25%"}, {"id": "2", "title": "<i>Tea</i> & AT&amp;T"}]
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": items}
    assert set(titles(json.dumps(feed))) == {"Duty <b> of 25%", "Tea & AT&T"}


def test_an_entry_without_a_title_gets_one_from_its_text() -> None:
    long = "Ministers met in the harbour. " * 20
    (entry,) = read(rss([item(1, "", summary=f"&lt;p&gt;{long}&lt;/p&gt;")])).entries
    assert entry.title.startswith("Ministers met in the harbour.")
    assert len(entry.title) <= 120
    assert not entry.title[:-1].endswith(" ")


def test_an_empty_entry_is_skipped_and_counted() -> None:
    parsed = read(rss("<item><title/><link/></item>" + item(1)))
    assert [entry.title for entry in parsed.entries] == ["Item 1"]
    assert parsed.listed == 2
    assert "1 entries are empty and were skipped" in parsed.warnings


def test_texts_are_limited_in_length() -> None:
    (entry,) = read(rss([item(1, "tariff " * 50_000, summary="duty " * 50_000)])).entries
    assert len(entry.title) <= TITLE_CHARS
    assert len(entry.summary) <= SUMMARY_CHARS


def test_the_newest_of_many_are_taken_and_the_rest_counted() -> None:
    dates = [f"{day:02} Apr 2025 {hour:02}:00 GMT" for day in range(1, 31) for hour in range(20)]
    body = rss([item(n, date=date) for n, date in enumerate(dates)])
    parsed = read(body, max_entries=50)
    assert [entry.title for entry in parsed.entries] == [f"Item {n}" for n in range(550, 600)]
    assert parsed.listed == 600
    assert "the newest 50 of 600 entries were used" in parsed.warnings


def test_content_replaces_a_missing_summary_and_is_added_for_courts() -> None:
    content = "<content:encoded><![CDATA[<p>Origin: trade court</p>]]></content:encoded></item>"
    bare = item(1, summary="").replace("</item>", content)
    both = item(1, summary="Opinion.").replace("</item>", content)
    assert read(rss(bare)).entries[0].summary == "Origin: trade court"
    assert read(rss(both)).entries[0].summary == "Opinion."
    court = read(rss(both), kind=FeedKind.COURT).entries[0]
    assert court.summary == "Opinion.\nOrigin: trade court"


def test_links_are_made_absolute_and_harmful_ones_dropped() -> None:
    body = rss(
        "<item><title>a</title><link>/story</link></item>"
        "<item><title>b</title><link>javascript:alert(1)</link></item>"
    )
    assert {e.title: e.link for e in read(body).entries} == {
        "a": "https://harbour.example/story",
        "b": "",
    }


def test_atom_gives_its_alternate_link_and_its_published_date() -> None:
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="//cdn.example/x/" xml:lang="fr">'
        "<title>t</title><id>tag:t</id><entry><id>tag:1</id>"
        '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Tea <em>now</em></div>'
        "</title>"
        '<link rel="enclosure" href="/a.pdf"/><link rel="alternate" href="../1"/>'
        "<published>2025-05-05T10:00:00Z</published><updated>2025-05-06T10:00:00Z</updated>"
        "<summary>s</summary></entry></feed>"
    )
    (entry,) = read(body).entries
    assert (entry.title, entry.link, entry.guid) == ("Tea now", "https://cdn.example/1", "tag:1")
    assert entry.published == datetime(2025, 5, 5, 10, tzinfo=UTC)
    assert entry.language == "fr"


MEDIA = ' xmlns:media="http://search.yahoo.com/mrss/"'
CAPTION = "<media:description>A crane lifts tea after the 9% duty</media:description>"


@pytest.mark.parametrize("medium", ["image", "video"])
def test_a_caption_is_not_the_text_of_an_entry(medium: str) -> None:
    picture = f'<media:content url="/p" medium="{medium}"><media:title>Crane</media:title>'
    picture += f"{CAPTION}</media:content>"
    plain = "<title>Talks</title><link>/a</link><description>They met.</description>"
    full = '<content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/">They met.'
    bodies = [
        f"<item>{picture}{plain}</item>",
        f"<item>{plain}{picture}</item>",
        f"<item><media:group>{picture}</media:group>{plain}</item>",
        f"<item>{CAPTION}{plain}</item>",
        f"<item>{picture}<title>Talks</title><link>/a</link>{full}</content:encoded></item>",
    ]
    for body in bodies:
        (entry,) = read(rss([body]).replace("<rss", f"<rss{MEDIA}")).entries
        assert (entry.title, entry.summary) == ("Talks", "They met.")


def test_only_the_caption_of_a_video_replaces_a_missing_text() -> None:
    for kind, text in (
        ('medium="image"', ""),
        ('type="image/jpeg"', ""),
        ('type="application/x-shockwave-flash"', "A crane lifts tea after the 9% duty"),
        ('type="video/mp4"', "A crane lifts tea after the 9% duty"),
    ):
        body = f"<item><title>Talks</title><link>/a</link><media:group><media:content {kind}/>"
        body += f"{CAPTION}</media:group></item>"
        (entry,) = read(rss([body]).replace("<rss", f"<rss{MEDIA}")).entries
        assert entry.summary == text


def read_links(links: str, language: str = "", feed_language: str = "") -> str:
    given_ = f' xml:lang="{language}"' if language else ""
    entry = f"<entry{given_}><title>Talks</title><id>urn:1</id>{links}</entry>"
    of_feed = f' xml:lang="{feed_language}"' if feed_language else ""
    body = f'<feed xmlns="http://www.w3.org/2005/Atom"{of_feed}><id>urn:f</id>{entry}</feed>'
    [found] = read(body).entries
    return found.link.removeprefix("https://harbour.example/")


@pytest.mark.parametrize(
    ("language", "feed_language", "expected"),
    [
        ("de", "en", "de"),
        ("de-AT", "en", "de"),
        ("", "pt-BR", "pt"),
        ("", "pt", "pt"),
        ("ja", "de", "any"),
        ("", "", "any"),
    ],
)
def test_the_link_is_the_page_in_the_language_of_the_entry(
    language: str, feed_language: str, expected: str
) -> None:
    pages = '<link href="/any"/><link rel="alternate" hreflang="pt-BR" href="/pt"/>'
    pages += '<link rel="alternate" hreflang="de" href="/de"/><link hreflang="es" href="/es"/>'
    pages += '<link rel="enclosure" hreflang="ja" href="/ja.mp3"/>'
    pages += '<link type="application/pdf" hreflang="de" href="/de.pdf"/>'
    assert read_links(pages, language, feed_language) == expected


def test_without_a_page_in_the_language_the_first_one_is_linked() -> None:
    pages = '<link hreflang="fr" href="/fr"/><link hreflang="es" href="/es"/>'
    assert read_links(pages, "ja") == "fr"


@pytest.mark.parametrize(
    ("links", "link"),
    [
        ("<link></link><guid>{}</guid>", "{}"),
        ("<guid>{}</guid><link/>", "{}"),
        ('<link>javascript:void(0)</link><guid isPermaLink="true">{}</guid>', "{}"),
        ("<link>#</link><guid isPermaLink='TRUE'>{}</guid>", "{}"),
        ("<link>/a</link><guid>{}</guid>", "https://harbour.example/a"),
        ("<guid isPermaLink='false'>{}</guid><link></link>", ""),
        ("<guid>urn:tea:1</guid><link></link>", ""),
    ],
)
def test_a_permalink_replaces_a_useless_link(links: str, link: str) -> None:
    page = "https://harbour.example/tea/1"
    (entry,) = read(rss([f"<item><title>Tea</title>{links.format(page)}</item>"])).entries
    assert entry.link == link.format(page)


def test_an_id_that_is_an_address_replaces_a_missing_link() -> None:
    page = "https://harbour.example/tea/1"
    for links in ("", '<link href=""/>', '<link rel="self" href="/x"/>'):
        body = f"<entry><title>Tea</title><id>{page}</id>{links}</entry>"
        atom = f'<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:f</id>{body}</feed>'
        assert read(atom).entries[0].link == page
    items = [{"id": page, "title": "Tea"}, {"id": "2", "title": "Coffee"}]
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": items}
    assert {entry.link for entry in read(json.dumps(feed)).entries} == {page, ""}


def test_a_feed_whose_only_entry_is_an_error_is_not_read() -> None:
    found = outcome(rss([item(1, "Bridge returned error 502! (19000)")]))
    assert found == NotParsed(
        cause="its only entry is an error: Bridge returned error 502! (19000)"
    )


def test_rdf_is_read() -> None:
    body = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        '<channel rdf:about="x"><title>t</title></channel><item rdf:about="https://h.example/1">'
        "<title>Tea</title><link>https://h.example/1</link><dc:date>2025-05-05</dc:date></item>"
        "</rdf:RDF>"
    )
    (entry,) = read(body).entries
    assert (entry.title, entry.published_roughly) == ("Tea", True)


def test_a_json_feed_is_read_and_its_bad_items_skipped() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "t",
        "home_page_url": "https://h.example/",
        "items": [
            {"id": 7, "title": "Tea", "url": "/7", "date_published": "2025-05-05T10:00:00Z"},
            {"id": "8", "content_html": "<p>Untitled &amp; plain</p>"},
            {"id": "9", "content_text": "1 < 2 & 3"},
            {"id": {"a": 1}, "title": ["x"]},
            None,
        ],
    }
    parsed = read(json.dumps(feed))
    assert sorted(entry.title for entry in parsed.entries) == [
        "1 < 2 & 3",
        "Tea",
        "Untitled & plain",
    ]
    assert "2 items were of the wrong shape and skipped" in parsed.warnings


def test_json_escapes_of_illegal_characters_are_removed() -> None:
    item_ = {"id": "a\x00b\ud800", "title": "Tea", "url": "https://h.example/1"}
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [item_]}
    assert [entry.guid for entry in read(json.dumps(feed)).entries] == ["ab"]


@pytest.mark.timeout(20)
def test_a_long_line_with_one_invalid_byte_is_parsed_quickly() -> None:
    body = rss([item(1), item(2, summary="x" * 100_000 + "@")]).encode().replace(b"@", b"\xe9")
    assert titles(body) == ["Item 2", "Item 1"]


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("", "the body is empty"),
        (" \n\t", "the body is empty"),
        ("\ufeff", "the body is empty"),
        (PAGE, "the body is a web page, not a feed"),
        ("<html><pre>&lt;rss&gt;</pre><rss></rss></html>", "the body is a web page, not a feed"),
        ("<opml version='2.0'><body/></opml>", "its first element is <opml>, not a feed"),
        ("<urlset/>", "its first element is <urlset>, not a feed"),
        ("Service unavailable", "the body is neither XML nor JSON"),
        ("<!-- <rss> -->", "the body is neither XML nor JSON"),
        ("{", "the JSON is broken or cut off"),
        ("[1]", "the JSON is not a JSON Feed (its version is missing)"),
        ('{"rss": {}}', "the JSON is not a JSON Feed (its version is missing)"),
        ("[" * 100_000, "it is nested too deeply to be read"),
        (GOOD[:60], "it is cut off before its first entry ends"),
    ],
)
def test_the_error_names_what_came_instead_of_a_feed(body: str, cause: str) -> None:
    assert outcome(body) == NotParsed(cause=cause)


def test_a_truncated_feed_gives_only_complete_entries() -> None:
    whole = rss([item(1), item(2), item(3)])
    parsed = read(whole[: whole.index("Item 3") + 4])
    assert [entry.title for entry in parsed.entries] == ["Item 2", "Item 1"]
    assert not parsed.complete
    assert "the feed is cut off before its end" in parsed.warnings


def test_a_feed_truncated_within_a_character_has_no_replacement_character() -> None:
    body = rss([item(1), item(2, "Zölle auf Tee: 5 €")]).encode()
    cut = body[: body.index("€".encode()) + 1]
    assert "\ufffd" not in "".join(titles(cut))


def test_no_declared_entity_is_expanded() -> None:
    assert titles(ENTITY_BOMB) == ["Bomb &e;"]
    assert titles(OUTSIDE_ENTITY) == ["Leak &p;"]


@pytest.mark.parametrize(
    "head",
    [
        "<image><title>Harbour<url>/a.png</url><width>144</width></image>",
        "<title>Harbour<height>32</height></title>",
        "</channel><creativeCommons:license>x</creativeCommons:license><channel>",
        "<gml:pos>1 2</gml:pos>",
    ],
)
def test_unused_elements_do_not_break_a_feed(head: str) -> None:
    assert "Item 1" in titles(rss([item(2), item(1)], head))


def test_text_around_the_feed_is_ignored() -> None:
    body = f"<br />\n<b>Warning</b>: in /home/site/feed.php\n{GOOD}\n<script>x</script>{GOOD}"
    parsed = read(body)
    assert [entry.title for entry in parsed.entries] == ["Item 1", "Item 2"]
    assert "text before the XML was skipped" in parsed.warnings


def test_a_doctype_and_comments_before_the_root_are_ignored() -> None:
    before = '<?xml version="1.1"?><!-- <html> <rss> --><!DOCTYPE html PUBLIC "x" "http://y/">'
    assert titles(before + GOOD.partition("?>")[2]) == ["Item 1", "Item 2"]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("opening", ["<!DOCTYPE ", "<!DOCTYPE [", "<?xml "])
def test_unclosed_markup_before_the_root_is_parsed_quickly(opening: str) -> None:
    assert titles(opening * 9000 + GOOD.partition("?>")[2]) == ["Item 1", "Item 2"]


def test_a_changed_date_makes_no_second_entry() -> None:
    first = read(rss([item(1)])).entries
    again = read(rss([item(1, date="Tue, 06 May 2025 10:00:00 GMT")])).entries
    new, revised = sift(again, {each for entry in first for each in list_identities(entry)})
    assert (new, revised) == ((), ())


@pytest.mark.parametrize(
    ("encoding", "declared", "text"),
    [
        ("utf-8", "UTF-8", "Zölle 5 €"),
        ("utf-8", "ISO-8859-1", "Zölle 5 €"),
        ("utf-8", "nonsense", "Zölle 5 €"),
        ("utf-8-sig", "US-ASCII", "Zölle 5 €"),
        ("iso-8859-1", "ISO-8859-1", "Zölle für Stahl"),
        ("iso-8859-1", "UTF-8", "Zölle für Stahl"),
        ("windows-1252", "", "Zölle “5 €”"),
        ("windows-1251", "windows-1251", "Пошлины на сталь"),
        ("koi8-r", "KOI8-R", "Пошлины на сталь"),
        ("shift_jis", "Shift_JIS", "鉄鋼への関税を引き上げ"),
        ("shift_jis", "UTF-8", "鉄鋼への関税を引き上げ、交渉は来週再開"),
        ("gb18030", "gb2312", "商务部宣布新的关税措施"),
        ("gb18030", "", "商务部宣布新的关税措施将于下周生效"),
        ("big5", "Big5", "對鋼鐵加徵關稅"),
        ("euc-kr", "EUC-KR", "철강 관세 인상"),
        ("utf-16", "UTF-16", "Zölle 5 €"),
        ("utf-32", "UTF-32", "Zölle 5 €"),
    ],
)
def test_text_is_decoded_whatever_is_declared(encoding: str, declared: str, text: str) -> None:
    said = f' encoding="{declared}"' if declared else ""
    body = f'<?xml version="1.0"{said}?>' + rss([item(1, text)]).partition("?>")[2]
    assert titles(body.encode(encoding)) == [text]


def test_the_headers_charset_counts() -> None:
    body = rss([item(1, "Пошлины на сталь")]).partition("?>")[2].encode("windows-1251")
    assert titles(body, content_type="text/xml; charset=windows-1251") == ["Пошлины на сталь"]


def test_an_invalid_byte_replaces_one_character_only() -> None:
    body = rss([item(1, "Zölle für Übersee: ÄÖÜ äöü ß €"), item(2, "X@Y")]).encode()
    assert titles(body.replace(b"@", b"\xff"))[1] == "Zölle für Übersee: ÄÖÜ äöü ß €"


@pytest.mark.parametrize(
    "nasty",
    [
        "<b>" * 50_000 + "x" + "</b>" * 50_000,
        "<![CDATA[" * 20_000,
        "<!-- " * 20_000,
        "&" * 100_000,
        "<a href='" + "a" * 500_000 + "'>x</a>",
        "&lt;" * 50_000,
        "]]>" * 30_000,
        "<x:y " * 10_000,
    ],
)
@pytest.mark.timeout(20)
def test_hostile_bodies_are_parsed_quickly(nasty: str) -> None:
    outcome(rss([item(1), item(2, summary=nasty), item(3)]))


@pytest.mark.timeout(20)
def test_an_author_of_one_long_word_is_parsed_quickly() -> None:
    long = item(2).replace("</item>", f"<author>{'www.' * 40_000}</author></item>")
    assert titles(rss([long, item(1)], "<managingEditor/><managingEditor/>")) == [
        "Item 1",
        "Item 2",
    ]


MARKUP = re.compile(
    r"<!--|<!\[CDATA\[|<[!?][^<>]*>|</\w[^<>]*>"
    r"|<(?:b|img|script|item|title|description|guid|link)(?:[\s/][^<>]*)?>"
)
markup = st.lists(
    st.sampled_from(
        [
            *("<", ">", "&", "&lt;", "&gt;", "&amp;", "&#60;", "&amp;lt;", "&amp;gt;", "&amp;#60;"),
            *("<b>", "</b>", "<script>", "</script>", "<img src=x onerror=y>", "<!--", "-->", "b"),
            *("<![CDATA[", "]]>", "/", "!", "script", "channel", "'", '"', " ", "\n", "\u202e"),
            *("<item>", "</item>", "<title>", "</title>", "</channel>", "</rss>", "\x00", "ö"),
        ]
    ),
    max_size=30,
).map("".join)


@settings(max_examples=300)
@given(markup, markup)
def test_no_markup_gets_through(title: str, summary: str) -> None:
    parsed = outcome(rss([item(1, title, summary=summary)]))
    for entry in parsed.entries if isinstance(parsed, Parsed) else ():
        # A title may contain "<b>" or "</b>" as text, but not both; a summary contains no tags.
        tags = MARKUP.findall(entry.title)
        assert set(tags) <= {"<b>"} or set(tags) <= {"</b>"}
        assert not MARKUP.search(entry.summary)
        for text in (entry.title, entry.summary):
            assert not set(text) & set("\x00\x08\u202e\u200b")
        assert "\n" not in entry.title


@settings(max_examples=200)
@given(st.binary(max_size=2000))
def test_no_bytes_raise(body: bytes) -> None:
    outcome(body)
    outcome(b"<rss><channel><item><title>" + body + b"</title></item></channel></rss>")


@settings(max_examples=200)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["id", "url", "title", "content_html", "date_published", "items"])
                | st.text(),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_no_json_raises(items: object) -> None:
    outcome(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [items]}))
    outcome(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}))
