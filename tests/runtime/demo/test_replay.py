"""The demo's feeds are valid, and a replay publishes their entries one after the other."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ConfigError
from bot.runtime.config.news_loader import load_feeds
from bot.runtime.demo.replay import (
    PLACEHOLDER,
    Replay,
    read_recordings,
    select_published,
    set_demo_address,
)

DEMO = Path(__file__).parents[3] / "config" / "demo"
WEEK = read_recordings(DEMO)
DATES = sorted(moment for recording in WEEK for moment in recording.published)
DURATION_S = 40.0
RSS = '<rss version="2.0"><channel><title>t</title><link>l</link>{}</channel></rss>'
FEEDS = load_feeds(DEMO / "feeds.yaml")


class Clock:
    """A clock that tests set by hand."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def address(clock: Clock) -> AsyncIterator[str]:
    replay = Replay(WEEK, DURATION_S, clock)
    yield await replay.start()
    await replay.stop()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def _guids(http: aiohttp.ClientSession, address: str) -> list[str]:
    guids: list[str] = []
    for feed in set_demo_address(FEEDS, address):
        async with http.get(feed.url) as answer:
            assert answer.status == 200
            guids += [entry.id for entry in feedparser.parse(await answer.read()).entries]
    return guids


def _parsed(body: bytes) -> Any:
    parsed = feedparser.parse(body)
    assert not parsed.bozo, parsed.get("bozo_exception")
    return parsed


@pytest.mark.parametrize("recording", WEEK, ids=lambda recording: str(recording.name))
def test_a_feed_is_valid_at_every_moment_of_the_replay_and_lists_the_newest_entry_first(
    recording: Any,
) -> None:
    newest_first = [entry.id for entry in _parsed(recording.bodies[-1]).entries]
    for count, body in enumerate(recording.bodies):
        parsed = _parsed(body)
        assert parsed.version in ("rss20", "atom10")
        guids = [entry.id for entry in parsed.entries]
        assert guids == newest_first[len(newest_first) - count :]


def test_every_entry_has_an_id_link_date_title_and_text() -> None:
    guids: set[str] = set()
    for recording in WEEK:
        for entry in _parsed(recording.bodies[-1]).entries:
            assert entry.title
            assert entry.summary
            assert entry.published_parsed
            assert ".example/" in entry.link
            assert entry.id not in guids
            guids.add(entry.id)
    assert len(guids) == len(DATES)


def test_the_feed_list_names_each_file_once_with_the_placeholder_address() -> None:
    assert sorted(feed.url for feed in FEEDS) == [f"{PLACEHOLDER}/{each.name}" for each in WEEK]
    assert len({feed.id for feed in FEEDS}) == len(FEEDS)


@given(
    st.integers(1, 60),
    st.lists(st.floats(-10, 100), min_size=1, max_size=20),
    st.floats(0.01, 80),
)
def test_entries_are_published_in_order_and_never_removed(
    count: int, moments: Sequence[float], duration_s: float
) -> None:
    start = datetime(2025, 5, 12, tzinfo=UTC)
    dates = [start + timedelta(hours=hour) for hour in range(count)]
    shown = [select_published(dates, elapsed_s, duration_s) for elapsed_s in sorted(moments)]
    assert all(list(later[: len(earlier)]) == list(earlier) for earlier, later in pairwise(shown))
    assert all(list(each) == dates[: len(each)] and each for each in shown)


def test_the_first_entry_is_published_immediately_and_the_last_at_the_end() -> None:
    assert list(select_published(DATES, 0, DURATION_S)) == DATES[:1]
    assert len(select_published(DATES, DURATION_S - 0.1, DURATION_S)) == len(DATES) - 1
    assert list(select_published(DATES, DURATION_S, DURATION_S)) == DATES
    assert list(select_published(DATES, 5, 0)) == DATES


async def test_the_oldest_entry_is_published_first(
    http: aiohttp.ClientSession, address: str
) -> None:
    assert await _guids(http, address) == ["https://wire.example/world/2025/04/09/china-84"]


async def test_all_entries_are_published_after_the_duration(
    http: aiohttp.ClientSession, address: str, clock: Clock
) -> None:
    seen: set[str] = set()
    for elapsed_s in range(0, 41, 5):
        clock.now_s = 1000.0 + elapsed_s
        guids = set(await _guids(http, address))
        assert seen < guids
        seen = guids
    assert len(seen) == len(DATES)


async def test_an_unchanged_feed_answers_304_to_either_validator(
    http: aiohttp.ClientSession, address: str, clock: Clock
) -> None:
    url = f"{address}/wire.rss"
    async with http.get(url) as first:
        etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    for headers in ({"If-None-Match": etag}, {"If-Modified-Since": modified}):
        async with http.get(url, headers=headers) as again:
            assert (again.status, await again.read()) == (304, b"")
            assert again.headers["ETag"] == etag
    clock.now_s += DURATION_S
    for headers in ({"If-None-Match": etag}, {"If-Modified-Since": modified}):
        async with http.get(url, headers=headers) as again:
            assert again.status == 200
            assert again.headers["ETag"] != etag


async def test_the_etag_takes_precedence_over_the_date(
    http: aiohttp.ClientSession, address: str
) -> None:
    url = f"{address}/wire.rss"
    async with http.get(url) as first:
        modified = first.headers["Last-Modified"]
    headers = {"If-None-Match": '"another"', "If-Modified-Since": modified}
    async with http.get(url, headers=headers) as again:
        assert again.status == 200


async def test_a_feed_without_published_entries_is_an_empty_feed(
    http: aiohttp.ClientSession, address: str
) -> None:
    async with http.get(f"{address}/courts.atom") as answer:
        assert answer.content_type == "application/atom+xml"
        assert "Last-Modified" not in answer.headers
        assert _parsed(await answer.read()).entries == []


@pytest.mark.parametrize("path", ["/", "/other.rss", "/feeds.yaml", "/..%2Ffeeds.yaml"])
async def test_other_paths_are_not_found(
    http: aiohttp.ClientSession, address: str, path: str
) -> None:
    async with http.get(address + path) as answer:
        assert answer.status == 404


async def test_a_replay_can_be_stopped_twice() -> None:
    replay = Replay(WEEK)
    await replay.stop()
    await replay.start()
    await replay.stop()
    await replay.stop()


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("<rss><channel>", "week.rss:1: not well-formed XML"),
        ("<html/>", "week.rss: neither RSS 2.0 nor Atom"),
        (RSS.format("<item><title>x</title></item>"), "week.rss: an entry without a date"),
        (RSS.format("<item><pubDate>soon</pubDate></item>"), "week.rss: an entry without a date"),
        (RSS.format(""), "nothing to replay"),
    ],
)
def test_a_file_that_cannot_be_replayed_is_reported(tmp_path: Path, body: str, cause: str) -> None:
    (tmp_path / "week.rss").write_text(body)
    with pytest.raises(ConfigError, match=cause):
        read_recordings(tmp_path)


def test_an_empty_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nothing to replay"):
        read_recordings(tmp_path)
