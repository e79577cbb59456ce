"""Questions for the highest or lowest duty of any origin compare the largest origins."""

from datetime import date
from decimal import Decimal

import pytest

from bot.errors import UnclearQuestion
from bot.parties import Parties
from bot.rates.ledger import Ledger
from bot.rates.question.parse import parse_query
from bot.rates.question.query import QueryKind, RateQuery

TODAY = date(2026, 11, 30)


def read(text: str, parties: Parties, ledger: Ledger) -> RateQuery:
    return parse_query(text, parties, TODAY, ledger.reader, ledger.cards)


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("lowest tariff country for toys", "toys"),
        ("which country pays the least on toys?", "toys"),
        ("cheapest origin for cotton shirts", "cotton shirts"),
        ("who pays most on steel", "steel"),
        ("lowest duty for steel", "steel"),
    ],
)
def test_goods_of_the_largest_origins_are_compared(
    text: str, product: str, parties: Parties, ledger: Ledger
) -> None:
    query = read(text, parties, ledger)
    assert (query.kind, query.imposer, query.product) == (QueryKind.COMPARE, "US", product)
    assert {query.partner, *query.versus} >= {"CN", "CA", "MX", "EU", "VN"}
    assert query.imposer_assumed


@pytest.mark.parametrize(
    "text",
    [
        "what is the single highest tariff the US charges any country right now",
        "which country pays the most",
        "who is hit hardest by us tariffs",
        "top 5 countries by tariff",
        "which countries have the highest us tariffs",
    ],
)
def test_without_goods_the_question_is_refused_with_questions_that_are_answered(
    text: str, parties: Parties, ledger: Ledger
) -> None:
    with pytest.raises(UnclearQuestion) as unclear:
        read(text, parties, ledger)
    queries = [read(command, parties, ledger) for _, command in unclear.value.options]
    assert 2 <= len(queries) <= 4
    assert queries[0].kind is QueryKind.COMPARE


@pytest.mark.parametrize(
    "text", ["which is cheapest, china or vietnam", "which country charges the most on us goods"]
)
def test_named_economies_and_importing_countries_are_not_ranked(
    text: str, parties: Parties, ledger: Ledger
) -> None:
    query = read(text, parties, ledger)
    assert len(query.versus) < 2


def test_the_time_and_the_value_of_the_question_are_kept(parties: Parties, ledger: Ledger) -> None:
    on = read("lowest country for toys on 2025-05-01", parties, ledger)
    assert (on.kind, on.on) == (QueryKind.COMPARE, date(2025, 5, 1))
    period = read("lowest country for toys in july 2025 history", parties, ledger)
    assert (period.since, period.until, period.history) == (
        date(2025, 7, 1),
        date(2025, 7, 31),
        True,
    )
    worth = read("lowest country for notarized toys worth $9000", parties, ledger)
    assert (worth.value, worth.unread) == (Decimal(9000), ("notarized",))


def test_the_offered_comparisons_keep_the_day(parties: Parties, ledger: Ledger) -> None:
    with pytest.raises(UnclearQuestion) as unclear:
        read("which country paid the most on 2025-05-01", parties, ledger)
    queries = [read(command, parties, ledger) for _, command in unclear.value.options]
    rates = [query for query in queries if query.kind is not QueryKind.CARD]
    assert {query.on for query in rates} == {date(2025, 5, 1)}
