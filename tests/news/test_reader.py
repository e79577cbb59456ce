"""Entries about trade become stories; other entries do not."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.model import Entry, Feed, FeedKind
from bot.news.reader import Understanding
from bot.values import Topic
from tests.news.examples import NOON, READER

FEED = Feed(id="wire", title="Wire", url="https://wire.example/rss", kind=FeedKind.WIRE)
TEXT = (
    "US tariffs on Chinese goods fall from 145% to 30% for 90 days. China's on American goods fall "
    "from 125% to 10%. The weather in Geneva was fine."
)
GENEVA = Entry(
    feed_id="wire",
    key="k1",
    title="Washington and Beijing agree to cut tariffs after trade talks",
    summary=TEXT,
    link="https://wire.example/1",
    published=NOON,
)


def test_an_entry_becomes_a_story_with_topics_parties_and_figures() -> None:
    story = READER.read(GENEVA, FEED, NOON + timedelta(minutes=5))
    assert story is not None
    assert story.topics == (Topic.TARIFF, Topic.NEGOTIATION)
    assert story.parties == ("US", "CN")
    figures = [(f.imposer, f.partner, f.from_percent, f.to_percent) for f in story.figures]
    assert figures == [
        ("US", "CN", Decimal(145), Decimal(30)),
        ("CN", "US", Decimal(125), Decimal(10)),
    ]
    assert story.summary == TEXT.removesuffix(" The weather in Geneva was fine.")
    assert (story.text, story.link, story.source) == (TEXT, GENEVA.link, "Wire")
    assert (story.published, story.seen_at) == (NOON, NOON + timedelta(minutes=5))
    assert story.event_id == ""


def test_the_id_is_the_same_each_time_and_differs_between_feeds() -> None:
    other_feed = FEED.model_copy(update={"id": "paper"})
    other = GENEVA.model_copy(update={"feed_id": "paper"})
    first, again = READER.read(GENEVA, FEED, NOON), READER.read(GENEVA, FEED, NOON)
    elsewhere = READER.read(other, other_feed, NOON)
    assert first is not None
    assert first == again
    assert elsewhere is not None
    assert elsewhere.id != first.id


def test_an_entry_that_is_not_trade_news_makes_no_story() -> None:
    assert READER.read(GENEVA.model_copy(update={"title": "A", "summary": ""}), FEED, NOON) is None
    market = "European shares slip as tariff worries return"
    assert READER.read(GENEVA.model_copy(update={"title": market}), FEED, NOON) is None


DOCKET = Feed(
    id="docket",
    title="Smith v. United States",
    url="https://court.example/rss",
    kind=FeedKind.COURT,
    matter="Court case about the refund of the tariffs on Norwegian tea",
)


def test_a_bare_docket_entry_takes_its_matter_from_the_feed() -> None:
    bare = Entry(feed_id="docket", key="k2", title="Order on Motion to Seal", published=NOON)
    assert READER.read(bare, FEED, NOON) is None
    story = READER.read(bare, DOCKET, NOON)
    assert story is not None
    assert story.topics == (Topic.TARIFF, Topic.COURT_RULING)
    assert story.parties == ("NO",)
    assert {each.where for each in story.evidence} == {"feed"}
    assert all(each.words in DOCKET.matter for each in story.evidence)


def test_the_parties_and_the_evidence_of_an_entry_come_before_those_of_its_feed() -> None:
    story = READER.read(GENEVA, DOCKET, NOON)
    assert story is not None
    assert story.topics == tuple(Topic)
    assert story.parties == ("US", "CN", "NO")
    assert [each.where for each in story.evidence][-1] == "feed"
    assert story.evidence[0].where == "title"


def test_the_kind_of_a_feed_decides_on_rules_for_agencies() -> None:
    caption = Entry(feed_id="wire", key="k3", title="Ice Skates From Norway", published=NOON)
    assert READER.read(caption, FEED, NOON) is None
    agency = FEED.model_copy(update={"kind": FeedKind.OFFICIAL})
    story = READER.read(caption, agency, NOON)
    assert story is not None
    assert story.topics == (Topic.TARIFF,)


def test_an_undated_entry_gets_the_time_it_was_seen() -> None:
    story = READER.read(GENEVA.model_copy(update={"published": None}), FEED, NOON)
    assert story is not None
    assert story.published == NOON


def test_parties_and_figures_are_found_without_a_topic() -> None:
    understood = READER.understand("Dollar slips as China's 25% tariff on US cars begins", "")
    assert understood.topics == ()
    assert understood.parties == ("CN", "US")
    assert [figure.to_percent for figure in understood.figures] == [25]


def test_a_text_without_trade_news_gives_nothing() -> None:
    understood = READER.understand("Rain", "")
    assert understood == Understanding()


@given(st.text(), st.text())
def test_any_text_is_accepted(title: str, summary: str) -> None:
    understood = READER.understand(title, summary)
    assert len(understood.summary) <= 600


@pytest.mark.parametrize(
    "unit", ["US ", "tariff of 1% ", "$5 billion of goods ", "A. ", "from 1% to ", "1,1", "<"]
)
def test_very_long_texts_are_limited(unit: str) -> None:
    text = unit * 30_000
    assert len(READER.understand(text, text).summary) <= 600


def test_only_official_stories_carry_deadlines() -> None:
    entry = Entry(
        feed_id="wire",
        key="k9",
        title="US Seeks Comments on a Duty on Steel",
        summary="Comments are due June 20, 2025. A hearing on the tariff will be held on July 1.",
        published=NOON,
    )
    for kind in FeedKind:
        story = READER.read(entry, FEED.model_copy(update={"kind": kind}), NOON)
        assert story is not None
        days = [each.day.isoformat() for each in story.deadlines]
        is_official = kind in (FeedKind.OFFICIAL, FeedKind.COURT)
        assert days == (["2025-06-20", "2025-07-01"] if is_official else [])


def test_no_day_is_counted_from_an_unknown_day_of_publication() -> None:
    entry = Entry(
        feed_id="wire",
        key="k10",
        title="US Seeks Comments on a Duty on Steel",
        summary="Comments are due within 30 days of publication of this notice.",
        link="https://www.federalregister.gov/documents/1",
    )
    agency = FEED.model_copy(update={"kind": FeedKind.OFFICIAL})
    story = READER.read(entry, agency, NOON)
    assert story is not None
    assert story.deadlines == ()
    dated = READER.read(entry.model_copy(update={"published": NOON}), agency, NOON)
    assert dated is not None
    assert [each.is_computed for each in dated.deadlines] == [True]
