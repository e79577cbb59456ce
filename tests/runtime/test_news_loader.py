"""Errors in the lists of feeds and rules name the file, the line and the key."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.feeds.model import Entry, Feed
from bot.news.reader import Reader
from bot.news.status.rules import StatusRules
from bot.parties import Parties
from bot.runtime.config.news_loader import (
    list_topic_files,
    load_feeds,
    load_other_topics,
    load_topics,
)

GERMAN_RULES = """
rules:
- id: zoll
  topic: tariff
  reason: Ein Zoll ist eine Abgabe auf Waren an der Grenze.
  terms: [zoll, zölle]
  yes: Norwegen plant einen Zoll auf Tee
  no: Der Fluss ist einen Meter breit
"""


def test_a_file_of_topic_rules_adds_a_language(tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text(GERMAN_RULES.replace("zoll, zölle", "duty"), "utf-8")
    (tmp_path / "topics.de.yaml").write_text(GERMAN_RULES.replace(", zölle", ""), "utf-8")
    assert list_topic_files(tmp_path) == {"de": tmp_path / "topics.de.yaml"}
    others = load_other_topics(tmp_path)
    reader = Reader(load_topics(tmp_path / "topics.yaml"), Parties([]), StatusRules(), others)
    feed = Feed(id="tee", title="Tee", url="https://tee.example/rss", language="de-AT")
    at = datetime(2031, 5, 1, tzinfo=UTC)
    for title, language, found in (
        ("Ein Zoll auf Tee", "", True),
        ("Ein Zoll auf Tee", "de", True),
        ("Ein Zoll auf Tee", "en", False),
        ("A duty on tea", "en", True),
        ("A duty on tea", "de", False),
        # English rules read the languages that have no rules.
        ("Duty", "fr", True),
    ):
        entry = Entry(feed_id="tee", key="k", title=title, language=language)
        assert (reader.read(entry, feed, at) is not None) is found


def test_a_mistake_in_another_language_is_reported_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "topics.de.yaml").write_text("rules:\n- {}\n", "utf-8")
    with pytest.raises(ConfigError, match=r"topics\.de\.yaml"):
        load_other_topics(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ":1: must be a mapping of keys to values"),
        ("feeds: none", ":1: feeds: must be a list"),
        ("feeds:\n\t- id: a", ":2: found character .* Indent with spaces, not with tabs"),
        (
            "feeds:\n  - {id: A b}",
            r"feeds.0.id: may only contain a to z, 0 to 9, - and _",
        ),
        ("feeds:\n  - {id: a, title: 5}", "feeds.0.title: must be text; put it in quotation"),
        ("feeds:\n  - {id: a, title: A}", "feeds.0.url: is missing"),
        ("feeds:\n  - {id: a, title: A, url: a.example}", "url: must begin with https:// or http"),
        ("feeds:\n  - {id: a, title: A, url: 'https://a', kind: blog}", "kind: must be 'official'"),
        ("feeds:\n  - {id: a, title: A, url: 'https://a', poll_minutes: soon}", "must be a number"),
    ],
)
def test_an_error_in_the_feed_list_is_described_in_plain_words(
    tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "feeds.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        load_feeds(file)
