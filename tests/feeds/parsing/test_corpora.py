"""Captures of real feeds and hostile documents, which are stored outside the repository."""

import calendar
import re
import runpy
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest

from bot.feeds.http.bounded_body import CannotDecompress, Decompressor, TooLarge
from bot.feeds.identity import list_identities, sift
from bot.feeds.model import Entry, FeedKind
from bot.feeds.parsing.entries import SUMMARY_CHARS, TITLE_CHARS
from bot.feeds.parsing.feedparser_reader import read_feed
from bot.feeds.parsing.result import FeedContext, NotParsed, Parsed
from bot.news.reader import Reader
from bot.values import Topic
from tests.news.examples import PARTIES, RULES, STATUS_RULES

READER = Reader(RULES, PARTIES, STATUS_RULES)
FOLDER = Path(__file__).parents[3] / ".." / "shared" / "feeds"
NOW = datetime(2026, 11, 24, tzinfo=UTC)

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the captures are not here (../shared/feeds)"
)


def listed() -> Iterator[tuple[str, str, int]]:
    """File, format and number of items of each real capture, from the index of captures."""
    index = FOLDER / "real" / "INDEX.md"
    text = index.read_text(encoding="utf-8") if index.is_file() else ""
    row = re.compile(r"^\| (\S+) \| \d+ \| (\w+) \| (\d+) \|", re.MULTILINE)
    for name, form, items in row.findall(text):
        yield name, form, int(items)


def files(folder: str) -> list[str]:
    found = (FOLDER / folder).glob("*") if FOLDER.is_dir() else ()
    return sorted(
        path.name for path in found if path.is_file() and path.suffix not in (".md", ".py")
    )


def source(name: str, url: str = "https://feeds.example/dir/feed.xml") -> FeedContext:
    kind = FeedKind.COURT if name.startswith("courts_") else FeedKind.WIRE
    return FeedContext(feed_id="f", url=url, kind=kind, now=NOW)


def outcome(folder: str, name: str) -> Parsed | NotParsed:
    body = (FOLDER / folder / name).read_bytes()
    if name.endswith((".gz", ".bin")):
        unpacker = Decompressor("deflate" if name.endswith(".bin") else "gzip", 5_000_000)
        try:
            unpacker.feed(body)
            body = unpacker.finish()
        except (CannotDecompress, TooLarge) as error:
            return NotParsed(cause=str(error))
    return read_feed(body, source(name))


def entries(name: str) -> tuple[Entry, ...]:
    parsed = outcome("broken", name)
    assert isinstance(parsed, Parsed), parsed
    return parsed.entries


def alerts(*names: str) -> list[list[str]]:
    """For each of these successive bodies of one feed, the titles of its new entries."""
    known: set[str] = set()
    result = []
    for name in names:
        new, revised = sift(entries(name), known)
        known.update(each for entry in (*new, *revised) for each in list_identities(entry))
        result.append([entry.title for entry in new])
    return result


@pytest.mark.parametrize(("name", "form", "items"), list(listed()))
def test_a_real_feed_has_the_form_and_items_of_the_index(name: str, form: str, items: int) -> None:
    parsed = outcome("real", name)
    if items == 0:
        assert isinstance(parsed, NotParsed)
        return
    assert isinstance(parsed, Parsed)
    assert (parsed.form, parsed.listed) == (form, items)
    # In one capture, one item has no title, no link and no text, so it becomes no entry.
    assert items - 1 <= len(parsed.entries) <= items


@pytest.mark.parametrize("name", [name for name, form, _ in listed() if form != "json"])
def test_a_real_feed_is_read_as_feedparser_reads_it(name: str) -> None:
    body = (FOLDER / "real" / name).read_bytes()
    theirs = feedparser.parse(
        body, response_headers={"content-location": "https://feeds.example/dir/feed.xml"}
    )
    parsed = read_feed(body, source(name))
    assert isinstance(parsed, Parsed)
    ours = {(entry.guid, entry.link) for entry in parsed.entries}
    wanted = {
        (" ".join(str(dict.get(e, "id", "")).split()), str(dict.get(e, "link", "")))
        for e in theirs.entries
        if dict.get(e, "link")
    }
    assert wanted <= ours | {(guid, "") for guid, _ in ours}
    if "gb2312" in name:
        return  # dates differ: feedparser reads 2020/1/10 as 1 November
    dates = {
        datetime.fromtimestamp(calendar.timegm(stamp), UTC)
        for e in theirs.entries
        if (stamp := dict.get(e, "published_parsed") or dict.get(e, "updated_parsed"))
    }
    assert {entry.published for entry in parsed.entries if entry.published} == dates


def test_docket_entries_that_share_a_guid_are_all_kept() -> None:
    sdny, nyed = (outcome("real", f"courts_pacer_{court}.rss") for court in ("sdny", "nyed"))
    assert isinstance(sdny, Parsed)
    assert isinstance(nyed, Parsed)
    assert len(sift(sdny.entries, ())[0]) == 358
    # 23 of the 432 entries of `nyed` have the same guid, link and text as another entry.
    assert len(sift(nyed.entries, ())[0]) == 432 - 23
    assert sdny.window_s is not None
    assert sdny.window_s < 3 * 3600


FAILS = [
    *("pub_truncated_root.xml", "pub_incomplete_cdata.xml", "pub_empty_document.xml"),
    *("pub_json_invalid.json", "own_html_captive_portal.html", "own_html_access_denied.html"),
    *("own_html_with_feed_link.html", "own_empty_body.rss", "own_whitespace_only.rss"),
    *("own_bom_only.rss", "own_wrong_root.xml", "own_opml.xml", "own_json_deep.json"),
    *("own_feed_moved_newlocation.xml", "own_gzip_not_gzip.rss.gz", "own_gzip_truncated.rss.gz"),
    *("own_truncated_mid_utf8.rss", "pub_invalid_bytes_with_bom.xml"),
]
COUNTS = {
    "own_baseline_ok.rss": 3,
    "own_truncated_mid_item.rss": 1,
    "own_nul_bytes.rss": 2,
    "own_date_zoo.rss": 16,
    "own_javascript_links.rss": 6,
    "own_slack_injection.rss": 15,
    "own_double_gzip.rss.gz": 3,
    "own_deflate_raw.bin": 3,
    "own_trailing_garbage.rss": 3,
    "own_leading_php_warning.rss": 3,
    "own_two_roots.rss": 3,
    "own_json_feed_hostile.json": 1,
    "own_missing_dates.rss": 3,
}


@pytest.mark.parametrize("name", files("broken"))
@pytest.mark.timeout(20)
def test_nothing_hostile_gets_through(name: str) -> None:
    began = time.process_time()
    parsed = outcome("broken", name)
    assert time.process_time() - began < 5
    if name in FAILS:
        assert isinstance(parsed, NotParsed)
        return
    assert isinstance(parsed, Parsed), parsed
    assert len(parsed.entries) == COUNTS.get(name, len(parsed.entries))
    for entry in parsed.entries:
        began = time.process_time()
        READER.understand(entry.title, entry.summary, None)
        assert time.process_time() - began < 1
        text = f"{entry.title}\n{entry.summary}"
        assert "root:" not in text
        assert "\ufffd" not in text
        # One title contains "<b>" as text, not as markup.
        assert not re.search(r"<[A-Za-z/!?]", text.replace("Duty <b> 25%", ""))
        assert not re.search("[\x00-\x08\x0b-\x1f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", text)
        assert len(entry.title) <= TITLE_CHARS
        assert len(entry.summary) <= SUMMARY_CHARS
        assert entry.link == "" or re.fullmatch(r"https?://[^\s<>|\"]+", entry.link)
        assert entry.published is None or 1995 < entry.published.year <= NOW.year


def test_texts_are_decoded_as_the_index_says() -> None:
    assert entries("own_shiftjis_declared.rss")[0].title.endswith("15%に")
    assert entries("own_shiftjis_declared_utf8.rss") == entries("own_shiftjis_declared.rss")
    assert entries("own_latin1_declared_utf8.rss")[0].title.startswith("Zölle")
    assert entries("own_utf8_declared_latin1.rss")[0].title.startswith("Zölle")
    assert "10%" in entries("own_gbk_undeclared.rss")[0].title


def test_each_identity_case_of_the_index_alerts_once() -> None:
    assert len(alerts("own_duplicate_guids.rss")[0]) == 3
    assert [len(new) for new in alerts("own_guid_changing_a.rss", "own_guid_changing_b.rss")] == [
        1,
        0,
    ]
    for second in ("own_title_edit_b", "own_title_edit_typo", "own_reposted_new_date"):
        assert [len(new) for new in alerts("own_title_edit_a.rss", f"{second}.rss")] == [1, 0]
    for twice in ("own_missing_dates.rss", "own_date_zoo.rss", "own_slack_injection.rss"):
        assert alerts(twice, twice)[1] == []


def test_a_story_of_a_news_search_is_recognized_with_another_guid_and_link() -> None:
    body = (FOLDER / "real" / "excerpt_google_news_2026.rss").read_bytes()
    first, again = (
        read_feed(body.replace(b"CBMib", name), source("news.rss")) for name in (b"CBMic", b"CBMid")
    )
    assert isinstance(first, Parsed)
    assert isinstance(again, Parsed)
    assert {entry.guid for entry in first.entries}.isdisjoint(e.guid for e in again.entries)
    known = {each for entry in first.entries for each in list_identities(entry)}
    assert sift(again.entries, known) == ((), ())


def test_a_number_edited_in_a_title_is_a_revision() -> None:
    before = {each for e in entries("own_title_edit_a.rss") for each in list_identities(e)}
    _, revised = sift(entries("own_title_edit_b.rss"), before)
    assert len(revised) == 1


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("own_html_title_atom.atom", "Duty <b> 25%"),
        ("own_html_title_atom.atom", "Duty now 10%"),
        ("own_html_entities.rss", "Duty — 25 % … ’s &bogus;"),
        ("own_unescaped_ampersand.rss", "AT&T & steel: R&D"),
        ("own_control_chars.rss", "Duty on steel raised to 25%"),
        ("own_xxe_passwd.rss", "Leak: &p;"),
        ("own_bidi_override.rss", "Tariff cut to %52 on steel"),
        ("pub_no_title_ns_confusion.rss", "Real Product Title"),
        ("pub_illegal_control_char.xml", "abcd"),
        ("pub_items_without_titles.xml", "some content"),
        ("pub_invalid_prolog.xml", "Café"),
        ("pub_utf8_in_latin1_prolog.xml", "Café"),
        ("pub_euc_kr_item.xml", "년"),
    ],
)
def test_a_title_has_the_text_given_in_the_index(name: str, title: str) -> None:
    assert title in [entry.title for entry in entries(name)]


def test_a_wrong_or_unknown_encoding_gives_a_warning() -> None:
    for name in ("pub_bogus_encoding.xml", "pub_linenoise.xml", "pub_invalid_prolog.xml"):
        parsed = outcome("broken", name)
        assert isinstance(parsed, Parsed)
        assert any("encoding" in warning for warning in parsed.warnings)


def test_other_links_than_web_links_are_dropped_with_a_warning() -> None:
    parsed = outcome("broken", "own_javascript_links.rss")
    assert isinstance(parsed, Parsed)
    assert {entry.link for entry in parsed.entries} == {""}
    assert "6 links are not web links and were dropped" in parsed.warnings
    assert [entry.link for entry in entries("own_relative_links.atom")] == [
        "https://cdn.example/2",
        "https://cdn.example/press/1",
    ]


def test_impossible_dates_are_dropped_and_the_others_sorted() -> None:
    assert {entry.published for entry in entries("own_epoch_1970.rss")} == {None}
    assert sum(entry.published is None for entry in entries("own_future_2099.rss")) == 1
    dates = [entry.published for entry in entries("own_unordered_old_first.rss")]
    assert dates == sorted(date for date in dates if date)
    parsed = outcome("broken", "own_ttl_negative.rss")
    assert isinstance(parsed, Parsed)
    assert parsed.asked.ttl_s is None


def test_look_alike_letters_match_and_telephone_tariffs_do_not() -> None:
    (alike,) = entries("own_homoglyph.rss")
    assert READER.understand(alike.title, alike.summary).topics == (Topic.TARIFF,)
    silent = [e for e in entries("own_sarcasm_negation.rss") if re.match("Mobile|Electr", e.title)]
    assert [READER.understand(e.title, e.summary).topics for e in silent] == [(), ()]


def test_only_rates_in_the_text_are_read() -> None:
    read = {
        str(figure.to_percent)
        for entry in entries("own_numbers_that_lie.rss")
        for figure in READER.understand(entry.title, entry.summary, None).figures
    }
    assert read <= {"25", "0.5", "1000.5"}


def test_very_large_documents_are_limited(tmp_path: Path) -> None:
    # An import would write bytecode into that folder, which is outside the repository.
    runpy.run_path(str(FOLDER / "broken" / "make_big.py"))["main"](str(tmp_path))
    for path in sorted(tmp_path.glob("*")):
        began = time.process_time()
        if path.suffix == ".gz":
            unpacker = Decompressor("gzip", 5_000_000)
            with pytest.raises(TooLarge):
                unpacker.feed(path.read_bytes())
        else:
            parsed = read_feed(path.read_bytes(), source(path.name))
            assert isinstance(parsed, NotParsed) or len(parsed.entries) <= 500
        assert time.process_time() - began < 5
