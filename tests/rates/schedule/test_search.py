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


def test_only_lines_with_the_last_word_are_found() -> None:
    assert [one.code for one in find_headings(LINES, ("leather", "handbag"), 3)] == ["4202"]
    assert find_headings(LINES, ("leather", "zebra"), 3) == ()


def test_a_line_with_more_of_the_words_comes_first() -> None:
    found = find_headings(LINES, ("chamois", "leather"), 2)
    assert [one.code for one in found] == ["4114", "4113"]


def test_a_word_that_was_cut_off_is_not_found() -> None:
    cut = lines(line("85450000", description="Lamp carbons, battery car…: Other"))
    assert find_headings(cut, ("car",), 3) == ()


def test_a_description_that_begins_with_the_word_comes_first() -> None:
    assert [one.code for one in find_headings(LINES, ("umbrella",), 3)] == ["6601", "6603"]


def test_short_and_unknown_words_find_nothing() -> None:
    assert find_headings(LINES, ("of", "xy"), 3) == ()
    assert find_headings(LINES, ("zebra",), 3) == ()
    assert find_headings(LINES, (), 3) == ()


@pytest.mark.parametrize(
    ("words", "heading"),
    [
        ("globes", "4905"),
        ("anchors", "7316"),
        ("feather dusters", "9603"),
        ("golf cart", "8703"),
        ("coffee grinder", "8509"),
        ("graphite electrodes", "8545"),
        ("car wax", "3404"),
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


def test_headings_of_a_material_are_not_offered_for_goods_that_the_schedule_lacks(
    ledger: Ledger,
) -> None:
    with pytest.raises(UnclearQuestion) as raised:
        parse_query("us china steel frobnicator", ledger.parties, DAY, ledger.reader)
    assert raised.value.options == (("steel", "🇺🇸 🇨🇳 steel"), ("All goods", "🇺🇸 🇨🇳 all goods"))
