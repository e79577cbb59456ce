from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.subscription import Subscription, match_reason, subscription_id, without
from bot.values import Topic
from tests.store.examples import NOON, TEAM, minutes, story, subscription

TARIFF, TALKS, RULING = Topic.TARIFF, Topic.NEGOTIATION, Topic.COURT_RULING
PARTIES = ("US", "CN", "EU")

topics = st.frozensets(st.sampled_from(Topic))
parties = st.frozensets(st.sampled_from(PARTIES))


def _fits(subscription: Subscription, topic: Topic, party: str) -> bool:
    return (
        match_reason(subscription, story("a", topics=(topic,), parties=(party,)), NOON) is not None
    )


def test_a_subscription_without_filters_matches_every_story() -> None:
    assert match_reason(subscription(), story("a"), NOON) == "tariffs"


def test_the_reason_names_the_filters_that_matched() -> None:
    wanted = subscription(topics=[TARIFF, RULING], parties=["CN"], words=["stay"])
    ruling = story("a", topics=(RULING, TALKS), parties=("US", "CN"), text="A Stay was granted.")
    assert match_reason(wanted, ruling, NOON) == "court rulings, naming CN, with stay"


@pytest.mark.parametrize(
    "wanted",
    [{"topics": [RULING]}, {"parties": ["JP"]}, {"words": ["steel"]}],
)
def test_a_story_must_match_every_filter(wanted: dict[str, Any]) -> None:
    assert match_reason(subscription(**wanted), story("a", parties=("US", "CN")), NOON) is None


def test_a_bloc_and_its_members_are_different_parties() -> None:
    assert not _fits(subscription(parties=["EU"]), TARIFF, "DE")
    assert not _fits(subscription(parties=["DE"]), TARIFF, "EU")


def test_a_mute_ends_at_its_time() -> None:
    muted = subscription(muted_until=NOON)
    assert match_reason(muted, story("a"), NOON - minutes(1)) is None
    assert match_reason(muted, story("a"), NOON) is not None


def test_equal_subscriptions_have_equal_ids_in_any_order() -> None:
    one = subscription_id(TEAM, "C1", frozenset({TARIFF, RULING}), frozenset({"US", "CN"}))
    other = subscription_id(TEAM, "C1", frozenset({RULING, TARIFF}), frozenset({"CN", "US"}))
    assert one == other
    assert subscription_id(TEAM, "C1", words=("CN",)) != subscription_id(
        TEAM, "C1", parties=frozenset({"CN"})
    )


@given(topics, parties, topics, st.frozensets(st.sampled_from(PARTIES), min_size=1))
def test_an_unsubscribe_removes_exactly_the_given_topics_and_parties(
    had_topics: frozenset[Topic],
    had_parties: frozenset[str],
    cut_topics: frozenset[Topic],
    cut_parties: frozenset[str],
) -> None:
    had = subscription(topics=had_topics, parties=had_parties)
    left = without(had, cut_topics, cut_parties)
    for topic, party in product(Topic, PARTIES):
        named = (not cut_topics or topic in cut_topics) and party in cut_parties
        # A subscription without parties covers all. It cannot exclude China, so it is unchanged.
        gone = named and bool(had_parties)
        assert any(_fits(each, topic, party) for each in left) == (
            _fits(had, topic, party) and not gone
        )


@given(topics, parties, topics)
def test_an_unsubscribe_without_parties_removes_the_topics_for_all_parties(
    had_topics: frozenset[Topic], had_parties: frozenset[str], cut: frozenset[Topic]
) -> None:
    had = subscription(topics=had_topics, parties=had_parties)
    left = without(had, cut, frozenset())
    for topic, party in product(Topic, PARTIES):
        expected = _fits(had, topic, party) and bool(cut) and topic not in cut
        assert any(_fits(each, topic, party) for each in left) == expected
