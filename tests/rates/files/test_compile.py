"""A made-up ledger file is compiled to measures."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.rates.files.compile import build_measures, index_references, list_columns, resolve_sources
from bot.rates.files.schema import ImposerFile, PeriodSpec, Schedule
from bot.rates.model.measure import (
    Announcement,
    Calc,
    Confidence,
    Exemption,
    Measure,
    Milestone,
    RatePeriod,
    Scope,
    Source,
    Status,
)
from tests.rates.made import SOURCE, rate, sheet, written

BARE, OTHER = Source(text="Notice"), Source(text="Order", url="https://order.example/2")
SOURCES = {"gazette": SOURCE, "bare": BARE, "order": OTHER}
NAMES = {"CN": "China", "DE": "Germany"}
FIRST, SECOND, THIRD = date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)
PIPES = Exemption(scope=Scope(goods=("pipes",)), why="on a list")
WINE = Exemption(scope=Scope(hs=("2204",)), why="wine", partners=("CN",))


@pytest.mark.parametrize(
    ("to", "day", "expected"),
    [
        (None, date(2025, 12, 31), False),
        (None, FIRST, True),
        (None, THIRD, True),
        (SECOND, SECOND, True),
        (SECOND, date(2026, 4, 2), False),
        (SECOND, date(2025, 12, 31), False),
    ],
)
def test_a_written_period_covers_its_days(to: date | None, day: date, expected: bool) -> None:
    assert PeriodSpec.model_validate(rate(to=to)).covers(day) is expected


def compiled(one: ImposerFile) -> list[Measure]:
    return list(build_measures(one, index_references([one]), NAMES))


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("gazette", SOURCE),
        ("bare", BARE),
        (("bare", "order", "gazette"), Source(text="Notice; Order; Gazette", url=OTHER.url)),
        (("bare",), BARE),
    ],
)
def test_several_sources_are_one_with_all_texts_and_the_first_address(
    keys: str | tuple[str, ...], expected: Source
) -> None:
    assert resolve_sources(sheet(sources=SOURCES), keys) == expected


def schedule(**fields: Any) -> dict[str, Any]:
    """A schedule with two columns of rates; the row of China has its own rate for one column."""
    given = {
        "id": "plan",
        "name": "Plan",
        "legal_basis": "Section 2",
        "covers": "all goods",
        "row_id": "plan-{partner}-x",
        "columns": {
            "start": rate(None, to="2026-03-31", caveat="Tiers."),
            "later": rate(20, **{"from": SECOND}),
        },
        "rows": [{"partner": "CN", "rates": {"start": 15}}],
    }
    return given | fields


def test_a_name_refers_to_a_measure_a_schedule_a_row_or_a_group() -> None:
    one = sheet(
        written("a"),
        written("b"),
        schedules=[schedule(rows=[{"partner": "CN"}, {"partner": "DE"}])],
        groups={
            "both": ["b", "a"],
            "all": ["both", "plan", "a", "plan-de-x"],
            "round": ["back", "a"],
            "back": ["round", "b"],
            "absent": ["nowhere"],
        },
    )
    other = sheet(written("c"), imposer="CN", groups={"across": ["both", "c"]})
    assert index_references([one, other]) == {
        "a": ("a",),
        "b": ("b",),
        "c": ("c",),
        "plan": ("plan-cn-x", "plan-de-x"),
        "plan-cn-x": ("plan-cn-x",),
        "plan-de-x": ("plan-de-x",),
        "both": ("b", "a"),
        "all": ("b", "a", "plan-cn-x", "plan-de-x"),
        "round": ("b", "a"),
        "back": ("a", "b"),
        "absent": (),
        "across": ("b", "a", "c"),
    }


def test_a_measure_has_everything_that_its_file_says() -> None:
    full = {
        "general": True,
        "partners": ["CN", "DE"],
        "exceptions": ["EU"],
        "calc": "all_in_floor",
        "scope": {"goods": ["steel"], "hs": ["72"]},
        "perhaps": {"goods": ["wine"]},
        "exempt": [PIPES],
        "names": ["the duty"],
        "excluded_by": ["pair", "b"],
        "aside": "an average",
        "confidence": "low",
        "verified_as_of": "2026-10-01",
        "charged_since": "2025-01-01",
        "note": "A note.",
        "source": ["bare", "order"],
        "announcements": [
            {
                "on": "2025-02-01",
                "percent": 50,
                "planned_from": "2025-03-01",
                "outcome": "dropped",
                "source": "order",
            }
        ],
        "milestones": [{"on": "2027-01-01", "what": "A review.", "source": "bare"}],
    }
    whole = rate(
        10,
        to="2026-03-31",
        excluded_by=["c", "pair"],
        source="order",
        announced="2025-12-01",
        void_on="2026-02-01",
        not_for=["DE"],
        note="Of the period.",
        caveat="Tiers.",
        checked="2026-09-01",
        status="struck_down",
    )
    banned = rate(None, **{"from": SECOND}, to="2026-06-30", banned=True, calc="adds")
    specific = rate(None, **{"from": THIRD}, specific="USD 2 per kg")
    one = sheet(
        written("a", **full) | {"periods": [whole, banned, specific]},
        written("b", {"percent": 5}) | {"source": None},
        written("c", source="bare", rate_unknown=True),
        sources=SOURCES,
        groups={"pair": ["c", "b"]},
    )
    first, second, third = compiled(one)
    assert first == Measure(
        id="a",
        imposer="US",
        partners=("CN", "DE"),
        exceptions=("EU",),
        name="Duty a",
        legal_basis="Section 1",
        covers="some goods",
        applies_to_all_goods=True,
        scope=Scope(goods=("steel",), hs=("72",)),
        partial_scope=Scope(goods=("wine",)),
        exempt=(PIPES,),
        names=("the duty",),
        excluded_by=("c", "b"),
        excluded_reason="an average",
        periods=(
            RatePeriod(
                from_=FIRST,
                to=date(2026, 3, 31),
                percent=Decimal(10),
                status=Status.STRUCK_DOWN,
                calc=Calc.ALL_IN_FLOOR,
                excluded_by=("c", "b"),
                source=OTHER,
                announced=date(2025, 12, 1),
                void_on=date(2026, 2, 1),
                not_for=("DE",),
                note="Of the period.",
                caveat="Tiers.",
                checked=date(2026, 9, 1),
            ),
            RatePeriod(
                from_=SECOND,
                to=date(2026, 6, 30),
                status=Status.IN_FORCE,
                calc=Calc.ADDS,
                banned=True,
                source=SOURCE,
            ),
            RatePeriod(
                from_=THIRD,
                status=Status.IN_FORCE,
                calc=Calc.ALL_IN_FLOOR,
                specific="USD 2 per kg",
                source=SOURCE,
            ),
        ),
        charged_since=date(2025, 1, 1),
        announcements=(
            Announcement(
                on=date(2025, 2, 1),
                percent=Decimal(50),
                planned_from=date(2025, 3, 1),
                outcome="dropped",
                source=OTHER,
            ),
        ),
        milestones=(Milestone(on=date(2027, 1, 1), what="A review.", source=BARE),),
        source=Source(text="Notice; Order", url=OTHER.url),
        confidence=Confidence.LOW,
        verified_as_of=date(2026, 10, 1),
        note="A note.",
    )
    assert second.source == SOURCE
    assert (second.rate_unknown, third.rate_unknown) == (False, True)
    assert (third.source, third.periods) == (BARE, ())


def test_the_source_of_a_measure_with_rates_is_that_of_the_newest() -> None:
    [one] = compiled(
        sheet(
            written("a", {"source": "order", "to": FIRST}, {"from": SECOND, "source": "bare"})
            | {"source": None},
            sources=SOURCES,
        )
    )
    assert one.source == BARE


def test_the_rows_of_a_schedule_are_measures_of_one_family() -> None:
    china = {
        "partner": "CN",
        "rates": {"start": 15},
        "calc": "all_in_ceiling",
        "exempt": [WINE],
        "confidence": "low",
        "note": "On China.",
        "caveat": "China's own.",
        "periods": [rate(30, **{"from": date(2026, 6, 1)}, source="order")],
    }
    germany = {"partner": "DE", "rates": {"start": 0, "later": 25}, "caveat": "Germany's own."}
    germany["calc"] = "all_in_floor"
    one = sheet(
        schedules=[
            schedule(
                rows=[china, germany],
                exempt=[PIPES],
                note="On all.",
                confidence="medium",
                general=True,
                excluded_by=["plan-de-x"],
            )
        ],
        sources=SOURCES,
    )

    def filled(percent: int, **fields: Any) -> RatePeriod:
        given = {"from": FIRST, "percent": percent, "status": "in_force", "source": SOURCE}
        return RatePeriod.model_validate(given | fields)

    common: dict[str, Any] = {
        "imposer": "US",
        "family": "plan",
        "legal_basis": "Section 2",
        "covers": "all goods",
        "applies_to_all_goods": True,
        "excluded_by": ("plan-de-x",),
    }
    march, may = date(2026, 3, 31), date(2026, 5, 31)
    ceiling = {"calc": "all_in_ceiling"}
    assert compiled(one) == [
        Measure(
            **common,
            id="plan-cn-x",
            name="Plan, China",
            partners=("CN",),
            exempt=(PIPES, WINE),
            confidence=Confidence.LOW,
            note="On all. On China.",
            periods=(
                filled(15, to=march, caveat="Tiers. China's own.", **ceiling),
                filled(20, **{"from": SECOND}, to=may, caveat="China's own.", **ceiling),
                filled(30, **{"from": date(2026, 6, 1)}, source=OTHER, **ceiling),
            ),
            source=OTHER,
        ),
        Measure(
            **common,
            id="plan-de-x",
            name="Plan, Germany",
            partners=("DE",),
            exempt=(PIPES,),
            confidence=Confidence.MEDIUM,
            note="On all.",
            periods=(
                # The rate is 0, so the caveat on Germany's own rate is left out.
                filled(0, to=march, caveat="Tiers."),
                filled(25, **{"from": SECOND}, caveat="Germany's own.", calc="all_in_floor"),
            ),
            source=SOURCE,
        ),
    ]


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (None, [("start", date(2026, 3, 31)), ("later", None)]),
        # From the first day of the row's own periods, no column applies.
        (date(2026, 8, 1), [("start", date(2026, 3, 31)), ("later", date(2026, 7, 31))]),
        (SECOND, [("start", date(2026, 3, 31))]),
        (date(2026, 3, 31), [("start", date(2026, 3, 30))]),
        (date(2026, 2, 1), [("start", date(2026, 1, 31))]),
        (FIRST, []),
    ],
)
def test_columns_hold_until_the_first_period_of_a_row_itself(
    own: date | None, expected: list[tuple[str, date | None]]
) -> None:
    periods = [] if own is None else [rate(5, **{"from": own})]
    plan = Schedule.model_validate(schedule(rows=[{"partner": "CN", "periods": periods}]))
    found = list_columns(plan, plan.rows[0])
    assert [(name, column.to) for name, column in found] == expected
