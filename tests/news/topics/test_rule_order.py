"""How topic rules and silences (exclusions) are applied, with made-up rules."""

from typing import Any

import pytest
from pydantic import ValidationError

from bot.news.story import Evidence, Match
from bot.news.topics.rules import Rule, Silence, TopicMatcher, TopicRules
from bot.values import Topic
from tests.news.examples import PARTIES, story_text

TARIFF, TALKS = Topic.TARIFF, Topic.NEGOTIATION
TALKS_FOUND = ("talks", "summary", "talks")
NOTHING = "nothing of it"


def rule(rule_id: str, *terms: str, **fields: Any) -> Rule:
    given = {
        "id": rule_id,
        "topic": TARIFF,
        "reason": "made for a test",
        "terms": terms,
        "yes": terms[0],
        "no": NOTHING,
    }
    return Rule.model_validate(given | fields)


def silence(silence_id: str, *terms: str, unless: tuple[str, ...] = ()) -> Silence:
    return Silence(
        id=silence_id,
        reason="made for a test",
        terms=terms,
        unless=unless,
        yes=terms[0],
        no=NOTHING,
    )


def matcher() -> TopicMatcher:
    """A new matcher with two silences and three rules."""
    return TopicMatcher(
        TopicRules(
            silences=(
                silence("stocks", "^ stocks slip/rise"),
                silence("players", "player", unless=("minister",)),
            ),
            rules=(
                rule("duty", "duty", "duties"),
                rule("loose", "levy", lead=False),
                rule("talks", "talks", topic=TALKS, contexts=("trade",), vetoes=("peace",)),
            ),
        ),
        PARTIES,
    )


def found(title: str, summary: str = "") -> list[tuple[str, str, str]]:
    """For each match: the rule, where it matched (title or summary), and the matched words."""
    evidence = matcher().match(story_text(title, summary)).evidence
    return [(each.rule, each.where, each.words) for each in evidence]


@pytest.mark.parametrize(
    ("title", "summary", "expected"),
    [
        ("A levy", "", [("loose", "title", "levy")]),
        # The rule "loose" is for titles only, so it does not match the summary.
        ("A roof", "A levy is due.", []),
        ("A levy", "A levy is due.", [("loose", "title", "levy")]),
        ("A duty", "A levy is due.", [("duty", "title", "duty")]),
        ("A roof", "A duty is due.", [("duty", "summary", "duty")]),
        # Other rules are still tried after a rule that does not apply or has matched.
        ("A roof", "A levy and a duty are due.", [("duty", "summary", "duty")]),
        ("A duty", "A duty and trade talks.", [("duty", "title", "duty"), TALKS_FOUND]),
    ],
)
def test_a_rule_for_titles_does_not_apply_to_summaries(
    title: str, summary: str, expected: list[tuple[str, str, str]]
) -> None:
    assert found(title, summary) == expected


@pytest.mark.parametrize(
    ("title", "summary", "expected"),
    [
        ("A duty and more duties", "Duties rise. A duty falls.", [("duty", "title", "duty")]),
        ("A roof", "Duties rise. A duty falls.", [("duty", "summary", "Duties")]),
    ],
)
def test_a_rule_gives_one_match(
    title: str, summary: str, expected: list[tuple[str, str, str]]
) -> None:
    assert found(title, summary) == expected


@pytest.mark.parametrize(
    ("summary", "topics"),
    [
        ("A duty is due. It is green. Rain falls.", (TARIFF,)),
        ("It is green. A duty is due. Rain falls.", (TARIFF,)),
        ("It is green. Rain falls. A duty is due.", ()),
        ("It is green. Rain falls. It dries. A duty is due.", ()),
    ],
)
def test_the_first_two_sentences_of_a_summary_count(
    summary: str, topics: tuple[Topic, ...]
) -> None:
    assert matcher().match(story_text("A roof", summary)).topics == topics


LONG = "The roof is " + "very " * 110 + "old."


@pytest.mark.parametrize(
    ("summary", "topics"),
    [
        # LONG has 566 characters, so the sentence after LONG ends beyond the first 600.
        (f"{LONG} It stands in the old town, not far. Then a duty is due.", ()),
        (f"{LONG} It stands in the old town, not far from where a duty is due.", (TARIFF,)),
        (f"{LONG[:-4]} {'very ' * 20} old, and a duty is due.", ()),
        (f"{LONG[:-4]} {'very ' * 20} old. A duty is due.", (TARIFF,)),
    ],
)
def test_a_long_summary_is_matched_sentence_by_sentence(
    summary: str, topics: tuple[Topic, ...]
) -> None:
    assert len(summary) > 600
    assert matcher().match(story_text("A roof", summary)).topics == topics


@pytest.mark.parametrize(
    ("title", "summary", "holds"),
    [
        ("Trade talks", "", True),
        ("Talks begin", "It is about trade.", True),
        ("Talks begin", "It is green. It is about trade.", True),
        ("Trade", "Talks begin.", True),
        ("A roof", "Trade talks begin.", True),
        # In a summary, context words count only in the sentence of the term.
        ("A roof", "Trade grows. Talks begin.", False),
        ("Talks begin", "", False),
        ("Trade and peace talks", "", False),
        ("Peace", "Trade talks begin.", False),
        ("Trade talks", "Peace reigns.", True),
    ],
)
def test_a_rule_needs_its_context_nearby_and_no_veto_nearby(
    title: str, summary: str, holds: bool
) -> None:
    assert [rule for rule, _, _ in found(title, summary)] == (["talks"] if holds else [])


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Stocks slip on a new duty", "stocks"),
        ("Why stocks slip", None),
        # A label before the title ("Business live:") is skipped; `^` then matches after the label.
        ("Business live: Stocks slip on a new duty", "stocks"),
        ("Business live | Stocks rise", "stocks"),
        ("Business live: why stocks slip", None),
        ("Business live - Stocks slip", None),
        ("B: Stocks slip", None),
        # A label that contains a term of a rule ("Duty") is not skipped.
        ("Duty live: Stocks slip", None),
        # At most one label is skipped.
        ("Business live: Markets: Stocks slip", None),
        ("A player pays", "players"),
        ("A player and a minister", None),
    ],
)
def test_a_silence_applies_to_the_title_with_or_without_its_label(
    title: str, expected: str | None
) -> None:
    assert matcher().find_silence(title) == expected


@pytest.mark.parametrize(
    ("title", "summary", "topics"),
    [
        ("A roof", "The rain comes as a duty is due.", ()),
        ("A roof", "A duty is due, and comes as rain falls.", (TARIFF,)),
        # The background ends with its sentence.
        ("A roof", "The rain comes as night falls. A duty is due.", (TARIFF,)),
        # In a title, every word counts.
        ("The rain comes as a duty is due", "", (TARIFF,)),
    ],
)
def test_the_background_of_a_sentence_in_the_lead_does_not_count(
    title: str, summary: str, topics: tuple[Topic, ...]
) -> None:
    rules = TopicRules(asides=("comes as",), rules=(rule("duty", "duty"),))
    assert TopicMatcher(rules, PARTIES).match(story_text(title, summary)).topics == topics


def test_a_silenced_title_has_no_topics() -> None:
    assert (
        matcher()
        .match(story_text("Business live: Stocks slip on a new duty", "A duty is due."))
        .topics
        == ()
    )
    assert matcher().match(story_text("Business live: why stocks slip on a new duty")).topics == (
        TARIFF,
    )


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        # A title with the exception of one silence is still checked against the next silence.
        ("Stocks slip as a player pays", "stocks"),
        ("Stocks slip as a player pays a minister", "stocks"),
        ("A player, a minister and stocks slip", None),
        ("A minister: a player pays", "players"),
    ],
)
def test_each_silence_has_its_own_exception(title: str, expected: str | None) -> None:
    assert matcher().find_silence(title) == expected


def test_the_next_silence_is_tried_where_one_has_its_exception() -> None:
    given = (silence("one", "player", unless=("minister",)), silence("two", "player"))
    both = TopicMatcher(TopicRules(silences=given, rules=(rule("duty", "duty"),)), PARTIES)
    assert both.find_silence("A player") == "one"
    assert both.find_silence("A player and a minister") == "two"


def test_lists_and_parties_are_known_in_rules_and_silences() -> None:
    rules = TopicRules(
        lists={"charge": ("duty", "levy")},
        silences=(silence("calm", "{charge} of @", unless=("on {charge}",)),),
        rules=(
            rule("party", "@ {charge}", contexts=("{charge} of 5",), vetoes=("no {charge}",)),
            rule("plain", "tax", "{charge}", topic=TALKS, lead=False),
        ),
    )
    made = TopicMatcher(rules, PARTIES)
    assert made.find_silence("A levy of China") == "calm"
    assert made.find_silence("A levy of China on duty") is None
    match = made.match(story_text("China levy, a duty of 5"))
    assert match == Match(
        topics=(TARIFF, TALKS),
        evidence=(
            Evidence(topic=TARIFF, rule="party", words="China levy", where="title"),
            Evidence(topic=TALKS, rule="plain", words="levy", where="title"),
        ),
    )
    assert made.match(story_text("China levy, no duty of 5")).topics == (TALKS,)
    assert made.match(story_text("Rain", "A levy is due.")) == Match()


@pytest.mark.parametrize(
    ("fields", "where", "given"),
    [
        ({"lists": {"a": ["b", "C"]}}, ("lists", "a", 1), "C"),
        ({"lists": {"a": ["b", "b"]}}, ("lists", "a", 1), "b"),
        ({"asides": ["x", "x ^"]}, ("asides", 1), "x ^"),
        ({"silences": [{"terms": ["{a}"]}]}, ("silences", 0, "terms", 0), "{a}"),
        ({"silences": [{"unless": ["x ..", "y"]}]}, ("silences", 0, "unless", 0), "x .."),
        ({"rules": [{"contexts": ["x", "x"]}]}, ("rules", 0, "contexts", 1), "x"),
        ({"rules": [{"vetoes": ["x?"]}]}, ("rules", 0, "vetoes", 0), "x?"),
        ({"rules": [{}, {"id": "one", "terms": ["y"]}]}, ("rules", 1, "id"), "one"),
        (
            {"silences": [{"id": "one"}], "rules": [{"terms": ["y"]}]},
            ("rules", 0, "id"),
            "one",
        ),
    ],
)
def test_a_mistake_is_reported_at_its_place(
    fields: dict[str, Any], where: tuple[object, ...], given: str
) -> None:
    common = {"reason": "made for a test", "terms": ["x"], "yes": "x", "no": NOTHING}
    content = {
        "lists": fields.get("lists", {}),
        "asides": fields.get("asides", ()),
        "silences": [{"id": "calm"} | common | each for each in fields.get("silences", ())],
        "rules": [
            {"id": "one", "topic": "tariff"} | common | each for each in fields.get("rules", [{}])
        ],
    }
    with pytest.raises(ValidationError) as caught:
        TopicRules.model_validate(content)
    [error] = caught.value.errors()
    assert (error["loc"], error["input"]) == (where, given)
    assert given in error["msg"]


def test_topics_are_listed_in_a_fixed_order() -> None:
    assert matcher().match(story_text("Trade talks on a duty")).topics == (TARIFF, TALKS)
