"""What a feed listed the last time is neither cleaned nor taken in again."""

from datetime import UTC, datetime

import pytest

from bot.feeds.identity import identities, sift
from bot.feeds.parsing.feedparser_reader import read_feed
from bot.feeds.parsing.result import FeedContext, Parsed
from tests.feeds.bodies import item, rss
from tests.feeds.conftest import Reader
from tests.feeds.server import FeedServer

SOURCE = FeedContext(
    feed_id="wire", url="https://harbour.example/f.xml", now=datetime(2025, 5, 12, tzinfo=UTC)
)
LATER = "Tue, 06 May 2025 10:00:00 GMT"


def read(body: str, before: Parsed | None = None) -> Parsed:
    listing = before.listing if before else b""
    parsed = read_feed(body.encode(), SOURCE.model_copy(update={"listing": listing}))
    assert isinstance(parsed, Parsed)
    return parsed


def titles(parsed: Parsed) -> list[str]:
    return [entry.title for entry in parsed.entries]


def test_only_what_is_new_comes_with_all_the_rest_as_if_all_had_come() -> None:
    first = read(rss([item(2), item(1)]))
    body = rss([item(3, date=LATER), item(2), item(1)])
    second, alone = read(body, first), read(body)
    assert titles(second) == ["Item 3"]
    assert titles(alone) == ["Item 1", "Item 2", "Item 3"]
    assert second.entries == alone.entries[-1:]
    left = {"entries"}
    assert second.model_dump(exclude=left) == alone.model_dump(exclude=left)
    assert titles(read(body, second)) == []


def test_a_new_date_makes_no_entry_new() -> None:
    first = read(rss([item(1)]))
    again = read(rss([item(1, date=LATER)]), first)
    assert again.entries == ()
    assert again.listed_digest == first.listed_digest


def test_an_edited_title_comes_again() -> None:
    first = read(rss([item(2), item(1)]))
    assert titles(read(rss([item(2, "Duty cut"), item(1)]), first)) == ["Duty cut"]


def test_what_shares_a_guid_with_something_new_is_looked_at_beside_it() -> None:
    first = read(rss([item(1)]))
    both = rss([item(1), item(1, "Another docket entry")])
    found = read(both, first)
    assert titles(found) == ["Another docket entry", "Item 1"]
    assert [entry.place for entry in found.entries] == ["", ""]


def test_what_shares_title_and_moment_with_something_new_is_looked_at_beside_it() -> None:
    title = "Notice of a hearing on duties on steel"
    first = read(rss([item(1, title)]))
    one, other = item(1, title), item(2, title).replace("Text 2", "Text 1")
    found = read(rss([other, one]), first)
    assert titles(found) == [title, title]
    before = {each for entry in first.entries for each in identities(entry)}
    assert [entry.link for entry in sift(found.entries, before)[0]] == ["https://harbour.example/2"]


@pytest.mark.parametrize(
    "title", ["Steel &amp; tea: hearing set", "<![CDATA[Steel & tea: hearing set]]>"]
)
def test_one_text_written_in_two_ways_at_one_moment_is_two_entries(title: str) -> None:
    summary = "The ministry names neither goods nor a day."
    first = read(rss([item(1, "Steel &amp;amp; tea: hearing set", summary=summary)]))
    other = item(2, title, summary=summary)
    found = read(rss([other, item(1, "Steel &amp;amp; tea: hearing set", summary=summary)]), first)
    before = {each for entry in first.entries for each in identities(entry)}
    assert [entry.link for entry in sift(found.entries, before)[0]] == ["https://harbour.example/2"]


def test_one_place_written_in_two_ways_is_looked_at_as_one() -> None:
    whole = item(1).replace("h-1", "https://harbour.example/1")
    first = read(rss([whole]))
    other = whole.replace("/1<", "/1/<").replace("https:", "http:").replace("Item 1", "Other news")
    before = {each for entry in first.entries for each in identities(entry)}
    body = rss([other, whole])
    assert sift(read(body, first).entries, before) == sift(read(body).entries, before)


async def test_what_was_not_kept_comes_again(reader: Reader, server: FeedServer) -> None:
    server.at("/feed.xml", rss([item(1)]))
    life = reader.follow(server.url + "/feed.xml")
    before = life.state
    assert len((await life.poll()).entries) == 1
    server.at("/feed.xml", rss([item(2), item(1)]))
    kept = life.state
    assert [entry.title for entry in (await life.poll()).entries] == ["Item 2"]
    life.state = kept
    server.at("/feed.xml", rss([item(3), item(2), item(1)]))
    assert len((await life.poll()).entries) == 3  # the listing of another body counts for nothing
    life.state = before
    server.at("/feed.xml", rss([item(4), item(3), item(2), item(1)]))
    assert len((await life.poll()).entries) == 4
