"""How single words of a question are read, with a made-up vocabulary."""

from datetime import date

import pytest

from bot.errors import QueryError, UnclearQuestion, UnknownParty
from bot.rates.model.goods import Good
from bot.rates.question.parse import parse_query
from bot.rates.question.query import QueryKind, RateQuery
from tests.rates.made import PARTIES, ledger, sheet

TODAY = date(2026, 11, 24)
READER = ledger(sheet(), goods=[Good(id="steel", name="steel", hs=("72",))]).reader

WORDS_OF_TIME = """
    this next last past coming recent recently latest new soon ahead up tomorrow
    day days week weeks month months quarter year years date dates deadline deadlines event events
    change measure measures
    january february march april may june july august september october november december
"""


def read(text: str) -> RateQuery:
    return parse_query(text, PARTIES, TODAY, READER)


@pytest.mark.parametrize("word", WORDS_OF_TIME.split())
@pytest.mark.parametrize("asked", ["upcoming", "changes"])
def test_a_word_of_time_does_not_limit_a_calendar_to_goods(asked: str, word: str) -> None:
    query = read(f"{asked} china {word}")
    assert query.kind in (QueryKind.UPCOMING, QueryKind.CHANGES)
    assert (query.partner, query.product) == ("CN", None)


@pytest.mark.parametrize(
    ("text", "kind", "since", "until"),
    [
        ("upcoming china", QueryKind.UPCOMING, None, None),
        ("changes china tomorrow", QueryKind.UPCOMING, date(2026, 11, 25), date(2026, 11, 25)),
        ("changes china january", QueryKind.UPCOMING, date(2027, 1, 1), date(2027, 1, 31)),
        ("changes china may", QueryKind.CHANGES, date(2026, 5, 1), date(2026, 5, 31)),
        ("changes china", QueryKind.CHANGES, date(2026, 10, 25), None),
        ("upcoming china july 2026", QueryKind.CHANGES, date(2026, 7, 1), date(2026, 7, 31)),
        ("changes until 2026-05-31", QueryKind.CHANGES, date(2026, 5, 1), date(2026, 5, 31)),
        ("upcoming before 2027-03-01", QueryKind.UPCOMING, None, date(2027, 2, 28)),
        ("changes on 2026-07-24", QueryKind.CHANGES, date(2026, 7, 24), date(2026, 7, 24)),
    ],
)
def test_a_calendar_is_of_the_past_or_the_future_by_its_window(
    text: str, kind: QueryKind, since: date | None, until: date | None
) -> None:
    query = read(text)
    assert (query.kind, query.since, query.until) == (kind, since, until)


@pytest.mark.parametrize("word", ["zzqqx", "fortnightly"])
def test_an_unknown_word_is_refused_in_a_calendar_question(word: str) -> None:
    with pytest.raises(UnknownParty) as refused:
        read(f"upcoming china {word}")
    assert refused.value.word == word


@pytest.mark.parametrize("word", ["upcoming", "calendar"])
def test_a_calendar_can_be_limited_to_goods(word: str) -> None:
    assert read(f"{word} steel").product == "steel"


@pytest.mark.parametrize("word", ["history", "timeline", "chart"])
def test_words_for_a_history_ask_for_every_change(word: str) -> None:
    query = read(f"us china {word}")
    assert (query.history, query.product) == (True, None)
    assert not read("us china").history


def test_goods_without_an_economy_get_complete_questions_as_options() -> None:
    with pytest.raises(UnclearQuestion) as unsaid:
        read("steel")
    assert unsaid.value.thing == "steel"
    assert unsaid.value.options[-1][1] == "\U0001f1fa\U0001f1f8 steel"


@pytest.mark.parametrize("text", ["zzqqx", "zzqqx wwkkv"])
def test_unknown_words_alone_are_read_as_an_economy(text: str) -> None:
    with pytest.raises(UnknownParty) as unknown:
        read(text)
    assert (unknown.value.word, unknown.value.suggestions) == (text, ())


@pytest.mark.parametrize("text", ["us china zzqqx", "us zzqqx"])
def test_unknown_words_next_to_an_economy_are_read_as_goods(text: str) -> None:
    with pytest.raises(QueryError) as unknown:
        read(text)
    assert unknown.value.thing == "zzqqx"
    assert not isinstance(unknown.value, UnknownParty)


def test_an_empty_question_is_refused_for_naming_no_economy() -> None:
    with pytest.raises(QueryError) as empty:
        read(" ")
    assert not isinstance(empty.value, UnknownParty)


def test_without_a_vocabulary_any_words_next_to_economies_are_goods() -> None:
    assert parse_query("us china zzqqx", PARTIES, TODAY).product == "zzqqx"
