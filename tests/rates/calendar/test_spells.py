"""When a duty or a total was at a percentage, with the shipped ledger."""

from datetime import date
from decimal import Decimal

import pytest

from bot.rates.answer.build import answer_query
from bot.rates.calendar.spells import find_spells, list_pair_spells, list_spells
from bot.rates.ledger import Ledger
from bot.rates.model.history import Step
from bot.rates.question.parse import parse_query
from bot.rates.question.query import QueryKind, RateQuery

TODAY = date(2026, 11, 30)


def pair(percent: int | None) -> RateQuery:
    return RateQuery(
        kind=QueryKind.PAIR,
        imposer="US",
        partner="CN",
        history=True,
        percent=None if percent is None else Decimal(percent),
    )


def test_a_total_that_no_single_duty_has_is_found_in_the_histories(ledger: Ledger) -> None:
    [spell] = find_spells(ledger, Decimal(145), TODAY)
    assert (spell.imposer, spell.partners, spell.name) == ("US", ("CN",), "")
    assert (spell.first, spell.last) == (date(2025, 4, 10), date(2025, 5, 13))
    assert spell.then == 30


def test_broad_duties_on_all_goods_come_before_duties_on_one_economy(ledger: Ledger) -> None:
    spells = find_spells(ledger, Decimal(10), TODAY)
    first = [one.name for one in spells[:4]]
    assert "Section 122 surcharge" in first
    assert "Section 301 forced labor" in first
    [surcharge] = [one for one in spells if one.name == "Section 122 surcharge"]
    assert (surcharge.first, surcharge.last) == (date(2026, 2, 24), date(2026, 7, 23))


def test_every_question_of_a_spell_is_about_its_duty(ledger: Ledger) -> None:
    for percent in (10, 25, 50, 125):
        for spell in find_spells(ledger, Decimal(percent), TODAY):
            asked = parse_query(spell.question, ledger.parties, TODAY, ledger.reader)
            assert asked.imposer == spell.imposer
            assert asked.partner in spell.partners
            assert asked.product


def test_a_question_about_a_pair_gets_the_days_of_its_total_first(ledger: Ledger) -> None:
    answers = answer_query(pair(30), ledger, TODAY)
    spells = list_spells(pair(30), answers, ledger, TODAY)
    totals = [(one.first, one.last, one.then) for one in spells if not one.name]
    assert (date(2025, 5, 14), date(2025, 11, 9), Decimal(20)) in totals
    assert [bool(one.name) for one in spells] == sorted(bool(one.name) for one in spells)
    assert len(spells) <= 4


def test_a_percentage_that_no_total_had_is_found_among_the_duties(ledger: Ledger) -> None:
    [spell] = list_spells(pair(125), answer_query(pair(125), ledger, TODAY), ledger, TODAY)
    assert (spell.name, spell.last) == ("Reciprocal tariff on China", date(2025, 5, 13))
    assert list_spells(pair(77), answer_query(pair(77), ledger, TODAY), ledger, TODAY) == ()


def test_a_total_in_force_has_no_last_day(ledger: Ledger) -> None:
    query = pair(None).model_copy(update={"percent": Decimal("12.5")})
    first = list_spells(query, answer_query(query, ledger, TODAY), ledger, TODAY)[0]
    assert (first.name, first.first, first.last) == ("", date(2026, 7, 24), None)


def test_a_total_is_known_without_a_question_for_the_history(ledger: Ledger) -> None:
    query = pair(145).model_copy(update={"history": False})
    [spell] = list_spells(query, answer_query(query, ledger, TODAY), ledger, TODAY)
    assert (spell.first, spell.last) == (date(2025, 4, 10), date(2025, 5, 13))


def test_a_range_of_totals_and_an_import_ban_end_the_days_of_a_total(ledger: Ledger) -> None:
    [answer] = answer_query(pair(145), ledger, TODAY)
    source = answer.history[0].source
    days = [date(2026, month, 1) for month in range(1, 6)]
    history = (
        Step(days[0], Decimal(10), source),
        Step(days[1], Decimal(10), source, up_to=Decimal(25)),
        Step(days[2], Decimal(10), source),
        Step(days[3], Decimal(10), source, banned=True),
    )
    spells = list_pair_spells(answer._replace(history=history), Decimal(10))
    assert [(one.first, one.last, one.then) for one in spells] == [
        (days[0], date(2026, 1, 31), None),
        (days[2], date(2026, 3, 31), None),
    ]


def test_a_question_about_goods_gets_only_the_duties_on_them(ledger: Ledger) -> None:
    query = pair(25).model_copy(update={"product": "steel"})
    spells = list_spells(query, answer_query(query, ledger, TODAY), ledger, TODAY)
    assert spells
    assert not any("vehicle" in one.name or "furniture" in one.name for one in spells)


@pytest.mark.parametrize(
    ("text", "named", "not_named"),
    [
        ("british cars 10%", "(in quota)", "forced labor"),
        ("antibiotics from china 100%", "pharmaceuticals", "Reciprocal"),
        ("brazilian beef 10%", "Reciprocal", "forced labor"),
    ],
)
def test_duties_that_the_goods_never_paid_are_not_listed(
    text: str, named: str, not_named: str, ledger: Ledger
) -> None:
    query = parse_query(text, ledger.parties, TODAY, ledger.reader)
    spells = list_spells(query, answer_query(query, ledger, TODAY), ledger, TODAY)

    names = " ".join(one.name for one in spells)
    assert named in names
    assert not_named not in names


def test_a_question_without_a_percentage_has_no_spells(ledger: Ledger) -> None:
    answers = answer_query(pair(None), ledger, TODAY)
    assert list_spells(pair(None), answers, ledger, TODAY) == ()


def test_a_percentage_of_a_deal_that_no_duty_had_says_what_it_was(ledger: Ledger) -> None:
    query = pair(18).model_copy(update={"partner": "IN"})
    [spell] = list_spells(query, answer_query(query, ledger, TODAY), ledger, TODAY)
    assert (spell.question, spell.announced) == ("card deal-india", date(2026, 2, 6))
    assert "no order" in spell.outcome
