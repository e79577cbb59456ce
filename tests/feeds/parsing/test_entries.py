"""Raw entries become clean entries, and feed metadata is read; tests compare whole values."""

from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

import pytest

from bot.feeds.identity import identify
from bot.feeds.model import Entry, FeedKind, PublisherHints
from bot.feeds.parsing.entries import (
    SUMMARY_CHARS,
    TITLE_CHARS,
    RawEntry,
    add_entries,
    clean_guid,
    escape_html,
)
from bot.feeds.parsing.metadata import read_metadata
from bot.feeds.parsing.result import FeedContext, Parsed

NOW = datetime(2025, 5, 12, 12, tzinfo=UTC)
CONTEXT = FeedContext(feed_id="wire", url="https://w.example/news/feed", language="de", now=NOW)
FIFTH = datetime(2025, 5, 5, tzinfo=UTC)


def clean(raw: RawEntry, feed_language: str = "", **context: Any) -> Entry:
    """The only parsed entry, without its identities."""
    found = add_entries(Parsed(), [raw], CONTEXT.model_copy(update=context), feed_language)
    [entry] = found.entries
    unset = {"key": "", "aliases": (), "place": "", "headline": "", "texts": ()}
    return entry.model_copy(update=unset)


def test_a_raw_entry_becomes_a_clean_one() -> None:
    raw = RawEntry(
        guid=" <b>g</b>  1 ",
        link="/a",
        title="Duty\n<b>on</b> tea",
        summary="<p>One.</p><p>Two.</p>",
        content="<p>Three.</p>",
        date="2025-05-05T10:00:00Z",
        language="fr",
    )
    assert clean(raw, "it") == Entry(
        feed_id="wire",
        key="",
        guid="g 1",
        link="https://w.example/a",
        title="Duty on tea",
        summary="One.\nTwo.",
        published=FIFTH.replace(hour=10),
        language="fr",
    )


@pytest.mark.parametrize(
    ("raw", "title", "summary"),
    [
        (RawEntry(summary="One.<p>Two.</p>"), "One.", "One.\nTwo."),
        (RawEntry(content="One.<p>Two.</p>"), "One.", "One.\nTwo."),
        (RawEntry(link="/a"), "https://w.example/a", ""),
        (RawEntry(title="<p>a</p><p>b</p>"), "a b", ""),
        (RawEntry(title="a &lt;b&gt; b"), "a <b> b", ""),
        (RawEntry(summary="word " * 50), f"{'word ' * 24}".strip()[:119] + "…", None),
        (RawEntry(title="x" * 401), "x" * 399 + "…", ""),
    ],
)
def test_a_title_is_made_of_the_text_or_the_link_where_it_is_missing(
    raw: RawEntry, title: str, summary: str | None
) -> None:
    found = clean(raw)
    assert found.title == title
    assert summary is None or found.summary == summary


@pytest.mark.parametrize(
    ("summary", "content", "of_court", "of_others"),
    [
        ("One.", "Two.", "One.\nTwo.", "One."),
        ("One.", "", "One.", "One."),
        ("", "Two.", "Two.", "Two."),
        ("One  two.", "One<p>two.</p>", "One\ntwo.", "One two."),
        ("", "", "", ""),
    ],
)
def test_a_court_gives_summary_and_content(
    summary: str, content: str, of_court: str, of_others: str
) -> None:
    raw = RawEntry(title="a", summary=summary, content=content)
    assert clean(raw, kind=FeedKind.COURT).summary == of_court
    assert clean(raw, kind=FeedKind.WIRE).summary == of_others


def test_texts_are_cut_to_their_limits() -> None:
    raw = RawEntry(title="a" * 500, summary="b" * 5000, content="c" * 5000)
    for kind in (FeedKind.COURT, FeedKind.WIRE):
        found = clean(raw, kind=kind)
        assert (len(found.title), len(found.summary)) == (TITLE_CHARS, SUMMARY_CHARS)
    both = clean(raw._replace(summary="b" * 2000, content="c" * 3000), kind=FeedKind.COURT)
    assert both.summary == f"{'b' * 2000}\n{'c' * 1998}…"


@pytest.mark.parametrize(
    ("own", "feed", "configured", "expected"),
    [
        ("fr", "it", "de", "fr"),
        ("", "it-IT", "de", "it-IT"),
        ("french", "", "de", "de"),
        ("f", "english language", "", ""),
        ("zh-Hant-TW", "", "", "zh-Hant-TW"),
    ],
)
def test_the_first_readable_language_counts(
    own: str, feed: str, configured: str, expected: str
) -> None:
    raw = RawEntry(title="a", language=own)
    assert clean(raw, feed, language=configured).language == expected


def test_entries_come_oldest_first_and_undated_ones_last() -> None:
    raw = [
        RawEntry(title="undated too"),
        RawEntry(title="new", date="2025-05-09"),
        RawEntry(title="undated"),
        RawEntry(title="old", date="2025-05-05"),
        RawEntry(title="also old", date="2025-05-05"),
    ]
    parsed = Parsed(title="Wire", home="https://w.example/", warnings=("odd",))
    found = add_entries(parsed, raw, CONTEXT, "")
    assert [entry.title for entry in found.entries] == [
        "also old",
        "old",
        "new",
        "undated",
        "undated too",
    ]
    keys = "".join(entry.key for entry in found.entries)
    warnings = found.warnings
    assert found == Parsed(
        title="Wire",
        home="https://w.example/",
        entries=identify(found.entries, FeedKind.SPECIALIST, "https://w.example/"),
        listed=5,
        listed_digest=blake2b(keys.encode(), digest_size=16).hexdigest(),
        window_s=4 * 86_400.0,
        warnings=("odd", "no credible date on 2 of 5 entries"),
    )
    assert warnings[0] == "odd"


def list_undated(numbers: list[int], max_entries: int) -> set[str]:
    """The titles of the selected entries of an undated feed with these guids, in its order."""
    raw = [RawEntry(guid=f"tea-{number}", title=f"Tea {number}") for number in numbers]
    context = CONTEXT.model_copy(update={"max_entries": max_entries})
    return {entry.title for entry in add_entries(Parsed(), raw, context, "").entries}


def test_an_undated_feed_may_list_its_newest_entry_first_or_last() -> None:
    rising = list(range(13))
    for numbers in (rising, rising[::-1]):
        assert list_undated(numbers, 4) == {f"Tea {number}" for number in rising}


def test_of_a_very_long_undated_feed_the_end_with_the_highest_numbers_is_used() -> None:
    rising = list(range(100, 140))
    for numbers in (rising, rising[::-1]):
        assert list_undated(numbers, 4) == {f"Tea {number}" for number in range(132, 140)}
    assert list_undated([7] * 40, 4) == {"Tea 7"}
    raw = [RawEntry(title=f"{letter} tea") for letter in "abcdefghijklmnopqrstuvwxyz"]
    context = CONTEXT.model_copy(update={"max_entries": 2})
    found = add_entries(Parsed(), raw, context, "").entries
    assert [entry.title for entry in found] == ["d tea", "c tea", "b tea", "a tea"]


def test_a_dated_feed_is_limited_to_its_newest_entries() -> None:
    raw = [RawEntry(title=f"{day}", date=f"2025-05-0{day}") for day in range(1, 9)]
    raw += [RawEntry(title="undated")]
    context = CONTEXT.model_copy(update={"max_entries": 3})
    found = add_entries(Parsed(), raw, context, "").entries
    assert [entry.title for entry in found] == ["7", "8", "undated"]


def test_a_count_of_comments_is_removed_from_the_title() -> None:
    assert clean(RawEntry(title="Duty on tea &#91;3 comments&#93;")).title == "Duty on tea"


def test_a_link_to_the_home_page_gives_no_place() -> None:
    raw = [RawEntry(title="a", link="https://w.example/")]
    for home, has_place in (("https://w.example/", False), ("https://x.example/", True)):
        [entry] = add_entries(Parsed(home=home), raw, CONTEXT, "").entries
        assert bool(entry.place) is has_place
    court = CONTEXT.model_copy(update={"kind": FeedKind.COURT})
    assert add_entries(Parsed(), raw, court, "").entries[0].place == ""


@pytest.mark.parametrize(
    ("raw", "listed", "warnings"),
    [
        ([], 0, ()),
        ([RawEntry(title="a", date="2025-05-05")], 0, ()),
        ([RawEntry(title="a")], 0, ("no credible date on all entries",)),
        (
            [RawEntry(title="a", date="2025-05-05"), RawEntry(guid="1"), RawEntry(date="x")],
            0,
            ("2 entries are empty and were skipped",),
        ),
        (
            [RawEntry(title=str(day), date=f"2025-05-0{day}") for day in range(1, 5)],
            0,
            ("the newest 3 of 4 entries were used",),
        ),
        # The parser read only one of the feed's 2,000 entries.
        (
            [RawEntry(title="a", date="2025-05-05")],
            2000,
            ("the newest 1 of 2,000 entries were used",),
        ),
        (
            [
                RawEntry(title="a", date="2025-05-05", link="mailto:a"),
                RawEntry(title="b", date="2025-05-06", link="/b"),
                RawEntry(title="c", date="2025-05-06"),
            ],
            0,
            ("1 links are not web links and were dropped",),
        ),
    ],
)
def test_odd_entries_cause_warnings(
    raw: list[RawEntry], listed: int, warnings: tuple[str, ...]
) -> None:
    context = CONTEXT.model_copy(update={"max_entries": 3})
    found = add_entries(Parsed(listed=listed), raw, context, "")
    assert found.warnings == warnings
    assert found.listed == max(listed, len(raw))


@pytest.mark.parametrize(
    ("days", "window_s"),
    [((), None), ((5,), None), ((5, 5), None), ((5, 7), 172_800.0), ((7, 5, 6), 172_800.0)],
)
def test_the_window_reaches_from_the_oldest_to_the_newest_date(
    days: tuple[int, ...], window_s: float | None
) -> None:
    raw = [RawEntry(title=f"{n}", date=f"2025-05-0{day}") for n, day in enumerate(days)]
    context = CONTEXT.model_copy(update={"max_entries": 1})
    assert add_entries(Parsed(), raw, context, "").window_s == window_s


@pytest.mark.parametrize(
    ("guid", "stored"),
    [
        ("g", "g"),
        ("a < b", "a < b"),
        ("<i>a</i>", "a"),
        (f"<i>{'a' * 500}</i>", "a" * 500),
        ("a &amp; b", "a &amp; b"),
    ],
)
def test_a_guid_is_stored_on_one_line_without_markup(guid: str, stored: str) -> None:
    assert clean_guid(guid) == stored
    assert clean_guid(f" {guid}\n") == stored


def test_a_long_guid_is_stored_as_a_digest() -> None:
    assert len(clean_guid("x" * 501)) == 64
    assert clean_guid("x" * 501) != clean_guid("x" * 502)
    assert clean_guid("\ud800" * 501) == clean_guid("?" * 501)


def test_plain_text_is_escaped_as_markup() -> None:
    assert escape_html("a & b < c > &lt;") == "a &amp; b &lt; c > &amp;lt;"


def test_the_metadata_of_a_feed_is_read() -> None:
    links = [
        {"rel": "self", "href": "/feed"},
        {"rel": "self", "href": "/other"},
        {"rel": "hub", "href": "mailto:x"},
        {"rel": "alternate", "href": "/"},
        "no link",
        {"rel": "hub"},
        *({"rel": "hub", "href": f"https://hub{n}.example/"} for n in range(7)),
    ]
    head = {"title": "<b>Wire</b> & Co", "link": "/", "links": links, "ttl": "5"}
    assert read_metadata(
        head, "rss20", "<skipDays><day>Sunday</day></skipDays>", CONTEXT
    ) == Parsed(
        title="Wire & Co",
        form="rss20",
        home="https://w.example/",
        asked=PublisherHints(ttl_s=300.0, skip_days=(6,)),
        hubs=tuple(f"https://hub{n}.example/" for n in range(5)),
        topic="https://w.example/feed",
    )


def test_a_feed_without_metadata_has_empty_fields() -> None:
    assert read_metadata({}, "json", "", CONTEXT) == Parsed(form="json")
    long = read_metadata({"title": "x" * 300}, "rss20", "", CONTEXT)
    assert long.title == "x" * 199 + "…"
