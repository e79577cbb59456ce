"""`match` and `same` process each line of JSON, or name the number of an invalid line."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import TariffwireError
from bot.news.jsonl import compare_stories, dump_line, match_story, read_line
from tests.news.examples import READER

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # The texts include lone surrogates: JSON escapes can contain them, UTF-8 cannot.
    | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
STORY = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("id", "title", "summary", "published"), ANYTHING)
)


@pytest.mark.parametrize(
    "line",
    [
        b'{"id": NaN}',
        b'{"id": -Infinity}',
        b'{"id": 1e999}',
        b'{"id": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"id": 1',
        b"[1]",
    ],
    ids=["NaN", "infinity", "too large", "too many digits", "too deep", "torn", "no object"],
)
def test_a_line_that_is_not_a_json_object_is_refused_with_its_number(line: bytes) -> None:
    with pytest.raises(TariffwireError, match=r"^line 7: not .*Write one JSON object per line$"):
        read_line(line, 7)


def test_an_invalid_byte_replaces_one_character_only() -> None:
    assert read_line(b'\xef\xbb\xbf{"title": "caf\xe9"}', 1) == {"title": "caf�"}


@given(ANYTHING, st.sampled_from(["utf-8", "ascii", "latin-1", "cp1252"]))
def test_any_output_can_be_encoded_and_read_back(value: Any, encoding: str) -> None:
    line = dump_line({"id": value}, encoding)
    assert "\n" not in line
    assert json.loads(line.encode(encoding).decode(encoding)) == {"id": value}


def test_letters_are_not_escaped_unless_necessary() -> None:
    assert dump_line("café", "utf-8") == '"café"'
    assert dump_line("café", "ascii") == '"caf\\u00e9"'


@given(STORY)
def test_any_story_gets_the_documented_keys(story: dict[str, Any]) -> None:
    answer = match_story(READER, story)
    keys = {"id", "topics", "parties", "figures", "evidence", "summary"}
    keys |= {"status", "effective", "severity"}
    assert keys <= answer.keys() <= keys | {"collection", "collection_from"}
    assert answer["id"] == story.get("id")
    dump_line(answer, "utf-8")


@given(ANYTHING, STORY, STORY)
def test_any_pair_gets_the_documented_keys(pair: Any, a: dict[str, Any], b: dict[str, Any]) -> None:
    answer = compare_stories(READER, {"id": pair, "a": a, "b": b})
    assert answer.keys() == {"id", "relation", "same", "score"}
    assert answer["id"] == pair
    dump_line(answer, "utf-8")


@pytest.mark.parametrize("day", ["0001-01-01T00:00+23:00", "9999-12-31T23:59-10:00", "soon", 7])
def test_an_extreme_or_missing_date_is_accepted(day: object) -> None:
    story = {"title": "US and China meet in Geneva for talks on tariffs", "published": day}
    assert compare_stories(READER, {"id": 1, "a": story, "b": story})["same"]


def test_a_pair_without_one_of_its_stories_is_refused() -> None:
    with pytest.raises(TariffwireError, match=r'has no story "b"'):
        compare_stories(READER, {"id": "x" * 10_000, "a": {}})
