"""Exclusions hide the story for which they are proposed, and the preview counts what they hide."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.planning import DeliveryRules
from bot.alerts.subscriptions.criteria import Criteria, EconomyFilter, match
from bot.alerts.subscriptions.exclusions import (
    MOST_PROPOSED,
    ExclusionKind,
    StoryExclusion,
    exclude,
    preview_exclusion,
    propose_exclusions,
)
from bot.alerts.subscriptions.model import Subscription
from bot.news.story import Story
from bot.values import Topic
from tests.slack.samples import NOW, PARTIES, stories, story

TARIFF, NEGOTIATION, RULING = Topic
NAMES = {"US": "United States", "CN": "China", "VN": "Vietnam"}
US, CHINA = EconomyFilter(first="US"), EconomyFilter(first="CN")
AGE = timedelta(hours=48)


def _story(number: int, title: str, **changes: object) -> Story:
    name = f"s{number}"
    own = {"id": name, "event_id": name, "title": title, "figures": (), "topics": (TARIFF,)}
    return story(**{**own, "evidence": (), **changes})


def _without(kind: ExclusionKind, value: str) -> StoryExclusion:
    return StoryExclusion(kind=kind, value=value)


def test_an_exclusion_narrows_the_criteria() -> None:
    topic = exclude(Criteria(), _without(ExclusionKind.TOPIC, "negotiation"))
    assert topic == Criteria(topics=frozenset({TARIFF, RULING}))
    both = Criteria(economies=(US, CHINA))
    assert exclude(both, _without(ExclusionKind.ECONOMY, "CN")) == Criteria(economies=(US,))
    word = exclude(Criteria(words=("steel",)), _without(ExclusionKind.WORD, "pipes"))
    assert word == Criteria(words=("steel",), without_words=("pipes",))


@pytest.mark.parametrize(
    ("criteria", "exclusion"),
    [
        (Criteria(topics=frozenset({TARIFF})), _without(ExclusionKind.TOPIC, "tariff")),
        (Criteria(topics=frozenset({TARIFF})), _without(ExclusionKind.TOPIC, "negotiation")),
        (Criteria(economies=(CHINA,)), _without(ExclusionKind.ECONOMY, "CN")),
        (Criteria(), _without(ExclusionKind.ECONOMY, "CN")),
        (Criteria(without_words=("Steel",)), _without(ExclusionKind.WORD, "steel")),
        (Criteria(), _without(ExclusionKind.WORD, "")),
    ],
)
def test_an_exclusion_that_leaves_nothing_or_changes_nothing_is_refused(
    criteria: Criteria, exclusion: StoryExclusion
) -> None:
    assert exclude(criteria, exclusion) is None


def test_an_exclusion_keeps_only_my_lines() -> None:
    mine = Criteria(economies=(US, CHINA), only_my_lines=True)
    narrower = exclude(mine, _without(ExclusionKind.ECONOMY, "CN"))
    assert narrower == Criteria(economies=(US,), only_my_lines=True)


def test_with_only_my_lines_words_are_counted_in_stories_that_touch_lines() -> None:
    mine = Criteria(only_my_lines=True)
    hearing = _story(1, "Vietnam shrimp duties draw criticism")
    shrimp = [_story(number, f"Vietnam shrimp number {number}") for number in range(2, 6)]
    criticism = [_story(number, "Duties draw criticism") for number in range(6, 9)]
    recent = [hearing, *shrimp, *criticism]
    touching = {hearing.id, *(each.id for each in criticism)}
    found = propose_exclusions(mine, hearing, recent, {}, NAMES, touching)
    [topic, *words] = [each.value for each in found]
    assert topic == "tariff"
    assert words[0] == "shrimp"


def test_the_preview_of_an_exclusion_counts_stories_that_touch_lines() -> None:
    every = [_story(1, "Shrimp"), _story(2, "Shrimp"), _story(3, "Cars")]
    mine = Subscription(
        id="a", team="T1", conversation="C1", criteria=Criteria(only_my_lines=True), created_at=NOW
    )
    narrower = Criteria(only_my_lines=True, without_words=("shrimp",))
    hidden = preview_exclusion(mine, narrower, every, DeliveryRules(), AGE, {"s1", "s3"})
    assert [each.id for each in hidden.newest] == ["s1"]


def test_a_topic_an_economy_and_words_are_proposed() -> None:
    criteria = Criteria(economies=(US, CHINA))
    hearing = _story(1, "Vietnam shrimp duties draw criticism", parties=("CN", "VN"))
    recent = [
        hearing,
        _story(2, "Shrimp farmers object", parties=("CN",)),
        *(_story(n, f"Other news {n}", parties=("US",)) for n in range(3, 9)),
    ]
    found = propose_exclusions(criteria, hearing, recent, {}, NAMES)
    assert found == (
        _without(ExclusionKind.TOPIC, "tariff"),
        _without(ExclusionKind.ECONOMY, "CN"),
        _without(ExclusionKind.WORD, "Vietnam"),
    )
    only_words = Criteria(topics=frozenset({TARIFF}))
    found = propose_exclusions(only_words, hearing, recent, {}, {})
    assert found[0] == _without(ExclusionKind.WORD, "shrimp")


def test_a_word_that_hides_most_stories_is_not_proposed() -> None:
    every = [_story(n, f"Shrimp duty {n}") for n in range(9)]
    found = propose_exclusions(Criteria(topics=frozenset({TARIFF})), every[0], every, {}, {})
    assert _without(ExclusionKind.WORD, "shrimp") not in found


@given(stories, st.lists(stories, max_size=5), st.booleans())
def test_every_proposal_hides_the_story(given: Story, recent: list[Story], wide: bool) -> None:
    criteria = Criteria() if wide else Criteria(economies=(US, CHINA))
    names = {party.code: party.name for party in PARTIES}
    found = propose_exclusions(criteria, given, recent, PARTIES.blocs, names)
    assert len(found) <= MOST_PROPOSED
    for each in found:
        narrower = exclude(criteria, each)
        assert narrower is not None
        assert match(narrower, given, PARTIES.blocs) is None


def test_the_preview_shows_what_would_have_been_hidden() -> None:
    every = [
        _story(n, "Shrimp duty" if n % 2 else "Steel duty", published=NOW + timedelta(hours=n))
        for n in range(14)
    ]
    every = [each.model_copy(update={"seen_at": each.published}) for each in every]
    subscription = Subscription(
        id="a", team="T1", conversation="C1", criteria=Criteria(), created_at=NOW
    )
    narrower = exclude(Criteria(), _without(ExclusionKind.WORD, "shrimp"))
    assert narrower is not None
    hidden = preview_exclusion(subscription, narrower, every, DeliveryRules(), AGE)
    assert hidden.count == 7
    assert [each.id for each in hidden.newest] == ["s13", "s11", "s9", "s7", "s5"]
