"""The stored form of a subscription, and what remains of one after an unsubscribe."""

import json
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.subscriptions.criteria import Criteria, EconomyFilter, match
from bot.alerts.subscriptions.model import Subscription, make_id, timing_of, without
from bot.alerts.subscriptions.timing import Frequency, Timing
from bot.values import Topic
from tests.store.examples import NOON, minutes, story, subscription

TARIFF, TALKS, RULING = Topic.TARIFF, Topic.NEGOTIATION, Topic.COURT_RULING
PARTIES = ("US", "CN", "EU")
ALL = frozenset(Topic)
NO_TOPICS: frozenset[Topic] = frozenset()
NO_PARTIES: frozenset[str] = frozenset()
OLDER_ROW = {
    "id": "3570d4aa26aa7b470acc1b07",
    "team": "T1",
    "conversation": "C1",
    "topics": ["tariff"],
    "parties": ["US", "CN"],
    "words": ["steel"],
    "pace": "daily",
    "muted_until": "2025-05-12T13:00:00Z",
    "paused_at": None,
    "paused_reason": "",
    "created_by": "U1",
    "created_at": "2025-05-12T12:00:00Z",
}

some_topics = st.frozensets(st.sampled_from(Topic))
some_parties = st.frozensets(st.sampled_from(PARTIES))


def economies(codes: frozenset[str]) -> tuple[EconomyFilter, ...]:
    return tuple(EconomyFilter(first=code) for code in sorted(codes))


def criteria(topics: frozenset[Topic], parties: frozenset[str]) -> Criteria:
    return Criteria(topics=topics, economies=economies(parties), words=("tariff",))


def _fits(wanted: Criteria, topic: Topic, party: str) -> bool:
    return match(wanted, story("a", topics=(topic,), parties=(party,)), {}) is not None


def test_a_row_of_the_first_release_is_read() -> None:
    read = Subscription.model_validate_json(json.dumps(OLDER_ROW))
    assert (read.id, read.created_by) == (OLDER_ROW["id"], "U1")
    assert read.criteria == Criteria(
        topics=frozenset({TARIFF}), economies=economies(frozenset({"CN", "US"})), words=("steel",)
    )
    assert read.timing == Timing(frequency=Frequency.DAILY)
    assert Subscription.model_validate_json(read.model_dump_json()) == read
    everything = {"id": "1", "team": "T1", "conversation": "C1", "created_at": NOON, "topics": []}
    assert Subscription.model_validate(everything).criteria == Criteria()


def test_a_row_without_a_filter_that_was_added_later_does_not_filter() -> None:
    saved = subscription(criteria=Criteria(official_only=True)).model_dump(mode="json")
    del saved["criteria"]["only_my_lines"]
    criteria = Subscription.model_validate(saved).criteria
    assert criteria == Criteria(official_only=True)
    assert not criteria.only_my_lines


def test_a_pause_ends_at_its_time_or_when_slack_accepts_messages() -> None:
    paused = subscription(paused_until=NOON)
    assert paused.is_paused(NOON - minutes(1))
    assert not paused.is_paused(NOON)
    assert paused.match(story("a"), NOON - minutes(1), {}) is None
    assert paused.match(story("a"), NOON, {}) is not None
    assert subscription(paused_at=NOON).is_paused(NOON + minutes(9))


def test_ids_differ_by_conversation_and_moment() -> None:
    one = subscription()
    others = [subscription("C2"), subscription(created_at=NOON + minutes(1))]
    assert len({make_id(each) for each in (one, *others)}) == 3


def test_a_pair_is_removed_by_its_pair_and_single_economies_with_it() -> None:
    pair, us = EconomyFilter(first="US", second="CN"), EconomyFilter(first="US")
    directed = EconomyFilter(first="US", second="CN", directed=True)
    reverse = EconomyFilter(first="CN", second="US", directed=True)
    wanted = Criteria(economies=(pair, us, EconomyFilter(first="JP")))
    [left] = without(wanted, (), (EconomyFilter(first="CN", second="US"),))
    assert left.economies == (EconomyFilter(first="JP"),)
    assert without(wanted, (), (EconomyFilter(first="CN"),)) == (wanted,)
    assert without(Criteria(economies=(directed,)), (), (reverse,)) != ()
    assert without(Criteria(economies=(directed,)), (), (pair,)) == ()


Wish = tuple[frozenset[Topic], frozenset[str]]


def topics(*topics: Topic) -> frozenset[Topic]:
    return frozenset(topics)


def parties(*parties: str) -> frozenset[str]:
    return frozenset(parties)


@pytest.mark.parametrize(
    ("before", "removed", "after"),
    [
        # The whole subscription is removed.
        ((NO_TOPICS, NO_PARTIES), (NO_TOPICS, NO_PARTIES), []),
        ((topics(TARIFF), NO_PARTIES), (topics(TARIFF, TALKS), NO_PARTIES), []),
        ((topics(TARIFF), parties("CN")), (NO_TOPICS, parties("CN", "US")), []),
        ((NO_TOPICS, parties("CN")), (ALL, parties("CN")), []),
        # Some topics are removed.
        (
            (NO_TOPICS, NO_PARTIES),
            (topics(TARIFF), NO_PARTIES),
            [(topics(TALKS, RULING), NO_PARTIES)],
        ),
        (
            (topics(TARIFF, TALKS), parties("CN")),
            (topics(TARIFF), NO_PARTIES),
            [(topics(TALKS), parties("CN"))],
        ),
        # Some parties are removed; a subscription to all topics keeps all topics.
        (
            (NO_TOPICS, parties("CN", "US")),
            (NO_TOPICS, parties("CN")),
            [(NO_TOPICS, parties("US"))],
        ),
        ((NO_TOPICS, parties("CN", "US")), (ALL, parties("CN")), [(NO_TOPICS, parties("US"))]),
        (
            (topics(TARIFF), parties("CN", "US")),
            (NO_TOPICS, parties("CN", "JP")),
            [(topics(TARIFF), parties("US"))],
        ),
        (
            (topics(TARIFF), parties("CN", "US")),
            (topics(TARIFF, TALKS), parties("CN")),
            [(topics(TARIFF), parties("US"))],
        ),
        # One topic is removed for one party only: the subscription is split in two.
        (
            (NO_TOPICS, parties("CN", "US")),
            (topics(TARIFF), parties("CN")),
            [(topics(TALKS, RULING), parties("CN", "US")), (topics(TARIFF), parties("US"))],
        ),
        (
            (topics(TARIFF, TALKS), parties("CN", "US")),
            (topics(TARIFF), parties("CN")),
            [(topics(TALKS), parties("CN", "US")), (topics(TARIFF), parties("US"))],
        ),
        (
            (topics(TARIFF, TALKS), parties("CN")),
            (topics(TARIFF), parties("CN")),
            [(topics(TALKS), parties("CN"))],
        ),
    ],
)
def test_an_unsubscribe_leaves_this(before: Wish, removed: Wish, after: list[Wish]) -> None:
    found = without(criteria(*before), removed[0], economies(removed[1]))
    assert found == tuple(criteria(*each) for each in after)


@pytest.mark.parametrize(
    ("before", "removed"),
    [
        ((topics(TARIFF), NO_PARTIES), (topics(TALKS), NO_PARTIES)),
        ((topics(TARIFF), parties("CN")), (topics(TALKS), parties("CN"))),
        ((topics(TARIFF), parties("CN")), (topics(TARIFF), parties("US"))),
        # A subscription to all parties cannot exclude China, so it is unchanged.
        ((topics(TARIFF), NO_PARTIES), (topics(TARIFF), parties("CN"))),
        ((NO_TOPICS, NO_PARTIES), (NO_TOPICS, parties("CN"))),
    ],
)
def test_an_unsubscribe_from_something_else_changes_nothing(before: Wish, removed: Wish) -> None:
    whole = criteria(*before)
    assert without(whole, removed[0], economies(removed[1])) == (whole,)


@given(some_topics, some_parties, some_topics, st.frozensets(st.sampled_from(PARTIES), min_size=1))
def test_an_unsubscribe_removes_exactly_the_given_topics_and_parties(
    had_topics: frozenset[Topic],
    had_parties: frozenset[str],
    cut_topics: frozenset[Topic],
    cut_parties: frozenset[str],
) -> None:
    had = criteria(had_topics, had_parties)
    left = without(had, cut_topics, economies(cut_parties))
    for topic, party in product(Topic, PARTIES):
        named = (not cut_topics or topic in cut_topics) and party in cut_parties
        # A subscription without parties covers all. It cannot exclude China, so it is unchanged.
        gone = named and bool(had_parties)
        assert any(_fits(each, topic, party) for each in left) == (
            _fits(had, topic, party) and not gone
        )


@given(some_topics, some_parties, some_topics)
def test_an_unsubscribe_without_parties_removes_the_topics_for_all_parties(
    had_topics: frozenset[Topic], had_parties: frozenset[str], cut: frozenset[Topic]
) -> None:
    had = criteria(had_topics, had_parties)
    left = without(had, cut, ())
    for topic, party in product(Topic, PARTIES):
        expected = _fits(had, topic, party) and bool(cut) and topic not in cut
        assert any(_fits(each, topic, party) for each in left) == expected


def test_the_oldest_subscription_with_a_quiet_time_says_when_other_messages_come() -> None:
    def made(number: int, **timing: object) -> Subscription:
        return subscription(timing=Timing.model_validate(timing), created_at=NOON + minutes(number))

    plain = made(0)
    tokyo = made(1, frequency="daily", zone="Asia/Tokyo", hour=7)
    quiet = made(2, quiet_from=22, quiet_to=7)
    weekdays = made(3, weekdays_only=True)
    assert timing_of([]) == timing_of([plain]) == Timing()
    assert timing_of([tokyo, plain]) == Timing(zone="Asia/Tokyo", hour=7)
    assert timing_of([weekdays, tokyo, quiet, plain]) == quiet.timing
    assert timing_of([weekdays, plain]) == weekdays.timing
