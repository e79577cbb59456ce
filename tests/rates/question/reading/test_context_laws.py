"""A law or a percentage that a question about goods names as context, with shipped data."""

from datetime import date

import pytest

from bot.errors import QueryError, UnclearQuestion
from bot.rates.ledger import Ledger
from bot.rates.question.parse import parse_query
from bot.rates.question.query import RateQuery

TODAY = date(2026, 11, 30)


def read(text: str, ledger: Ledger) -> RateQuery:
    return parse_query(text, ledger.parties, TODAY, ledger.reader, ledger.cards)


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("duty on ceramic tiles from india now that ieepa is gone", "ceramic tiles"),
        ("do toys from vietnam still pay the reciprocal tariff", "toys"),
        ("are brazilian orange juice and beef free of the 10% surcharge", "orange juice and beef"),
        ("china fentanyl tariff 20% on laptops", "laptops"),
        ("foil of china 7607.11, 301 and 232 both?", "7607.11"),
        ("steel nuts from china with 232 and section 301 both", "steel nuts"),
        ("drone from china 232 as well as 301", "drone"),
        ("us china drones 301 in addition to 232", "drones"),
        ("china steel section 232 plus section 301", "steel"),
        ("us china toys section 301", "toys"),
        ("232 on trucks and lumber from canada", "trucks and lumber"),
        (
            "does a chinese drone imported by a hobby shop attract 232 as well as 301?",
            "drone",
        ),
    ],
)
def test_a_law_that_ended_and_several_laws_do_not_narrow_an_answer_about_goods(
    text: str, product: str, ledger: Ledger
) -> None:
    query = read(text, ledger)
    assert (query.product, query.percent, bool(query.cards)) == (product, None, True)


@pytest.mark.parametrize(
    "text",
    [
        "reciprocal tariff on toys from vietnam on 12 april 2025",
        "reciprocal tariff taiwan",
        "us china fentanyl only toys",
    ],
)
def test_a_law_in_force_on_the_day_and_a_law_without_goods_stay(text: str, ledger: Ledger) -> None:
    wanted = ledger.reader.read_any(read(text, ledger).product or "")
    assert wanted.layers or wanted.bases


@pytest.mark.parametrize(
    "text",
    [
        "i'm a broker in laredo: do flat-rolled steel coils that were melted and poured in mexico "
        "pay the 50%?",
        "steel coils melted and poured in mexico, 50%?",
        "aluminum sheet smelted and cast in mexico",
    ],
)
def test_metal_has_its_origin_where_it_was_melted(text: str, ledger: Ledger) -> None:
    query = read(text, ledger)
    assert (query.imposer, query.partner, query.unread) == ("US", "MX", ())
    assert ledger.reader.names_goods(query.product or "")


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("any us tariffs on toys of china, or was that only talk?", "toys"),
        ("is there a us duty on films or is it just a threat", "films"),
    ],
)
def test_the_other_answer_to_a_yes_no_question_is_not_read(
    text: str, product: str, ledger: Ledger
) -> None:
    assert read(text, ledger).product == product


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("duty if we switch origin of bicycles from china to taiwan", "bicycles"),
        ("cheaper to source towels from pakistan or egypt", "towels"),
        ("should we change suppliers of shoes from china to vietnam", "shoes"),
        ("us china switches", "switches"),
    ],
)
def test_a_verb_that_is_also_goods_counts_only_where_goods_stand(
    text: str, product: str, ledger: Ledger
) -> None:
    assert read(text, ledger).product == product


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("asia", "region"),
        ("toys from southeast asia", "region"),
        ("what changes on 1 january 2027 for goods from central america", "region"),
        ("are goods from puerto rico foreign", "territories"),
    ],
)
def test_a_region_and_a_territory_are_named_as_such(text: str, said: str, ledger: Ledger) -> None:
    with pytest.raises(QueryError, match=said):
        read(text, ledger)


def test_the_german_from_is_no_economy(ledger: Ledger) -> None:
    with pytest.raises(QueryError) as caught:
        read("wie hoch ist zoll usa auf maschinen aus deutschland", ledger)
    assert "🇦🇺" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "cusma certified plywd & osb ontario->mi duty in dec",
        "blorp gizmos of canada under usmca 25%",
    ],
)
def test_a_claim_without_the_goods_gives_no_figure(text: str, ledger: Ledger) -> None:
    with pytest.raises(UnclearQuestion, match="Not read"):
        read(text, ledger)
