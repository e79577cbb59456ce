"""For each entry of the demo, the bot's result is the one in `config/demo/expected.yaml`."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from itertools import combinations, permutations
from pathlib import Path

import pytest

from bot.feeds.model import Entry, Feed
from bot.feeds.parsing.feedparser_reader import read_feed
from bot.feeds.parsing.result import FeedContext, Parsed
from bot.news.events.matching import find_event
from bot.news.reader import Reader
from bot.news.story import Story
from bot.runtime.config.news_loader import load_feeds
from bot.runtime.config.yaml_file import read_model
from bot.runtime.demo.replay import read_recordings
from bot.values import Frozen, Topic
from tests import shipped

CONFIG = Path(__file__).parents[3] / "config"
NOW = datetime(2026, 1, 5, tzinfo=UTC)


class Event(Frozen):
    """An event of the demo; `may_join` has the ids of events that may share a thread with it."""

    id: str
    what: str
    may_join: frozenset[str]


class ExpectedFigure(Frozen):
    """Values that a figure of the story must have."""

    imposer: str | None = None
    partner: str | None = None
    from_percent: Decimal
    to_percent: Decimal


class Expected(Frozen):
    """The story that an entry must become."""

    guid: str
    event: str
    topics: frozenset[Topic]
    optional: frozenset[Topic] = frozenset()
    parties: frozenset[str]
    figures: tuple[ExpectedFigure, ...] = ()


class Silent(Frozen):
    """An entry that resembles trade news but must not become a story."""

    guid: str
    why: str


class Labels(Frozen):
    """The content of `config/demo/expected.yaml`."""

    events: tuple[Event, ...]
    stories: tuple[Expected, ...]
    silent: tuple[Silent, ...]


def _entries() -> dict[str, tuple[Entry, Feed]]:
    """All entries of the demo by guid, as the bot parses them."""
    feeds = {feed.url.rpartition("/")[2]: feed for feed in load_feeds(CONFIG / "demo/feeds.yaml")}
    entries: dict[str, tuple[Entry, Feed]] = {}
    for recording in read_recordings(CONFIG / "demo"):
        feed = feeds[recording.name]
        source = FeedContext(
            feed_id=feed.id,
            url=feed.url,
            kind=feed.kind,
            content_type=recording.media_type,
            now=NOW,
            max_entries=100,
        )
        parsed = read_feed(recording.bodies[-1], source)
        assert isinstance(parsed, Parsed)
        assert not parsed.warnings
        entries |= {entry.guid: (entry, feed) for entry in parsed.entries}
    return entries


ENTRIES = _entries()
LABELS = read_model(CONFIG / "demo/expected.yaml", Labels)
MAY_JOIN = {event.id: event.may_join for event in LABELS.events}


@pytest.fixture(scope="module")
def reader() -> Reader:
    return shipped.reader()


@pytest.fixture(scope="module")
def stories(reader: Reader) -> dict[str, Story]:
    """The stories by guid."""
    read = {guid: reader.read(entry, feed, NOW) for guid, (entry, feed) in ENTRIES.items()}
    return {guid: story for guid, story in read.items() if story is not None}


def _match_events(stories: Iterable[Story]) -> dict[str, str]:
    """Matches the stories in this order; maps the key of each entry to its event id."""
    known: list[Story] = []
    for story in stories:
        known.append(story.model_copy(update={"event_id": find_event(story, known).event_id}))
    return {story.entry_key: story.event_id for story in known}


def _wrong_pairs(stories: dict[str, Story], order: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of entries that share a thread but must not, or that must share one but do not."""
    events = _match_events(stories[guid] for guid in order)
    wrong = []
    for one, other in combinations(LABELS.stories, 2):
        key, other_key = ENTRIES[one.guid][0].key, ENTRIES[other.guid][0].key
        together = events[key] == events[other_key]
        if together != (one.event == other.event) and other.event not in MAY_JOIN[one.event]:
            wrong.append((one.guid, other.guid))
    return wrong


def test_every_entry_is_labelled_once() -> None:
    labelled = [each.guid for each in LABELS.stories] + [each.guid for each in LABELS.silent]
    assert sorted(labelled) == sorted(ENTRIES)
    assert {each.event for each in LABELS.stories} == set(MAY_JOIN)


@pytest.mark.parametrize("label", LABELS.silent, ids=lambda label: str(label.why))
def test_entries_that_are_not_trade_news_make_no_story(
    label: Silent, stories: dict[str, Story]
) -> None:
    assert label.guid not in stories


@pytest.mark.parametrize("label", LABELS.stories, ids=lambda label: str(label.guid))
def test_each_story_has_the_expected_topics_parties_and_figures(
    label: Expected, stories: dict[str, Story]
) -> None:
    story = stories[label.guid]
    assert label.topics <= set(story.topics) <= label.topics | label.optional
    assert set(story.parties) == label.parties
    said = [figure.model_dump() for figure in story.figures]
    for figure in label.figures:
        wanted = figure.model_dump(exclude_none=True)
        assert any(wanted.items() <= each.items() for each in said), said


def test_each_event_has_one_thread(stories: dict[str, Story]) -> None:
    in_time = sorted(stories, key=lambda guid: stories[guid].published)
    assert _wrong_pairs(stories, in_time) == []


def test_threads_do_not_depend_on_the_order_of_the_feeds(stories: dict[str, Story]) -> None:
    feeds = sorted({story.feed_id for story in stories.values()})
    for order in [feeds, *list(permutations(feeds))[::120]]:
        by_feed = sorted(
            stories,
            key=lambda guid: (order.index(stories[guid].feed_id), stories[guid].published),
        )
        assert _wrong_pairs(stories, by_feed) == []
