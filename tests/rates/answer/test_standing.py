"""Whether an answer has a total, for which day, and when its data was last checked."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from bot.parties import WORLD
from bot.rates.answer.select import RateContext, Selection
from bot.rates.answer.standing import (
    compute_total,
    find_checked_day,
    find_unknown_rates,
    summarize_goods_duties,
)
from bot.rates.ledger import Ledger
from bot.rates.model.answer import OnGoods, TotalBasis
from bot.rates.model.goods import Fit
from bot.rates.model.measure import Measure, Status
from bot.rates.model.warnings import Exclusion, Reason
from bot.rates.question.product.parsed import ParsedProduct
from bot.rates.stacking import ExcludedLayer, Layer, StackedLayers
from tests.rates.made import CHECKED, START, layer, ledger, measure, period, sheet

DAY, AUGUST, TODAY = date(2026, 6, 1), date(2026, 8, 28), date(2026, 11, 24)
LEDGER = ledger(sheet())
NOTHING = StackedLayers((), ())
RATED = measure("a", period(10))
RATE_UNKNOWN = measure("a", rate_unknown=True)
CHARGED_BEFORE = measure("a", period(10, **{"from": date(2026, 7, 1)}), charged_since=START)


def context(
    *measures: Measure,
    book: Ledger = LEDGER,
    day: date = DAY,
    fits: Mapping[str, Fit] | None = None,
    wanted: ParsedProduct | None = None,
) -> RateContext:
    """US duties on China. Measures name the goods, unless `fits` has another fit for them."""
    named = {each.id: Fit.NAMED for each in measures}
    charged = frozenset({"CN", WORLD})
    return RateContext(book, "US", "CN", day, wanted, measures, charged, fits or named)


def selected(
    basis: TotalBasis, *chosen: Measure, left: tuple[ExcludedLayer, ...] = ()
) -> Selection:
    return Selection(basis, StackedLayers((), left), chosen)


def left_out(fit: Fit, *, unsure: bool) -> ExcludedLayer:
    return ExcludedLayer(layer("a", fit=fit), Exclusion(Reason.SOME_LINES), unsure)


def test_counted_layers_give_the_total_even_if_others_are_unsure() -> None:
    stacked = StackedLayers(
        (layer("a", 10), layer("b", "2.5")), (left_out(Fit.NAMED, unsure=True),)
    )
    open_context = context(RATE_UNKNOWN, book=ledger())
    assert compute_total(open_context, Selection(TotalBasis.GOODS, stacked, ())) == Decimal("12.5")


def test_a_general_question_with_no_duty_is_zero() -> None:
    assert compute_total(context(), selected(TotalBasis.GENERAL)) == 0


def test_there_is_no_total_if_general_duties_are_not_tracked() -> None:
    partly = sheet(
        coverage=[{"partners": [WORLD], "since": START, "checked": CHECKED, "general": False}]
    )
    here = context(book=ledger(partly))
    assert compute_total(here, selected(TotalBasis.GENERAL)) is None
    assert compute_total(here, selected(TotalBasis.GOODS, RATED)) == 0


def test_there_is_no_total_outside_the_data() -> None:
    before = context(day=date(2017, 12, 31))
    assert compute_total(before, selected(TotalBasis.GENERAL)) is None
    assert compute_total(context(book=ledger()), selected(TotalBasis.GENERAL)) is None


@pytest.mark.parametrize("basis", TotalBasis)
@pytest.mark.parametrize("unknown", [RATE_UNKNOWN, CHARGED_BEFORE])
def test_there_is_no_total_if_a_rate_is_unknown(basis: TotalBasis, unknown: Measure) -> None:
    assert compute_total(context(RATED), selected(basis, RATED)) == 0
    assert compute_total(context(unknown), selected(basis, unknown)) is None


@pytest.mark.parametrize(
    ("fit", "day", "unknown"),
    [
        (Fit.NAMED, DAY, True),
        (Fit.HEADING, DAY, True),
        (Fit.PARTIAL, DAY, False),
        (Fit.NONE, DAY, False),
        (Fit.NAMED, START, True),
        (Fit.NAMED, date(2025, 12, 31), False),
        (Fit.NAMED, date(2026, 7, 1), False),
    ],
)
def test_a_rate_is_unknown_between_its_first_day_and_its_first_period(
    fit: Fit, day: date, unknown: bool
) -> None:
    here = context(CHARGED_BEFORE, day=day, fits={"a": fit})
    found = find_unknown_rates(here, selected(TotalBasis.GOODS, CHARGED_BEFORE))
    assert found == ((CHARGED_BEFORE,) if unknown else ())


@pytest.mark.parametrize(
    ("basis", "fit", "unsure", "expected"),
    [
        # A heading has several rates, so only the tariff line decides, and there is no total.
        (TotalBasis.GOODS, Fit.NAMED, True, None),
        (TotalBasis.GOODS, Fit.HEADING, True, None),
        # Only some lines of the goods pay the duty, so the total is zero and has a warning.
        (TotalBasis.GOODS, Fit.PARTIAL, True, 0),
        # If only this layer is requested, there is no total.
        (TotalBasis.LAYER, Fit.PARTIAL, True, None),
        (TotalBasis.LAYER, Fit.NAMED, True, None),
        # The duty is surely not charged, so the total is zero.
        (TotalBasis.GOODS, Fit.NAMED, False, 0),
        (TotalBasis.LAYER, Fit.NAMED, False, 0),
        (TotalBasis.GENERAL, Fit.NAMED, True, 0),
    ],
)
def test_there_is_no_total_if_the_only_duty_is_undecided(
    basis: TotalBasis, fit: Fit, unsure: bool, expected: int | None
) -> None:
    left = (left_out(fit, unsure=unsure),)
    assert compute_total(context(RATED), selected(basis, RATED, left=left)) == expected


@pytest.mark.parametrize("basis", [TotalBasis.GOODS, TotalBasis.LAYER])
def test_goods_without_a_measure_have_no_total(basis: TotalBasis) -> None:
    assert compute_total(context(RATED), selected(basis)) is None


def test_one_undecided_layer_of_several_leaves_no_total() -> None:
    left = (left_out(Fit.NAMED, unsure=False), left_out(Fit.HEADING, unsure=True))
    assert compute_total(context(RATED), selected(TotalBasis.GOODS, RATED, left=left)) is None


@pytest.mark.parametrize(
    ("checked", "day", "of_layers", "expected"),
    [
        # A layer checked after the requested day changes nothing.
        (CHECKED, date(2025, 5, 20), [AUGUST], CHECKED),
        (CHECKED, AUGUST, [AUGUST], CHECKED),
        (CHECKED, date(2026, 8, 29), [AUGUST], AUGUST),
        (CHECKED, TODAY, [AUGUST, date(2026, 9, 30)], AUGUST),
        (CHECKED, date(2026, 9, 15), [date(2026, 9, 30), AUGUST], AUGUST),
        (CHECKED, TODAY, [date(2026, 10, 20)], CHECKED),
        # A layer that was never checked is ignored.
        (CHECKED, TODAY, [None], CHECKED),
        (CHECKED, TODAY, [], CHECKED),
        (None, TODAY, [AUGUST], None),
    ],
)
def test_the_last_check_of_an_answer_is_the_oldest_check_of_its_layers(
    checked: date | None, day: date, of_layers: list[date | None], expected: date | None
) -> None:
    layers = tuple(layer("a", verified_as_of=each) for each in of_layers)
    assert (
        find_checked_day(Selection(TotalBasis.GENERAL, StackedLayers(layers, ()), ()), checked, day)
        == expected
    )


def test_a_layer_that_does_not_count_does_not_affect_the_last_check() -> None:
    stale = layer("a", verified_as_of="2026-01-05")
    stacked = Selection(
        TotalBasis.GENERAL,
        StackedLayers((), (ExcludedLayer(stale, Exclusion(Reason.SUSPENDED)),)),
        (),
    )
    assert find_checked_day(stacked, CHECKED, DAY) == CHECKED


def test_the_check_of_a_period_takes_precedence_over_that_of_its_measure() -> None:
    one = period(10, checked="2026-11-20")
    both = Layer(measure("a", one, verified_as_of="2026-08-28"), one, Fit.NAMED)
    assert both.checked == date(2026, 11, 20)


def test_duties_on_particular_goods_are_counted_with_their_highest_rate() -> None:
    measures = (
        measure("low", period("7.5")),
        measure("high", period(100)),
        measure("general", period(400), applies_to_all_goods=True),
        measure("suspended", period(300, status=Status.SUSPENDED)),
        measure("over", period(200, to="2026-03-01")),
        measure("zero", period(0)),
        measure("unset", period(None, status=Status.IN_FORCE)),
        measure("freed", period(150, not_for=("CN",))),
        measure("other_freed", period(20, not_for=("DE",))),
    )
    here = context(*measures)
    assert summarize_goods_duties(here, selected(TotalBasis.GENERAL)) == OnGoods(
        how_many=3, up_to=Decimal(100)
    )
    assert summarize_goods_duties(here, selected(TotalBasis.GOODS)) is None
    assert summarize_goods_duties(here, selected(TotalBasis.LAYER)) is None


def test_particular_goods_are_not_mentioned_if_they_pay_nothing() -> None:
    assert (
        summarize_goods_duties(context(measure("zero", period(0))), selected(TotalBasis.GENERAL))
        is None
    )
    assert summarize_goods_duties(context(), selected(TotalBasis.GENERAL)) is None
