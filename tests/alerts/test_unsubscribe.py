"""What remains of one subscription after an unsubscribe."""

import pytest

from bot.alerts.subscription import Frequency, Subscription, subscription_id, without
from bot.values import Topic
from tests.store.examples import NOON, TEAM, subscription

TARIFF, TALKS, RULING = Topic.TARIFF, Topic.NEGOTIATION, Topic.COURT_RULING
ALL = frozenset(Topic)
NO_TOPICS: frozenset[Topic] = frozenset()
NO_PARTIES: frozenset[str] = frozenset()


def subscription_to(topics: frozenset[Topic], parties: frozenset[str]) -> Subscription:
    made = subscription(
        topics=topics,
        parties=parties,
        words=["steel"],
        pace=Frequency.DAILY,
        muted_until=NOON,
        created_by="U1",
    )
    named = subscription_id(TEAM, "C1", topics, parties, ("steel",))
    return made.model_copy(update={"id": named})


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
    found = without(subscription_to(*before), *removed)
    assert found == tuple(subscription_to(*each) for each in after)


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
    whole = subscription_to(*before)
    assert without(whole, *removed) == (whole,)
