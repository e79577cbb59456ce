"""The words next to names of goods: those that change what the goods are, and those that do not."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.rates.question.stemming import stem_words
from bot.text.folding import fold_case

IGNORED = frozenset(
    str.split(
        "a ad add additional all an and any are article as at be by customs deal duty for "
        "from good how import imported in including into is it item its layer levy listed "
        "made making manufactured much no of on or other our paid pay product rate s section "
        "special tariff tax taxed than that the this to total under us valorem what which with"
    )
)
_WORD_OR_BREAK = re.compile(r"[a-z0-9'&.-]+|[,;/+]")
CHANGES_MEANING = frozenset({"toy", "doll"})
"""Words before other goods that say what these are: `toy cars` are toys."""
ONLY_ALONE = frozenset(
    str.split(
        "oil gas fuel chip game switch range plane light spirit needle nail bolt sheet bar gin "
        "perry art pulp tablet trainer pool power drug washer dryer loader monitor crane dish bulb "
        "milk cream butter plug flour vinegar sauce iron nut pen bag car table bed soda bike "
        "engine machine lead resin gun seed"
    )
)
"""Names of goods that mean other goods after an unknown word or after goods: `fish oil`."""
TAILS = frozenset(
    str.split(
        "company business industry sector manufacturer supplier supply content new used raw fresh "
        "frozen chilled dried canned organic large small big cheap finished unfinished pair unit "
        "lot kg shipment pound refund exclusion exempt quota list value usd dollar question "
        "situation thing stuff sale retail wholesale online order amazon temu shein ebay number "
        "certain personal use gift sample bulk commercial domestic foreign made origin year month "
        "week day date hs hts"
    )
)
"""Words after goods that do not change what the goods are."""
PROCESSED: Mapping[str, tuple[str, ...]] = {
    "frozen": ("07", "08"),
    "dried": ("07", "08"),
    "canned": ("02", "03", "07", "08"),
    "tinned": ("02", "03", "07", "08"),
    "roasted": ("08", "12"),
    "smoked": ("02", "03"),
    "pickled": ("07", "08"),
    "cooked": ("02", "03", "07"),
    "breaded": ("02", "03", "07"),
}
"""By word, the chapters of food that the word turns into other goods: `canned peaches`."""
OWN_WORDS = {
    "headline": "headline;goods in general;all goods;everything;overall;general rate;general;"
    "all products;goods generally;outside usmca;goods outside usmca;non usmca;non usmca goods;"
    "not under usmca;not entered under usmca;goods not entered under usmca",
    "alone": "only;alone;layer;layer only;that layer only;that layer;layer alone;just;by itself;"
    "single layer",
    "sum": "all layers;all the layers;every layer;all duties;in total",
    "with_base": "including base;including the base;including base rate;including the base rate;"
    "including mfn;including the mfn rate;with base;with the base;with base rate;with mfn;in all;"
    "all in;base included;incl base;incl mfn;plus mfn;plus base;"
    "plus the base rate;landed;total duty;everything included",
}
"""By kind, the phrases that name neither goods nor duties."""
NOT_ALONE = frozenset({"single", "double", "revenue", "collection", "set", "class", "part"})
"""Words that lead to no heading without another word."""
_PARTICIPLE = re.compile(r"[a-z]{2,}[^e]ed")
"""Words after goods that describe them: `steel coated`, but not `cotton seed`."""
_MADE_OF = {("made", "of"), ("made", "from"), ("constructed", "of"), ("consisting", "of")}
_OUT_OF = ("made", "out", "of")
_METALS = frozenset({"steel", "aluminium", "copper", "nickel", "zinc", "titanium"})
"""Goods that form a list without commas: `steel aluminum`."""
MATERIALS = frozenset(
    str.split(
        "wood wooden steel aluminium aluminum copper iron metal plastic leather glass cotton "
        "rubber ceramic bamboo wool silk paper"
    )
)
"""What goods are made of, as the first word of their names: `steel pipes`."""
VEHICLES = frozenset({"ev", "car", "truck"})
"""What parts are for, as the first word of their names: `ev battery`."""
HEADS = frozenset({"machine", "maker", "grinder", "appliance", "oil", "juice", "flour", "powder"})
"""Goods that other languages put before what they are for or made of: `machine coffee`."""
_MATERIAL_GOODS = frozenset({"plastics", "leather", "lumber"})
"""Goods that are no kind of the goods before them: `chair plastic`."""
_NO_PLURALS = frozenset({"clothes", "goods", "sports"})
"""Words with the ending of a plural that stand before other goods: `clothes hangers`."""


class Item(NamedTuple):
    """A name of goods, or an unknown word."""

    words: tuple[str, ...]
    goods: tuple[str, ...] = ()
    is_plural: bool = False


class ProductWords(NamedTuple):
    """The words of a text."""

    words: tuple[str, ...]
    """As `stem_words` returns them."""
    breaks: frozenset[int]
    """The positions of words that begin a new item of a list, for example after a comma."""
    plurals: frozenset[int]
    """The positions of plurals."""


def split_words(text: str) -> ProductWords:
    """The words of a text without codes."""
    words: list[str] = []
    breaks: set[int] = set()
    plurals: set[int] = set()
    for run in _WORD_OR_BREAK.findall(fold_case(text)):
        if run in ",;/+":
            breaks.add(len(words))
            continue
        words.extend(stem_words(run))
        if words and run.endswith("s") and not words[-1].endswith("s") and run not in _NO_PLURALS:
            plurals.add(len(words) - 1)
    return ProductWords(tuple(words), frozenset(breaks), frozenset(plurals))


def ends_item(run: list[Item], goods: tuple[str, ...]) -> bool:
    """Whether these goods are no phrase with the goods before them, but the next item of a list.

    Unknown words may stand between: `steel alu copper`, `vanities reach cabinets`.
    """
    named = [item for item in run if item.goods]
    if not named:
        return False
    if named[-1].is_plural:
        return True
    # `car steel` names two goods, because no metal is a kind of car.
    is_metal = not _METALS.isdisjoint(goods)
    if not _MATERIAL_GOODS.isdisjoint(goods):
        return len(named[-1].words) == 1 and MATERIALS.isdisjoint(named[-1].words)
    return is_metal and (len(named[-1].words) == 1 or not _METALS.isdisjoint(named[-1].goods))


def is_tail(before: Item, item: Item) -> bool:
    """Whether the word does not change what the goods before it are."""
    word = item.words[0]
    describes = word in TAILS or len(word) == 1 or word[0].isdigit() or _PARTICIPLE.fullmatch(word)
    # English has singulars before the last word of a phrase, so a plural is its last: `toys lego`.
    after_plural = bool(before.goods) and before.is_plural and not item.is_plural
    return not item.goods and (bool(describes) or after_plural)


def is_material(words: Sequence[str], at: int) -> bool:
    """Whether the words before position `at` say that it is what other goods are made of."""
    return tuple(words[max(at - 2, 0) : at]) in _MADE_OF or tuple(words[at - 3 : at]) == _OUT_OF
