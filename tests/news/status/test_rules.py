"""Status rules match their examples and not their counterexamples."""

from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.news.status.reader import StateReader
from bot.news.status.rules import StateSilence
from bot.runtime.config.news_loader import load_status
from tests.news.examples import PARTIES, STATUS_RULES

READER = StateReader(STATUS_RULES, PARTIES)
ALL = (*STATUS_RULES.silences, *STATUS_RULES.rules, *STATUS_RULES.collection)


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.id)
def test_each_rule_matches_its_example_and_not_its_counterexample(rule: StateSilence) -> None:
    assert rule.id in READER.find_rules(rule.yes)
    assert rule.id not in READER.find_rules(rule.no)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("hedges: [could, '{unknown}']", "there is no list"),
        ("background: ['Since']", "not one word in lower-case letters"),
        (
            "silences:\n"
            "- {id: same, reason: for this test, terms: [a], yes: a, no: b}\n"
            "- {id: same, reason: for this test, terms: [b], yes: b, no: a}",
            "listed twice",
        ),
    ],
)
def test_a_mistake_in_the_file_is_reported_with_its_line(
    tmp_path: Path, content: str, problem: str
) -> None:
    path = tmp_path / "status.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"status\.yaml:\d+: .*{problem}"):
        load_status(path)
