"""Every kind of mistake in ledger files is reported with its place, its cause and its fix."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from bot.parties import WORLD
from bot.rates.files.schema import ImposerFile, MfnBaseline, MfnFile
from bot.rates.files.validate import FileProblem, RatesFiles, find_problems
from bot.rates.model.goods import Good
from tests.rates.made import PARTIES, SOURCE, book, rate, ruling, sheet, talk, written

CODES = [party.code for party in PARTIES]
GOODS = [Good(id="steel", name="steel"), Good(id="pipes", name="pipes", part_of=("steel",))]
SPELL, SOURCES = "Check the spelling", "Add it under sources"
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)


def found(one: RatesFiles) -> list[FileProblem]:
    return list(find_problems(one, CODES))


def us(*loc: int | str, cause: str, cure: str = SPELL) -> FileProblem:
    return FileProblem("US.yaml", loc, cause, cure)


def duty(**fields: Any) -> ImposerFile:
    return sheet(written("a", **fields), written("b"))


def plan(*rows: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "id": "plan",
        "name": "Plan",
        "legal_basis": "Section 2",
        "covers": "all goods",
        "row_id": "plan-{partner}",
        "columns": {"start": rate(10, to=JUNE), "later": rate(None, **{"from": JULY})},
        "rows": rows or [{"partner": "CN", "rates": {"later": 5}}],
    } | fields


def test_a_sound_book_has_no_flaws() -> None:
    sound = sheet(
        written(
            "a",
            {"to": JUNE},
            {"from": JULY, "percent": None, "banned": True, "to": JULY},
            {"from": date(2026, 8, 1), "percent": None, "specific": "USD 2", "to": "2026-08-01"},
            {"from": date(2026, 9, 1), "percent": None, "status": "announced"},
            partners=["CN", "EU"],
            exceptions=["DE"],
            charged_since="2025-12-31",
            excluded_by=["b"],
            adds_to=["plan"],
            scope={"goods": ["steel"]},
            perhaps={"goods": ["pipes"]},
            exempt=[{"scope": {"hs": ["72"]}, "why": "x", "from": JUNE, "to": JUNE}],
            milestones=[{"on": JULY, "what": "x", "source": "gazette"}],
            source=None,
        ),
        written("b"),
        schedules=[plan()],
        main_partners=["CN"],
        groups={"both": ["a", "plan-cn"]},
        one_of={"set": ["both", "b"]},
        remarks=[{"partner": WORLD, "from": JUNE, "text": "x", "source": ["gazette"]}],
        base_duties=[
            {"line": "7206", "what": "x", "percent": 1, "year": 2026, "source": "gazette"}
            | {"goods": ["steel"], "example_for": ["pipes"]}
        ],
    )
    mfn = MfnFile(
        sources={"wto": SOURCE},
        baselines=tuple(
            MfnBaseline(economy=one, percent=3, year=2024, source="wto") for one in ("US", "CN")
        ),
    )
    legal, talks = [ruling(JUNE, "a", "both", "plan-cn")], [talk(JUNE, "US", "CN")]
    one = book(sound, goods=GOODS, legal=legal, talks=talks)
    assert found(one._replace(mfn=mfn)) == []


def unknown(kind: str, name: str = "XX") -> str:
    return f"no {kind} is called '{name}'"


MEASURE_FLAWS: list[tuple[dict[str, Any], tuple[int | str, ...], str, str]] = [
    ({"excluded_by": ["x"]}, ("excluded_by",), unknown("measure", "x"), SPELL),
    ({"adds_to": ["x"]}, ("adds_to",), unknown("measure", "x"), SPELL),
    (
        {"adds_to": ["b"], "excluded_by": ["b"]},
        ("adds_to",),
        "'b' cannot both exclude 'a' and be added to",
        "Keep one of the two rules",
    ),
    ({"exceptions": ["CN", "XX"]}, ("exceptions",), unknown("economy"), SPELL),
    ({"partners": ["CN", "XX"]}, ("partners",), unknown("economy"), SPELL),
    ({"scope": {"goods": ["x"]}}, ("scope", "goods"), unknown("kind of goods", "x"), SPELL),
    ({"perhaps": {"goods": ["x"]}}, ("perhaps", "goods"), unknown("kind of goods", "x"), SPELL),
    (
        {"exempt": [{"scope": {"goods": ["steel"]}, "why": "x"}, {"scope": {}, "why": "x"}]},
        ("exempt", 1, "scope"),
        "names no goods",
        "Name goods or codes",
    ),
    (
        {"exempt": [{"scope": {"goods": ["x"]}, "why": "x"}]},
        ("exempt", 0, "scope", "goods"),
        unknown("kind of goods", "x"),
        SPELL,
    ),
    (
        {"exempt": [{"scope": {"hs": ["72"]}, "why": "x", "partners": ["XX"]}]},
        ("exempt", 0, "partners"),
        unknown("economy"),
        SPELL,
    ),
    (
        {"exempt": [{"scope": {"hs": ["72"]}, "why": "x", "from": JULY, "to": JUNE}]},
        ("exempt", 0, "to"),
        "2026-06-01 comes before 2026-07-01",
        "Swap the days",
    ),
    ({"source": "x"}, ("source",), "no source is called 'x'", SOURCES),
    ({"source": []}, ("source",), "has no source", "Name one of the file's sources"),
    (
        {"source": None, "periods": []},
        (),
        "'a' has neither periods nor a source",
        "Say where it is described",
    ),
    (
        {"milestones": [{"on": JULY, "what": "x", "source": "x"}]},
        ("milestones", 0, "source"),
        "no source is called 'x'",
        SOURCES,
    ),
    (
        {"announcements": [{"on": JULY, "percent": 5, "outcome": "x", "source": "x"}]},
        ("announcements", 0, "source"),
        "no source is called 'x'",
        SOURCES,
    ),
    (
        {"charged_since": "2026-01-01", "periods": [rate()]},
        ("charged_since",),
        "2026-01-01 is not before the first rate that is known",
        "Leave it out, or give the rates since then",
    ),
    (
        {"charged_since": "2026-01-01"},
        ("charged_since",),
        "2026-01-01 is not before the first rate that is known",
        "Leave it out, or give the rates since then",
    ),
]


@pytest.mark.parametrize(("fields", "loc", "cause", "cure"), MEASURE_FLAWS)
def test_a_mistake_in_a_measure_is_named(
    fields: dict[str, Any], loc: tuple[int | str, ...], cause: str, cure: str
) -> None:
    one = book(duty(**fields), goods=GOODS)
    assert found(one) == [us("measures", 0, *loc, cause=cause, cure=cure)]


PERIOD_FLAWS: list[tuple[list[dict[str, Any]], tuple[int | str, ...], str, str]] = [
    ([rate(source="x")], (0, "source"), "no source is called 'x'", SOURCES),
    ([rate(not_for=["CN", "XX"])], (0, "not_for"), unknown("economy"), SPELL),
    ([rate(excluded_by=["b", "x"])], (0, "excluded_by"), unknown("measure", "x"), SPELL),
    (
        [rate(to="2025-12-31")],
        (0, "to"),
        "2025-12-31 comes before 2026-01-01",
        "Swap the days",
    ),
    (
        [rate(None)],
        (0,),
        "has no percent",
        "Give one, or status: announced, banned: true, or specific: the duty in words",
    ),
    (
        [rate(10, low=15)],
        (0, "low"),
        "15 needs a percent that is at least as high",
        "Give the highest rate as percent",
    ),
    (
        [rate(None, low=15, specific="USD 2")],
        (0, "low"),
        "15 needs a percent that is at least as high",
        "Give the highest rate as percent",
    ),
    ([rate(banned=True)], (0,), "is a ban and has a percent", "Leave the percent out"),
    (
        [rate(specific="USD 2")],
        (0,),
        "is a specific duty and a percent or a ban too",
        "Keep one of them",
    ),
    (
        [rate(None, specific="USD 2", banned=True)],
        (0,),
        "is a specific duty and a percent or a ban too",
        "Keep one of them",
    ),
    (
        [rate(), rate()],
        (1, "from"),
        "2026-01-01 does not come after 2026-01-01",
        "Put the periods in order of time",
    ),
    (
        [rate(to=JUNE), rate() | {"from": JULY}, rate() | {"from": date(2026, 8, 1)}],
        (2, "from"),
        "overlaps the period from 2026-07-01 to an open end",
        "End that one by 2026-07-31",
    ),
    (
        [rate(to=JUNE), rate() | {"from": JUNE}],
        (1, "from"),
        "overlaps the period from 2026-01-01 to 2026-06-01",
        "End that one by 2026-05-31",
    ),
]


@pytest.mark.parametrize(("periods", "loc", "cause", "cure"), PERIOD_FLAWS)
def test_a_mistake_in_a_period_is_named_in_a_measure_and_in_a_row(
    periods: list[dict[str, Any]], loc: tuple[int | str, ...], cause: str, cure: str
) -> None:
    named = {"cause": cause, "cure": cure}
    assert found(book(duty(periods=periods))) == [us("measures", 0, "periods", *loc, **named)]
    row = {"partner": "CN", "periods": periods, "rates": {"later": 5}}
    one = book(sheet(written("b"), schedules=[plan(row)]))
    assert found(one) == [us("schedules", 0, "rows", 0, "periods", *loc, **named)]


ROW = {"partner": "CN", "rates": {"later": 5}}
SCHEDULE_FLAWS: list[tuple[dict[str, Any], tuple[int | str, ...], str, str]] = [
    (plan(ROW, excluded_by=["x"]), ("excluded_by",), unknown("measure", "x"), SPELL),
    (
        plan(ROW, charged_since="2026-01-01"),
        ("charged_since",),
        "2026-01-01 is not before the first rate that is known",
        "Leave it out, or give the rates since then",
    ),
    (
        plan(ROW, columns={"start": rate(10), "later": rate(None, **{"from": JULY})}),
        ("columns", "later", "from"),
        "overlaps the period from 2026-01-01 to an open end",
        "End that one by 2026-06-30",
    ),
    (
        plan(ROW, {"partner": "XX", "rates": {"later": 5}}),
        ("rows", 1, "partner"),
        unknown("economy"),
        SPELL,
    ),
    (
        plan({"partner": "CN", "rates": {"later": 5, "x": 5}}),
        ("rows", 0, "rates"),
        unknown("column", "x"),
        SPELL,
    ),
    (
        plan(ROW | {"exempt": [{"scope": {}, "why": "x"}]}),
        ("rows", 0, "exempt", 0, "scope"),
        "names no goods",
        "Name goods or codes",
    ),
    (
        plan(ROW, {"partner": "DE"}),
        ("rows", 1),
        "DE has no rate for 'later'",
        "Give one under rates",
    ),
]


@pytest.mark.parametrize(("fields", "loc", "cause", "cure"), SCHEDULE_FLAWS)
def test_a_mistake_in_a_schedule_is_named(
    fields: dict[str, Any], loc: tuple[int | str, ...], cause: str, cure: str
) -> None:
    one = book(sheet(schedules=[fields]))
    assert found(one) == [us("schedules", 0, *loc, cause=cause, cure=cure)]


BASE = {"line": "7206", "what": "x", "percent": 1, "year": 2026, "source": "gazette"}
REMARK = {"partner": "CN", "from": JUNE, "text": "x", "source": "gazette"}
COVERAGE = {"partners": ["CN"], "since": JUNE, "checked": JUNE}
SHEET_FLAWS: list[tuple[dict[str, Any], tuple[int | str, ...], str, str]] = [
    ({"main_partners": ["CN", "XX"]}, ("main_partners",), unknown("economy"), SPELL),
    (
        {"coverage": [COVERAGE, COVERAGE | {"partners": ["XX"]}]},
        ("coverage", 1, "partners"),
        unknown("economy"),
        SPELL,
    ),
    ({"groups": {"g": ["a", "x"]}}, ("groups", "g"), unknown("measure", "x"), SPELL),
    ({"one_of": {"g": ["a", "x"]}}, ("one_of", "g"), unknown("measure", "x"), SPELL),
    (
        {"remarks": [REMARK, REMARK | {"partner": "XX"}]},
        ("remarks", 1, "partner"),
        unknown("economy"),
        SPELL,
    ),
    (
        {"remarks": [REMARK | {"source": "x"}]},
        ("remarks", 0, "source"),
        "no source is called 'x'",
        SOURCES,
    ),
    (
        {"base_duties": [BASE, BASE | {"goods": ["x"]}]},
        ("base_duties", 1, "goods"),
        unknown("kind of goods", "x"),
        SPELL,
    ),
    (
        {"base_duties": [BASE | {"example_for": ["x"]}]},
        ("base_duties", 0, "example_for"),
        unknown("kind of goods", "x"),
        SPELL,
    ),
    (
        {"base_duties": [BASE | {"source": "x"}]},
        ("base_duties", 0, "source"),
        "no source is called 'x'",
        SOURCES,
    ),
]


@pytest.mark.parametrize(("fields", "loc", "cause", "cure"), SHEET_FLAWS)
def test_a_mistake_in_a_sheet_is_named(
    fields: dict[str, Any], loc: tuple[int | str, ...], cause: str, cure: str
) -> None:
    one = book(sheet(written("a"), **fields), goods=GOODS)
    assert found(one) == [us(*loc, cause=cause, cure=cure)]


def test_a_mistake_is_found_in_each_file() -> None:
    mfn = MfnFile(
        sources={"wto": SOURCE},
        baselines=(
            MfnBaseline(economy="US", percent=3, year=2024, source="wto"),
            MfnBaseline(economy="XX", percent=3, year=2024, source="x"),
            MfnBaseline(economy="US", percent=4, year=2024, source="wto"),
        ),
    )
    goods = [
        Good(id="steel", name="steel"),
        Good(id="pipes", name="pipes", part_of=("steel", "x")),
        Good(id="steel", name="iron"),
    ]
    one = book(
        sheet(imposer="XX"),
        sheet(),
        goods=goods,
        legal=[ruling(JUNE), ruling(JUNE, "x")],
        talks=[talk(JUNE, "US"), talk(JUNE, "US", "XX")],
    )
    twice = "'US' is given twice"
    expected = [
        FileProblem("XX.yaml", ("imposer",), unknown("economy"), SPELL),
        FileProblem("mfn.yaml", ("baselines", 0, "economy"), twice, "Keep one"),
        FileProblem("mfn.yaml", ("baselines", 1, "economy"), unknown("economy"), SPELL),
        FileProblem("mfn.yaml", ("baselines", 1, "source"), "no source is called 'x'", SOURCES),
        FileProblem("mfn.yaml", ("baselines", 2, "economy"), twice, "Keep one"),
        FileProblem("goods.yaml", ("goods", 0, "id"), "'steel' is given twice", "Keep one"),
        FileProblem("goods.yaml", ("goods", 1, "part_of"), unknown("kind of goods", "x"), SPELL),
        FileProblem("goods.yaml", ("goods", 2, "id"), "'steel' is given twice", "Keep one"),
        FileProblem("events.yaml", ("legal", 1, "affects"), unknown("measure", "x"), SPELL),
        FileProblem("events.yaml", ("talks", 1, "parties"), unknown("economy"), SPELL),
    ]
    assert sorted(found(one._replace(mfn=mfn)), key=str) == sorted(expected, key=str)


@pytest.mark.parametrize(
    ("one", "places"),
    [
        (sheet(written("a"), written("a")), [("measures", 0, "id"), ("measures", 1, "id")]),
        (
            sheet(written("plan"), schedules=[plan()]),
            [("measures", 0, "id"), ("schedules", 0, "id")],
        ),
        (
            sheet(written("plan-cn"), schedules=[plan()]),
            [("measures", 0, "id"), ("schedules", 0, "rows", 0, "partner")],
        ),
        (sheet(written("a"), groups={"a": []}), [("measures", 0, "id")]),
    ],
)
def test_an_id_that_is_given_twice_is_named_at_each_place(
    one: ImposerFile, places: list[tuple[int | str, ...]]
) -> None:
    twice = found(book(one))
    assert [flaw.loc for flaw in twice] == places
    assert all(flaw.cause.endswith("' is given twice") for flaw in twice)
