"""A vocabulary of goods made by hand: what is part of what, and which code is whose."""

import pytest

from bot.rates.model.goods import Fit, Good, Goods, format_code
from bot.rates.model.measure import Scope

GOODS = [
    Good(id="all", name="all", part_of=("all",)),
    Good(id="metals", name="metals", part_of=("all",)),
    Good(id="steel", name="steel", hs=("72", "73"), part_of=("metals", "absent")),
    Good(id="pipes", name="pipes", hs=("7304",), part_of=("steel",)),
    Good(id="wine", name="wine", hs=("2204",)),
]


def test_goods_know_what_they_are_part_of_and_what_is_part_of_them() -> None:
    goods = Goods(GOODS)
    assert goods.list_with_wider("pipes") == {"pipes", "steel", "metals", "all"}
    assert goods.list_with_wider("wine") == {"wine"}
    assert goods.list_with_wider("absent") == frozenset()
    assert goods.list_narrower("all") == ("metals", "steel", "pipes")
    assert goods.list_narrower("steel") == ("pipes",)
    assert goods.list_narrower("pipes") == goods.list_narrower("absent") == ()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        # The goods whose code is closest come first.
        ("73", ["steel", "pipes"]),
        ("7304", ["pipes", "steel"]),
        ("730411", ["pipes", "steel"]),
        ("7306", ["steel"]),
        ("22", ["wine"]),
        ("01", []),
    ],
)
def test_a_code_has_its_goods(code: str, expected: list[str]) -> None:
    assert [good.id for good in Goods(GOODS).find_by_code(code)] == expected


@pytest.mark.parametrize(
    ("scope", "goods", "codes", "expected"),
    [
        (Scope(), ("steel",), ("72",), Fit.NONE),
        (Scope(hs=("72",)), ("steel",), (), Fit.PARTIAL),
        (Scope(hs=("72", "73")), ("steel",), (), Fit.HEADING),
        (Scope(hs=("73041",)), ("pipes",), (), Fit.PARTIAL),
        (Scope(goods=("wine",), hs=("72", "73")), ("steel",), (), Fit.HEADING),
        (Scope(goods=("pipes",)), ("all",), (), Fit.PARTIAL),
        (Scope(goods=("all",)), ("pipes",), (), Fit.HEADING),
        (Scope(goods=("wine",)), ("metals",), (), Fit.NONE),
        (Scope(hs=("72",)), ("metals",), (), Fit.NONE),
        (Scope(hs=("72",)), ("absent",), (), Fit.NONE),
        (Scope(hs=("72",)), (), (), Fit.NONE),
        (Scope(goods=("steel",)), ("wine",), ("7304",), Fit.NONE),
        (Scope(goods=("steel",), hs=("7304",)), ("wine",), ("73", "2204"), Fit.PARTIAL),
        (Scope(goods=("steel",), hs=("7304",)), ("wine", "steel"), ("73",), Fit.NAMED),
    ],
)
def test_a_scope_fits_the_best_of_what_was_asked_for(
    scope: Scope, goods: tuple[str, ...], codes: tuple[str, ...], expected: Fit
) -> None:
    assert Goods(GOODS).fit(scope, goods, codes) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("85", "85"),
        ("8507", "8507"),
        ("850760", "8507.60"),
        ("85076000", "8507.60.00"),
        ("8507600020", "8507.60.00.20"),
    ],
)
def test_a_code_is_printed_as_in_a_tariff(code: str, expected: str) -> None:
    assert format_code(code) == expected
