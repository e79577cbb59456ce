"""How each field of an entry contributes to its identity, one field at a time."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.feeds.identity import Sighting, digest_text_and_date, identify, list_identities, recognize
from bot.feeds.model import Entry, FeedKind

NOON = datetime(2025, 5, 12, 12, 0, 7, tzinfo=UTC)
HOME = "https://www.wire.example/"
OTHER_KINDS = [kind for kind in FeedKind if kind is not FeedKind.COURT]


def entry(**fields: Any) -> Entry:
    given = {
        "feed_id": "wire",
        "key": "",
        "guid": "guid-1",
        "link": "https://wire.example/2025/a?sid=7",
        "title": "US raises the duty on steel",
        "summary": "To 50%.",
        "published": NOON,
    }
    return Entry.model_validate(given | fields)


def named(kind: FeedKind = FeedKind.WIRE, **fields: Any) -> Entry:
    [made] = identify([entry(**fields)], kind, HOME)
    return made


def after_edit(kind: FeedKind = FeedKind.WIRE, **fields: Any) -> Sighting:
    """How the entry is classified after its text has changed: new, revised or known."""
    before = named(kind, **fields, title="US to raise the duty on steel, officials say")
    return recognize(named(kind, **fields), list_identities(before))


@pytest.mark.parametrize("kind", OTHER_KINDS)
@pytest.mark.parametrize(
    ("guid", "link", "expected"),
    [
        ("guid-1", "https://wire.example/a", Sighting.REVISED),
        ("guid-1", "", Sighting.REVISED),
        ("guid-1", HOME, Sighting.REVISED),
        ("", "https://wire.example/a", Sighting.REVISED),
        # An entry is not identified by an empty link or by a link to the home page.
        ("", HOME, Sighting.NEW),
        ("", "http://wire.example", Sighting.NEW),
        ("", "", Sighting.NEW),
    ],
)
def test_an_edited_text_is_a_revision_if_guid_or_link_identify_the_entry(
    kind: FeedKind, guid: str, link: str, expected: Sighting
) -> None:
    assert after_edit(kind, guid=guid, link=link) is expected
    assert bool(named(kind, guid=guid, link=link).place) is (expected is Sighting.REVISED)


def test_an_edited_text_of_a_court_is_a_new_entry() -> None:
    assert after_edit(FeedKind.COURT) is Sighting.NEW
    assert named(FeedKind.COURT).place == ""


@pytest.mark.parametrize(
    ("kind", "changes", "expected"),
    [
        (FeedKind.WIRE, {"guid": "guid-2"}, Sighting.KNOWN),
        (FeedKind.WIRE, {"link": "https://wire.example/b"}, Sighting.KNOWN),
        (FeedKind.WIRE, {"guid": "guid-2", "link": "https://wire.example/b"}, Sighting.NEW),
        # Tracking and session parameters are ignored.
        (
            FeedKind.WIRE,
            {"guid": "guid-2", "link": "https://wire.example/2025/a?sid=8"},
            Sighting.KNOWN,
        ),
        # Entries of a court can share one link, so the guid decides if there is one.
        (FeedKind.COURT, {"guid": "guid-2"}, Sighting.NEW),
        (FeedKind.COURT, {"link": "https://wire.example/b"}, Sighting.KNOWN),
        # An entry whose guid is missing is identified by its link and text together.
        (FeedKind.COURT, {"guid": ""}, Sighting.NEW),
    ],
)
def test_an_entry_is_recognized_by_two_of_guid_link_and_text(
    kind: FeedKind, changes: dict[str, str], expected: Sighting
) -> None:
    known = list_identities(named(kind, published=None))
    assert recognize(named(kind, published=None, **changes), known) is expected


def test_an_entry_of_a_court_without_a_guid_is_recognized_by_link_and_text() -> None:
    known = list_identities(named(FeedKind.COURT, guid=""))
    again = named(FeedKind.COURT, guid="", link="https://wire.example/2025/a?sid=8")
    assert recognize(again, known) is Sighting.KNOWN


@pytest.mark.parametrize(
    ("title", "tells"),
    [
        # A text identifies an entry if title, a space and summary have at least 32 bytes.
        ("a" * 16, True),
        ("a" * 15, False),
        ("é" * 8, True),
        ("é" * 8 + "a" * 16, True),
        ("é" * 7 + "a", False),
        ("関" * 5 + "a", True),
    ],
)
def test_a_text_of_32_bytes_and_its_time_identify_an_entry(title: str, tells: bool) -> None:
    assert bool(digest_text_and_date(entry(title=title, summary="b" * 15))) is tells


@pytest.mark.parametrize(
    ("changes", "tells"),
    [
        ({}, True),
        ({"published": None}, False),
        ({"published_roughly": True}, False),
        ({"title": "Duty", "summary": ""}, False),
    ],
)
def test_only_an_exact_time_identifies_an_entry(changes: dict[str, Any], tells: bool) -> None:
    assert bool(digest_text_and_date(entry(**changes))) is tells


@pytest.mark.parametrize("kind", FeedKind)
def test_entries_of_courts_and_officials_are_not_identified_by_time(kind: FeedKind) -> None:
    feed_metadata = digest_text_and_date(entry()) in named(kind).aliases
    assert feed_metadata is (kind not in (FeedKind.COURT, FeedKind.OFFICIAL))
