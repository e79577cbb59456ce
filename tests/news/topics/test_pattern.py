"""Each element of the pattern syntax matches what its documentation says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.news.topics.index import PatternIndex
from bot.news.topics.pattern import PatternCompiler
from bot.news.topics.tokens import read_sentence
from tests.news.examples import PARTIES

LISTS = {
    "court": ["court", "judges", "supreme court"],
    "talks": ["talks", "{round}"],
    "round": ["round", "new round"],
    "loop": ["{loop}"],
    "share": ["# percent", "@ goods", "half"],
}


def holds(pattern: str, text: str) -> bool:
    index = PatternIndex([("it", PatternCompiler(LISTS).compile(pattern))])
    sentence = read_sentence(text, "title", PARTIES.find_mentions(text))
    assert index.matches_any(sentence) is bool(index.find(sentence))
    return index.matches_any(sentence)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("trade talks", "Trade-talks resume"),
        ("trade talks/deal", "A “trade deal” at last"),
        ("@ @ deal", "U.S.-China deal"),
        ("@ tariffs", "China's tariffs"),
        ("@ tariffs", "South Korea’s tariffs"),
        ("# %", "a duty of 25%"),
        ("{court} rules", "Supreme Court rules"),
        ("{talks} begin", "New round begin"),
        ("{court}/panel rules", "Panel rules"),
        ("new? trade deal", "trade deal"),
        ("new? trade deal", "new trade deal"),
        ("talks .. tariffs", "talks about the new tariffs"),
        ("talks ..8 tariffs", "talks on how to end the many old tariffs"),
        ("^ stocks fall", "Stocks fall"),
        ("wto rules", "W.T.O. rules"),
        ("duty", "ｄuty"),
    ],
)
def test_a_pattern_matches_these_texts(pattern: str, text: str) -> None:
    assert holds(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("trade talks", "Trade union talks"),
        ("talks .. tariffs", "talks on how to end the many old tariffs"),
        ("^ stocks fall", "Steel stocks fall"),
        ("@ deal", "a deal for us"),
        ("{court} rules", "The supreme rules"),
        ("tariff", "tariffs"),
        ("{share} taxed", "25 taxed"),
        ("{share} taxed", "China taxed"),
    ],
)
def test_a_pattern_does_not_match_other_texts(pattern: str, text: str) -> None:
    assert not holds(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "cause"),
    [
        ("", "must end with a word"),
        ("END", "must end with a word"),
        ("trade .. END", "must end with a word"),
        ("trade END talks", "not one word in lower-case"),
        ("trade ..", "must end with a word"),
        ("trade deal?", "must end with a word"),
        (".. trade", "must begin with a word"),
        ("trade ..40 talks", "a gap is at most"),
        ("{curt} rules", "there is no list"),
        ("{loop} rules", "contains itself"),
        ("Trade talks", "not one word in lower-case"),
        ("trade ^ talks", "not one word in lower-case"),
        ("tar* up", "not one word in lower-case"),
    ],
)
def test_an_invalid_pattern_is_refused_with_the_reason(pattern: str, cause: str) -> None:
    with pytest.raises(ValueError, match=cause.replace("^", r"\^")):
        PatternCompiler(LISTS).compile(pattern)


@given(st.text())
def test_matched_words_have_their_position_in_the_text(text: str) -> None:
    sentence = read_sentence(text, "title", PARTIES.find_mentions(text))
    assert len(sentence.words) == len(sentence.spans) == len(sentence.begins)
    for start, end in sentence.spans:
        assert 0 <= start < end <= len(text)
