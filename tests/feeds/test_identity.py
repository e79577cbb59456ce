"""`identify` and `sift` find out which entries are the same entry."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.identity import (
    Sighting,
    identify,
    is_replaced,
    list_identities,
    recognize,
    separate_reposts,
    share_words,
    sift,
)
from bot.feeds.model import Entry, FeedKind


def entry(guid: str, link: str, title: str, summary: str = "Two countries spoke.") -> Entry:
    return Entry(feed_id="wire", key="", guid=guid, link=link, title=title, summary=summary)


NOON = datetime(2025, 5, 12, 12, 0, 7, tzinfo=UTC)
RAISED = "US raises the duty on steel from Canada"


def opaque(number: int, title: str = RAISED, **more: Any) -> Entry:
    """An entry with a random guid and link, as from Google News."""
    name = f"CBMi{number}xTE5kR3lX"
    made = entry(name, f"https://news.search.example/rss/articles/{name}?oc=5", title)
    return made.model_copy(update={"published": NOON, **more})


class Memory:
    """Remembers a feed's entries; returns the titles of a body's new and of its revised entries."""

    def __init__(self, kind: FeedKind = FeedKind.WIRE, home: str = "") -> None:
        self.kind, self.home, self.known = kind, home, set[str]()

    def poll(self, *entries: Entry) -> tuple[list[str], list[str]]:
        named = identify(entries, self.kind, self.home)
        new, revised = sift(named, self.known)
        for each in named:
            self.known.update(list_identities(each))
        return [e.title for e in new], [e.title for e in revised]


def test_the_same_body_twice_gives_nothing_new() -> None:
    memory = Memory()
    body = [entry("g1", "https://w.example/1", "One"), entry("", "", "Two")]
    assert memory.poll(*body) == (["One", "Two"], [])
    assert memory.poll(*body) == ([], [])


def test_an_edited_headline_is_a_revision_once() -> None:
    memory = Memory()
    memory.poll(entry("g1", "https://w.example/1", "Duty set at 25%"))
    edited = entry("g1", "https://w.example/1", "Duty set at 35%")
    assert memory.poll(edited) == ([], ["Duty set at 35%"])
    assert memory.poll(edited) == ([], [])


def test_blanks_and_capitals_are_no_revision() -> None:
    memory = Memory()
    memory.poll(entry("g1", "https://w.example/1", "Duty set at 25%"))
    assert memory.poll(entry("g1", "https://w.example/1", "DUTY  set at 25% ")) == ([], [])


def test_an_entry_whose_guid_changes_at_every_poll_is_recognized() -> None:
    memory = Memory()
    memory.poll(entry("session-1", "https://w.example/1", "Duty raised"))
    assert memory.poll(entry("session-2", "https://w.example/1?sid=2", "Duty raised")) == ([], [])


def test_tracking_parameters_in_the_link_make_no_second_entry() -> None:
    memory = Memory()
    memory.poll(entry("", "http://www.w.example/a/?id=7&utm_source=rss#tk.rss_all", "Duty raised"))
    assert memory.poll(entry("", "https://w.example/a?id=7&fbclid=x", "Duty raised")) == ([], [])
    assert memory.poll(entry("", "https://w.example/a?id=8", "Duty cut")) == (["Duty cut"], [])


def test_an_edit_number_in_the_guid_is_a_revision() -> None:
    memory = Memory()
    page = "https://www.bbc.co.uk/news/a"
    memory.poll(entry(f"{page}#0", page, "Duty raised"))
    assert memory.poll(entry(f"{page}#1", page, "Duty cut")) == ([], ["Duty cut"])


def test_a_number_in_the_guid_of_another_site_is_another_story() -> None:
    memory = Memory()
    memory.poll(entry("https://w.example/a#1", "https://w.example/a", "Duty raised"))
    cut = entry("https://w.example/a#2", "https://w.example/a", "Duty cut")
    assert memory.poll(cut) == (["Duty cut"], [])


def test_another_guid_at_the_same_link_and_title_is_a_revision() -> None:
    memory = Memory(FeedKind.OFFICIAL)
    memory.poll(entry("notice/v1", "https://gov.example/n", RAISED, "Notice."))
    edited = entry("notice/v2", "https://gov.example/n", RAISED, "Notice. Annex updated.")
    assert memory.poll(edited) == ([], [RAISED])
    assert memory.poll(entry("x", "https://gov.example/other", RAISED, "Notice.")) == (
        [RAISED],
        [],
    )


def test_two_documents_with_one_link_and_title_in_a_body_are_both_kept() -> None:
    memory = Memory(FeedKind.OFFICIAL)
    first = entry("1", "https://gov.example/list", RAISED, "First annex.")
    second = entry("2", "https://gov.example/list", RAISED, "Second annex.")
    assert memory.poll(first, second) == ([RAISED, RAISED], [])


@pytest.mark.parametrize(
    ("kind", "title", "is_known"),
    [
        (FeedKind.PAPER, RAISED, True),
        (FeedKind.PAPER, "Duty", False),
        (FeedKind.OFFICIAL, RAISED, False),
        (FeedKind.COURT, RAISED, False),
    ],
)
def test_a_token_in_the_query_does_not_change_a_long_text(
    kind: FeedKind, title: str, is_known: bool
) -> None:
    memory = Memory(kind)
    memory.poll(entry("", "https://w.example/a?v=1", title, "Spoke."))
    new, _ = memory.poll(entry("", "https://w.example/a?v=2", title, "Spoke."))
    assert new == ([] if is_known else [title])
    assert memory.poll(entry("", "https://w.example/b?v=2", title, "Spoke."))[0] == [title]


def separate(before: list[Entry], after: list[Entry], kind: FeedKind = FeedKind.PAPER) -> str:
    """The guids of the later body that are news; those of reposts are in brackets."""
    known = {each for e in identify(before, kind) for each in list_identities(e)}
    listed = identify(after, kind)
    new, _ = sift(listed, known)
    news, reposts = separate_reposts(new, known, len(listed))
    return f"{''.join(e.guid for e in news)}({''.join(e.guid for e in reposts)})"


def moved(guids: str, host: str, summary: str = "Two countries spoke.") -> list[Entry]:
    return [
        entry(guid, f"https://{host}.example/{guid}", f"{RAISED}, part {guid.lower()}", summary)
        for guid in guids
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("abcde", "ABCDE", "(ABCDE)"),
        ("abcde", "ABCDEF", "F(ABCDE)"),
        ("ab", "AB", "(AB)"),
        ("ab", "ABCD", "CD(AB)"),
        # One entry or a small part of the body may repeat an old text.
        ("a", "A", "A()"),
        ("ab", "ABCDE", "ABCDE()"),
    ],
)
def test_old_texts_at_new_addresses_are_reposts(before: str, after: str, expected: str) -> None:
    assert separate(moved(before, "old"), moved(after, "new")) == expected


def test_old_titles_with_other_summaries_are_reposts_if_there_are_many() -> None:
    for guids, expected in (("ABCDE", "(ABCDE)"), ("ABCD", "ABCD()"), ("ABCDEFG", "ABCDEFG()")):
        after = moved(guids, "new", "Another summary.")
        assert separate(moved("abcde", "old"), after) == expected


def test_a_court_has_no_reposts_and_neither_have_equal_texts_in_one_body() -> None:
    assert separate(moved("abc", "old"), moved("ABC", "new"), FeedKind.COURT) == "ABC()"
    same = [e.model_copy(update={"title": RAISED}) for e in moved("ABC", "new")]
    before = [e.model_copy(update={"title": RAISED}) for e in moved("a", "old")]
    assert separate(before, same) == "ABC()"


@pytest.mark.parametrize(
    ("new", "listed", "expected"), [(3, 4, False), (4, 5, True), (0, 0, False)]
)
def test_a_body_with_hardly_any_known_entry_is_replaced(
    new: int, listed: int, expected: bool
) -> None:
    assert is_replaced(new, listed) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("US raises duties on tea", "Duties on coffee", True),
        ("Tax of 25 on tea", "Fee of 25", True),
        ("US to act on tea", "EU to act on oil", False),
        ("茶 関税", "米 関税", True),
        ("", "", False),
    ],
)
def test_titles_share_long_words_and_numbers(one: str, other: str, expected: bool) -> None:
    assert share_words(one, other) is expected


def test_one_guid_on_two_stories_keeps_both() -> None:
    memory = Memory()
    stories = [
        entry("g", "https://w.example/1", "Duty raised"),
        entry("g", "https://w.example/2", "Duty blocked"),
    ]
    assert memory.poll(*stories) == (["Duty raised", "Duty blocked"], [])


def test_one_guid_and_link_on_two_texts_of_one_body_keeps_both() -> None:
    memory = Memory()
    order = entry("dkt?1&9", "https://court.example/dkt?1", "1:25-cv-1", "[Order]")
    notice = entry("dkt?1&9", "https://court.example/dkt?1", "1:25-cv-1", "[Notice]")
    assert memory.poll(order) == (["1:25-cv-1"], [])
    assert memory.poll(order, notice) == (["1:25-cv-1"], [])
    assert memory.poll(notice, order) == ([], [])


def test_a_court_reuses_guid_and_link_from_one_poll_to_the_next() -> None:
    memory = Memory(FeedKind.COURT)
    memory.poll(entry("dkt?1", "https://court.example/dkt?1", "1:25-cv-1", "[Notice]"))
    order = entry("dkt?1", "https://court.example/dkt?1", "1:25-cv-1", "[Order]")
    assert memory.poll(order) == (["1:25-cv-1"], [])


def test_a_court_gives_two_entries_of_the_same_words_different_guids() -> None:
    memory = Memory(FeedKind.COURT)
    both = [
        entry(f"dkt?1&{n}", "https://court.example/dkt?1", "1:25-cv-1", "[Order]") for n in (1, 2)
    ]
    assert len(memory.poll(*both)[0]) == 2


def test_an_entry_with_another_guid_and_link_is_recognized_by_its_text_and_time() -> None:
    memory = Memory()
    assert memory.poll(opaque(1)) == ([RAISED], [])
    assert memory.poll(opaque(2)) == ([], [])
    assert memory.poll(opaque(3, RAISED.upper())) == ([], [])
    tokyo = NOON.astimezone(timezone(timedelta(hours=9)))
    assert memory.poll(opaque(4, published=tokyo)) == ([], [])


@pytest.mark.parametrize(
    "other",
    [
        {"published": NOON + timedelta(seconds=1)},
        {"summary": "Three countries spoke."},
        {"title": "US raises the duty on steel from Mexico"},
        {"link": "https://w.example/live#block-2"},
        {"link": "https://register.example/documents/2025/05/12/2025-08002/steel"},
        {"link": "", "guid": "8002-5512"},
    ],
)
def test_another_text_time_or_document_is_another_entry(other: dict[str, Any]) -> None:
    memory = Memory()
    memory.poll(opaque(1, link="https://register.example/documents/2025/05/12/2025-08001/steel"))
    memory.poll(opaque(2, link="https://w.example/live#block-1"))
    memory.poll(opaque(3, link="", guid="8001-5512"))
    new, revised = memory.poll(opaque(4, **{"link": "https://w.example/live", **other}))
    assert (len(new), revised) == (1, [])


@pytest.mark.parametrize("kind", [FeedKind.COURT, FeedKind.OFFICIAL])
def test_officials_may_publish_several_documents_with_the_same_text_and_date(
    kind: FeedKind,
) -> None:
    memory = Memory(kind)
    memory.poll(opaque(1))
    assert memory.poll(opaque(2)) == ([RAISED], [])


@pytest.mark.parametrize(
    "reported",
    [{"published": None}, {"published_roughly": True}, {"title": "Update", "summary": ""}],
)
def test_rough_dates_and_short_texts_identify_nothing(reported: dict[str, Any]) -> None:
    memory = Memory()
    memory.poll(opaque(1, **reported))
    new, revised = memory.poll(opaque(2, **reported))
    assert (len(new), revised) == (1, [])


def test_two_entries_with_the_same_text_and_date_in_one_body_are_two() -> None:
    memory = Memory()
    assert memory.poll(opaque(1), opaque(2)) == ([RAISED, RAISED], [])
    assert memory.poll(opaque(2), opaque(1)) == ([], [])
    memory = Memory()
    memory.poll(opaque(1))
    assert memory.poll(opaque(1), opaque(2)) == ([RAISED], [])


def test_a_link_to_the_home_page_does_not_identify_an_entry() -> None:
    memory = Memory(home="https://w.example/")
    memory.poll(entry("", "https://w.example", "Duty raised"))
    assert memory.poll(entry("", "https://w.example", "Duty cut")) == (["Duty cut"], [])


def test_the_key_is_the_first_identity() -> None:
    (named,) = identify([entry("g", "https://w.example/1", "Duty")], FeedKind.WIRE)
    assert list_identities(named)[0] == named.key
    assert len(set(list_identities(named))) == 4
    [long] = identify([entry("g", "https://w.example/1", RAISED)], FeedKind.WIRE)
    assert len(set(list_identities(long))) == 7
    assert recognize(named, set()) is Sighting.NEW


@given(st.lists(st.tuples(st.text(), st.text(), st.text()), max_size=8), st.sampled_from(FeedKind))
def test_any_body_polled_twice_has_no_new_entries(
    fields: list[tuple[str, str, str]], kind: FeedKind
) -> None:
    memory = Memory(kind)
    body = [entry(guid, link, title) for guid, link, title in fields]
    memory.poll(*body)
    assert memory.poll(*body) == ([], [])


@given(st.lists(st.tuples(st.text("ab", max_size=2), st.text("ab", max_size=2)), max_size=6))
def test_entries_with_the_same_text_and_date_in_one_body_are_all_kept(
    named: list[tuple[str, str]],
) -> None:
    body = [opaque(1, guid=guid, link=f"https://w.example/{link}") for guid, link in named]
    undated = [each.model_copy(update={"published": None}) for each in body]
    dated_memory, undated_memory = Memory(), Memory()
    for listed in range(1, len(body) + 1):
        assert dated_memory.poll(*body[:listed]) == undated_memory.poll(*undated[:listed])


@given(st.text(), st.sampled_from(["http://", "https://", ""]))
def test_any_address_can_be_identified(text: str, scheme: str) -> None:
    (named,) = identify([entry("", scheme + text, "Duty")], FeedKind.WIRE)
    assert named.key
