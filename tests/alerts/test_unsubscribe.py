"""What an unsubscribe leaves of a subscription, value by value."""

import pytest

from bot.alerts.subscription import Frequency, Subscription, subscription_id, without
from bot.values import Topic
from tests.store.examples import NOON, TEAM, subscription

TARIFF, TALKS, RULING = Topic.TARIFF, Topic.NEGOTIATION, Topic.COURT_RULING
ALL = frozenset(Topic)
NO_TOPICS: frozenset[Topic] = frozenset()
NO_PARTIES: frozenset[str] = frozenset()


def wish(topics: frozenset[Topic], parties: frozenset[str]) -> Subscription:
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


def of(*topics: Topic) -> frozenset[Topic]:
    return frozenset(topics)


def on(*parties: str) -> frozenset[str]:
    return frozenset(parties)


@pytest.mark.parametrize(
    ("had", "cut", "left"),
    [
        # All of it goes.
        ((NO_TOPICS, NO_PARTIES), (NO_TOPICS, NO_PARTIES), []),
        ((of(TARIFF), NO_PARTIES), (of(TARIFF, TALKS), NO_PARTIES), []),
        ((of(TARIFF), on("CN")), (NO_TOPICS, on("CN", "US")), []),
        ((NO_TOPICS, on("CN")), (ALL, on("CN")), []),
        # Some topics go.
        ((NO_TOPICS, NO_PARTIES), (of(TARIFF), NO_PARTIES), [(of(TALKS, RULING), NO_PARTIES)]),
        ((of(TARIFF, TALKS), on("CN")), (of(TARIFF), NO_PARTIES), [(of(TALKS), on("CN"))]),
        # Some parties go; a wish for any topic stays one.
        ((NO_TOPICS, on("CN", "US")), (NO_TOPICS, on("CN")), [(NO_TOPICS, on("US"))]),
        ((NO_TOPICS, on("CN", "US")), (ALL, on("CN")), [(NO_TOPICS, on("US"))]),
        ((of(TARIFF), on("CN", "US")), (NO_TOPICS, on("CN", "JP")), [(of(TARIFF), on("US"))]),
        ((of(TARIFF), on("CN", "US")), (of(TARIFF, TALKS), on("CN")), [(of(TARIFF), on("US"))]),
        # A corner goes: two are left.
        (
            (NO_TOPICS, on("CN", "US")),
            (of(TARIFF), on("CN")),
            [(of(TALKS, RULING), on("CN", "US")), (of(TARIFF), on("US"))],
        ),
        (
            (of(TARIFF, TALKS), on("CN", "US")),
            (of(TARIFF), on("CN")),
            [(of(TALKS), on("CN", "US")), (of(TARIFF), on("US"))],
        ),
        ((of(TARIFF, TALKS), on("CN")), (of(TARIFF), on("CN")), [(of(TALKS), on("CN"))]),
    ],
)
def test_an_unsubscribe_leaves_this(had: Wish, cut: Wish, left: list[Wish]) -> None:
    found = without(wish(*had), *cut)
    assert found == tuple(wish(*each) for each in left)


@pytest.mark.parametrize(
    ("had", "cut"),
    [
        ((of(TARIFF), NO_PARTIES), (of(TALKS), NO_PARTIES)),
        ((of(TARIFF), on("CN")), (of(TALKS), on("CN"))),
        ((of(TARIFF), on("CN")), (of(TARIFF), on("US"))),
        # 'All but China' is no wish that can be kept.
        ((of(TARIFF), NO_PARTIES), (of(TARIFF), on("CN"))),
        ((NO_TOPICS, NO_PARTIES), (NO_TOPICS, on("CN"))),
    ],
)
def test_an_unsubscribe_from_something_else_changes_nothing(had: Wish, cut: Wish) -> None:
    whole = wish(*had)
    assert without(whole, *cut) == (whole,)
