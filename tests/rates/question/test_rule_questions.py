"""Tests that questions about rules and cases lead to cards, and that no economy is lost."""

from collections.abc import Callable
from datetime import date

import pytest

from bot.errors import UnclearQuestion
from bot.parties import Parties
from bot.rates.ledger import Ledger
from bot.rates.question.parse import parse_query
from bot.rates.question.query import RateQuery

TODAY = date(2026, 11, 30)
Ask = Callable[[str], RateQuery]


@pytest.fixture
def ask(parties: Parties, ledger: Ledger) -> Ask:
    def parse(text: str) -> RateQuery:
        return parse_query(text, parties, TODAY, ledger.reader, ledger.cards)

    return parse


@pytest.mark.parametrize(
    ("text", "card"),
    [
        ("how is steel content valued after the change of this year", "section-232-metals"),
        (
            "do i pay both the auto parts tariff and the aluminum tariff on the same part",
            "stacking",
        ),
        ("do steel and copper duties both apply to one article", "stacking"),
    ],
)
def test_a_question_about_a_rule_leads_to_its_card(ask: Ask, text: str, card: str) -> None:
    assert ask(text).card == card


def test_a_rate_of_an_origin_is_no_question_about_a_rule(ask: Ask) -> None:
    assert ask("both tariffs on steel from china on the same day").card is None


@pytest.mark.parametrize("text", ["nintendo case", "news of the costco lawsuit", "apple's lawsuit"])
def test_an_unknown_case_is_not_in_the_data(ask: Ask, text: str) -> None:
    with pytest.raises(UnclearQuestion, match="is in our data") as raised:
        ask(text)
    assert "card learning-resources" in [command for _, command in raised.value.options]


@pytest.mark.parametrize("text", ["phone cases from china"])
def test_cases_are_goods_too(ask: Ask, text: str) -> None:
    assert ask(text).product is not None


def test_every_change_is_a_history_of_all_origins(ask: Ask) -> None:
    query = ask("can you give me every change to the steel tariff since 2018, oldest first")
    assert (query.history, query.partner_implied, query.since) == (True, True, date(2018, 1, 1))


def test_the_named_origin_wins_over_the_material(ask: Ask) -> None:
    query = ask("ctry of orig vietnam, material of china, t-shirts, invoice 27.800 usd")
    assert (query.partner, query.versus, query.unread) == ("VN", (), ("China",))
    assert query.value == 27_800


@pytest.mark.parametrize(
    "text",
    [
        "mexico's new tariffs on asian goods for a korean company with steel",
        "toys from china for our customer in japan via malaysia",
        "country of origin vietnam, chinese fabric, t-shirts",
        "steel duty in germany from the us and from india",
        "toys from IN/VN/MY for a german buyer",
    ],
)
def test_no_named_economy_is_lost(ask: Ask, parties: Parties, text: str) -> None:
    query = ask(text)
    named = {"mexico", "korean", "china", "chinese", "japan", "malaysia", "vietnam", "germany"}
    named |= {"german", "india"}
    codes = {query.imposer, query.partner, *query.versus, *query.via}
    for word in named & {*text.replace(",", " ").replace("'s", " ").split()}:
        party = parties.find(word)
        assert party is not None
        assert party.code in codes or party.name in query.unread, word


def test_scattered_words_are_no_goods(ask: Ask) -> None:
    with pytest.raises(UnclearQuestion) as raised:
        ask("did they approve the tariff cut on american industrial goods in the eu")
    assert all("8417" not in command for _, command in raised.value.options)
