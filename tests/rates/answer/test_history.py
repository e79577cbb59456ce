"""The history of a total, step by step, for made-up measures."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.rates.answer.days.history import (
    build_history,
    find_last_change,
    find_last_step,
    list_totals,
)
from bot.rates.answer.days.timeline import Timeline
from bot.rates.answer.select import RateContext, build_context, select_layers
from bot.rates.model.changes import Change, ChangeKind, RateChange
from bot.rates.model.goods import Good
from bot.rates.model.history import Step
from bot.rates.model.law import Effect, LegalEvent
from bot.rates.model.measure import DutyRate, MeasureRef, Source
from tests.rates.made import SOURCE, START, ledger, ruling, sheet, written

MARCH, APRIL, JUNE, JULY, LATE = (date(2026, month, 1) for month in (3, 4, 6, 7, 11))
MARCH_31, MAY_31, JUNE_30 = date(2026, 3, 31), date(2026, 5, 31), date(2026, 6, 30)
ORDER, NOTICE = Source(text="Order", url="https://order.example/1"), Source(text="Notice")
SOURCES = {"gazette": SOURCE, "order": ORDER, "notice": NOTICE}
GOODS = [Good(id="steel", name="steel", hs=("72",)), Good(id="wine", name="wine")]


def context(
    *measures: dict[str, Any],
    product: str | None = None,
    day: date = LATE,
    legal: tuple[LegalEvent, ...] = (),
) -> RateContext:
    made = ledger(sheet(*measures, sources=SOURCES), goods=GOODS, legal=legal)
    return build_context(made, "US", "CN", day, product)


def general(measure_id: str, *periods: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return written(measure_id, *periods, general=True, **fields)


def build_timeline(context: RateContext) -> Timeline:
    return Timeline(context, select_layers(context))


def history(context: RateContext) -> list[Step]:
    return list(build_history(build_timeline(context)))


def happened(
    measure_id: str, kind: ChangeKind, percent: float | None, was: float | None = None
) -> RateChange:
    rate = DutyRate(None if percent is None else Decimal(percent), banned=percent is None)
    before = None if was is None else Decimal(was)
    return RateChange(MeasureRef(f"Duty {measure_id}", measure_id), Change(kind, rate, before))


def step(on: date, percent: float, *changes: RateChange, source: Source = SOURCE) -> Step:
    return Step(on, Decimal(percent), source, changes)


BEGINS, CHANGES, ENDS = ChangeKind.BEGINS, ChangeKind.CHANGES, ChangeKind.ENDS
A_BEGINS = step(START, 10, happened("a", BEGINS, 10))


def test_rates_that_begin_change_and_end_are_steps_with_their_sources() -> None:
    here = context(
        general(
            "a",
            {"to": MARCH_31},
            {"from": APRIL, "to": MAY_31, "percent": 25, "source": "order"},
            {"from": JUNE, "percent": 25, "source": "notice"},
        ),
        general("b", {"from": APRIL, "percent": 5, "to": JUNE_30, "source": "notice"}),
        general("zero", {"from": MARCH, "percent": 0}),
        general("c", {"from": JULY, "percent": 1, "to": JULY, "source": "notice"}),
    )
    first = A_BEGINS
    second = step(
        APRIL,
        30,
        happened("a", CHANGES, 25, 10),
        happened("b", BEGINS, 5),
        source=Source(text="Order; Notice", url=ORDER.url),
    )
    third = step(
        JULY,
        26,
        happened("c", BEGINS, 1),
        happened("b", ENDS, 5),
        source=NOTICE,
    )
    fourth = step(date(2026, 7, 2), 25, happened("c", ENDS, 1), source=NOTICE)
    assert history(here) == [first, second, third, fourth]
    assert find_last_change(build_timeline(here)) == fourth
    for day, expected in ((MARCH, first), (APRIL, second), (JUNE_30, second), (JULY, third)):
        on_day = here._replace(day=day)
        assert find_last_change(build_timeline(on_day)) == expected
        assert find_last_step(history(here), day) == expected
    before = here._replace(day=date(2025, 12, 31))
    assert find_last_change(build_timeline(before)) is None
    assert find_last_step(history(here), before.day) is None
    assert {total.on: str(total.percent) for total in list_totals(build_timeline(here))} == {
        START: "10",
        APRIL: "30",
        JULY: "26",
        date(2026, 7, 2): "25",
    }


def test_a_duty_that_replaces_another_at_the_same_rate_is_a_change() -> None:
    here = context(
        general("a", {"to": MAY_31}),
        general("b", {"from": JUNE, "source": "order"}),
    )
    assert history(here) == [
        A_BEGINS,
        step(
            JUNE,
            10,
            happened("b", BEGINS, 10),
            happened("a", ENDS, 10),
            source=Source(text="Order; Gazette", url=ORDER.url),
        ),
    ]


def test_an_end_has_the_source_of_the_next_period() -> None:
    here = context(
        general("a", {"to": MAY_31}, {"from": JUNE, "source": "order", "percent": 0, "to": JUNE_30})
    )
    assert history(here) == [A_BEGINS, step(JUNE, 0, happened("a", ENDS, 10), source=ORDER)]


def test_an_exemption_that_begins_is_the_source_of_an_end() -> None:
    exempt = [
        {"scope": {"goods": ["steel"]}, "why": "On a list.", "from": JUNE, "to": JUNE_30},
        {"scope": {"goods": ["wine"]}, "why": "Wine.", "from": JULY},
    ]
    here = context(general("a", {}, exempt=exempt), product="steel")
    assert history(here) == [
        A_BEGINS,
        step(JUNE, 0, happened("a", ENDS, 10), source=Source(text="On a list.")),
        step(JULY, 10, happened("a", BEGINS, 10)),
    ]
    # A question about goods in general ignores exemptions.
    assert history(here._replace(wanted=None)) == [A_BEGINS]


def test_a_ban_keeps_the_total_of_the_day_before() -> None:
    banned = {"from": JUNE, "percent": None, "banned": True, "source": "order"}
    measures = [
        written("a", {}, scope={"goods": ["steel"]}),
        written("ban", banned, scope={"goods": ["steel"]}),
    ]
    change = happened("ban", BEGINS, None)
    ban = Step(JUNE, Decimal(10), ORDER, (change,), banned=True)
    assert history(context(*measures, product="steel")) == [A_BEGINS, ban]
    alone = context(measures[1], product="steel")
    assert history(alone) == [ban._replace(percent=Decimal(0))]
    assert find_last_change(build_timeline(alone)) == ban._replace(percent=Decimal(0))
    assert find_last_step([A_BEGINS, ban], LATE) == A_BEGINS


def test_rulings_stand_after_the_change_of_their_day_with_the_total_then() -> None:
    events = (
        ruling(date(2025, 12, 1), "a"),
        ruling(START, "a", "b"),
        ruling(MARCH, "a").model_copy(update={"effect": Effect.FILED}),
        ruling(APRIL, "b"),
        ruling(APRIL, "other"),
    )
    here = context(
        general("a", {}),
        general("b", {"from": APRIL, "percent": 5}),
        written("other", {}),
        legal=events,
    )

    def held(event: LegalEvent, percent: float) -> Step:
        return Step(event.on, Decimal(percent), SOURCE, ruling=event)

    assert history(here) == [
        held(events[0], 0),
        A_BEGINS,
        held(events[1], 10),
        step(APRIL, 15, happened("b", BEGINS, 5)),
        held(events[3], 15),
    ]
    assert find_last_step(history(here), MARCH) == A_BEGINS


@pytest.mark.parametrize("percent", [0, None])
def test_a_measure_that_never_charged_has_no_history(percent: float | None) -> None:
    here = context(general("a", {"percent": percent, "status": "announced"}))
    assert history(here) == []
    assert find_last_change(build_timeline(here)) is None
