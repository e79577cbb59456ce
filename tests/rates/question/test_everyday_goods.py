"""Goods in words, and the headings of the tariff schedule that they belong to.

`goods.tsv` has the headings of each name. A name that is not certain has a question mark before its
headings: it must be asked about, with a button for each of them.
"""

import csv
from pathlib import Path

import pytest

from bot.errors import UnclearQuestion
from bot.rates.ledger import Ledger
from bot.rates.question.parse import parse_query
from tests.rates.schedule.made import DAY

with (Path(__file__).parent / "goods.tsv").open(encoding="utf-8") as file:
    GOODS = [(row["goods"], row["headings"]) for row in csv.DictReader(file, delimiter="\t")]


def _list_codes(text: str, ledger: Ledger) -> list[str]:
    query = parse_query(text, ledger.parties, DAY, ledger.reader, ledger.cards)
    wanted = ledger.reader.read_any(query.product or "")
    named = [code for one in wanted.goods for code in ledger.goods.by_id[one].hs]
    return [*wanted.codes, *named]


@pytest.mark.parametrize(("text", "headings"), [row for row in GOODS if not row[1].startswith("?")])
def test_everyday_goods_have_all_their_headings_and_no_others(
    text: str, headings: str, ledger: Ledger
) -> None:
    codes = _list_codes(f"us vietnam {text}", ledger)
    assert codes
    assert [one for one in codes if not one.startswith(tuple(headings.split()))] == []
    for heading in headings.split():
        assert any(code.startswith(heading) or heading.startswith(code) for code in codes)


@pytest.mark.parametrize(
    ("text", "usual"),
    [
        ("furniture vietnam upholstered", "upholstered furniture vietnam"),
        ("pipes steel vietnam", "steel pipes vietnam"),
        ("wine sparkling vietnam", "sparkling wine vietnam"),
        ("cars electric vietnam", "electric cars vietnam"),
    ],
)
def test_the_words_of_a_name_may_be_exchanged(text: str, usual: str, ledger: Ledger) -> None:
    assert _list_codes(text, ledger) == _list_codes(usual, ledger) != []


@pytest.mark.parametrize(
    "name", ["brooms and brushes", "locks and keys", "guitars and other string instruments"]
)
def test_a_name_with_two_nouns_is_one_good(name: str, ledger: Ledger) -> None:
    assert len(ledger.reader.read_any(name).goods) == 1


@pytest.mark.parametrize(("text", "headings"), [row for row in GOODS if row[1].startswith("?")])
def test_a_name_that_is_not_certain_is_asked_about(
    text: str, headings: str, ledger: Ledger
) -> None:
    with pytest.raises(UnclearQuestion) as raised:
        parse_query(f"us vietnam {text}", ledger.parties, DAY, ledger.reader, ledger.cards)
    offered = raised.value.options
    assert 2 <= len(offered) <= 4
    codes = [code for _, question in offered for code in _list_codes(question, ledger)]
    for heading in headings.lstrip("?").split():
        assert any(code.startswith(heading) for code in codes)


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("lace", "5804"),
        ("capers", "0711"),
        ("hooks", "8308"),
        ("tractor parts", "8708"),
        ("umbrella stands", "9403"),
    ],
)
def test_other_goods_are_asked_about_with_their_heading(
    text: str, heading: str, ledger: Ledger
) -> None:
    with pytest.raises(UnclearQuestion) as raised:
        parse_query(f"us china {text}", ledger.parties, DAY, ledger.reader)
    offered = dict(raised.value.options)
    assert len(offered) <= 4
    assert f"🇺🇸 🇨🇳 {heading}" in offered.values()
    assert all(len(label) <= 70 for label in offered)


@pytest.mark.parametrize(
    ("text", "heading"),
    [("carbonated soda", "2836"), ("vacuum pumps", "8414"), ("caustic potash", "2815")],
)
def test_a_name_with_an_unknown_word_before_it_may_mean_other_goods(
    text: str, heading: str, ledger: Ledger
) -> None:
    with pytest.raises(UnclearQuestion) as raised:
        parse_query(f"us china {text}", ledger.parties, DAY, ledger.reader)
    assert f"🇺🇸 🇨🇳 {heading}" in [question for _, question in raised.value.options]
