"""Which layers a total counts: each stacking rule is tested with made-up layers."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pytest

from bot.rates.model.goods import Fit
from bot.rates.model.measure import Calc, MeasureRef, Status
from bot.rates.model.warnings import Exclusion, Reason
from bot.rates.stacking import Layer, StackedLayers, stack
from tests.rates.made import layer

PARTIAL, HEADING, NAMED = Fit.PARTIAL, Fit.HEADING, Fit.NAMED
A_B = {"a": 0, "b": 1}


def counted(stacked: StackedLayers) -> list[str]:
    return [each.measure.id for each in stacked.counted]


def unsure(stacked: StackedLayers) -> dict[str, bool]:
    """For each layer that is not counted: whether it may apply nevertheless."""
    return {left.layer.measure.id: left.may_apply for left in stacked.excluded}


def test_layers_add_up() -> None:
    stacked = stack([layer("a", 10), layer("b", "2.5"), layer("c", 25)], [])
    assert counted(stacked) == ["a", "b", "c"]
    assert stacked.total == Decimal("37.5")
    assert stacked.excluded == ()


def test_no_layers_add_up_to_zero() -> None:
    assert stack([], []) == StackedLayers((), ())
    assert stack([], []).total == 0


@pytest.mark.parametrize(
    ("status", "percent", "counts"),
    [
        (Status.IN_FORCE, 10, True),
        (Status.EXPIRED, 10, True),
        (Status.STRUCK_DOWN, 10, True),
        (Status.SUSPENDED, 10, False),
        (Status.ANNOUNCED, 10, False),
        (Status.ANNOUNCED, None, False),
        (Status.IN_FORCE, 0, False),
        (Status.IN_FORCE, None, False),
        (Status.STRUCK_DOWN, 0, False),
    ],
)
def test_a_rate_counts_only_if_customs_charges_it(
    status: Status, percent: int | None, counts: bool
) -> None:
    stacked = stack([layer("a", percent, status=status)], [])
    assert counted(stacked) == (["a"] if counts else [])
    assert unsure(stacked) == ({} if counts else {"a": False})


def test_each_state_of_an_uncharged_rate_has_its_own_reason() -> None:
    states = (Status.SUSPENDED, Status.ANNOUNCED, Status.STRUCK_DOWN, Status.IN_FORCE)
    stacked = stack([layer(str(each), 0, status=each) for each in states], [])
    assert len({left.exclusion for left in stacked.excluded}) == len(states)


def test_an_exempt_layer_keeps_its_reason() -> None:
    quota = Exclusion(Reason.PARTNER_EXEMPT)
    stacked = stack([layer("a", exempt=quota), layer("b", 5)], [])
    assert counted(stacked) == ["b"]
    assert [(left.exclusion, left.may_apply) for left in stacked.excluded] == [(quota, False)]


ONE_OF_TWO: list[tuple[str, Sequence[Layer], list[str], dict[str, bool]]] = [
    (
        "equal rates by code: the first of the set",
        [layer("b", 10, HEADING), layer("a", 10, HEADING)],
        ["a"],
        {"b": False},
    ),
    (
        "different rates by code: neither",
        [layer("a", 10, HEADING), layer("b", 25, HEADING)],
        [],
        {"a": True, "b": True},
    ),
    (
        "different rates by name: the first of the set",
        [layer("b", 25, NAMED), layer("a", 10, NAMED)],
        ["a"],
        {"b": True},
    ),
    (
        "one by name, one by code: the name",
        [layer("a", 10, HEADING), layer("b", 25, NAMED)],
        ["b"],
        {"a": False},
    ),
    (
        "one by code, one on some lines only: the code, and no word of the other",
        [layer("a", 10, PARTIAL), layer("b", 25, HEADING)],
        ["b"],
        {},
    ),
    (
        "both on some lines only: neither",
        [layer("a", 10, PARTIAL), layer("b", 25, PARTIAL)],
        [],
        {"a": True, "b": True},
    ),
    ("one alone: itself", [layer("b", 25, HEADING)], ["b"], {}),
    ("none", [], [], {}),
    (
        "one suspended: the other",
        [layer("a", 10, HEADING, status=Status.SUSPENDED), layer("b", 25, HEADING)],
        ["b"],
        {"a": False},
    ),
]


@pytest.mark.parametrize(
    ("layers", "counts", "left"),
    [pytest.param(*values, id=name) for name, *values in ONE_OF_TWO],
)
def test_only_one_duty_of_an_exclusive_set_is_charged(
    layers: Sequence[Layer], counts: list[str], left: dict[str, bool]
) -> None:
    other = layer("other", 1)
    stacked = stack([*layers, other], [A_B])
    assert counted(stacked) == [*counts, "other"]
    assert unsure(stacked) == left


@pytest.mark.parametrize(
    ("percents", "left"),
    [((10, 25, 25), {"a": False, "b": False}), ((10, 25, 30), {"a": False, "b": True})],
)
def test_of_three_layers_only_the_closest_fits_decide_whether_rates_differ(
    percents: tuple[int, int, int], left: dict[str, bool]
) -> None:
    fits = {"a": HEADING, "b": NAMED, "c": NAMED}
    layers = [
        layer(one, percent, fit) for (one, fit), percent in zip(fits.items(), percents, strict=True)
    ]
    stacked = stack(layers, [{"c": 0, "b": 1, "a": 2}])
    assert counted(stacked) == ["c"]
    assert unsure(stacked) == left


def test_each_exclusive_set_is_decided_separately() -> None:
    layers = [layer(one, 10, NAMED) for one in ("a", "b", "c", "d")]
    sets: list[Mapping[str, int]] = [{"b": 0, "a": 1}, {"c": 0, "d": 1}]
    assert counted(stack(layers, sets)) == ["b", "c"]


@pytest.mark.parametrize("given", [{"fit": PARTIAL}, {"excluded_reason": "an average"}])
def test_a_layer_that_is_never_added_counts_if_it_was_requested_by_itself(
    given: dict[str, Fit | str],
) -> None:
    alone = layer("a", 10, **given)  # type: ignore[arg-type]
    other = layer("b", 5)
    assert unsure(stack([alone], [])) == {"a": True}
    assert counted(stack([alone], [], by_itself=True)) == ["a"]
    assert counted(stack([alone, other], [], by_itself=True)) == ["b"]
    assert unsure(stack([alone, other], [], by_itself=True)) == {"a": True}


def test_a_layer_that_is_never_added_keeps_its_own_reason() -> None:
    [left] = stack([layer("a", excluded_reason="an average of lines")], []).excluded
    assert left.exclusion == Exclusion(Reason.NEVER_SUMMED, text="an average of lines")


def test_a_layer_gives_way_to_a_layer_that_counts() -> None:
    yields = layer("a", 10, excluded_by=("z", "b"))
    assert counted(stack([yields, layer("b", 5)], [])) == ["b"]
    assert unsure(stack([yields, layer("b", 5)], [])) == {"a": False}


def test_a_layer_does_not_give_way_to_a_layer_that_does_not_count() -> None:
    yields = layer("a", 10, excluded_by=("b",))
    for other in (layer("b", 5, status=Status.SUSPENDED), layer("b", 5, PARTIAL), layer("c", 5)):
        assert "a" in counted(stack([yields, other], []))


def test_an_all_in_rate_counts_with_its_own_number() -> None:
    one = layer("a", 15)
    all_in = one._replace(period=one.period.model_copy(update={"calc": Calc.ALL_IN_CEILING}))
    assert stack([all_in, layer("b", 5)], []).total == 20


def why(stacked: StackedLayers) -> dict[str, Exclusion]:
    return {left.layer.measure.id: left.exclusion for left in stacked.excluded}


BANNED = {"banned": True, "percent": None}


def banned(measure_id: str, fit: Fit) -> Layer:
    one = layer(measure_id, None, fit)
    return one._replace(period=one.period.model_copy(update=BANNED))


def test_a_ban_leaves_no_total_and_the_best_fitting_ban_is_named() -> None:
    near, far = banned("near", NAMED), banned("far", HEADING)
    suspended = layer("old", 5, status=Status.SUSPENDED)
    stacked = stack([suspended, layer("a", 10), far, near], [])
    ban = Exclusion(Reason.IMPORT_BAN)
    assert (stacked.ban, stacked.counted, stacked.span) == (near, (), None)
    assert why(stacked) == {
        "old": Exclusion(Reason.SUSPENDED),
        **dict.fromkeys(("a", "far", "near"), ban),
    }
    assert not any(unsure(stacked).values())
    some = stack([layer("a", 10), banned("ban", PARTIAL)], [])
    assert (counted(some), some.ban) == (["a"], None)
    assert why(some) == {"ban": Exclusion(Reason.BAN_ON_SOME_LINES)}
    assert unsure(some) == {"ban": True}


def test_each_layer_left_out_has_its_reason() -> None:
    specific = layer("specific", None)
    words = {"specific": "USD 2 per kg"}
    specific = specific._replace(period=specific.period.model_copy(update=words))
    first, second = layer("a", 10), layer("b", 25)
    stacked = stack(
        [
            specific,
            first,
            second,
            layer("c", 7, HEADING),
            layer("some", 5, PARTIAL),
            layer("zero", 0),
            layer("announced", 5, status=Status.ANNOUNCED),
            layer("struck", 0, status=Status.STRUCK_DOWN),
            layer("gives", 5, excluded_by=("x", "a")),
        ],
        [{"a": 0, "b": 1, "c": 2}],
    )
    by_a = Exclusion(Reason.OTHER_COUNTED, first.measure.ref)
    assert counted(stacked) == ["a"]
    assert why(stacked) == {
        "zero": Exclusion(Reason.NOTHING_CHARGED),
        "announced": Exclusion(Reason.ANNOUNCED),
        "struck": Exclusion(Reason.STRUCK_DOWN),
        "specific": Exclusion(Reason.SPECIFIC),
        "b": by_a,
        "c": by_a,
        "some": Exclusion(Reason.SOME_LINES),
        "gives": Exclusion(Reason.GIVES_WAY, first.measure.ref),
    }
    assert [one for one, open_ in unsure(stacked).items() if open_] == ["specific", "b", "some"]


def test_where_the_line_decides_the_total_is_a_range() -> None:
    two = [layer("a", 10, HEADING), layer("b", 25, HEADING), layer("other", 1)]
    stacked = stack(two, [A_B])
    assert stacked.span == (Decimal(11), Decimal(26))
    assert why(stacked) == dict.fromkeys(("a", "b"), Exclusion(Reason.LINE_DECIDES))
    # With two sets, the range starts at the sum of the lowest rates of both sets.
    more = [*two, layer("c", 3, HEADING), layer("d", 5, HEADING)]
    assert stack(more, [A_B, {"c": 0, "d": 1}]).span == (Decimal(14), Decimal(31))
    # With "b" the total is 25%, because "b" excludes "other". With "a" and "other" it is 25% too.
    yields = layer("other", 15, excluded_by=("b",))
    even = stack([*two[:2], yields], [A_B])
    assert (even.span, counted(even), even.total) == (None, ["other"], Decimal(15))


def several_rates(measure_id: str, low: int, high: int) -> Layer:
    one = layer(measure_id, high)
    return one._replace(period=one.period.model_copy(update={"low": Decimal(low)}))


def test_a_duty_with_several_rates_has_the_total_of_its_lowest_one_too() -> None:
    several = several_rates("several", 15, 50)
    assert stack([several, layer("other", 1)], []).span == (Decimal(16), Decimal(51))
    two = [layer("a", 10, HEADING), layer("b", 15, HEADING)]
    assert stack([*two, several], [A_B]).span == (Decimal(25), Decimal(65))


def test_a_member_of_a_set_gives_way_before_the_set_is_decided() -> None:
    gives = layer("a", 10, NAMED, excluded_by=("sure",))
    rest = [layer("b", 25, HEADING), layer("sure", 1)]
    stacked = stack([gives, *rest], [A_B])
    assert counted(stacked) == ["b", "sure"]
    assert why(stacked) == {"a": Exclusion(Reason.GIVES_WAY, rest[1].measure.ref)}
    # "a" does not give way to a layer that is unsure, left out, or in a set itself.
    for other in (layer("sure", 1, PARTIAL), layer("sure", 1, excluded_reason="an average")):
        assert "a" in counted(stack([gives, rest[0], other], [A_B]))
    assert counted(stack([gives, rest[1]], [{"a": 0, "sure": 1}])) == ["a"]


def test_an_unsure_layer_that_gives_way_is_no_longer_unsure() -> None:
    some = layer("some", 5, PARTIAL, excluded_by=("a",))
    stacked = stack([some, layer("a", 10)], [])
    assert why(stacked) == {"some": Exclusion(Reason.GIVES_WAY, MeasureRef("Duty a", "a"))}
    assert unsure(stacked) == {"some": False}
    own = layer("b", 5)
    own = own._replace(period=own.period.model_copy(update={"excluded_by": ("a",)}))
    assert counted(stack([own, layer("a", 10)], [])) == ["a"]
