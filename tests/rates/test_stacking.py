"""Which layers of duty a total counts, each rule on layers made by hand."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pytest

from bot.rates.model.goods import Fit
from bot.rates.model.measure import Calc, Status
from bot.rates.model.warnings import Exclusion, Reason
from bot.rates.stacking import Layer, Stacked, stack
from tests.rates.made import layer

PARTIAL, HEADING, NAMED = Fit.PARTIAL, Fit.HEADING, Fit.NAMED
A_B = {"a": 0, "b": 1}


def counted(stacked: Stacked) -> list[str]:
    return [each.measure.id for each in stacked.counted]


def unsure(stacked: Stacked) -> dict[str, bool]:
    """The layers that do not count, and whether they may be due all the same."""
    return {left.layer.measure.id: left.unsure for left in stacked.left_out}


def test_layers_add_up() -> None:
    stacked = stack([layer("a", 10), layer("b", "2.5"), layer("c", 25)], [])
    assert counted(stacked) == ["a", "b", "c"]
    assert stacked.total == Decimal("37.5")
    assert stacked.left_out == ()


def test_nothing_adds_up_to_zero() -> None:
    assert stack([], []) == Stacked((), ())
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
def test_a_rate_counts_where_customs_charges_it(
    status: Status, percent: int | None, counts: bool
) -> None:
    stacked = stack([layer("a", percent, status=status)], [])
    assert counted(stacked) == (["a"] if counts else [])
    assert unsure(stacked) == ({} if counts else {"a": False})


def test_each_state_of_an_uncharged_rate_has_a_reason_of_its_own() -> None:
    states = (Status.SUSPENDED, Status.ANNOUNCED, Status.STRUCK_DOWN, Status.IN_FORCE)
    stacked = stack([layer(str(each), 0, status=each) for each in states], [])
    assert len({left.exclusion for left in stacked.left_out}) == len(states)


def test_a_freed_layer_keeps_its_reason() -> None:
    quota = Exclusion(Reason.PARTNER_EXEMPT)
    stacked = stack([layer("a", exempt=quota), layer("b", 5)], [])
    assert counted(stacked) == ["b"]
    assert [(left.exclusion, left.unsure) for left in stacked.left_out] == [(quota, False)]


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
def test_a_line_pays_one_duty_of_a_set(
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
def test_of_three_the_closest_fits_decide_whether_the_rates_differ(
    percents: tuple[int, int, int], left: dict[str, bool]
) -> None:
    fits = {"a": HEADING, "b": NAMED, "c": NAMED}
    layers = [
        layer(one, percent, fit) for (one, fit), percent in zip(fits.items(), percents, strict=True)
    ]
    stacked = stack(layers, [{"c": 0, "b": 1, "a": 2}])
    assert counted(stacked) == ["c"]
    assert unsure(stacked) == left


def test_each_set_is_judged_by_itself() -> None:
    layers = [layer(one, 10, NAMED) for one in ("a", "b", "c", "d")]
    sets: list[Mapping[str, int]] = [{"b": 0, "a": 1}, {"c": 0, "d": 1}]
    assert counted(stack(layers, sets)) == ["b", "c"]


@pytest.mark.parametrize("given", [{"fit": PARTIAL}, {"excluded_reason": "an average"}])
def test_what_is_never_part_of_a_sum_counts_where_it_is_all_that_was_asked_for(
    given: dict[str, Fit | str],
) -> None:
    alone = layer("a", 10, **given)  # type: ignore[arg-type]
    other = layer("b", 5)
    assert unsure(stack([alone], [])) == {"a": True}
    assert counted(stack([alone], [], by_itself=True)) == ["a"]
    assert counted(stack([alone, other], [], by_itself=True)) == ["b"]
    assert unsure(stack([alone, other], [], by_itself=True)) == {"a": True}


def test_the_reason_of_what_is_kept_aside_is_its_own() -> None:
    [left] = stack([layer("a", excluded_reason="an average of lines")], []).left_out
    assert left.exclusion == Exclusion(Reason.NEVER_SUMMED, text="an average of lines")


def test_a_layer_gives_way_to_one_that_counts() -> None:
    yields = layer("a", 10, excluded_by=("z", "b"))
    assert counted(stack([yields, layer("b", 5)], [])) == ["b"]
    assert unsure(stack([yields, layer("b", 5)], [])) == {"a": False}


def test_a_layer_does_not_give_way_to_one_that_does_not_count() -> None:
    yields = layer("a", 10, excluded_by=("b",))
    for other in (layer("b", 5, status=Status.SUSPENDED), layer("b", 5, PARTIAL), layer("c", 5)):
        assert "a" in counted(stack([yields, other], []))


def test_an_all_in_rate_counts_with_its_own_number() -> None:
    one = layer("a", 15)
    all_in = one._replace(period=one.period.model_copy(update={"calc": Calc.ALL_IN_CEILING}))
    assert stack([all_in, layer("b", 5)], []).total == 20
