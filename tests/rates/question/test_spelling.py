"""Misspelled words are corrected, and the query lists each with its correction."""

import pytest

from bot.parties import Parties
from bot.rates.answer.build import answer_query
from bot.rates.ledger import Ledger
from bot.rates.model.warnings import SpellingRead
from bot.rates.question.parse import parse_query
from bot.rates.question.query import RateQuery
from tests.rates.question.test_understanding import TODAY


def read(text: str, parties: Parties, ledger: Ledger) -> RateQuery:
    return parse_query(text, parties, TODAY, ledger.reader, ledger.cards)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("duty on upholsterd sofas from chna", "duty on upholstered sofas from china"),
        ("solar pannels malasia", "solar panels malaysia"),
        ("section 301 exlusions expire when", "section 301 exclusions expire when"),
        ("what's comming for canada", "what's coming for canada"),
        ("nicaragua tarif changes comming up", "nicaragua tariff changes coming up"),
        ("what changed for canda last month", "what changed for canada last month"),
        ("vietnma furnture", "vietnam furniture"),
        ("brazillian cofee", "brazilian coffee"),
        ("south koria semiconducters", "south korea semiconductors"),
        ("saudi arbia aluminium", "saudi arabia aluminium"),
        ("irelnd pharmacuticals", "ireland pharmaceuticals"),
        ("us japan in septmber 2025", "us japan in september 2025"),
        ("recipocal tariffs", "reciprocal tariffs"),
    ],
)
def test_misspelled_words_are_corrected(
    text: str, meant: str, parties: Parties, ledger: Ledger
) -> None:
    asked = read(text, parties, ledger)
    assert asked.model_copy(update={"respelled": ()}) == read(meant, parties, ledger)


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("chain from china", "chain"),
        ("roman candles from china", "candles"),
        ("tents that span 3 m from china", "tents"),
        ("toys with cards from china", "toys"),
        ("toys from china in 20ft containers", "toys"),
    ],
)
def test_other_words_are_not_taken_for_misspelled_ones(
    text: str, product: str, parties: Parties, ledger: Ledger
) -> None:
    asked = read(text, parties, ledger)
    assert not asked.respelled
    assert asked.product is not None
    assert asked.product.startswith(product)


def test_an_answer_says_how_misspelled_words_were_read(parties: Parties, ledger: Ledger) -> None:
    query = read("solar pannels malasia", parties, ledger)
    [answer] = answer_query(query, ledger, TODAY)
    read_as = [one for one in answer.warnings if isinstance(one, SpellingRead)]
    assert read_as == [SpellingRead("pannels", "panels"), SpellingRead("malasia", "malaysia")]
