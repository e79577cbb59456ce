"""A story joins the right event, as another report or as a development."""

import pytest

from bot.news.events.comparison import compare
from bot.news.events.matching import explain_join, find_event
from bot.news.state import JoinResult, NewFactKind, Relation
from bot.news.story import Story
from bot.values import Topic
from tests.news.examples import reported
from tests.news.made import account


def join_all(*titles_and_hours: tuple[str, float]) -> list[JoinResult]:
    """What `find_event` returns for each story in turn, given all earlier ones."""
    known: list[Story] = []
    results = []
    for title, hours in titles_and_hours:
        story = reported(title, hours=hours)
        result = find_event(story, known)
        known.append(story.model_copy(update={"event_id": result.event_id}))
        results.append(result)
    return results


def kinds(result: JoinResult) -> set[NewFactKind]:
    return {fact.kind for fact in result.new_facts}


def test_a_story_without_a_similar_one_starts_its_own_event() -> None:
    story = reported("EU puts a duty on Turkish tiles")
    assert find_event(story, []) == JoinResult(story.id, Relation.NEW)
    assert find_event(story, [reported("Japan and US hold tariff talks")]).event_id == story.id


def test_an_event_has_the_id_of_its_first_story() -> None:
    first = reported("Japan and US hold tariff talks")
    later = reported("US and Japan hold talks on tariffs", hours=1)
    assert find_event(later, [first]) == JoinResult(first.id, Relation.REPORT)


def test_a_story_joins_the_event_of_the_most_similar_story() -> None:
    first = reported("Japan and US hold tariff talks").model_copy(update={"event_id": "japan"})
    second = reported("Swiss and US hold tariff talks").model_copy(update={"event_id": "swiss"})
    late = reported("Tariff talks of Swiss ministers and US begin", hours=3)
    assert find_event(late, [first, second]).event_id == "swiss"
    assert find_event(late, [second, first]).event_id == "swiss"


def test_a_story_does_not_join_itself() -> None:
    again = account("EU raises its duty on steel", id="one", event_id="event")
    assert find_event(account("EU raises its duty on steel", id="one"), [again]).event_id == "one"


def test_a_new_rate_is_a_development_with_both_rates() -> None:
    _, higher = join_all(
        ("Washington sets an 84% duty on Chinese goods", 0),
        ("Washington sets a 125% duty on Chinese goods", 24),
    )
    assert higher.relation is Relation.DEVELOPMENT
    (rate,) = [fact for fact in higher.new_facts if fact.kind is NewFactKind.RATE]
    assert (rate.before, rate.after) == ("84", "125")


def test_a_new_sum_is_a_development() -> None:
    _, more = join_all(
        ("EU readies duties on $26 billion of US goods", 0),
        ("EU readies duties on $95 billion of US goods", 20),
    )
    assert more.relation is Relation.DEVELOPMENT
    assert kinds(more) == {NewFactKind.SUM}


def test_a_stay_is_a_development_of_the_ruling_and_its_reports_are_not() -> None:
    ruling, stay, again, late = join_all(
        ("US trade court strikes down the emergency tariffs", 0),
        ("Appeals court stays the ruling against the emergency tariffs", 24),
        ("Emergency tariffs stay in place, appeals court rules", 30),
        ("Trade court judges void the emergency tariffs", 31),
    )
    assert stay.event_id == again.event_id == late.event_id == ruling.event_id
    assert stay.relation is Relation.DEVELOPMENT
    assert NewFactKind.STATUS in kinds(stay)
    assert (again.relation, late.relation) == (Relation.REPORT, Relation.REPORT)


def test_a_retaliation_is_the_answer_of_the_other_side() -> None:
    first, answer = join_all(
        ("US doubles tariff on Canadian aluminum", 0),
        ("Canada retaliates against US tariff on aluminum", 20),
    )
    assert answer.event_id == first.event_id
    (fact,) = [fact for fact in answer.new_facts if fact.kind is NewFactKind.ANSWER]
    assert (fact.before, fact.after) == ("US", "CA")


def test_a_report_without_a_rate_does_not_hide_the_next_rate() -> None:
    first, vague, second = join_all(
        ("US raises tariff on Chinese goods to 84%", 0),
        ("US raises tariff on Chinese goods again", 2),
        ("US raises tariff on Chinese goods to 125%", 24),
    )
    assert vague == JoinResult(first.event_id, Relation.REPORT)
    assert second.event_id == first.event_id
    assert second.relation is Relation.DEVELOPMENT
    assert kinds(second) == {NewFactKind.RATE}


def test_a_late_report_of_an_old_rate_is_no_development() -> None:
    _, _, late = join_all(
        ("US raises tariff on Chinese goods to 84%", 0),
        ("US raises tariff on Chinese goods to 125%", 24),
        ("US tariff on Chinese goods raised to 84%", 26),
    )
    assert late.relation is Relation.REPORT


def test_a_commentary_on_an_event_is_no_development() -> None:
    first, comment = join_all(
        ("Trump delays 50% tariffs on EU goods", 0),
        ("European shares rise after Trump delays 50% tariffs on EU goods", 10),
    )
    assert comment == JoinResult(first.event_id, Relation.REPORT)


def test_a_story_joins_no_event_of_eight_days_ago() -> None:
    titles = (
        "US trade court strikes down the emergency tariffs",
        "Appeals court stays the ruling against the emergency tariffs",
    )
    assert join_all((titles[0], 0), (titles[1], 24 * 6))[1].relation is Relation.DEVELOPMENT
    assert join_all((titles[0], 0), (titles[1], 24 * 8))[1].relation is Relation.NEW


def test_stories_without_a_common_party_are_not_joined() -> None:
    title = "Duty on gold goes up"
    old = account(title, id="old", parties=("IN",))
    assert find_event(account(title, id="new", parties=("TR",)), [old]).event_id == "new"
    assert find_event(account(title, id="new", parties=("IN",)), [old]).event_id == "old"


@pytest.mark.parametrize("title", ["(" * 1_000_000, "\u202e" * 1_000_000, "\ud800a " * 300_000])
def test_a_hostile_title_is_compared_quickly(title: str) -> None:
    """Only the beginning of a title is read; the test ends only if no rule backtracks."""
    story = account(title, id="hostile", topics=(Topic.TARIFF,))
    other = account(title + "x", title, id="other", topics=(Topic.TARIFF,))
    assert find_event(story, [other]).event_id in {"hostile", "other"}


def test_a_story_that_arrives_long_after_a_newer_one_is_no_development() -> None:
    stay = "Appeals court stays the ruling against the emergency tariffs"
    ruling = "US trade court strikes down the emergency tariffs"
    _, late = join_all((stay, 20), (ruling, 0))
    assert late.relation is Relation.REPORT
    _, development = join_all((ruling, 0), (stay, 20))
    assert development.relation is Relation.DEVELOPMENT


def test_a_correction_of_an_outlet_is_a_development_of_its_report() -> None:
    first = reported("Peru puts 27% tariff on US wheat")
    again = reported("Correction: Peru's tariff on US wheat is 27%, not 72%", hours=2)
    other = again.model_copy(update={"feed_id": "gazette"})
    unmarked = reported("Peru's tariff on US wheat is 27%", hours=2)
    retraction = reported("RETRACTED: Peru puts 27% tariff on US wheat", hours=3)
    assert find_event(again, [first]).relation is Relation.DEVELOPMENT
    assert find_event(retraction, [first]).relation is Relation.DEVELOPMENT
    assert find_event(unmarked, [first]).relation is Relation.REPORT
    assert find_event(other, [first]).relation is Relation.REPORT


@pytest.mark.parametrize(
    ("title", "relation"),
    [
        ("Lima meeting: what the 40% tariff of Peru on US wheat means", Relation.REPORT),
        ("Peru's 40% tariff on US wheat: what to know", Relation.REPORT),
        ("Peru puts 40% tariff on US wheat", Relation.DEVELOPMENT),
    ],
)
def test_an_explainer_with_another_rate_is_no_development(title: str, relation: Relation) -> None:
    first = reported("Peru puts 27% tariff on US wheat")
    assert find_event(reported(title, hours=5), [first]).relation is relation


def test_a_join_is_explained_by_the_most_similar_earlier_story() -> None:
    first = reported("Japan and US hold tariff talks")
    other = reported("Swiss and US hold tariff talks", hours=1)
    late = reported("US and Japan hold talks on tariffs", hours=2)
    found = explain_join(late, [first, other, late])
    assert found == compare(late, first)
    assert explain_join(first, [first, other, late]) is None
