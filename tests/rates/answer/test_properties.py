"""Properties that hold for the answer of every pair on every day of a change."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.errors import QueryError
from bot.parties import WORLD
from bot.rates.answer.build import answer_query
from bot.rates.answer.days.timeline import list_change_days
from bot.rates.answer.select import RateContext, build_context, select_layers
from bot.rates.ledger import Ledger
from bot.rates.model.measure import Status
from bot.rates.question.query import QueryKind, RateQuery

FIRST_DAY = date(2018, 1, 1)
TODAY = date(2026, 11, 24)
IMPOSERS = ("US", "CN", "CA", "EU", "MX", "DE", "JP")
PRODUCTS = (None, "steel", "8507.60", "electric cars", "soybeans", "Section 301 only")


def _pairs(ledger: Ledger) -> Iterator[tuple[str, str]]:
    for imposer in IMPOSERS:
        own = set(ledger.parties.list_codes(imposer))
        for party in ledger.parties:
            if own.isdisjoint(ledger.parties.list_codes(party.code)):
                yield imposer, party.code


def _days(context: RateContext) -> list[date]:
    """Days on which a measure or exemption of the pair changes, and the days before them."""
    turns = list_change_days(context.measures, exemptions=True)
    days = {day for turn in turns for day in (turn, turn - timedelta(days=1))}
    return sorted(day for day in days | {FIRST_DAY, TODAY} if day >= FIRST_DAY)


def _check(context: RateContext) -> None:
    stacked = select_layers(context).stacked
    where = f"{context.imposer} on {context.partner}, {context.day}"
    counted = {layer.measure.id for layer in stacked.counted}
    total = sum((layer.period.percent or Decimal(0) for layer in stacked.counted), Decimal(0))
    assert stacked.total == total, where
    assert len(counted) == len(stacked.counted), where
    for layer in stacked.counted:
        assert layer.period.covers(context.day), where
        assert layer.period.is_charged, where
        assert counted.isdisjoint(layer.measure.excluded_by), where
        assert context.partner not in layer.measure.exceptions, where
    for members in context.ledger.one_of:
        assert len(counted.intersection(members)) <= 1, where


def test_the_components_add_up_to_the_total_by_the_stacking_rules_on_every_day(
    ledger: Ledger,
) -> None:
    for imposer, partner in _pairs(ledger):
        context = build_context(ledger, imposer, partner, FIRST_DAY, None)
        for day in _days(context):
            _check(context._replace(day=day))


@pytest.mark.parametrize("product", PRODUCTS[1:])
def test_layers_on_goods_follow_the_stacking_rules_too(product: str, ledger: Ledger) -> None:
    for imposer, partner in (
        *(("US", code) for code in ("CN", "CA", "MX", "EU", "JP", "GB", "IN", "BR", "RU", WORLD)),
        *(("CN", code) for code in ("US", "CA")),
        *((code, "CN") for code in ("CA", "EU", "MX")),
    ):
        context = build_context(ledger, imposer, partner, FIRST_DAY, product)
        for day in _days(context):
            _check(context._replace(day=day))


@pytest.mark.parametrize(
    ("imposer", "partner", "product"),
    [
        ("US", "BR", "beef"),
        ("US", "BR", "coffee"),
        ("US", "VN", "coffee"),
        ("US", "VN", "fertilisers"),
        ("US", "DE", "parcels"),
        ("US", "CN", "parcels"),
        ("US", "CH", "gold"),
        ("US", "GB", "aircraft"),
        ("US", "CN", None),
        ("CN", "US", "soybeans"),
    ],
)
def test_the_history_agrees_with_the_answer_for_each_day(
    imposer: str, partner: str, product: str | None, ledger: Ledger
) -> None:
    query = RateQuery(
        kind=QueryKind.PAIR, imposer=imposer, partner=partner, product=product, history=True
    )
    steps = [step for step in answer_query(query, ledger, TODAY)[0].history if step.moves_total]
    context = build_context(ledger, imposer, partner, FIRST_DAY, product)
    for day in _days(context):
        on_day = answer_query(query.model_copy(update={"on": day}), ledger, TODAY)[0]
        past = [step.percent for step in steps if step.on <= day]
        assert on_day.total_percent in (None, past[-1] if past else Decimal(0)), day


def test_every_answer_has_sources_and_dates(ledger: Ledger) -> None:
    pairs = [pair for pair in _pairs(ledger) if pair[0] == "US" or pair[1] in ("US", "CN", "CA")]
    for imposer, partner in pairs:
        for on in (None, date(2025, 4, 9), date(2025, 12, 1), date(2026, 9, 15)):
            query = RateQuery(kind=QueryKind.PAIR, imposer=imposer, partner=partner, on=on)
            for one in answer_query(query, ledger, TODAY):
                assert all(part.source.text and part.from_ for part in one.components)
                assert all(part.source.text for part in one.not_counted)
                assert all(step.source.text for step in one.history)
                assert all(item.source.text for item in one.next)
                assert one.mfn is None or one.mfn.source.text
                assert one.total_percent is not None or one.warnings


def test_any_two_economies_with_an_average_rate_get_it_with_year_and_source(
    ledger: Ledger,
) -> None:
    with_baseline = [party.code for party in ledger.parties if ledger.find_mfn_average(party.code)]
    assert len(with_baseline) >= 154

    for imposer in with_baseline:
        partner = "US" if imposer != "US" else "CN"
        try:
            query = RateQuery(kind=QueryKind.PAIR, imposer=imposer, partner=partner)
            (one,) = answer_query(query, ledger, TODAY)
        except QueryError:
            pytest.fail(f"{imposer} on {partner} was refused")
        assert one.mfn is not None
        assert one.mfn.year > 2000
        assert one.mfn.source.text


def test_struck_down_duties_are_charged_until_the_day_customs_stopped_collecting(
    ledger: Ledger,
) -> None:
    voided = [
        period
        for measure in ledger.measures
        for period in measure.periods
        if period.void_on is not None
    ]
    assert len(voided) > 60

    for period in voided:
        assert period.status is Status.STRUCK_DOWN
        assert period.void_on == date(2026, 2, 20)
        assert period.to == date(2026, 2, 23)
