"""Whether a measure applies to all, some or none of the goods, with a made-up vocabulary."""

from datetime import date

import pytest

from bot.rates.model.goods import Fit, Good, Goods
from bot.rates.model.measure import Exemption, Scope
from bot.rates.question.product.parsed import ParsedProduct
from bot.rates.scope_matching import ScopeMatcher
from tests.rates.made import measure

GOODS = Goods(
    [
        Good(id="metals", name="metals"),
        Good(id="steel", name="steel", hs=("72", "73"), part_of=("metals",)),
        Good(id="pipes", name="pipes", hs=("7304", "7306"), part_of=("steel",)),
        Good(id="screws", name="screws", hs=("7318",), part_of=("steel",)),
        Good(id="wine", name="wine", hs=("2204",)),
    ]
)
MEASURES = {
    each.id: each
    for each in (
        measure("general", applies_to_all_goods=True),
        measure("nothing"),
        measure("steel", scope=Scope(goods=("steel",))),
        measure("chapter", scope=Scope(hs=("73",))),
        measure("tubes", scope=Scope(hs=("7304",))),
        measure("some_steel", partial_scope=Scope(goods=("steel",))),
        measure(
            "pipes_or_steel",
            scope=Scope(goods=("pipes",)),
            partial_scope=Scope(goods=("wine", "screws")),
        ),
        measure(
            "conditional",
            exempt=(
                Exemption(scope=Scope(goods=("pipes",)), why="list"),
                Exemption(scope=Scope(goods=("steel",)), why="condition", only_if="old"),
                Exemption(scope=Scope(goods=("steel",)), why="others", partners=("DE",)),
            ),
        ),
        measure(
            "exempting",
            scope=Scope(goods=("steel",)),
            exempt=(
                Exemption(scope=Scope(goods=("pipes",)), why="first", to=date(2026, 3, 31)),
                Exemption(scope=Scope(hs=("7304",)), why="second", from_=date(2026, 3, 1)),
                Exemption(scope=Scope(goods=("wine",)), why="third"),
            ),
        ),
    )
}
FITTING = ScopeMatcher(GOODS, list(MEASURES.values()))
MARCH = date(2026, 3, 15)


@pytest.mark.parametrize(
    ("name", "goods", "codes", "expected"),
    [
        ("general", (), (), Fit.NAMED),
        ("general", ("wine",), (), Fit.NAMED),
        ("nothing", ("steel",), ("72",), Fit.NONE),
        ("steel", ("steel",), (), Fit.NAMED),
        ("steel", ("pipes",), (), Fit.HEADING),
        ("steel", ("metals",), (), Fit.PARTIAL),
        ("steel", ("wine",), (), Fit.NONE),
        ("steel", (), (), Fit.NONE),
        ("steel", ("wine", "steel"), (), Fit.NAMED),
        # The scope has codes: the measure covers all, some or none of the codes of the goods.
        ("chapter", ("pipes",), (), Fit.HEADING),
        ("chapter", ("steel",), (), Fit.PARTIAL),
        ("tubes", ("pipes",), (), Fit.PARTIAL),
        ("tubes", ("screws",), (), Fit.NONE),
        ("chapter", (), ("730411",), Fit.HEADING),
        ("tubes", (), ("73",), Fit.PARTIAL),
        ("tubes", (), ("7306",), Fit.NONE),
        ("tubes", (), ("7306", "7304"), Fit.HEADING),
        # The measure applies to some lines of its goods only.
        ("some_steel", ("steel",), (), Fit.PARTIAL),
        ("some_steel", ("pipes",), (), Fit.PARTIAL),
        ("some_steel", ("wine",), (), Fit.NONE),
        ("pipes_or_steel", ("pipes",), (), Fit.NAMED),
        ("pipes_or_steel", ("wine",), (), Fit.PARTIAL),
        # All pipes pay the duty. Pipes are a part of steel, so only some lines of steel pay it.
        ("pipes_or_steel", ("steel",), (), Fit.PARTIAL),
        ("pipes_or_steel", ("wine", "pipes"), (), Fit.NAMED),
    ],
)
def test_a_measure_fits_goods(
    name: str, goods: tuple[str, ...], codes: tuple[str, ...], expected: Fit
) -> None:
    wanted = ParsedProduct(text="", goods=goods, codes=codes)
    assert FITTING.match(MEASURES[name], wanted) is expected


@pytest.mark.parametrize(
    ("wanted", "day", "why"),
    [
        (ParsedProduct("pipes", goods=("pipes",)), MARCH, "first"),
        (ParsedProduct("pipes", goods=("pipes",)), date(2026, 3, 31), "first"),
        (ParsedProduct("pipes", goods=("pipes",)), date(2026, 4, 1), ""),
        (ParsedProduct("7304", codes=("7304",)), MARCH, "second"),
        (ParsedProduct("7304", codes=("7304",)), date(2026, 3, 1), "second"),
        (ParsedProduct("7304", codes=("7304",)), date(2026, 2, 28), ""),
        (ParsedProduct("730411", codes=("730411",)), MARCH, "second"),
        # The exemption covers only some lines of wider goods or codes, so it does not apply.
        (ParsedProduct("steel", goods=("steel",)), MARCH, ""),
        (ParsedProduct("73", codes=("73",)), MARCH, ""),
        (ParsedProduct("wine", goods=("wine",)), date(1999, 1, 1), "third"),
        (ParsedProduct("screws", goods=("screws",)), MARCH, ""),
    ],
)
def test_an_exemption_applies_to_goods_within_its_scope(
    wanted: ParsedProduct, day: date, why: str
) -> None:
    found = FITTING.find_exemptions(MEASURES["exempting"], day, {"CN"}, wanted).whole
    assert [exemption.why for exemption in found][:1] == ([why] if why else [])


def test_a_measure_without_exemptions_exempts_nothing() -> None:
    pipes = ParsedProduct("pipes", goods=("pipes",))
    assert FITTING.find_exemptions(MEASURES["steel"], MARCH, {"CN"}, pipes) == ((), ())


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (ParsedProduct("steel", goods=("steel",)), True),
        (ParsedProduct("pipes", goods=("pipes", "screws")), True),
        (ParsedProduct("pipes and wine", goods=("pipes", "wine")), False),
        (ParsedProduct("metals", goods=("metals",)), False),
        (ParsedProduct("purple steel", goods=("steel",), unknown=("purple",)), False),
        (ParsedProduct("7304", codes=("7304",)), False),
    ],
)
def test_a_measure_covers_all_where_each_word_lies_in_its_scope(
    wanted: ParsedProduct, expected: bool
) -> None:
    assert FITTING.covers_all(MEASURES["steel"], wanted) is expected
    assert FITTING.covers_all(MEASURES["tubes"], ParsedProduct("7304.11", codes=("730411",)))


def test_exemptions_are_whole_or_partial() -> None:
    def exempting(wanted: ParsedProduct, day: date = MARCH) -> tuple[list[str], list[str]]:
        whole, partial = FITTING.find_exemptions(MEASURES["conditional"], day, {"CN"}, wanted)
        return [each.why for each in whole], [each.why for each in partial]

    assert exempting(ParsedProduct("pipes", goods=("pipes",))) == (["list"], ["condition"])
    assert exempting(ParsedProduct("steel", goods=("steel",))) == ([], ["list", "condition"])
    assert exempting(ParsedProduct("wine", goods=("wine",))) == ([], [])


NESTED = [
    Good(id="all", name="all", part_of=("all",)),
    Good(id="metals", name="metals", part_of=("all",)),
    Good(id="steel", name="steel", hs=("72", "73"), part_of=("metals", "absent")),
    Good(id="pipes", name="pipes", hs=("7304",), part_of=("steel",)),
    Good(id="wine", name="wine", hs=("2204",)),
]


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
def test_the_best_fit_among_requested_goods_counts(
    scope: Scope, goods: tuple[str, ...], codes: tuple[str, ...], expected: Fit
) -> None:
    one = measure("one", scope=scope)
    wanted = ParsedProduct("asked", goods=goods, codes=codes)
    assert ScopeMatcher(Goods(NESTED), [one]).match(one, wanted) is expected
