"""Errors in config files name the file, the line and the key."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import Field

from bot.errors import ConfigError
from bot.feeds.model import Entry, Feed
from bot.news.reader import Reader
from bot.news.status.rules import StatusRules
from bot.parties import Parties
from bot.runtime.config_loader import (
    list_topic_files,
    load_feeds,
    load_other_topics,
    load_topics,
    read_model,
)
from bot.values import Frozen


class Row(Frozen):
    id: str
    share: Decimal = Field(default=Decimal(0), le=100)


class Rows(Frozen):
    rows: tuple[Row, ...]


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


def read_rows(tmp_path: Path, text: str) -> Rows:
    file = tmp_path / "rows.yaml"
    file.write_text(text, encoding="utf-8")
    return read_model(file, Rows)


def test_decimals_stay_exact_and_norways_code_no_is_not_read_as_false(tmp_path: Path) -> None:
    rows = read_rows(tmp_path, "rows:\n  - id: NO\n    share: 12.50\n")
    assert rows.rows == (Row(id="NO", share=Decimal("12.50")),)
    assert str(rows.rows[0].share) == "12.50"


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("rows:\n  - id: a\n    shaer: 1\n", 3, "rows.0.shaer"),
        ("rows:\n  - id: a\n  - share: 1\n", 3, "rows.1.id"),
        ("rows:\n  - id: a\n    share: 101\n", 3, "rows.0.share"),
        ("rows:\n  - id: a\n    id: b\n", 3, ""),
        ("rows:\n  - ? [a, b]\n    : c\n", 2, ""),
        ("rows:\n  - id: a\n    ? {b: c}\n    : d\n", 3, ""),
        ("rows: [\n", 2, ""),
        ("", 1, ""),
    ],
    ids=[
        "typo",
        "missing",
        "out of range",
        "twice",
        "list as key",
        "mapping as key",
        "not YAML",
        "empty",
    ],
)
def test_an_error_names_file_line_and_key(tmp_path: Path, text: str, line: int, key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_rows(tmp_path, text)
    assert (caught.value.line, caught.value.key) == (line, key)
    assert str(caught.value).startswith(f"{tmp_path / 'rows.yaml'}:{line}")
    assert "\n" not in str(caught.value)


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


BOMB = "\n".join(
    ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    + [f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]" for a, b in pairwise("abcdefghijk")]
)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (BOMB, "more than 1,000,000 values"),
        ("rows: &rows\n  - *rows\n", "more than 1,000,000 values"),
        ("rows: " + "[" * 900 + "]" * 900, "nested too deeply"),
        ("rows: " + "[" * 100_000, "exceeded maximum nesting depth"),
        ("rows:\n  - id: " + "9" * 5000, "not YAML that can be read"),
        ("# " + "x" * 5_000_000, "larger than 5,000,000 bytes"),
        ("rows: \x00", "not YAML that can be read"),
    ],
    ids=["bomb", "itself", "deep", "deeper", "digits", "large", "control character"],
)
def test_a_file_with_exponential_aliases_is_refused(tmp_path: Path, text: str, cause: str) -> None:
    with pytest.raises(ConfigError, match=cause) as caught:
        read_rows(tmp_path, text)
    assert str(caught.value).startswith(str(tmp_path / "rows.yaml"))
    assert "\n" not in str(caught.value)


def test_an_alias_is_expanded(tmp_path: Path) -> None:
    rows = read_rows(tmp_path, "rows:\n  - &row {id: a, share: 1}\n  - *row\n")
    assert rows.rows == (Row(id="a", share=Decimal(1)),) * 2


def test_a_missing_file_is_reported_with_the_setting_to_check(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="TARIFFWIRE_CONFIG_DIR"):
        read_model(tmp_path / "absent.yaml", Rows)
