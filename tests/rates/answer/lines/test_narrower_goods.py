"""If lists divide goods into parts with different rates, an answer has choices or a range."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.rates.answer.build import answer_query
from bot.rates.answer.lines.narrower_goods import (
    find_choices,
    find_exceptions,
    find_representative,
    is_divided,
    list_contexts,
)
from bot.rates.answer.select import RateContext, build_context, select_layers
from bot.rates.answer.standing import compute_standing
from bot.rates.model import warnings as kinds
from bot.rates.model.answer import Answer, TotalBasis
from bot.rates.model.changes import Change, ChangeKind, RateChange
from bot.rates.model.goods import Good
from bot.rates.model.history import Step
from bot.rates.model.law import LegalEvent
from bot.rates.model.measure import DutyRate, MeasureRef, Source
from bot.rates.model.warnings import Choice
from bot.rates.question.query import QueryKind, RateQuery
from tests.rates.made import CHECKED, SOURCE, START, ledger, ruling, sheet, written
from tests.rates.warned import warned

DAY, JUNE, MAY_31 = date(2026, 6, 15), date(2026, 6, 1), date(2026, 5, 31)
GENERAL = written("general", {}, general=True, verified_as_of=CHECKED)


def listed(measure_id: str, goods: str, percent: float, **period: Any) -> dict[str, Any]:
    """A measure that applies to a list of goods, here the one good `goods`."""
    given = {"percent": percent} | period
    return written(measure_id, given, scope={"goods": [goods]}, verified_as_of=CHECKED)


CARS, OTHERS = listed("cars", "car-batteries", 25), listed("others", "other-batteries", 7)


def vocabulary(*, divided: bool) -> list[Good]:
    return [
        Good(id="batteries", name="batteries", hs=("8507",), divided=divided),
        Good(id="car-batteries", name="car batteries", part_of=("batteries",)),
        Good(id="other-batteries", name="other batteries", part_of=("batteries",)),
        Good(id="steel", name="steel"),
    ]


def asked(
    *measures: dict[str, Any],
    divided: bool = False,
    product: str | None = "batteries",
    day: date = DAY,
    legal: tuple[LegalEvent, ...] = (),
    one_of: dict[str, list[str]] | None = None,
) -> RateContext:
    """A question about US duties on Chinese batteries; of several lists, only one can apply."""
    lists = [each["id"] for each in measures if not each.get("general")]
    sets = {"lists": lists} if one_of is None else one_of
    made = ledger(sheet(*measures, one_of=sets), goods=vocabulary(divided=divided), legal=legal)
    return build_context(made, "US", "CN", day, product)


def choice(goods: str, percent: float) -> Choice:
    return Choice(goods, Decimal(percent))


CHOICES: list[tuple[str, RateContext, tuple[Choice, ...]]] = [
    (
        "two lists",
        asked(GENERAL, CARS, OTHERS),
        (choice("car batteries", 35), choice("other batteries", 17)),
    ),
    (
        "two lists of which one is charged nothing stand last",
        asked(GENERAL, listed("cars", "car-batteries", 25), divided=True),
        (choice("car batteries", 35), choice("other batteries", 10)),
    ),
    (
        "what differs comes first",
        asked(GENERAL, listed("others", "other-batteries", 25), divided=True),
        (choice("other batteries", 35), choice("car batteries", 10)),
    ),
    ("one list is only a caveat", asked(GENERAL, CARS), ()),
    ("lists of no set", asked(GENERAL, CARS, OTHERS, one_of={}), ()),
    (
        "lists of two sets",
        asked(GENERAL, CARS, OTHERS, one_of={"a": ["cars"], "b": ["others"]}),
        (),
    ),
    (
        "a list that is not charged",
        asked(GENERAL, CARS, listed("others", "other-batteries", 7, status="suspended")),
        (),
    ),
    ("no list", asked(GENERAL, divided=True), ()),
    ("codes", asked(GENERAL, CARS, OTHERS, product="8507"), ()),
    ("no goods", asked(GENERAL, CARS, OTHERS, product=None), ()),
    ("a layer", asked(GENERAL, CARS, OTHERS, product="batteries only"), ()),
    ("two goods", asked(GENERAL, CARS, OTHERS, product="batteries, steel"), ()),
    ("goods without parts", asked(GENERAL, CARS, OTHERS, product="car batteries"), ()),
]


@pytest.mark.parametrize(
    ("context", "expected"), [pytest.param(*values, id=name) for name, *values in CHOICES]
)
def test_goods_that_lists_divide_leave_a_choice(
    context: RateContext, expected: tuple[Choice, ...]
) -> None:
    assert find_choices(context, select_layers(context)) == expected


@pytest.mark.parametrize(
    ("product", "divided", "expected"),
    [
        ("batteries", True, True),
        ("batteries", False, False),
        ("car batteries", True, False),
        ("batteries, steel", True, False),
        (None, True, False),
    ],
)
def test_goods_are_divided_if_the_vocabulary_divides_them(
    product: str | None, divided: bool, expected: bool
) -> None:
    assert is_divided(asked(GENERAL, divided=divided, product=product)) is expected


def test_all_choices_are_the_narrower_goods_and_the_rest() -> None:
    open_ended = asked(GENERAL, CARS, OTHERS)
    first, *narrower = list_contexts(open_ended)
    assert first == open_ended
    divided = list_contexts(asked(GENERAL, CARS, OTHERS, divided=True))
    for found in (narrower, divided):
        assert [each.wanted and (each.wanted.text, each.wanted.goods) for each in found] == [
            ("car batteries", ("car-batteries",)),
            ("other batteries", ("other-batteries",)),
        ]


def test_narrower_goods_that_all_pay_the_same_stand_for_the_whole() -> None:
    seven = listed("cars", "car-batteries", 7)
    same = asked(GENERAL, seven, OTHERS, divided=True, product="batteries with base")
    found = find_choices(same, select_layers(same))
    one = find_representative(same, found)
    assert found == (choice("car batteries", 17), choice("other batteries", 17))
    assert one is not None
    assert one.wanted is not None
    assert (one.wanted.goods, one.wanted.text) == (("other-batteries",), "batteries with base")
    assert one.wanted.with_base
    assert find_representative(same, ()) is None
    assert find_representative(same._replace(wanted=None), found) is None
    assert find_representative(same, (choice("car batteries", 1), *found)) is None
    # Without `divided`, some batteries may be on neither list, so no part represents them.
    assert find_representative(asked(GENERAL, seven, OTHERS), found) is None

    stands = compute_standing(same)
    assert (stands.asked, stands.context) == (same, one)
    assert (stands.total, stands.span) == (Decimal(17), None)
    assert (stands.choices, stands.same_for_all) == ((), ("car batteries", "other batteries"))
    assert stands.selection == select_layers(one)
    assert stands.asked_selection == select_layers(same)


OTHER_TOTALS: list[tuple[str, RateContext, tuple[Choice, ...]]] = [
    ("a list on some", asked(GENERAL, CARS), (choice("car batteries", 35),)),
    (
        "two lists",
        asked(GENERAL, CARS, OTHERS, one_of={}),
        (
            choice("car batteries", 35),
            choice("other batteries", 17),
        ),
    ),
    ("an equal total", asked(GENERAL, listed("cars", "car-batteries", 0)), ()),
    ("a list that is over", asked(GENERAL, listed("cars", "car-batteries", 25, to=MAY_31)), ()),
    (
        "a list that is suspended",
        asked(GENERAL, listed("cars", "car-batteries", 25, status="suspended")),
        (),
    ),
    (
        "a ban on some",
        asked(
            GENERAL,
            written("ban", {"percent": None, "banned": True}, scope={"goods": ["car-batteries"]}),
        ),
        (),
    ),
    ("goods without parts", asked(GENERAL, CARS, product="car batteries"), ()),
]


@pytest.mark.parametrize(
    ("context", "expected"), [pytest.param(*values, id=name) for name, *values in OTHER_TOTALS]
)
def test_goods_that_a_list_names_may_pay_another_total(
    context: RateContext, expected: tuple[Choice, ...]
) -> None:
    assert find_exceptions(context, select_layers(context)) == expected


def answered(context: RateContext, *, history: bool = False) -> Answer:
    query = RateQuery(
        kind=QueryKind.PAIR,
        imposer="US",
        partner="CN",
        product="batteries",
        on=DAY,
        history=history,
    )
    return answer_query(query, context.ledger, CHECKED)[0]


def begun(measure_id: str, percent: float) -> RateChange:
    rate = DutyRate(Decimal(percent))
    return RateChange(MeasureRef(f"Duty {measure_id}", measure_id), Change(ChangeKind.BEGINS, rate))


def test_an_answer_with_choices_has_a_range_and_its_history() -> None:
    order = Source(text="Order", url="https://order.example/1")
    made = ledger(
        sheet(
            GENERAL,
            written(
                "cars",
                {"from": JUNE, "percent": 25, "source": "order"},
                scope={"goods": ["car-batteries"]},
            ),
            written("others", {"from": JUNE, "percent": 7}, scope={"goods": ["other-batteries"]}),
            one_of={"lists": ["cars", "others"]},
            sources={"gazette": SOURCE, "order": order},
        ),
        goods=vocabulary(divided=False),
        legal=[ruling(date(2026, 6, 10), "general")],
    )
    context = build_context(made, "US", "CN", DAY, "batteries")
    one = answered(context, history=True)
    held = made.events[0]
    first = Step(START, Decimal(10), SOURCE, (begun("general", 10),))
    second = Step(
        JUNE,
        Decimal(10),
        Source(text="Order; Gazette", url=order.url),
        (begun("cars", 25), begun("others", 7)),
        up_to=Decimal(35),
    )
    third = Step(date(2026, 6, 10), Decimal(10), SOURCE, ruling=held)
    assert one.history == (first, second, third)
    assert one.last_change == second
    assert answered(context).history == ()
    assert answered(context).last_change == second
    assert (one.total_percent, one.total_range) == (None, (Decimal(10), Decimal(35)))
    assert one.choices == (choice("car batteries", 35), choice("other batteries", 17))
    assert one.suggestions == ("car batteries", "other batteries")
    assert warned(one, kinds.NoOneTotal) == [kinds.NoOneTotal(Decimal(10))]


def test_choices_without_a_rest_range_from_the_lowest_to_the_highest() -> None:
    one = answered(asked(GENERAL, CARS, OTHERS, divided=True))
    assert (one.total_percent, one.total_range) == (None, (Decimal(17), Decimal(35)))
    assert (one.basis, one.goods) == (TotalBasis.GOODS, ("batteries",))
    assert warned(one, kinds.NoOneTotal) == [kinds.NoOneTotal(None)]
    caveat = answered(asked(GENERAL, CARS))
    assert (caveat.total_percent, caveat.total_range) == (Decimal(10), None)
    assert warned(caveat, kinds.SomeGoodsDiffer) == [
        kinds.SomeGoodsDiffer((choice("car batteries", 35),))
    ]
    alike = answered(asked(GENERAL, listed("cars", "car-batteries", 7), OTHERS, divided=True))
    assert (alike.total_percent, alike.total_range) == (Decimal(17), None)
    assert alike.warnings[-1] == kinds.SameForAll(("car batteries", "other batteries"))
