"""Topic rules match their examples and ignore other news."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ConfigError
from bot.feeds.model import FeedKind
from bot.news.topics.rules import Rule, Silence, TopicMatcher
from bot.runtime.config.news_loader import load_topics
from bot.values import Topic
from tests.news.examples import PARTIES, ROOT, RULES, story_text

MATCHER = TopicMatcher(RULES, PARTIES)
HEADLINES = [
    json.loads(line)
    for line in Path(__file__).with_name("headlines.jsonl").read_text("utf-8").splitlines()
]
CORPUS = ROOT / ".." / "shared" / "corpus" / "dev.jsonl"


def rules_for(title: str, kind: FeedKind | None = None) -> set[str]:
    return {evidence.rule for evidence in MATCHER.match(story_text(title), kind).evidence}


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.id)
def test_each_rule_matches_its_example_and_not_its_counterexample(rule: Rule) -> None:
    kind = next(iter(rule.kinds), None)
    assert rule.id in rules_for(rule.yes, kind)
    assert rule.id not in rules_for(rule.no, kind)


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES.rules if rule.kinds], ids=lambda rule: rule.id
)
@pytest.mark.parametrize("kind", [None, *FeedKind])
def test_a_rule_with_kinds_is_used_for_these_kinds_of_feeds_only(
    rule: Rule, kind: FeedKind | None
) -> None:
    assert (rule.id in rules_for(rule.yes, kind)) is (kind in rule.kinds)


@pytest.mark.parametrize("silence", RULES.silences, ids=lambda silence: silence.id)
def test_each_silence_matches_its_example_and_not_its_counterexample(silence: Silence) -> None:
    assert MATCHER.find_silence(silence.yes) == silence.id
    assert MATCHER.find_silence(silence.no) != silence.id


@pytest.mark.parametrize("headline", HEADLINES, ids=lambda headline: headline["title"])
def test_each_headline_gets_its_topics(headline: dict[str, object]) -> None:
    match = MATCHER.match(story_text(str(headline["title"]), str(headline["summary"])))
    assert list(match.topics) == headline["topics"]


def test_a_phone_tariff_never_matches() -> None:
    assert (
        MATCHER.match(story_text("Mobile tariff of 5 euro a month", "A tariff story.")).topics == ()
    )
    assert (
        MATCHER.match(story_text("Electricity tariff order 2026", "A tariff story.")).topics == ()
    )


def test_the_first_sentences_of_a_summary_count() -> None:
    match = MATCHER.match(
        story_text(
            "Carmaker lowers its forecast",
            "It said that US tariffs would cost it a billion dollars.",
        )
    )
    assert match.topics == (Topic.TARIFF,)
    assert match.evidence[0].where == "summary"


def test_sentences_far_down_in_a_summary_do_not_count() -> None:
    text = "The club has a new roof. It is green. Rain falls on it. Tariffs on steel had risen."
    assert MATCHER.match(story_text("A roof for the club", text)).topics == ()


def test_evidence_is_quoted_from_the_story() -> None:
    title, text = "Judges void the tariffs", "The U.S. and China hold trade talks in Geneva."
    evidence = MATCHER.match(story_text(title, text)).evidence
    assert {each.topic for each in evidence} == set(Topic)
    for each in evidence:
        assert each.words in (title if each.where == "title" else text)


@given(st.text(), st.text())
def test_any_text_can_be_matched(title: str, summary: str) -> None:
    MATCHER.match(story_text(title, summary))


@pytest.mark.parametrize("unit", ["tariff ", "trade talks ", "US, ", "court of ", "1% ", "a"])
def test_long_titles_and_texts_are_limited(unit: str) -> None:
    MATCHER.match(story_text(unit * 20_000, unit * 20_000))


def test_the_error_for_a_wrong_pattern_names_file_line_and_key(tmp_path: Path) -> None:
    path = tmp_path / "topics.yaml"
    path.write_text(
        "rules:\n"
        "- id: deal\n"
        "  topic: negotiation\n"
        "  reason: a reason that is long enough\n"
        "  terms:\n"
        "  - trade deal\n"
        '  - "{no such} list"\n'
        "  yes: a\n"
        "  no: b\n"
    )
    with pytest.raises(ConfigError) as caught:
        load_topics(path)
    assert (caught.value.line, caught.value.key) == (7, "rules.0.terms.1")


def test_one_id_for_two_rules_is_refused(tmp_path: Path) -> None:
    rule = (
        "- {id: same, topic: tariff, reason: long enough to be one, terms: [duty], yes: a, no: b}\n"
    )
    path = tmp_path / "topics.yaml"
    path.write_text(f"rules:\n{rule}{rule}")
    with pytest.raises(ConfigError, match="listed twice"):
        load_topics(path)


RULE = "id: port, reason: long enough to be one, terms: [port], yes: a, no: b"


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("lists:\n  port:\n  - dock\n  - sea  port\n  - sea port\n", 5, "lists.port.2"),
        (f"silences:\n- {{{RULE},\n   unless: [ship,\n   ship]}}\n", 4, "silences.0.unless.1"),
        (
            f"rules:\n- {{{RULE},\n   topic: tariff, vetoes: [sea,\n   sea]}}\n",
            4,
            "rules.0.vetoes.1",
        ),
    ],
    ids=["list", "silence", "rule"],
)
def test_a_pattern_given_twice_is_refused(tmp_path: Path, text: str, line: int, key: str) -> None:
    path = tmp_path / "topics.yaml"
    sound = RULE.replace("id: port", "id: quay")
    path.write_text(text if "rules:" in text else f"{text}rules:\n- {{{sound}, topic: tariff}}\n")
    with pytest.raises(ConfigError, match="listed twice") as caught:
        load_topics(path)
    assert (caught.value.line, caught.value.key) == (line, key)


def test_topics_of_the_labelled_corpus_reach_the_measured_figures() -> None:
    """Measures the topics of a labelled corpus; the test is skipped if the corpus is missing.

    The corpus has 555 stories, 162 of them without topics. The test requires the values measured in
    November 2026, less 0.01: micro-F1 0.99, precision 0.99 (tariff), 0.98 (negotiation) and
    0.97 (court ruling), and no topic for 159 of the 162. The rules were written with this corpus
    at hand, so other corpora are expected to score lower.
    """
    if not CORPUS.exists():
        pytest.skip("the labelled headlines are missing")
    stories = [json.loads(line) for line in CORPUS.read_text("utf-8").splitlines()]
    counts = {topic: {"right": 0, "false": 0, "missed": 0} for topic in Topic}
    without_topics = silent = 0
    for story in stories:
        given_topics = MATCHER.match(story_text(story["title"], story["summary"])).topics
        if not story["topics"] and not story["optional"]:
            without_topics += 1
            silent += not given_topics
        for topic in set(Topic) - set(story["optional"]):
            wanted, found = topic in story["topics"], topic in given_topics
            if wanted or found:
                kind = "missed" if not found else "right" if wanted else "false"
                counts[topic][kind] += 1
    total = {kind: sum(each[kind] for each in counts.values()) for kind in counts[Topic.TARIFF]}
    f1 = 2 * total["right"] / (2 * total["right"] + total["false"] + total["missed"])
    precision = {
        topic: each["right"] / (each["right"] + each["false"]) for topic, each in counts.items()
    }
    assert f1 >= 0.98
    assert precision[Topic.TARIFF] >= 0.98
    assert precision[Topic.NEGOTIATION] >= 0.97
    assert precision[Topic.COURT_RULING] >= 0.96
    assert silent / without_topics >= 158 / 162
