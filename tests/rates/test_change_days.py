"""The day and the kind of each change that follows from a measure's rates."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.rates.answer.days.timeline import list_change_days
from bot.rates.change_days import list_milestone_days, list_rate_days
from bot.rates.model.changes import Change, ChangeKind, Upcoming
from bot.rates.model.measure import DutyRate, Exemption, Milestone, RatePeriod, Scope, Source
from tests.rates.made import SOURCE, START, measure, period

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
MAY_31, JUNE_30 = date(2026, 5, 31), date(2026, 6, 30)
ORDER = Source(text="Order")
TEN, ZERO, FIVE = DutyRate(Decimal(10)), DutyRate(Decimal(0)), DutyRate(Decimal(5))


def first(**fields: Any) -> RatePeriod:
    return period(10, **{"to": MAY_31} | fields)


def then(percent: int | None = 5, **fields: Any) -> RatePeriod:
    return period(percent, **{"from": JUNE} | fields)


BEGINS = (START, Change(ChangeKind.BEGINS, TEN))
CHANGES: list[tuple[str, list[RatePeriod], list[tuple[date, Change]]]] = [
    ("none", [], []),
    ("begins", [period()], [BEGINS]),
    ("begins and ends", [first()], [BEGINS, (JUNE, Change(ChangeKind.ENDS, TEN))]),
    (
        "changes",
        [first(), then()],
        [BEGINS, (JUNE, Change(ChangeKind.CHANGES, FIVE, Decimal(10)))],
    ),
    (
        "changes and ends",
        [first(), then(to=JUNE_30)],
        [
            BEGINS,
            (JUNE, Change(ChangeKind.CHANGES, FIVE, Decimal(10))),
            (JULY, Change(ChangeKind.ENDS, FIVE)),
        ],
    ),
    (
        "goes on with a new basis",
        [first(), then(10, note="By a new order.")],
        [BEGINS, (JUNE, Change(ChangeKind.CONTINUES, TEN, text="By a new order."))],
    ),
    (
        "begins again after a day without",
        [first(to=date(2026, 5, 30)), then()],
        [
            BEGINS,
            (MAY_31, Change(ChangeKind.ENDS, TEN)),
            (JUNE, Change(ChangeKind.CHANGES, FIVE, Decimal(10))),
        ],
    ),
    (
        "is suspended and comes back",
        [
            first(),
            then(10, status="suspended", to=JUNE_30),
            period(10, **{"from": JULY}),
        ],
        [
            BEGINS,
            (JUNE, Change(ChangeKind.SUSPENDED, TEN)),
            (JULY, Change(ChangeKind.BEGINS, TEN)),
        ],
    ),
    (
        "is suspended to the end",
        [then(10, status="suspended", to=JUNE_30)],
        [
            (JUNE, Change(ChangeKind.SUSPENDED, TEN)),
            (JULY, Change(ChangeKind.SUSPENSION_ENDS, TEN)),
        ],
    ),
    (
        "is announced",
        [then(10, status="announced")],
        [(JUNE, Change(ChangeKind.ANNOUNCED, TEN))],
    ),
    (
        "is struck down",
        [first(status="struck_down"), then(0, status="struck_down")],
        [BEGINS, (JUNE, Change(ChangeKind.STRUCK_DOWN, ZERO))],
    ),
    (
        "is struck down later",
        [first(), then(5, status="struck_down")],
        [BEGINS, (JUNE, Change(ChangeKind.CHANGES, FIVE, Decimal(10)))],
    ),
    (
        "becomes a ban",
        [first(), then(None, banned=True)],
        [BEGINS, (JUNE, Change(ChangeKind.CHANGES, DutyRate(banned=True), Decimal(10)))],
    ),
]


@pytest.mark.parametrize(
    ("periods", "expected"), [pytest.param(*values, id=name) for name, *values in CHANGES]
)
def test_each_rate_is_a_change_of_its_kind(
    periods: list[RatePeriod], expected: list[tuple[date, Change]]
) -> None:
    assert [(one.on, one.change) for one in list_rate_days(measure("a", *periods))] == expected


def test_a_power_that_was_not_used_has_no_day_on_which_a_duty_begins() -> None:
    announced = then(10, status="announced")
    power = measure("a", announced, excluded_reason="a power, not used when last checked")
    assert list(list_rate_days(power)) == []
    assert list(list_rate_days(measure("a", announced))) != []


def test_a_change_has_the_facts_of_its_period_and_a_milestone_those_of_its_measure() -> None:
    own = then(source=ORDER, not_for=("DE",), checked=JULY, to=JUNE_30)
    due = Milestone(on=JULY, what="A review.", source=SOURCE)
    one = measure("a", own, partners=("CN", "EU"), exceptions=("US",), milestones=(due,))

    def upcoming(on: date, change: Change, **fields: Any) -> Upcoming:
        partners = ("CN", "EU")
        made = Upcoming(on, change, "Duty a", "a", "US", partners, SOURCE, ("US",))
        return made._replace(**fields)

    facts = {"source": ORDER, "not_for": ("US", "DE"), "checked": JULY}
    assert list(list_rate_days(one)) == [
        upcoming(JUNE, Change(ChangeKind.BEGINS, FIVE), **facts),
        upcoming(JULY, Change(ChangeKind.ENDS, FIVE), **facts),
    ]
    assert list(list_milestone_days(one)) == [
        upcoming(JULY, Change(ChangeKind.MILESTONE, text="A review."))
    ]


def test_change_days_are_those_of_periods_and_if_wanted_of_exemptions() -> None:
    scope = Scope(goods=("steel",))
    measures = [
        measure(
            "a",
            first(),
            then(),
            exempt=(
                Exemption(scope=scope, why="first", from_=MAY, to=JUNE_30),
                Exemption(scope=scope, why="second"),
            ),
        ),
        measure("b", period(5, **{"from": MAY}, to=date(2026, 8, 31))),
    ]
    rates = (START, MAY, JUNE, date(2026, 9, 1))
    assert list_change_days(measures, exemptions=False) == rates
    assert list_change_days(measures, exemptions=True) == (*rates[:3], JULY, rates[3])
    assert list_change_days([], exemptions=True) == ()
