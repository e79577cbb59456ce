"""Examples of the how-to pages work when they are added to the files that the pages name."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.news.story_text import StoryText
from bot.news.topics.rules import TopicMatcher
from bot.parties import Parties
from bot.rates.answer.build import answer_query
from bot.rates.cards.facts import DutyState, build_card_facts
from bot.rates.consistency import list_contradictions
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer
from bot.rates.question.query import QueryKind, RateQuery
from bot.render import words
from bot.runtime.config.loader import load_book, load_ledger
from bot.runtime.config.news_loader import load_feeds, load_topics
from bot.sources.wits import Wits

ROOT = Path(__file__).parents[1]


def examples(page: str, language: str) -> list[str]:
    """The code blocks of a page, in order."""
    text = (ROOT / "docs" / "how-to" / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "config", tmp_path / "config"))


def insert(file: Path, after: str, text: str) -> None:
    before, found, rest = file.read_text(encoding="utf-8").partition(after)
    assert found
    file.write_text(f"{before}{found}{text}{rest}", encoding="utf-8")


def test_the_example_feed_loads(config: Path) -> None:
    file = config / "feeds.yaml"
    (example,) = examples("add-a-feed.md", "yaml")
    insert(file, "feeds:\n", example)
    assert "example_customs" in {feed.id for feed in load_feeds(file)}


def test_the_example_topic_rule_matches(config: Path, parties: Parties) -> None:
    file = config / "topics.yaml"
    (example,) = examples("add-a-topic-rule.md", "yaml")
    before = TopicMatcher(load_topics(file), parties)
    insert(file, "\nrules:\n", example)
    rules = load_topics(file)
    (rule,) = [each for each in rules.rules if each.id == "origin-rules"]
    assert not before.match(StoryText(rule.yes, "", parties)).topics
    after = TopicMatcher(rules, parties)
    assert [each.rule for each in after.match(StoryText(rule.yes, "", parties)).evidence] == [
        rule.id
    ]
    assert not after.match(StoryText(rule.no, "", parties)).evidence


def test_the_example_rate_with_exemptions_a_specific_duty_and_a_ban_is_answered(
    config: Path, parties: Parties
) -> None:
    file = config / "rates" / "ca.yaml"
    sources, measures, special, exempt = examples("add-a-rate.md", "yaml")
    insert(file, "\nsources:\n", sources.removeprefix("sources:\n"))
    insert(file, "\nmeasures:\n", measures.removeprefix("measures:\n"))

    def ask_canada(ledger: Ledger, product: str, day: str) -> Answer:
        on = date.fromisoformat(day)
        query = RateQuery(kind=QueryKind.PAIR, imposer="CA", partner="US", product=product, on=on)
        (only,) = answer_query(query, ledger, date(2026, 11, 24))
        return only

    (fact,) = examples("add-a-rate.md", "text")
    _, _, product, day, percent, *_ = fact.split(",")
    ledger = load_ledger(config / "rates", parties)
    assert words.format_total(ask_canada(ledger, product, day)) == percent
    (last,) = [line for line in measures.splitlines() if "percent: 30" in line]
    text = file.read_text(encoding="utf-8").replace(f"{last}\n", special)
    file.write_text(text, encoding="utf-8")
    insert(file, "covers: molasses (HS 1703)\n", exempt)
    ledger = load_ledger(config / "rates", parties)
    assert ask_canada(ledger, "molasses", "2026-10-20").total_percent is None
    assert ask_canada(ledger, "molasses", "2026-11-05").banned
    assert ask_canada(ledger, "1703.10.00", "2026-10-12").total_percent == 0


def test_the_example_card_is_found_by_its_name(config: Path, parties: Parties) -> None:
    (example,) = examples("add-a-card.md", "yaml")
    insert(config / "rates" / "cards" / "other-laws.yaml", "\ncards:\n", example)
    book = load_book(config / "rates", parties)
    ledger = Ledger(book, parties)
    assert ledger.cards.find("what is the molasses act?") == "molasses-act"
    facts = build_card_facts(ledger.cards.by_id["molasses-act"], ledger, date(2026, 11, 30))
    assert [row.state for row in facts.rows] == [DutyState.CHARGED]
    assert list_contradictions(book, ledger) == []


def test_the_example_live_source_has_the_required_methods() -> None:
    module = examples("add-a-live-source.md", "python")[0]
    names: dict[str, object] = {"__name__": "world_bank"}
    exec(module, names)  # noqa: S102 - our own example
    assert {name for name in vars(Wits) if name[0] != "_"} <= vars(names["WorldBank"]).keys()
