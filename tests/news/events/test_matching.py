"""Stories of one event are matched; similar stories of two events are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.news.events.matching import SAME_SCORE, find_event, score_similarity
from bot.news.story import Story
from tests.news.examples import reported

# The first pairs are the examples from the rules in bot.news.events.matching.
ONE_EVENT = [
    ("Judges void the tariffs", "Court strikes down US tariffs"),
    ("India raises its duty on gold", "New Delhi lifts the gold levy"),
    ("Trump sets tariffs of 39% on Swiss goods", "Switzerland faces tariffs of 39%"),
    (
        "US trade court strikes down Trump's tariffs",
        "White House appeals the ruling against its tariffs",
    ),
    ("EU raises duties on steel", "Brussels hikes steel duties"),
    (
        "Washington and Beijing cut tariffs for 90 days",
        "China and US agree on a truce, lowering duties to 10% and 30%",
    ),
    ("Trump to double the steel tariff to 50%", "US duty on imported steel rises to 50%"),
    ("Delhi raises the customs duty on gold", "India's import duty on gold goes up"),
    ("WTO panel rules against India's sugar subsidies", "India loses a sugar case at the WTO"),
    ("Britain and India sign a trade pact", "UK-India free trade agreement is signed"),
    (
        "Trump breaks off trade talks with Canada over its digital tax",
        "US ends trade negotiations with Ottawa, citing the digital services tax",
    ),
    ("Brazil hit with a 50% tariff", "Trump puts a duty of 50% on Brazilian goods"),
]
TWO_EVENTS = [
    ("Judges void the tariffs", "Judges weigh a patent on tyres"),
    ("India raises its duty on gold", "Turkey raises its duty on gold"),
    ("Trump sets tariffs of 39% on Swiss goods", "Switzerland faces tariffs of 15%"),
    ("WTO panel rules on duties", "US court rules on duties"),
    ("EU raises duties on steel", "EU cuts duties on wine"),
    ("Trump announces a trade deal with Vietnam", "Trump announces a trade deal with Indonesia"),
    ("US and Japan agree on a 15% tariff", "US and EU agree on a 15% tariff"),
    ("US opens a Section 232 probe into drones", "US opens a Section 232 probe into copper"),
    ("EU puts anti-dumping duties on Chinese tyres", "EU puts anti-dumping duties on Chinese glue"),
    ("Pump maker Alder expects a $5bn tariff hit", "Toy maker Brill expects a $1bn tariff hit"),
    ("India raises the import duty on gold", "India scraps the import duty on cotton"),
    ("US and China hold trade talks", "US and Japan hold trade talks"),
    ("US trade court voids tariffs", "WTO panel rules on Indonesia's nickel"),
]


def same(a: Story, b: Story) -> bool:
    return score_similarity(a, b) >= SAME_SCORE


@pytest.mark.parametrize(("one", "other"), ONE_EVENT)
def test_two_reports_of_one_event_match(one: str, other: str) -> None:
    assert same(reported(one), reported(other, hours=6))


@pytest.mark.parametrize(("one", "other"), TWO_EVENTS)
def test_reports_of_two_events_of_one_day_do_not_match(one: str, other: str) -> None:
    assert not same(reported(one), reported(other, hours=6))


def test_the_same_words_after_four_days_are_another_event() -> None:
    title = "US and China hold trade talks"
    assert same(reported(title), reported(title, hours=70))
    assert not same(reported(title), reported(title, hours=75))


RULING = "US trade court strikes down the emergency tariffs"
STAY = "Appeals court stays the ruling, so the emergency tariffs remain"


def test_a_ruling_its_stay_and_its_appeal_within_a_week_are_one_event() -> None:
    assert same(reported(RULING), reported(STAY, hours=24))
    assert same(
        reported(RULING), reported("White House appeals the ruling against its tariffs", hours=20)
    )
    assert same(reported(RULING), reported(STAY, hours=24 * 6))
    assert not same(reported(RULING), reported(STAY, hours=24 * 8))


def test_a_story_joins_the_event_of_the_most_similar_story() -> None:
    first = reported("Japan and US hold tariff talks").model_copy(update={"event_id": "japan"})
    second = reported("Swiss and US hold tariff talks").model_copy(update={"event_id": "swiss"})
    late = reported("Tariff talks of Swiss ministers and US begin", hours=3)
    assert find_event(late, [first, second]).event_id == "swiss"


def test_a_story_without_a_similar_one_starts_its_own_event() -> None:
    story = reported("EU puts a duty on Turkish tiles")
    assert find_event(story, []).event_id == story.id
    assert find_event(story, [reported("Japan and US hold tariff talks")]).event_id == story.id


def test_an_event_has_the_id_of_its_first_story() -> None:
    first = reported("Japan and US hold tariff talks")
    assert (
        find_event(reported("US and Japan hold talks on tariffs", hours=1), [first]).event_id
        == first.id
    )


@given(st.text(), st.text())
def test_any_two_texts_get_the_same_score_in_either_order(one: str, other: str) -> None:
    a, b = reported(one), reported(other)
    assert 0 <= score_similarity(a, b) <= 1
    assert score_similarity(a, b) == pytest.approx(score_similarity(b, a))
