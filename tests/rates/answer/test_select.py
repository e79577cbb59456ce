"""Which measures a question is about, with a made-up ledger."""

from datetime import date
from typing import Any

import pytest

from bot.errors import QueryError
from bot.parties import WORLD
from bot.rates.answer.select import build_context, check_pair, choose_measures, select_layers
from bot.rates.ledger import Ledger
from bot.rates.model.answer import TotalBasis
from bot.rates.model.goods import Good
from tests.rates.made import ledger, sheet, written

DAY, JULY = date(2026, 6, 15), date(2026, 7, 1)
GENERAL, ON_GOODS, LAYER = TotalBasis.GENERAL, TotalBasis.GOODS, TotalBasis.LAYER
BAN: dict[str, Any] = {"percent": None, "banned": True}
ORDER: dict[str, Any] = {"legal_basis": "Order 5"}


def on(goods: str) -> dict[str, Any]:
    return {"scope": {"goods": [goods]}}


def made() -> Ledger:
    return ledger(
        sheet(
            written("general", {}, general=True, names=["base layer"]),
            written("world", {"percent": 5}, partners=[WORLD], general=True) | ORDER,
            written("steel", {"percent": 50}, names=["steel list"], **on("steel")),
            written("ahead", {"from": JULY}, names=["steel list"], **on("pipes")),
            written("some", {"percent": 7}, names=["tubes"], scope={"hs": ["730411"]}),
            written("order", {"percent": 3}, **on("wine")) | ORDER,
            written("wool", {"percent": 4}, **on("wool")) | {"legal_basis": "Act 7"},
            written("ban", BAN, **on("cheese")),
            written("cheese", {"percent": 30}, names=["cheese list"], **on("cheese")),
            written("lone", {"percent": 2}, names=["lone list"]),
            bases={"Order 5": ["fifth order"], "Act 7": [], "Act 9": []},
        ),
        goods=[
            Good(id="steel", name="steel", hs=("72", "73")),
            Good(id="pipes", name="pipes", hs=("7304",), part_of=("steel",)),
            Good(id="wine", name="wine"),
            Good(id="wool", name="wool"),
            Good(id="cheese", name="cheese"),
            Good(id="silk", name="silk"),
        ],
    )


CHOSEN: list[tuple[str | None, str, TotalBasis, list[str]]] = [
    (None, "CN", GENERAL, ["general", "world"]),
    ("  ", "CN", GENERAL, ["general", "world"]),
    ("goods in general", "CN", GENERAL, ["general", "world"]),
    ("zzqqx", "CN", GENERAL, ["general", "world"]),
    ("only", "CN", GENERAL, ["general", "world"]),
    ("steel", "CN", ON_GOODS, ["general", "world", "steel", "ahead", "some"]),
    ("all goods steel", "CN", ON_GOODS, ["general", "world", "steel", "ahead", "some"]),
    ("pipes", "CN", ON_GOODS, ["general", "world", "steel", "ahead", "some"]),
    ("silk", "CN", ON_GOODS, ["general", "world"]),
    ("7304.11", "CN", ON_GOODS, ["general", "world", "some"]),
    # Words for goods in general ("all goods") are ignored if the text names anything else.
    ("all goods 7304.11", "CN", ON_GOODS, ["general", "world", "some"]),
    ("all goods tubes", "CN", LAYER, ["some"]),
    ("all goods fifth order", "CN", LAYER, ["world"]),
    # A question about all partners finds only measures on all partners.
    ("steel", WORLD, ON_GOODS, ["world"]),
    # Layers are named; if goods are named too, only the layer that fits them best is chosen.
    ("steel list", "CN", LAYER, ["steel", "ahead"]),
    ("steel list pipes", "CN", LAYER, ["steel"]),
    ("steel list wine", "CN", LAYER, ["steel", "ahead"]),
    ("steel list 7304", "CN", LAYER, ["steel", "ahead"]),
    ("tubes", "CN", LAYER, ["some"]),
    ("base layer", "CN", LAYER, ["general"]),
    # A legal basis is named: its measures on the named goods, or else those on all goods.
    ("fifth order", "CN", LAYER, ["world"]),
    ("fifth order wine", "CN", LAYER, ["order"]),
    ("fifth order steel", "CN", LAYER, ["world"]),
    ("act 7", "CN", LAYER, ["wool"]),
    # A legal basis of which the pair has no measure is ignored.
    ("act 9", "CN", LAYER, ["general", "world"]),
    ("act 9 wool", "CN", LAYER, ["wool"]),
    # "only" chooses the measures that fit the goods best.
    ("steel only", "CN", LAYER, ["steel"]),
    ("silk only", "CN", LAYER, ["general", "world"]),
]


@pytest.mark.parametrize(("product", "partner", "basis", "expected"), CHOSEN)
def test_a_question_chooses_measures(
    product: str | None, partner: str, basis: TotalBasis, expected: list[str]
) -> None:
    found, chosen = choose_measures(build_context(made(), "US", partner, DAY, product))
    assert (found, [each.id for each in chosen]) == (basis, expected)


@pytest.mark.parametrize(
    ("product", "expected"),
    [("steel", ["steel"]), ("pipes", ["steel"]), ("metals", ["general", "steel"])],
)
def test_goods_of_all_origins_pay_only_certain_duties(product: str, expected: list[str]) -> None:
    everyone: dict[str, Any] = {"partners": [WORLD]}
    one = ledger(
        sheet(
            written("general", {}, general=True, **everyone),
            written("steel", {}, **everyone, **on("steel")),
        ),
        goods=[
            Good(id="metals", name="metals"),
            Good(id="steel", name="steel", part_of=("metals",)),
            Good(id="pipes", name="pipes", part_of=("steel",)),
        ],
    )
    _, chosen = choose_measures(build_context(one, "US", WORLD, DAY, product))
    assert [each.id for each in chosen] == expected


LAYERS: list[tuple[str | None, list[str], list[str], str | None]] = [
    (None, ["general", "world"], [], None),
    ("steel", ["general", "world", "steel"], ["some"], None),
    # Named layers count even if the text names other goods. A ban on the goods counts too.
    ("lone list", ["lone"], [], None),
    ("steel list silk", ["steel"], [], None),
    ("act 7", ["wool"], [], None),
    ("cheese list", ["cheese"], [], None),
    ("cheese list cheese", [], ["cheese", "ban"], "ban"),
    ("cheese only", [], ["ban", "cheese"], "ban"),
    ("cheese", [], ["general", "world", "ban", "cheese"], "ban"),
    # If a word of the text is unknown, the answer does not say that the goods are banned.
    ("zzqqx cheese", ["general", "world", "cheese"], ["ban"], None),
    ("tubes", ["some"], [], None),
]


@pytest.mark.parametrize(("product", "counted", "left", "ban"), LAYERS)
def test_layers_of_a_question_are_counted_left_out_or_banned(
    product: str | None, counted: list[str], left: list[str], ban: str | None
) -> None:
    stacked = select_layers(build_context(made(), "US", "CN", DAY, product)).stacked
    assert [each.measure.id for each in stacked.counted] == counted
    assert [each.layer.measure.id for each in stacked.excluded] == left
    assert (stacked.ban and stacked.ban.measure.id) == ban


def test_only_the_beginning_of_a_long_product_is_read() -> None:
    read = build_context(made(), "US", "CN", DAY, "steel," + " " * 289 + "wine wool")
    assert read.wanted is not None
    assert read.wanted.goods == ("steel", "wine")


def test_there_is_no_border_within_a_customs_territory() -> None:
    book = made()
    for imposer, partner, names in (
        ("DE", "EU", ("Germany", "European Union")),
        ("EU", "DE", ("European Union", "Germany")),
        ("US", "US", ("United States", "United States")),
    ):
        with pytest.raises(QueryError) as refused:
            check_pair(imposer, partner, book)
        cause = f"shares a customs territory with {names[1]}"
        assert (refused.value.thing, refused.value.cause) == (names[0], cause)
    check_pair("US", "DE", book)
