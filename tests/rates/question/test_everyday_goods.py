"""Names of goods from all parts of the tariff schedule, with the heading that they belong to."""

import pytest

from bot.errors import UnclearQuestion
from bot.rates.ledger import Ledger
from bot.rates.question.parse import parse_query
from tests.rates.schedule.made import DAY

HEADINGS = {
    "live cattle": "0102",
    "beef": "02",
    "frozen shrimp": "0306",
    "salmon": "0302",
    "swiss cheese": "0406",
    "honey": "0409",
    "cut flowers": "0603",
    "garlic": "0703",
    "tomatoes": "0702",
    "avocados": "0804",
    "coffee": "0901",
    "black pepper": "0904",
    "fresh ginger": "0910",
    "basmati rice": "1006",
    "olive oil": "1509",
    "canned tuna": "1604",
    "cocoa beans": "1801",
    "egg noodles": "1902",
    "apple juice": "2009",
    "beer": "2203",
    "red wine": "2204",
    "scotch whisky": "2208",
    "wine vinegar": "2209",
    "dog food": "2309",
    "cement": "2523",
    "vitamin c": "2936",
    "fertilizer": "31",
    "nail polish": "3304",
    "scented candle": "3406",
    "rubber tires": "4011",
    "leather handbags": "4202",
    "wood pellets": "4401",
    "softwood lumber": "44",
    "plywood": "4412",
    "wooden spoon": "4419",
    "corrugated boxes": "4819",
    "books": "49",
    "carpets": "57",
    "cotton t-shirts": "6109",
    "silk scarf": "6",
    "bed linen": "6302",
    "leather shoes": "64",
    "hats": "650",
    "umbrella": "6601",
    "ceramic tile": "6907",
    "wine glasses": "7013",
    "diamonds": "7102",
    "gold bars": "7108",
    "steel pipe fittings": "7307",
    "steel nails": "731",
    "copper wire": "74",
    "aluminum foil": "7607",
    "kitchen knives": "8211",
    "door locks": "8301",
    "water pump": "8413",
    "ball bearing": "8482",
    "power banks": "8507",
    "oil filter": "8421",
    "wheel nuts": "731",
    "gold necklace": "7113",
    "vape pens": "8543",
    "ice cream": "2105",
    "dining table": "940",
    "spark plugs": "8511",
    "hair dryer": "8516",
    "rice cooker": "8516",
    "led lamp": "8539",
    "usb cable": "8544",
    "car seat": "9401",
    "e-bike": "8711",
    "toothbrush": "9603",
    "sunglasses": "9004",
    "hearing aids": "9021",
    "watch": "910",
    "electric guitar": "92",
    "mattress": "9404",
    "plastic toys": "9503",
}


@pytest.mark.parametrize(("text", "heading"), HEADINGS.items())
def test_everyday_goods_have_their_heading(text: str, heading: str, ledger: Ledger) -> None:
    query = parse_query(f"us china {text}", ledger.parties, DAY, ledger.reader)
    wanted = ledger.reader.read_any(query.product or "")
    codes = [code for one in wanted.goods for code in ledger.goods.by_id[one].hs]
    assert codes
    assert all(code.startswith(heading) for code in codes)


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("lace", "5804"),
        ("capers", "0711"),
        ("citric acid", "2918"),
        ("water bottle", "3923"),
        ("phone case", "4202"),
        ("wire rope", "7312"),
        ("coat hangers", "4421"),
        ("nail gun", "8205"),
        ("tractor parts", "8708"),
        ("coffee filters", "4823"),
        ("picture frame", "8306"),
    ],
)
def test_other_goods_are_asked_about_with_their_heading(
    text: str, heading: str, ledger: Ledger
) -> None:
    with pytest.raises(UnclearQuestion) as raised:
        parse_query(f"us china {text}", ledger.parties, DAY, ledger.reader)
    offered = dict(raised.value.options)
    assert len(offered) <= 4
    assert f"🇺🇸 🇨🇳 {heading}" in offered.values()
    assert all(len(label) <= 70 for label in offered)
