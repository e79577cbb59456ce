"""The complete components of an answer, for made-up measures."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.parties import WORLD
from bot.rates.answer.components import build_base_component, list_counted
from bot.rates.answer.not_counted import list_not_counted
from bot.rates.answer.select import RateContext, build_context, select_layers
from bot.rates.model.base_duty import BaseRate
from bot.rates.model.component import Component
from bot.rates.model.goods import Good
from bot.rates.model.law import Effect, Ruling
from bot.rates.model.measure import Calc, Confidence, DutyRate, MeasureRef, Status
from bot.rates.model.warnings import Exclusion, Reason
from tests.rates.made import SOURCE, START, ledger, ruling, sheet, written

DAY, JUNE, MAY_31 = date(2026, 6, 15), date(2026, 6, 1), date(2026, 5, 31)
READ = date(2026, 9, 1)
GOODS = [Good(id="steel", name="steel", hs=("72",)), Good(id="wine", name="wine", hs=("2204",))]


def context(*measures: dict[str, Any], product: str | None = None, **fields: Any) -> RateContext:
    """The context of a question about US duties on China on `DAY`."""
    made = ledger(sheet(*measures), goods=GOODS, **fields)
    return build_context(made, "US", "CN", DAY, product)


def parts(context: RateContext) -> tuple[list[Component], list[Component]]:
    """The components that the total counts, and the components that it does not count."""
    selection = select_layers(context)
    return list(list_counted(context, selection)), list(list_not_counted(context, selection))


def component(measure_id: str, percent: float | None = 10, **fields: Any) -> Component:
    """The component that a measure made by `written` gives."""
    made = Component(f"Duty {measure_id}", measure_id, "Section 1", Status.IN_FORCE, SOURCE)
    rate = DutyRate(None if percent is None else Decimal(str(percent)))
    given: dict[str, Any] = {"rate": rate, "from_": START, "covers": "some goods"}
    return made._replace(**given | fields)


def left(measure_id: str, percent: float | None, why: Exclusion, **fields: Any) -> Component:
    return component(measure_id, percent, exclusion=why, **fields)


def test_a_component_has_all_facts_of_its_measure_and_period() -> None:
    voided = written(
        "a",
        {"to": MAY_31, "void_on": date(2026, 3, 1), "status": "struck_down"},
        {
            "from": JUNE,
            "to": date(2026, 7, 31),
            "void_on": date(2026, 3, 1),
            "announced": date(2026, 5, 20),
            "status": "struck_down",
            "note": "By order.",
            "checked": date(2026, 10, 1),
        },
        general=True,
        confidence="low",
        note="Press only.",
        verified_as_of=READ,
        calc="all_in_ceiling",
    )
    plain = written("b", {}, general=True, verified_as_of=READ)
    day = date(2026, 3, 1)
    struck = ruling(day, "a").model_copy(update={"effect": Effect.STRUCK_DOWN})
    held = ruling(date(2026, 2, 1), "b")
    here = context(voided, plain, legal=[struck, held])
    assert parts(here) == (
        [
            component(
                "a",
                status=Status.STRUCK_DOWN,
                from_=JUNE,
                to=date(2026, 7, 31),
                rate_since=START,
                note="Press only. By order.",
                calc=Calc.ALL_IN_CEILING,
                rulings=(Ruling(Effect.STRUCK_DOWN, "court", day, False),),
                charged_until=date(2026, 7, 31),
                announced=date(2026, 5, 20),
                void_on=day,
                checked=date(2026, 10, 1),
                confidence=Confidence.LOW,
            ),
            component(
                "b",
                checked=READ,
                rulings=(Ruling(Effect.HELD_UNLAWFUL, "court", date(2026, 2, 1), False),),
                contested_in="court",
            ),
        ],
        [],
    )


@pytest.mark.parametrize(
    ("earlier", "fields", "since"),
    [
        ([{"to": MAY_31}], {}, START),
        ([{"to": date(2026, 3, 31)}, {"from": date(2026, 4, 1), "to": MAY_31}], {}, START),
        # The earlier period differs: in rate, calculation or status, by a gap, or in partners.
        ([{"to": MAY_31, "percent": 5}], {}, None),
        ([{"to": MAY_31, "calc": "all_in_floor"}], {}, None),
        ([{"to": MAY_31, "status": "suspended"}], {}, None),
        ([{"to": date(2026, 5, 30)}], {}, None),
        ([{"to": MAY_31, "not_for": ["CN"]}], {}, None),
        ([{"to": MAY_31, "not_for": ["DE"]}], {}, START),
        (
            [
                {"to": date(2026, 3, 31)},
                {"from": date(2026, 4, 1), "to": date(2026, 4, 30), "percent": 5},
                {"from": date(2026, 5, 1), "to": MAY_31},
            ],
            {},
            date(2026, 5, 1),
        ),
        ([], {}, None),
    ],
)
def test_a_rate_has_an_earlier_first_day_if_earlier_periods_had_it(
    earlier: list[dict[str, Any]], fields: dict[str, Any], since: date | None
) -> None:
    later = {"from": date(2026, 8, 1), "percent": 10}
    own = {"from": JUNE, "to": date(2026, 7, 31)} | fields
    [one], _ = parts(context(written("a", *earlier, own, later, general=True)))
    assert one.rate_since == since


def test_components_that_do_not_count_on_all_goods_have_a_reason() -> None:
    ahead, past = date(2026, 7, 1), date(2024, 6, 15)
    here = context(
        written("general", {}, general=True),
        written("suspended", {"status": "suspended"}, general=True, note="Paused."),
        written("list", {"percent": 25}, aside=""),
        written("average", {"percent": 7}, aside="An average."),
        written("plan", source="gazette", aside="No day", note="A bill.", confidence="low"),
        written("hidden", source="gazette", rate_unknown=True, verified_as_of=READ),
        written("begun", {"from": ahead}, charged_since=JUNE),
        written("ended", {"to": MAY_31}, {"from": ahead, "percent": 30}),
        written("ended-long-ago", {"from": "2020-01-01", "to": past}),
        written("ended-longer-ago", {"from": "2020-01-01", "to": "2024-06-14"}),
        written("ended-on-all", {"from": "2020-01-01", "to": "2021-12-31"}, general=True),
        written("next", {"from": ahead, "percent": 50}, aside="If approved."),
        written("world", {"percent": 5}, partners=[WORLD]),
    )
    assert parts(here) == (
        [component("general")],
        [
            left("suspended", 10, Exclusion(Reason.SUSPENDED), status=Status.SUSPENDED),
            left("list", 25, Exclusion(Reason.PARTICULAR_GOODS)),
            left("average", 7, Exclusion(Reason.NEVER_SUMMED, text="An average.")),
            left(
                "plan",
                None,
                Exclusion(Reason.NO_RATE_SET, text="No day. A bill."),
                status=Status.ANNOUNCED,
                from_=None,
                confidence=Confidence.LOW,
            ),
            left("hidden", None, Exclusion(Reason.NO_RATE_SET), from_=None, checked=READ),
            left(
                "begun",
                None,
                Exclusion(Reason.RATE_UNKNOWN),
                status=Status.EXPIRED,
                from_=JUNE,
                to=date(2026, 6, 30),
            ),
            left("ended", 10, Exclusion(Reason.ENDED), to=MAY_31),
            left(
                "ended-long-ago",
                10,
                Exclusion(Reason.ENDED),
                from_=date(2020, 1, 1),
                to=past,
            ),
            left(
                "ended-on-all",
                10,
                Exclusion(Reason.ENDED),
                from_=date(2020, 1, 1),
                to=date(2021, 12, 31),
            ),
            left("next", 50, Exclusion(Reason.NOT_YET, text="If approved."), from_=ahead),
            # A duty on all partners comes after the duties on this partner.
            left("world", 5, Exclusion(Reason.PARTICULAR_GOODS)),
        ],
    )


def test_a_baseline_that_gives_way_to_a_general_rate_is_not_mentioned() -> None:
    here = context(
        written("own", {}, general=True),
        written("baseline", {"percent": 5}, general=True, excluded_by=["own"]),
        written("past", {"to": MAY_31}, general=True, excluded_by=["own"]),
        written("other", {"percent": 7}, general=True, excluded_by=["steel"]),
        written("steel", {"percent": 50}, scope={"goods": ["steel"]}, excluded_by=["own"]),
    )
    assert parts(here) == (
        [component("own"), component("other", 7)],
        [left("steel", 50, Exclusion(Reason.PARTICULAR_GOODS))],
    )


def test_undecided_duties_on_goods_come_first_and_duties_on_other_goods_are_absent() -> None:
    here = context(
        written("general", {}, general=True, excluded_by=["steel"]),
        written("steel", {"percent": 50}, scope={"goods": ["steel"]}),
        written("quota", {"not_for": ["CN"]}, scope={"goods": ["steel"]}),
        written("some", {"percent": 5}, scope={"hs": ["7208"]}),
        written("wine", {"percent": 30}, scope={"goods": ["wine"]}),
        written("ended", {"to": MAY_31}, scope={"goods": ["steel"]}),
        written("lost", {"percent": 1}, perhaps={"goods": ["wine"]}),
        product="steel",
    )
    steel = MeasureRef("Duty steel", "steel")
    assert parts(here) == (
        [component("steel", 50)],
        [
            left("some", 5, Exclusion(Reason.SOME_LINES, on_some_lines=True)),
            left("quota", 10, Exclusion(Reason.PARTNER_EXEMPT)),
            left("general", 10, Exclusion(Reason.GIVES_WAY, steel)),
            left("ended", 10, Exclusion(Reason.ENDED), to=MAY_31),
        ],
    )


def test_the_base_rate_is_a_component_from_its_year_or_the_day_asked() -> None:
    base = BaseRate("7206.10", "Ingots", Decimal("2.5"), None, True, 2026, SOURCE)
    expected = Component(
        measure="Normal (MFN) duty of 7206.10, Ingots",
        measure_id="mfn",
        legal_basis="MFN",
        status=Status.IN_FORCE,
        source=SOURCE,
        rate=DutyRate(Decimal("2.5")),
        from_=START,
    )
    assert build_base_component(base, DAY) == expected
    assert build_base_component(base, date(2025, 5, 1)) == expected._replace(from_=date(2025, 5, 1))
