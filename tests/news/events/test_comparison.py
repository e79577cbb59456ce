"""Which pairs of stories report one state, two states of one matter, or two events."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.news.events.comparison import (
    SAME_SCORE,
    Comparison,
    Difference,
    Likeness,
    Veto,
    compare,
    judge_all,
)
from bot.news.state import Relation
from tests.news.examples import reported

ONE_STATE = [
    ("Judges void the tariffs", "Court strikes down US tariffs"),
    ("India raises its duty on gold", "New Delhi lifts the gold levy to 10%"),
    ("Trump sets tariffs of 39% on Swiss goods", "Switzerland faces tariffs of 39%"),
    ("EU raises duties on steel", "Brussels hikes steel duties"),
    (
        "Washington and Beijing cut tariffs for 90 days",
        "China and US agree on a truce, lowering duties to 10% and 30%",
    ),
    ("Trump to double the steel tariff to 50%", "US duty on imported steel rises to 50%"),
    ("Delhi raises the customs duty on gold", "India's import duty on gold goes up"),
    ("Britain and India sign a trade pact", "UK-India free trade agreement is signed"),
    (
        "Trump breaks off trade talks with Canada over its digital tax",
        "US ends trade negotiations with Ottawa, citing the digital services tax",
    ),
    ("Brazil hit with a 50% tariff", "Trump puts a duty of 50% on Brazilian goods"),
    # An official title and a report of the press.
    ("Adjusting Imports of Lumber Into the United States", "Trump puts a 10% tariff on lumber"),
    # Two languages.
    ("Supreme Court strikes down Trump's tariffs", "La Cour suprême annule les tarifs de Trump"),
]
ONE_MATTER = [
    ("Trump sets tariffs of 39% on Swiss goods", "Trump sets tariffs of 15% on Swiss goods"),
    (
        "US trade court strikes down Trump's tariffs",
        "White House appeals the ruling against its tariffs",
    ),
    ("US and Switzerland hold tariff talks", "US and Switzerland reach a tariff deal"),
    ("EU readies duties on US whiskey", "EU suspends duties on US whiskey"),
    ("Supreme Court hears arguments on tariffs", "Supreme Court strikes down tariffs"),
    ("Trump threatens a duty on French wine", "Trump withdraws his threat on French wine"),
    ("Delhi breaks off trade talks with the EU", "India and EU resume trade talks"),
    ("US puts a 50% duty on Indian goods", "India condemns the 50% duty on its goods"),
]
TWO_EVENTS = [
    ("Judges void the tariffs", "Judges weigh a patent on tyres"),
    ("India raises its duty on gold", "Turkey raises its duty on gold"),
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
    ("Alder sues over the tariffs", "Brill sues over the tariffs"),
    (
        "Zinc Wire From Peru: Final Affirmative Countervailing Duty Determination",
        "Zinc Wire From Peru: Final Determination of Sales at Less Than Fair Value",
    ),
    ("USTR opens a probe of 16 economies", "USTR opens a probe of 60 economies"),
]


def relate(one: str, other: str, hours: float = 6) -> Comparison:
    return compare(reported(one), reported(other, hours=hours))


@pytest.mark.parametrize(("one", "other"), ONE_STATE)
def test_reports_of_one_state_are_the_same(one: str, other: str) -> None:
    found = relate(one, other)
    assert (found.relation, found.vetoes) == (Relation.REPORT, ())
    assert found.score >= SAME_SCORE


@pytest.mark.parametrize(("one", "other"), ONE_MATTER)
def test_another_state_of_one_matter_is_a_follow_up(one: str, other: str) -> None:
    found = relate(one, other, hours=24)
    assert found.relation is Relation.DEVELOPMENT
    assert found.score < SAME_SCORE


@pytest.mark.parametrize(("one", "other"), TWO_EVENTS)
def test_two_events_of_one_day_are_different(one: str, other: str) -> None:
    assert relate(one, other).relation is Relation.NEW


@pytest.mark.parametrize(
    ("one", "other", "veto"),
    [
        ("US sets 30% duty on Mexico", "US sets 30% duty on Brazil", Veto.OTHER_PARTIES),
        ("India and US hold trade talks", "India and EU hold trade talks", Veto.OTHER_PARTIES),
        ("US duty on copper to rise", "US duty on sugar to rise", Veto.OTHER_GOODS),
        ("US opens probe into glycine", "US opens probe into melamine", Veto.OTHER_OBJECT),
        ("Alder sues over tariffs", "Brill sues over tariffs", Veto.OTHER_FIRM),
        ("Alder v. United States: hearing", "Brill v. United States: hearing", Veto.OTHER_FIRM),
        ("Section 301 tariffs on China", "Section 232 tariffs on China", Veto.OTHER_LAW),
        ("EU anti-dumping duty on glue", "EU countervailing duty on glue", Veto.OTHER_REMEDY),
        ("Letters to 12 countries", "Letters to 20 countries", Veto.OTHER_COUNT),
        ("WTO rules on US duties", "Supreme Court rules on US duties", Veto.OTHER_FORUM),
        ("Trade court voids duties", "Supreme Court voids duties", Veto.OTHER_COURT),
        ("Senators back duty on Chile", "Deputies back duty on Chile", Veto.OTHER_CHAMBER),
        ("US threatens Chile with duties", "US delays duties on Chile", Veto.OTHER_ACT),
        ("US sets 30% duty on Chile", "US sets 10% duty on Chile", Veto.OTHER_RATE),
        ("EU lists $20bn of US goods", "EU lists $90bn of US goods", Veto.OTHER_SUM),
    ],
)
def test_each_fact_in_which_reports_never_differ_is_named(one: str, other: str, veto: Veto) -> None:
    found = relate(one, other)
    assert veto in found.vetoes
    assert found.relation is not Relation.REPORT
    assert found.score < SAME_SCORE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # The rate of one title is in the text of the other, or sums have two currencies.
        (("US sets 30% duty on Chile", ""), ("US sets duty on Chile", "The rate is 30%.")),
        (
            ("Toymaker pays £5 million in tariffs", ""),
            ("Toymaker pays $6 million in tariffs", ""),
        ),
    ],
)
def test_a_number_that_does_not_contradict_is_no_veto(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    vetoes = compare(reported(*one), reported(*other)).vetoes
    assert not {Veto.OTHER_RATE, Veto.OTHER_SUM} & set(vetoes)


def test_reasons_name_what_two_reports_share() -> None:
    found = relate(
        "EU puts 20% anti-dumping duty on Chinese tyres",
        "Brussels imposes 20% dumping duties on tyres from China",
    )
    assert {
        Likeness.PARTNER,
        Likeness.GOODS,
        Likeness.ACT,
        Likeness.RATE,
    } <= set(found.reasons)
    assert found.differences == ()


def test_signs_of_different_reports_are_named() -> None:
    found = relate(
        "Trump delays tariffs on EU goods",
        "What do Trump's delayed tariffs mean for EU wine?",
        hours=36,
    )
    assert {Difference.COMMENT, Difference.GOODS_IN_ONE, Difference.DAYS_APART} <= set(
        found.differences
    )


def test_the_same_words_after_four_days_are_another_event() -> None:
    title = "US and China hold trade talks"
    assert relate(title, title, hours=70).relation is Relation.REPORT
    assert relate(title, title, hours=75).relation is Relation.NEW


def test_a_ruling_is_still_reported_after_five_days() -> None:
    one = "US trade court strikes down the emergency tariffs"
    assert relate(one, one, hours=24 * 5).relation is Relation.REPORT
    assert relate(one, one, hours=24 * 8).relation is Relation.NEW


def test_a_story_has_score_1_with_itself() -> None:
    story = reported("EU raises duties on steel", "The rate is 50%.")
    assert compare(story, story).score == 1.0


def test_stories_of_two_years_have_no_relation() -> None:
    story = reported("EU raises duties on steel")
    old = story.model_copy(update={"published": story.published - timedelta(days=400)})
    assert list(judge_all(story, [old])) == []
    assert Veto.FAR_APART in compare(story, old).vetoes


@given(st.text(), st.text(), st.text())
def test_any_two_texts_get_the_same_comparison_in_either_order(
    one: str, other: str, text: str
) -> None:
    a, b = reported(one, text), reported(other)
    assert compare(a, b) == compare(b, a)
    assert 0 <= compare(a, b).score <= 1


@pytest.mark.parametrize(
    ("one", "other", "hours", "relation"),
    [
        # A government plans, signs and announces a duty on one day; later these are two steps.
        ("Peru plans 12% duty on Chinese glass", "Peru puts 12% duty on Chinese glass", 4, "same"),
        (
            "Peru plans 12% duty on Chinese glass",
            "Peru puts 12% duty on Chinese glass",
            48,
            "follow_up",
        ),
        # The other side's duty is its answer, also on the same day.
        ("US puts 20% duty on Peru", "Peru retaliates against US duty", 4, "follow_up"),
        # An approval is news of its own after a protest; a delay gives way to it.
        ("Miners protest against pact with Peru", "EU approves pact with Peru", 20, "different"),
        ("Peru condemns US duty on copper", "US delays duty on copper of Peru", 20, "follow_up"),
        # The next probe of one government is another matter if it is into other goods.
        (
            "China puts export curbs on Peru",
            "China opens probe into honey of Peru",
            30,
            "different",
        ),
        # What takes effect was decided some days before.
        (
            "Peru duty on US honey in gazette",
            "Peru duty on US honey takes effect",
            110,
            "follow_up",
        ),
    ],
)
def test_the_order_and_the_days_tell_a_step_from_a_report(
    one: str, other: str, hours: float, relation: str
) -> None:
    assert relate(one, other, hours=hours).relation == relation


def test_a_commentary_on_the_next_day_is_no_report() -> None:
    found = relate("US puts 20% duty on Peru", "Why the US puts 20% duty on Peru", hours=24)
    assert Veto.COMMENT in found.vetoes
    assert found.relation is not Relation.REPORT
