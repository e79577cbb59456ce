"""Entries of the calendar: their keys, the days of their last checks, and their doubts."""

from datetime import date
from typing import Any

import pytest

from bot.parties import WORLD
from bot.rates.calendar.entries import (
    CalendarEntry,
    Doubt,
    DoubtKind,
    affects,
    build_entries,
    list_entries,
)
from bot.rates.calendar.upcoming import (
    CheckedPeriod,
    find_checked_period,
    list_calendar,
    list_upcoming_by_measure,
)
from bot.rates.ledger import Ledger
from bot.rates.model.changes import Upcoming
from bot.rates.model.goods import Good
from bot.rates.question.query import QueryKind, RateQuery
from tests.rates.made import CHECKED, SOURCE, ledger, rate, sheet, written

JUNE, JULY, AUGUST = date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)
READ = date(2026, 9, 1)
"""The day on which the sources of most measures in these tests were read."""


def entries(*measures: dict[str, Any], after: date = JUNE, **fields: Any) -> list[CalendarEntry]:
    """The upcoming entries after a day, from a ledger with these measures."""
    made = ledger(sheet(*measures, **fields))
    return list(build_entries(made, list_upcoming_by_measure(made, after)))


def read(measure_id: str, *periods: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A measure whose sources were read on READ."""
    return written(measure_id, *periods, **{"verified_as_of": READ} | fields)


def test_an_entry_has_the_facts_of_its_measure() -> None:
    made = ledger(sheet(read("a", {"from": JULY}, partners=["CN", "DE"])))
    items = list_upcoming_by_measure(made, JUNE)
    assert build_entries(made, items) == (
        CalendarEntry(
            key="a 2026-07-01",
            on=JULY,
            change=items[0].change,
            measure="Duty a",
            imposer="US",
            partners=("CN", "DE"),
            legal_basis="Section 1",
            source=SOURCE,
            as_of=READ,
            doubts=(),
        ),
    )


def test_keys_have_action_and_day_and_a_number_if_repeated() -> None:
    due = [{"on": JULY, "what": what, "source": "gazette"} for what in ("One.", "Two.")]
    plan = {
        "id": "plan",
        "name": "Plan",
        "legal_basis": "Section 2",
        "covers": "all goods",
        "row_id": "plan-{partner}",
        "columns": {"start": rate(10, **{"from": JULY})},
        "rows": [{"partner": "CN"}, {"partner": "DE"}],
    }
    found = entries(read("a", {"from": JULY}, milestones=due), schedules=[plan])
    assert [each.key for each in found] == [
        *("a 2026-07-01", "a 2026-07-01 2", "a 2026-07-01 3"),
        *("plan 2026-07-01", "plan 2026-07-01 2"),
    ]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, READ),
        ({"verified_as_of": date(2026, 11, 1)}, CHECKED),
        ({"verified_as_of": None}, None),
    ],
)
def test_an_entry_was_read_up_to_the_earlier_day_of_its_measure_and_its_pair(
    fields: dict[str, Any], expected: date | None
) -> None:
    [one] = entries(read("a", {"from": JULY}, **fields))
    assert one.as_of == expected


def test_a_period_with_a_source_of_its_own_was_read_on_its_own_day() -> None:
    own = date(2026, 11, 20)
    measure = read("a", {"from": JULY, "to": "2026-07-31"}, {"from": AUGUST, "checked": own})
    assert [one.as_of for one in entries(measure)] == [READ, own]


def test_a_pair_that_is_not_followed_leaves_the_day_of_the_measure() -> None:
    germany = {"partners": ["DE"], "since": JUNE, "checked": JUNE}
    [one] = entries(read("a", {"from": JULY}), coverage=[germany])
    assert one.as_of == READ


DOUBTS: list[tuple[dict[str, Any], dict[str, Any], list[Doubt]]] = [
    ({"from": JULY}, {}, []),
    ({"from": JULY, "status": "announced"}, {}, [Doubt(DoubtKind.ANNOUNCED)]),
    ({"from": JULY, "status": "suspended"}, {}, [Doubt(DoubtKind.SUSPENDED)]),
    ({"from": JULY, "status": "struck_down"}, {}, [Doubt(DoubtKind.STRUCK_DOWN)]),
    ({"from": JULY, "caveat": "Tiers."}, {}, [Doubt(DoubtKind.CAVEAT, "Tiers.")]),
    ({"from": JULY}, {"verified_as_of": None}, [Doubt(DoubtKind.NO_SOURCE_OPENED)]),
    (
        {"from": JULY},
        {"confidence": "low", "note": "Press only."},
        [Doubt(DoubtKind.LOW_CONFIDENCE, "Press only.")],
    ),
    ({"from": JULY}, {"confidence": "medium"}, []),
    # If no source was opened, low confidence is not mentioned as a separate doubt.
    (
        {"from": JULY, "status": "announced", "caveat": "Tiers."},
        {"verified_as_of": None, "confidence": "low"},
        [
            Doubt(DoubtKind.ANNOUNCED),
            Doubt(DoubtKind.CAVEAT, "Tiers."),
            Doubt(DoubtKind.NO_SOURCE_OPENED),
        ],
    ),
    # The rate ends, and the ledger has no rate after it.
    ({"to": "2026-06-30"}, {}, [Doubt(DoubtKind.MAY_BE_PROLONGED)]),
    ({"to": "2026-06-30", "caveat": "Tiers."}, {}, [Doubt(DoubtKind.MAY_BE_PROLONGED)]),
]


@pytest.mark.parametrize(("period", "fields", "expected"), DOUBTS)
def test_an_entry_has_its_doubts(
    period: dict[str, Any], fields: dict[str, Any], expected: list[Doubt]
) -> None:
    [one] = entries(read("a", period, **fields))
    assert list(one.doubts) == expected


def test_a_milestone_has_no_doubts_about_a_rate() -> None:
    due = [{"on": JULY, "what": "A review.", "source": "gazette"}]
    measure = read("a", {"caveat": "Tiers.", "status": "suspended"}, milestones=due)
    assert [one.doubts for one in entries(measure)] == [()]


def test_upcoming_entries_start_at_the_requested_day_in_order() -> None:
    made = ledger(
        sheet(
            read("a", {"from": date(2026, 10, 1), "to": date(2026, 11, 29)}),
            read("b", {"from": CHECKED}),
            read("c", {"from": date(2026, 10, 10)}, {"from": date(2026, 11, 24)}, partners=["DE"]),
            read("d", {"from": date(2026, 11, 25)}),
        )
    )
    today = date(2026, 11, 24)

    def keys(query: RateQuery) -> list[str]:
        return [each.key for each in list_entries(query, made, today)]

    everything = RateQuery(kind=QueryKind.UPCOMING)
    # Changes that are due today (24 November) are listed too.
    assert keys(everything) == ["c 2026-11-24", "d 2026-11-25", "a 2026-11-30"]
    assert keys(RateQuery(kind=QueryKind.UPCOMING, partner="DE")) == ["c 2026-11-24"]
    assert keys(RateQuery(kind=QueryKind.UPCOMING, on=date(2026, 11, 25))) == [
        "d 2026-11-25",
        "a 2026-11-30",
    ]
    assert keys(RateQuery(kind=QueryKind.UPCOMING, on=date(2026, 9, 30)))[0] == "a 2026-10-01"


@pytest.mark.parametrize(
    ("imposer", "partners", "not_for", "codes", "expected"),
    [
        ("US", ("CN",), (), ["US"], True),
        ("US", ("CN",), (), ["CN"], True),
        ("US", ("CN",), (), ["DE"], False),
        ("US", ("CN",), (), ["DE", "CN"], True),
        ("US", ("CN",), (), [], False),
        # A change of a bloc concerns its members; a change of a member does not concern the bloc.
        ("US", ("EU",), (), ["DE"], True),
        ("EU", ("CN",), (), ["DE"], True),
        ("US", ("DE",), (), ["EU"], False),
        ("DE", ("CN",), (), ["EU"], False),
        ("US", (WORLD,), (), ["DE"], True),
        ("US", (WORLD,), ("EU",), ["DE"], False),
        ("US", (WORLD,), ("EU",), ["CN"], True),
        ("US", ("CN",), ("CN",), ["CN"], False),
        ("US", ("CN",), ("CN", "US"), ["US"], True),
    ],
)
def test_a_change_concerns_who_imposes_and_who_pays(
    imposer: str,
    partners: tuple[str, ...],
    not_for: tuple[str, ...],
    codes: list[str],
    expected: bool,
) -> None:
    made = ledger(sheet(read("a", {"from": JULY})))
    [item] = list_upcoming_by_measure(made, JUNE)
    changed = item._replace(imposer=imposer, partners=partners, not_for=not_for)
    assert affects(made, changed, codes) is expected


GOODS = [Good(id="steel", name="steel", hs=("72",)), Good(id="wine", name="wine", hs=("2204",))]
BY_GOODS = ledger(
    sheet(
        read("general", {"from": JULY}, general=True),
        read("steel", {"from": JULY}, scope={"goods": ["steel"]}, names=["steel list"]),
        read("order", {"from": JULY}, scope={"goods": ["wine"]}) | {"legal_basis": "Order 5"},
        read("steel-order", {"from": JULY}, scope={"hs": ["72"]}) | {"legal_basis": "Order 5"},
        read("germany", {"from": JULY}, partners=["DE"], scope={"goods": ["steel"]}),
        bases={"Order 5": ["fifth order"]},
    ),
    sheet(read("china", {"from": JULY}, partners=["US"], general=True), imposer="CN"),
    goods=GOODS,
)


@pytest.mark.parametrize(
    ("product", "partner", "expected"),
    [
        (None, None, ["china", "general", "germany", "order", "steel", "steel-order"]),
        (None, "DE", ["germany"]),
        (None, "CN", ["china", "general", "order", "steel", "steel-order"]),
        (None, "EU", []),
        ("steel", None, ["china", "general", "germany", "steel", "steel-order"]),
        ("steel", "CN", ["china", "general", "steel", "steel-order"]),
        ("7208", None, ["china", "general", "steel-order"]),
        ("wine", None, ["china", "general", "order"]),
        ("fifth order", None, ["order", "steel-order"]),
        ("fifth order steel", None, ["steel-order"]),
        ("steel list", None, ["steel"]),
        ("headline", None, []),
    ],
)
def test_a_calendar_is_filtered_by_economy_and_goods(
    product: str | None, partner: str | None, expected: list[str]
) -> None:
    query = RateQuery(kind=QueryKind.UPCOMING, product=product, partner=partner, on=JUNE)
    found: tuple[Upcoming, ...] = list_calendar(query, BY_GOODS, AUGUST)
    assert sorted(each.measure_id for each in found) == expected


def test_a_calendar_was_read_as_far_as_its_sources() -> None:
    others = {"partners": [WORLD], "since": JUNE, "checked": AUGUST}
    china = {"partners": ["CN"], "since": JUNE, "checked": JULY}
    made: Ledger = ledger(
        sheet(read("a", {}), read("b", {}, partners=["DE"]), coverage=[china, others]),
        sheet(read("c", {}, partners=["US"]), imposer="CN", coverage=[others]),
    )
    everything = RateQuery(kind=QueryKind.UPCOMING)
    late = date(2026, 11, 24)
    assert find_checked_period(everything, made, late) == CheckedPeriod(JULY, AUGUST, late)
    assert find_checked_period(
        RateQuery(kind=QueryKind.UPCOMING, partner="DE"), made, late
    ) == CheckedPeriod(AUGUST, AUGUST, late)
    assert find_checked_period(everything, made, JULY) is None
    assert find_checked_period(everything, made, date(2026, 7, 2)) == CheckedPeriod(
        JULY, AUGUST, date(2026, 7, 2)
    )
    assert find_checked_period(everything, ledger(sheet()), late) is None
