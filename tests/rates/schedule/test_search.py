"""Searching the descriptions of tariff lines for words."""

import pytest

from bot.errors import QueryError, UnclearQuestion, UnknownParty
from bot.rates.ledger import Ledger
from bot.rates.question.parse import parse_query
from bot.rates.schedule.search import FoundHeading, find_headings
from tests.rates.schedule.made import DAY, line, lines

LINES = lines(
    line("42021221", description="Trunks, suitcases and vanity cases: Of plastics"),
    line("42022100", description="Handbags: Of leather"),
    line("41130000", description="Leather of other animals"),
    line("41140000", description="Chamois leather"),
    line("66010000", description="Umbrellas"),
    line("66030000", description="Parts of umbrellas"),
)


def test_headings_are_found_by_the_beginnings_of_words() -> None:
    assert find_headings(LINES, ("suitcase",), 3) == (
        FoundHeading("4202", "Trunks, suitcases and vanity cases: Of plastics"),
    )
    assert find_headings(LINES, ("case",), 3)[0].code == "4202"
    assert find_headings(LINES, ("brella",), 3) == ()


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    found = find_headings(LINES, ("leather", "handbag"), 2)
    assert [one.code for one in found] == ["4202", "4113"]


def test_a_description_that_begins_with_the_word_comes_first() -> None:
    assert [one.code for one in find_headings(LINES, ("umbrella",), 3)] == ["6601", "6603"]


def test_short_and_unknown_words_find_nothing() -> None:
    assert find_headings(LINES, ("of", "xy"), 3) == ()
    assert find_headings(LINES, ("zebra",), 3) == ()
    assert find_headings(LINES, (), 3) == ()


@pytest.mark.parametrize(
    ("words", "heading"),
    [
        ("violins", "9202"),
        ("globes", "4905"),
        ("anchors", "7316"),
        ("feather dusters", "9603"),
    ],
)
def test_goods_without_a_name_in_our_list_get_headings_to_choose_from(
    words: str, heading: str, ledger: Ledger
) -> None:
    with pytest.raises(UnclearQuestion) as raised:
        parse_query(f"us china {words}", ledger.parties, DAY, ledger.reader)
    offered = [question for _, question in raised.value.options]
    assert any(question.endswith(heading) for question in offered)
    for question in offered:
        query = parse_query(question, ledger.parties, DAY, ledger.reader)
        assert (query.imposer, query.partner) == ("US", "CN")
    again = parse_query(f"us china {heading}", ledger.parties, DAY, ledger.reader)
    assert again.product == heading


def test_words_that_the_schedule_lacks_too_are_refused_without_suggestions(ledger: Ledger) -> None:
    with pytest.raises(QueryError) as raised:
        parse_query("us china frobnicators", ledger.parties, DAY, ledger.reader)
    assert not isinstance(raised.value, UnknownParty | UnclearQuestion)
