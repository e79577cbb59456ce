"""A calendar lists the changes of a made-up ledger between two days."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.parties import WORLD
from bot.rates.calendar.upcoming import (
    find_checked_day,
    list_calendar,
    list_upcoming,
    list_upcoming_by_measure,
    merge_rows,
    move_passed_last,
)
from bot.rates.ledger import Ledger
from bot.rates.model.changes import Change, ChangeKind, Upcoming
from bot.rates.model.measure import DutyRate
from bot.rates.question.query import QueryKind, RateQuery
from tests.rates.made import CHECKED, SOURCE, ledger, rate, sheet, written

JUNE_1, JULY_1, JULY_2, AUGUST_1 = (
    date(2026, 6, 1),
    date(2026, 7, 1),
    date(2026, 7, 2),
    date(2026, 8, 1),
)
FAR = date(2029, 1, 1)
MILESTONE = {"on": AUGUST_1, "what": "A review is due.", "source": "gazette"}
LEDGER = ledger(
    sheet(
        # This duty rises from 10% to 25% on 1 July.
        written(
            "steps", {"from": JUNE_1, "to": date(2026, 6, 30)}, {"from": JULY_1, "percent": 25}
        ),
        # This duty is charged on 1 July for the last time, so its change is on 2 July.
        written("ends", {"from": JUNE_1, "to": JULY_1}, milestones=[MILESTONE]),
        written("far", {"from": FAR, "percent": 50}, partners=["DE"], milestones=[MILESTONE]),
        schedules=[
            {
                "id": "reciprocal",
                "name": "Reciprocal duty",
                "legal_basis": "Section 2",
                "covers": "all goods",
                "general": True,
                "row_id": "reciprocal-{partner}",
                "columns": {"start": rate(None, **{"from": AUGUST_1})},
                "rows": [
                    {"partner": "CN", "rates": {"start": 10}},
                    {"partner": "DE", "rates": {"start": "12.5"}},
                    {"partner": "EU", "rates": {"start": 11}},
                ],
            }
        ],
    )
)


def listed(items: Iterable[Upcoming]) -> list[tuple[date, str]]:
    return [(item.on, item.measure_id) for item in items]


ROWS = ("reciprocal-cn", "reciprocal-de", "reciprocal-eu")
ALL = [
    *((JUNE_1, "ends"), (JUNE_1, "steps"), (JULY_1, "steps"), (JULY_2, "ends")),
    *((AUGUST_1, "ends"), (AUGUST_1, "far"), *((AUGUST_1, row) for row in ROWS)),
    (FAR, "far"),
]


@pytest.mark.parametrize(
    ("after", "until", "first", "last"),
    [
        (date(2026, 5, 31), date.max, 0, 10),
        (JUNE_1, date.max, 2, 10),
        (date(2026, 6, 30), JULY_1, 2, 3),
        (JULY_1, JULY_2, 3, 4),
        (JULY_1, JULY_1, 3, 3),
        (JULY_2, date(2028, 12, 31), 4, 9),
        (JULY_2, FAR, 4, 10),
        (FAR, date.max, 10, 10),
    ],
)
def test_upcoming_changes_are_listed_after_one_day_and_up_to_another(
    after: date, until: date, first: int, last: int
) -> None:
    assert listed(list_upcoming_by_measure(LEDGER, after, until)) == ALL[first:last]


def test_upcoming_changes_can_be_limited_to_some_measures() -> None:
    some = [each for each in LEDGER.measures if each.id == "steps"]
    assert listed(list_upcoming_by_measure(LEDGER, date(2026, 1, 1), date.max, some)) == [
        (JUNE_1, "steps"),
        (JULY_1, "steps"),
    ]
    assert list_upcoming_by_measure(LEDGER, date(2026, 1, 1), date.max, []) == ()


def test_past_changes_are_listed_newest_first_with_milestones_last_on_their_day() -> None:
    query = RateQuery(kind=QueryKind.CHANGES, since=JUNE_1, until=JULY_2)
    found = listed(list_calendar(query, LEDGER, date(2027, 1, 1)))
    assert sorted(found) == sorted(each for each in ALL if JUNE_1 <= each[0] <= JULY_2)
    assert [day for day, _ in found] == sorted((day for day, _ in found), reverse=True)


def begins(percent: float, was: float | None = None) -> Change:
    rate = DutyRate(Decimal(str(percent)))
    if was is None:
        return Change(ChangeKind.BEGINS, rate)
    return Change(ChangeKind.CHANGES, rate, Decimal(str(was)))


TEN = begins(10)
REVIEW = Change(ChangeKind.MILESTONE, text="A review.")


def item(day: date, change: Change = TEN, **fields: object) -> Upcoming:
    made = Upcoming(day, change, "Duty a", "a", "US", ("CN",), SOURCE)
    return made._replace(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("on", "passed"),
    [
        (date(2026, 10, 1), False),
        (CHECKED, False),
        (date(2026, 10, 3), True),
        (date(2026, 11, 23), True),
        (date(2026, 11, 24), True),
        (date(2026, 11, 25), False),
    ],
)
def test_changes_due_since_the_last_check_are_marked(on: date, passed: bool) -> None:
    [found] = move_passed_last([item(on)], lambda _: CHECKED, date(2026, 11, 24))
    assert (found.on, found.passed) == (on, passed)


def test_changes_due_since_the_last_check_are_listed_last() -> None:
    days = [date(2026, 11, 1), date(2026, 9, 1), date(2026, 10, 10), date(2026, 12, 1)]
    found = move_passed_last(map(item, days), lambda _: CHECKED, date(2026, 11, 24))
    assert [each.on for each in found] == [days[1], days[3], days[0], days[2]]


@pytest.mark.parametrize(
    ("checked", "expected"),
    [(None, CHECKED), (date(2026, 9, 1), CHECKED), (date(2026, 11, 1), date(2026, 11, 1))],
)
def test_an_item_has_its_own_last_check_or_the_default_one(
    checked: date | None, expected: date
) -> None:
    days = [date(2026, 1, 1) + timedelta(days=each) for each in range(365)]
    items = [item(day, checked=checked) for day in days]
    listed_as_passed = [
        one.on for one in move_passed_last(items, lambda _: CHECKED, days[-1]) if one.passed
    ]
    assert listed_as_passed[0] == expected + timedelta(days=1)


def test_changes_by_a_day_exclude_later_changes() -> None:
    assert listed(list_upcoming(LEDGER, JULY_2, AUGUST_1))[-1] == (AUGUST_1, "reciprocal-cn")
    assert listed(list_upcoming(LEDGER, JULY_2))[-1] == (FAR, "far")


def test_a_single_entry_keeps_its_percent_and_its_own_name() -> None:
    family = [each for each in LEDGER.measures if each.id == "reciprocal-cn"]
    [one] = list_upcoming(LEDGER, JULY_2, AUGUST_1, family)
    assert (one.measure, one.change) == ("Reciprocal duty, China", TEN)
    assert one.partners == ("CN",)
    [begun] = list_upcoming(LEDGER, date(2026, 6, 30), JULY_1)
    assert (begun.measure, begun.change) == ("Duty steps", begins(25, 10))


def test_the_rows_of_one_action_are_one_entry_with_lowest_and_highest_rate() -> None:
    rows = [each for each in LEDGER.measures if each.family]
    [one] = list_upcoming(LEDGER, JULY_2, AUGUST_1, rows)
    assert one.measure == "Reciprocal duty"
    assert one.partners == ("CN", "DE", "EU")
    lowest, highest = DutyRate(Decimal(10)), Decimal("12.5")
    assert one.change == Change(ChangeKind.BY_PARTNER, lowest, up_to=highest)


@pytest.mark.parametrize(
    ("percents", "lowest", "highest"),
    [((10, 25), 10, 25), ((25, 10), 10, 25), ((10, 10), 10, None)],
)
def test_rows_that_change_differently_are_one_entry_with_their_rates(
    percents: tuple[int, int], lowest: int, highest: int | None
) -> None:
    rows = [
        item(JULY_1, begins(percent, was), measure_id=one, partners=(one[-2:],))
        for one, percent, was in zip(ROWS[:2], percents, (1, 2), strict=True)
    ]
    [one] = merge_rows(LEDGER, rows)
    up_to = None if highest is None else Decimal(highest)
    assert one.change == Change(ChangeKind.BY_PARTNER, DutyRate(Decimal(lowest)), up_to=up_to)


def test_rows_with_the_same_rate_give_it_once() -> None:
    rows = [item(JULY_1, measure_id=one, partners=(one[-2:].upper(),)) for one in ROWS[:2]]
    [one] = merge_rows(LEDGER, rows)
    assert (one.change, one.partners) == (TEN, ("CN", "DE"))


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ((CHECKED, date(2026, 11, 1)), CHECKED),
        ((date(2026, 11, 1), CHECKED), CHECKED),
        ((CHECKED, None), None),
        ((None, None), None),
    ],
)
def test_an_entry_for_several_measures_has_their_earliest_check(
    days: tuple[date | None, date | None], expected: date | None
) -> None:
    rows = [
        item(JULY_1, measure_id=one, checked=day) for one, day in zip(ROWS[:2], days, strict=True)
    ]
    [one] = merge_rows(LEDGER, rows)
    assert one.checked == expected


def test_the_same_due_date_and_text_of_several_measures_is_one_entry() -> None:
    due = [item(AUGUST_1, REVIEW, measure_id=one) for one in ("steps", "far")]
    rates = [item(AUGUST_1, measure_id=one) for one in ("steps", "far")]
    assert len(merge_rows(LEDGER, due)) == 1
    assert len(merge_rows(LEDGER, rates)) == 2


def two_sheets() -> Ledger:
    """The US file was checked in October for China, in November for others; China's in December."""
    china = {"partners": ["CN"], "since": date(2018, 1, 1), "checked": CHECKED}
    others = {"partners": [WORLD], "since": date(2018, 1, 1), "checked": date(2026, 11, 1)}
    return ledger(
        sheet(coverage=[china, others]),
        sheet(imposer="CN", coverage=[others | {"checked": date(2026, 12, 1)}]),
    )


@pytest.mark.parametrize(
    ("imposer", "partners", "expected"),
    [
        ("US", ["CN"], CHECKED),
        ("US", ["DE"], date(2026, 11, 1)),
        ("US", ["DE", "CN"], CHECKED),
        ("CN", ["US"], date(2026, 12, 1)),
        ("DE", ["US"], None),
        ("US", [], None),
    ],
)
def test_the_last_check_is_the_earliest_of_the_partners(
    imposer: str, partners: list[str], expected: date | None
) -> None:
    assert find_checked_day(two_sheets(), imposer, partners) == expected


def test_an_upcoming_question_lists_changes_after_today_and_overdue_ones() -> None:
    today = date(2026, 11, 24)
    read = ledger(
        sheet(
            written("before", {"from": CHECKED}),
            written("unread", {"from": date(2026, 10, 3)}),
            written("today", {"from": today}),
            written("soon", {"from": date(2026, 11, 25)}),
        )
    )
    found = list_calendar(RateQuery(kind=QueryKind.UPCOMING), read, today)
    assert [(each.measure_id, each.passed) for each in found] == [
        ("soon", False),
        ("unread", True),
        ("today", True),
    ]


def test_a_question_about_changes_covers_thirty_days_by_default() -> None:
    today = date(2026, 9, 30)
    read = ledger(
        sheet(
            written("before", {"from": date(2026, 8, 31)}),
            written("first", {"from": date(2026, 9, 1)}),
            written("today", {"from": today}),
            written("soon", {"from": date(2026, 10, 1)}),
        )
    )
    found = list_calendar(RateQuery(kind=QueryKind.CHANGES), read, today)
    assert [each.measure_id for each in found] == ["today", "first"]
