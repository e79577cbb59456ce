"""Searching the descriptions of tariff lines for words."""

from collections.abc import Callable

import pytest

from bot.errors import QueryError, UnclearQuestion, UnknownParty
from bot.rates.ledger import Ledger
from bot.rates.question.parse import parse_query
from bot.rates.schedule.search import FoundHeading, GoodsName, find_headings, find_phrase
from tests.rates.schedule.made import DAY, line, lines

LINES = lines(
    line("42021221", description="Trunks, suitcases and vanity cases: Of plastics"),
    line("42022100", description="Handbags: Of leather"),
    line("41130000", description="Leather of other animals"),
    line("41140000", description="Chamois leather"),
    line("66010000", description="Umbrellas"),
    line("66030000", description="Parts of umbrellas"),
)


def _find(words: str, most: int = 3) -> list[str]:
    return [one.code for one in find_headings(LINES, words.split(), most)]


def test_headings_are_found_by_whole_words_and_their_plurals() -> None:
    assert find_headings(LINES, ("suitcase",), 3) == (
        FoundHeading("4202", "Trunks, suitcases and vanity cases: Of plastics"),
    )
    assert _find("case") == ["4202"]
    assert _find("umbrel") == _find("brella") == []


def test_a_heading_must_have_all_the_words() -> None:
    assert _find("leather handbag") == ["4202"]
    assert _find("chamois leather") == ["4114"]
    assert _find("leather zebra") == _find("zebra leather") == []


def test_a_word_that_does_not_say_what_the_goods_are_finds_nothing() -> None:
    """`Trunks, ...: Of plastics` are trunks, and no plastics."""
    assert _find("plastic") == _find("animal") == []


def test_a_noun_is_found_although_names_of_goods_before_it_are_missing() -> None:
    found = find_headings(LINES, ("car", "umbrella"), 3, optional={"car"})
    assert [one.code for one in found] == ["6601"]
    assert find_headings(LINES, ("umbrella", "car"), 3, optional={"umbrella", "car"}) == ()


def test_names_of_goods_count_like_descriptions() -> None:
    names = {"parasol": {"6601": GoodsName("parasols", is_noun=True)}}
    assert find_headings(LINES, ("parasol",), 3, names) == (FoundHeading("6601", "parasols"),)


def test_a_word_that_was_cut_off_is_not_found() -> None:
    cut = lines(line("85450000", description="Lamp carbons, battery car…: Other"))
    assert find_headings(cut, ("car",), 3) == ()


def test_a_noun_without_other_words_comes_first() -> None:
    suits = lines(
        line("61120000", description="Track suits: Of cotton"),
        line("62030000", description="Suits: Of wool"),
    )
    assert [one.code for one in find_headings(suits, ("suit",), 3)] == ["6203", "6112"]


@pytest.mark.parametrize("find", [find_headings, find_phrase])
def test_a_word_may_have_digits(find: Callable[..., tuple[FoundHeading, ...]]) -> None:
    vitamins = lines(line("29362600", description="Vitamin B12: Not mixed"))
    assert [one.code for one in find(vitamins, ("vitamin", "b12"), 3)] == ["2936"]


def test_a_number_is_no_word_of_a_description() -> None:
    yarn = lines(line("52061100", description="Single yarn: Not exceeding 14 nm (301)"))
    assert find_headings(yarn, ("301",), 3) == ()


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
        ("coffee grinder", "8509"),
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


@pytest.mark.parametrize(
    "words",
    ["inclusion window", "truce prolonged beyond", "different deadline", "single", "revenue"],
)
def test_words_of_sentences_lead_to_no_heading(words: str, ledger: Ledger) -> None:
    assert ledger.reader.headings.search(words) == ()


def test_headings_of_a_material_are_not_offered_for_goods_that_the_schedule_lacks(
    ledger: Ledger,
) -> None:
    with pytest.raises(UnclearQuestion) as raised:
        parse_query("us china steel frobnicator", ledger.parties, DAY, ledger.reader)
    assert raised.value.options == (("steel", "🇺🇸 🇨🇳 steel"), ("All goods", "🇺🇸 🇨🇳 all goods"))
