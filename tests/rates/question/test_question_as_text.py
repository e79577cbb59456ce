"""A query is written as a question again, for the button that repeats it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parties import WORLD, Parties
from bot.rates.ledger import Ledger
from bot.rates.question.parse import parse_query
from bot.rates.question.query import format_query

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    "text",
    [
        "what is the tariff on chinese goods in the us",
        "us india steel yesterday",
        "eu china 8507.60 on 5 may 2025 2024-01-01",
        "us china vs vietnam vs all countries",
        "china history",
        "us washing machines",
        "world on us",
        "upcoming india",
        "upcoming world steel",
        "us washing machines vs all countries",
        "changes since 2025-04-01 steel china",
        "solar panels from vietnam in the us",
        "changes since 2025-04-01 eu",
        "steel from canada on 2025-07-01",
        "canada steel",
        "canada on all countries steel",
        "swiss watches history",
        "tariffs on china",
        "us china list 3 only on 2026-08-01 history",
        "vietnam",
        "t-shirts from bangladesh",
        "korea vs japan cars",
        "us china last year",
        "us china steel december 2024 vs today",
        "laos vs nepal on aug 1 25 & feb 1 26 & now",
        "kitchen cabinets history",
        "what changed in july 2026",
        "when did the 145% tariff on china end",
        "softwood lumber canada anti-dumping",
        "china's tariffs",
        "canada charges on steel",
        "us tariffs on china and vietnam",
    ],
)
def test_the_wording_means_the_same_question_on_any_later_day(
    text: str, parties: Parties, ledger: Ledger
) -> None:
    asked = parse_query(text, parties, TODAY, ledger.reader)
    again = parse_query(format_query(asked), parties, date(2031, 1, 1), ledger.reader)
    assert again == asked


@pytest.mark.parametrize(
    "text",
    [
        "upcoming january 2027 steel",
        "upcoming until march 2027",
        "us china next month",
        "china q1 2027",
    ],
)
def test_a_window_ahead_means_the_same_until_it_has_passed(
    text: str, parties: Parties, ledger: Ledger
) -> None:
    asked = parse_query(text, parties, TODAY, ledger.reader)
    assert parse_query(format_query(asked), parties, TODAY, ledger.reader) == asked


@given(st.data())
def test_any_two_economies_can_be_asked_about_again(
    parties: Parties, ledger: Ledger, data: st.DataObject
) -> None:
    names = st.sampled_from([party.name for party in parties if party.code != WORLD])
    one, other = data.draw(st.lists(names, min_size=2, max_size=2, unique=True))
    joint = data.draw(st.sampled_from([" ", " on ", " vs "]))
    goods = data.draw(st.sampled_from(["", " steel", " ev batteries", " 8507.60", " list 3 only"]))
    asked = parse_query(f"{one}{joint}{other}{goods}", parties, TODAY, ledger.reader)
    assert parse_query(format_query(asked), parties, TODAY, ledger.reader) == asked
