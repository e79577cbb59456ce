"""Product texts are read as goods, layers, legal bases and codes of a made-up vocabulary."""

from collections.abc import Iterable

import pytest

from bot.rates.model.goods import Good, Goods
from bot.rates.question.product.parsed import ParsedProduct
from bot.rates.question.product.reader import ProductReader
from tests.rates.made import measure

GOODS = [
    Good(id="ev-batteries", name="EV batteries", names=("car batteries",), hs=("850760",)),
    Good(id="batteries", name="batteries", names=("accumulators",), hs=("8507",)),
    Good(id="steel", name="steel", names=("iron and steel",), hs=("72",)),
    Good(id="tin", name="tin", hs=("80",)),
    Good(id="zinc", name="zinc"),
    Good(id="washers", name="washing machines", names=("white goods",)),
    Good(id="swatches", name="watching machines"),
    Good(id="irons", name="ironing machines"),
    Good(id="sewers", name="sewing machines"),
    Good(id="mowers", name="mowing machines"),
]
LAYERS = frozenset({"list", "other"})


def reader() -> ProductReader:
    measures = [
        measure("list", name="List 3", names=("list three", "steel")),
        measure("other", name="List 4A"),
    ]
    bases: dict[str, Iterable[str]] = {"Section 301": ["unfair trade"], "Order 5": ()}
    return ProductReader(Goods(GOODS), measures, bases)


READINGS: list[tuple[str, ParsedProduct]] = [
    ("", ParsedProduct("")),
    ("the", ParsedProduct("the")),
    ("Tin", ParsedProduct("Tin", goods=("tin",))),
    # Of several matching phrases, the longest one is read.
    ("car batteries", ParsedProduct("car batteries", goods=("ev-batteries",))),
    ("ev-batteries", ParsedProduct("ev-batteries", goods=("ev-batteries",))),
    ("batteries and tin", ParsedProduct("batteries and tin", goods=("batteries", "tin"))),
    ("tin tin", ParsedProduct("tin tin", goods=("tin",))),
    ("iron and steel", ParsedProduct("iron and steel", goods=("steel",))),
    # "steel" is the name of goods and of a layer.
    ("steel", ParsedProduct("steel", goods=("steel",), layers=("list",))),
    ("list 3", ParsedProduct("list 3", layers=("list",))),
    ("list three only", ParsedProduct("list three only", layers=("list",), alone=True)),
    ("tin all duties only", ParsedProduct("tin all duties only", goods=("tin",))),
    ("unfair trade", ParsedProduct("unfair trade", bases=("Section 301",))),
    ("order 5 tin", ParsedProduct("order 5 tin", goods=("tin",), bases=("Order 5",))),
    ("goods in general", ParsedProduct("goods in general", headline=True)),
    ("tin landed", ParsedProduct("tin landed", goods=("tin",), with_base=True)),
    # With a code, goods only select some of the goods of that code.
    (
        "8507.60 car batteries tin",
        ParsedProduct("8507.60 car batteries tin", codes=("850760",), goods=("ev-batteries",)),
    ),
    ("8001 tin", ParsedProduct("8001 tin", codes=("8001",), goods=("tin",))),
    ("8507 purple", ParsedProduct("8507 purple", codes=("8507",), unknown=("purple",))),
    ("list 4a purple", ParsedProduct("list 4a purple", layers=("other",), unknown=("purple",))),
    ("order 5 purple", ParsedProduct("order 5 purple", bases=("Order 5",), unknown=("purple",))),
    ("purple tin", ParsedProduct("purple tin", goods=("tin",), unknown=("purple",))),
    # A misspelled name is read as the goods.
    (
        "accumulatrs",
        ParsedProduct("accumulatrs", goods=("batteries",), read_as="batteries"),
    ),
    ("steell", ParsedProduct("steell", goods=("steel",), read_as="steel")),
    ("zincs x", ParsedProduct("zincs x", goods=("zinc",), unknown=("x",))),
    ("zinck", ParsedProduct("zinck", unknown=("zinck",))),
    ("whte goods", ParsedProduct("whte goods", goods=("washers",), read_as="washing machines")),
    ("washing", ParsedProduct("washing", unknown=("washing",))),
    ("zzqqx", ParsedProduct("zzqqx", unknown=("zzqqx",))),
]


@pytest.mark.parametrize(("text", "expected"), READINGS)
def test_a_text_is_read(text: str, expected: ParsedProduct) -> None:
    assert reader().read(text, LAYERS) == expected


def test_only_layers_of_the_pair_can_be_meant() -> None:
    one = reader()
    assert one.read("list 3", frozenset({"other"})).layers == ()
    assert one.read("steel", frozenset()) == ParsedProduct("steel", goods=("steel",))
    assert one.read_any("list 3").layers == ("list",)


@pytest.mark.parametrize(
    ("text", "knows", "names", "understands"),
    [
        ("tin", True, True, True),
        ("8507", True, True, True),
        ("list 3", False, True, True),
        ("order 5", False, True, True),
        ("goods in general", False, False, True),
        ("the", False, False, True),
        ("zzqqx", False, False, False),
        ("zzqqx tin", True, True, True),
    ],
)
def test_a_text_is_goods_a_layer_or_nothing(
    text: str, knows: bool, names: bool, understands: bool
) -> None:
    one = reader()
    assert (one.names_goods(text), one.names_any(text), one.understands(text)) == (
        knows,
        names,
        understands,
    )


@pytest.mark.parametrize(
    ("text", "suggested"),
    [
        ("zinck", ("zinc",)),
        ("washing", ("washing machines",)),
        # At most four names, the most similar first.
        (
            "machine",
            ("sewing machines", "mowing machines", "washing machines", "ironing machines"),
        ),
        ("the", ()),
        ("tin", ()),
        ("purple tin", ()),
        ("zzqqx", ()),
    ],
)
def test_similar_names_are_suggested_for_a_text_that_names_nothing(
    text: str, suggested: tuple[str, ...]
) -> None:
    one = reader()
    assert one.suggest_names(one.read_any(text)) == suggested


def test_a_text_names_each_legal_basis_once() -> None:
    text = "Under Order 5, unfair trade (Section 301) and steel of list 3"
    assert reader().names.find_bases(text) == ("Order 5", "Section 301")
    assert reader().names.find_bases("") == ()
