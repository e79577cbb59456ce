"""What the methods of a ledger return, with a made-up ledger in each test."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from bot.parties import WORLD
from bot.rates.files.schema import Coverage
from bot.rates.ledger import Ledger, Pair
from bot.rates.model.base_duty import BaseRate
from bot.rates.model.changes import ChangeKind
from bot.rates.model.goods import Fit, Good
from bot.rates.question.product.parsed import ParsedProduct
from tests.rates.made import CHECKED, SOURCE, START, ledger, rate, ruling, sheet, talk, written

MAY, JUNE, JULY, AUGUST = (date(2026, month, 1) for month in (5, 6, 7, 8))
GOODS = [
    Good(id="steel", name="steel", hs=("72",)),
    Good(id="wine", name="wine", hs=("2204",)),
]
COVERAGE = {"since": START, "checked": CHECKED}
REMARK = {"from": JUNE, "text": "Sanctions.", "source": "gazette"}
PLAN = {
    "id": "plan",
    "name": "Plan",
    "legal_basis": "Section 2",
    "covers": "all goods",
    "row_id": "plan-{partner}",
    "columns": {"start": rate(10)},
    "rows": [{"partner": "CN"}, {"partner": "DE"}],
}


def made() -> Ledger:
    base = {"what": "Ingots", "percent": 2, "year": 2026, "source": "gazette"}
    due = {"on": MAY, "what": "A review.", "source": "gazette"}
    us: dict[str, Any] = {
        "coverage": [
            COVERAGE | {"partners": [WORLD], "general": False},
            COVERAGE | {"partners": ["EU"]},
            COVERAGE | {"partners": ["CN"], "note": "Main."},
        ],
        "schedules": [PLAN],
        "one_of": {"first": ["b", "plan", "b"], "second": ["a", "b"]},
        "remarks": [
            REMARK | {"partner": "CN", "to": JULY},
            REMARK | {"partner": "EU", "text": "A deal."},
        ],
        "base_duties": [
            base | {"line": "7206.10", "example_for": ["steel"]},
            base | {"line": "2204.21.00", "what": "Wine", "goods": ["wine"]},
            base | {"line": "7208", "what": "Sheets", "goods": ["steel"]},
        ],
        "clock": {"zone": "America/New_York"},
    }
    return ledger(
        sheet(
            written("a", {"to": JUNE}, {"from": AUGUST}, milestones=[due]),
            written("b", {}, scope={"goods": ["steel"]}),
            **us,
        ),
        sheet(written("eu", {}, partners=["US"]), imposer="EU"),
        legal=[ruling(JULY, "plan-cn", "plan"), ruling(JUNE, "a", "plan")],
        talks=[talk(JULY, "US", "CN"), talk(JUNE, "CN", "US")],
        goods=GOODS,
    )


def test_a_pair_has_every_fact_about_it() -> None:
    one = made()
    by_id = {each.id: each for each in one.measures}
    assert list(by_id) == ["a", "b", "plan-cn", "plan-de", "eu"]
    remarks = one.find_imposer_file("US")
    assert remarks is not None
    assert one.get_pair("US", "CN") == Pair(
        measures=(by_id["a"], by_id["b"], by_id["plan-cn"]),
        ids=frozenset({"a", "b", "plan-cn"}),
        charged=frozenset({"CN"}),
        coverage=Coverage.model_validate(COVERAGE | {"partners": ["CN"], "note": "Main."}),
        talks=one.talks,
        remarks=remarks.remarks[:1],
    )
    assert [each.on for each in one.talks] == [JUNE, JULY]
    germany = one.get_pair("US", "DE")
    assert (germany.measures, germany.charged) == ((by_id["plan-de"],), frozenset({"DE", "EU"}))
    assert (germany.talks, germany.remarks) == ((), remarks.remarks[1:])
    assert germany.coverage is not None
    assert germany.coverage.partners == ("EU",)
    world = one.find_coverage("US", WORLD)
    assert world is not None
    assert not world.general
    assert one.get_pair("CN", "US") == Pair((), frozenset(), frozenset({"US"}), None, one.talks, ())
    assert one.get_pair("DE", "US").measures == (by_id["eu"],)


def test_names_families_and_sets_are_by_id() -> None:
    one = made()
    assert one.family_names == {"plan": "Plan"}
    families = {each.id: each.family for each in one.measures}
    assert families == {"a": "", "b": "", "plan-cn": "plan", "plan-de": "plan", "eu": ""}
    assert one.one_of == [{"b": 0, "plan-cn": 1, "plan-de": 2}, {"a": 0, "b": 1}]


def test_events_of_a_measure_are_in_order_of_time() -> None:
    one = made()
    found = {
        each.id: [event.on for event in one.events_of.get(each.id, ())] for each in one.measures
    }
    assert found == {
        "a": [JUNE],
        "b": [],
        "plan-cn": [JUNE, JULY],
        "plan-de": [JUNE, JULY],
        "eu": [],
    }


def test_days_of_a_measure_are_those_of_its_rates_and_its_milestones() -> None:
    one = made()
    measure = one.measures[0]
    days = (*one.rate_days[measure.id], *one.milestone_days[measure.id])
    kinds = [(each.on, each.change.kind) for each in days]
    assert kinds == [
        (START, ChangeKind.BEGINS),
        (date(2026, 6, 2), ChangeKind.ENDS),
        (AUGUST, ChangeKind.CONTINUES),
        (MAY, ChangeKind.MILESTONE),
    ]


@pytest.mark.parametrize(
    ("partner", "day", "expected"),
    [
        ("CN", date(2026, 5, 31), []),
        ("CN", JUNE, ["Sanctions."]),
        ("CN", JULY, ["Sanctions."]),
        ("CN", date(2026, 7, 2), []),
        ("DE", AUGUST, ["A deal."]),
        (WORLD, AUGUST, []),
    ],
)
def test_remarks_hold_on_their_days(partner: str, day: date, expected: list[str]) -> None:
    assert [each.text for each in made().list_remarks("US", partner, day)] == expected


INGOTS, WINE, SHEETS = ("7206.10", "Ingots"), ("2204.21.00", "Wine"), ("7208", "Sheets")


@pytest.mark.parametrize(
    ("wanted", "expected", "exact"),
    [
        (ParsedProduct("", goods=("wine",)), WINE, True),
        # A line that contains the goods has priority over a line that is an example of them.
        (ParsedProduct("", goods=("steel",)), SHEETS, True),
        (ParsedProduct("", codes=("720610",)), INGOTS, True),
        (ParsedProduct("", codes=("7206", "720610")), INGOTS, True),
        (ParsedProduct("", codes=("72061000",)), INGOTS, True),
        (ParsedProduct("", codes=("220421",)), WINE, True),
        (ParsedProduct("", codes=("22042100",)), WINE, True),
        (ParsedProduct("", codes=("7206",)), INGOTS, False),
        (ParsedProduct("", codes=("22",)), WINE, False),
        (ParsedProduct("", codes=("7207",)), None, False),
        (ParsedProduct(""), None, False),
    ],
)
def test_a_base_duty_is_of_the_very_line_or_of_an_example(
    wanted: ParsedProduct, expected: tuple[str, str] | None, exact: bool
) -> None:
    found = made().find_base_duty("US", wanted, CHECKED)
    if expected is None:
        assert found is None
    else:
        assert found == BaseRate(*expected, Decimal(2), None, exact, 2026, SOURCE)
    assert made().find_base_duty("CN", wanted, CHECKED) is None


def test_goods_that_a_line_is_an_example_for_take_it_where_there_is_no_better() -> None:
    base = {"what": "Ingots", "percent": 2, "year": 2026, "source": "gazette", "line": "7206.10"}
    one = ledger(sheet(base_duties=[base | {"example_for": ["steel"]}]), goods=GOODS)
    found = one.find_base_duty("US", ParsedProduct("steel", goods=("steel",)), CHECKED)
    assert found == BaseRate("7206.10", "Ingots", Decimal(2), None, False, 2026, SOURCE)


@pytest.mark.parametrize(
    ("imposer", "expected"), [("US", date(2026, 5, 31)), ("EU", JUNE), ("CN", JUNE), ("DE", JUNE)]
)
def test_a_duty_day_is_that_of_the_imposers_clock(imposer: str, expected: date) -> None:
    midnight = datetime(2026, 6, 1, tzinfo=UTC)
    assert made().find_duty_day(midnight, imposer) == expected
    assert made().find_duty_day(midnight) == date(2026, 5, 31)


def test_fits_are_of_goods_or_codes() -> None:
    one = made()
    steel = ParsedProduct("steel", goods=("steel",))
    assert one.get_fits("US", "CN", steel) == {"a": Fit.NONE, "b": Fit.NAMED, "plan-cn": Fit.NONE}
    assert one.get_fits("US", "CN", None) == dict.fromkeys(("a", "b", "plan-cn"), Fit.NONE)
    assert one.scope_matcher.match(one.measures[1], steel) is Fit.NAMED
    assert one.list_codes("DE") == ("DE", "EU")
    assert one.list_codes("ZZ") == ("ZZ",)
