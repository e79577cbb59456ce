"""A made-up vocabulary of goods: which goods are parts of others, and which have a code."""

import pytest

from bot.rates.model.goods import Good, Goods, format_code

GOODS = [
    Good(id="all", name="all", part_of=("all",)),
    Good(id="metals", name="metals", part_of=("all",)),
    Good(id="steel", name="steel", hs=("72", "73"), part_of=("metals", "absent")),
    Good(id="pipes", name="pipes", hs=("7304",), part_of=("steel",)),
    Good(id="wine", name="wine", hs=("2204",)),
]


def test_goods_list_their_wholes_and_their_parts() -> None:
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
        # The goods with the most similar code come first.
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
