"""Maps words of trade news to concepts, and weighs words for comparing stories.

Names have the highest weight, and common words of trade news a low weight. Stop words are ignored.
"""

import re
from collections.abc import Iterator, Mapping

from bot.text.folding import fold, fold_case

_WORD = re.compile(r"[A-Za-z]+|\d+(?:\.\d+)?%?")
_NOTICE = re.compile(r"^(?:Certain\s)?([A-Z][^:]{1,120}?)\s[Ff]rom\s[^:]{1,120}:")
_OBJECT = re.compile(
    r"\b(?i:tariffs?|dut(?:y|ies)|lev(?:y|ies)|surtax|quotas?|probes?|investigations?|inquiry|case|"
    r"cap|ban|dispute|quarrel|row|spat|clash)\s(?:\w+\s){0,2}?(?:[Oo]n|[Ii]nto|[Oo]ver|[Oo]f)\s([\w'-]+(?:\s[\w'-]+){0,3}?)"
    r"(?=$|[^\w\s'-]|\s(?:from|to|for|after|as|by|in|of|with|until|at|amid|before|says?)\b)"
)
_CAPITAL = re.compile(r"\b[A-Z][A-Za-z]+")
_ENDINGS = re.compile(r"(?:ies|es|s|ed|ing)$")

_CONCEPTS = {
    "duty": "tariff tariffs duty duties levy levies surcharge surcharges tax taxes surtax douane "
    "zoll zolle strafzolle arancel aranceles dazi",
    "talk": "talk talks negotiation negotiations negotiate meeting meet meets met round discuss "
    "discussions consultations dialogue summit delegation negotiator",
    "deal": "deal deals agreement agreements agree agrees agreed pact pacts accord truce "
    "framework ceasefire fta abkommen handelsabkommen acuerdo accordo",
    "court": "court courts judge judges justices tribunal panel bench circuit cour gericht "
    "handelsgericht corte tribunale",
    "supreme": "supreme scotus suprema supremo",
    "emergency": "emergency ieepa",
    "ruling": "ruling rulings rule rules ruled verdict judgment decision opinion holds held",
    "void": "void voids voided annul annuls annulled strike strikes struck block blocks blocked "
    "throws threw invalid unlawful illegal invalidates overturns bars quashes annule annulle kippt "
    "anula",
    "stay": "stay stays stayed pause pauses paused reinstates reinstate suspends hold keeps",
    "appeal": "appeal appeals appealed appellate",
    "raise": "raise raises raised raising rise rises rising hiking increasing goes hike hikes "
    "hiked increase increases double doubles doubled doubling impose imposes imposed "
    "imposing slap slaps slapped higher",
    "cut": "cut cuts cutting lower lowers lowered lowering slashing reducing easing falling "
    "reduce reduces reduced slash slashes slashed halve halves fall falls drop drops "
    "ease eases scrap scraps scrapped remove removes exempt exempts exempted lifts "
    "lifted",
    "delay": "delay delays delayed postpone postpones postponed extend extends extended "
    "extension puts off putting moves until suspends suspended backtracks defers",
    "threat": "threaten threatens threatened threat warns vows recommend recommends wants calls",
    "charge": "sets set puts put charge charges announces announced",
    "answer": "retaliate retaliates retaliation retaliatory countermeasures counter respond answer",
    "stall": "stall stalled stalls slow slowed slows deadlock deadlocked",
    "end": "end ends halt halts break breaks stop stops close closes terminate terminates",
}
_GOODS = {
    "vehicles": "car cars auto autos vehicle vehicles automobiles ev evs carmakers automakers",
    "trucks": "truck trucks",
    "steel": "steel steelmakers",
    "aluminium": "aluminium aluminum",
    "copper": "copper cathodes",
    "gold": "gold",
    "medicines": "pharma pharmaceuticals drugs drugmakers medicines",
    "chips": "chips chipmakers semiconductors semiconductor polysilicon",
    "phones": "phones smartphones iphones iphone",
    "drink": "wine wines whiskey whisky bourbon spirits champagne",
    "dairy": "dairy milk cheese butter",
    "meat": "beef pork poultry chicken",
    "fish": "fish seafood shrimp salmon lobster",
    "soy": "soybeans soybean soy soyabeans",
    "canola": "canola rapeseed",
    "grain": "corn wheat barley rice",
    "wood": "lumber timber softwood",
    "furniture": "furniture cabinets cabinet vanities sofas",
    "pasta": "pasta spaghetti",
    "robots": "robots robotics robot",
    "turbines": "turbines turbine",
    "minerals": "minerals earths magnets graphite lithium",
    "solar": "solar",
    "energy": "oil gas lng coal energy electricity",
    "clothes": "clothes clothing apparel textiles garments garment footwear shoes",
    "toys": "toys toy toymaker",
    "parcels": "parcel parcels package packages minimis",
    "tyres": "tyres tires",
    "aircraft": "aircraft planes jets airbus boeing",
    "films": "films movies film",
    "cotton": "cotton",
    "sugar": "sugar",
    "nickel": "nickel",
    "tomatoes": "tomatoes",
    "drones": "drones",
    "glue": "glue",
    "paper": "paper newsprint",
    "fertiliser": "fertiliser fertilizer fertilisers fertilizers potash",
    "coffee": "coffee cocoa bananas",
    "appliances": "appliances fridges refrigerators washers dishwashers",
    "plastics": "plastics pvc vinyl resin resins polyester",
    "chemicals": "chemicals melamine solvents",
    "glass": "glass fibreglass fiberglass",
    "machinery": "machinery excavators bulldozers",
    "buses": "buses",
    "fruit": "fruit juice citrus oranges apples avocados",
    "olives": "olives",
    "nuts": "nuts almonds pistachios",
    "eggs": "eggs",
    "ships": "ships cranes",
    "batteries": "batteries battery",
    "tobacco": "tobacco cigarettes",
    "cement": "cement clinker",
    "tiles": "tiles ceramics",
    "honey": "honey",
    "tea": "tea",
}


def _index_words(classes: Mapping[str, str]) -> dict[str, str]:
    return {word: name for name, words in classes.items() for word in words.split()}


def _index_goods() -> dict[str, str]:
    """The kind of goods by word. Each plural is listed with its singular too."""
    plurals = _index_words(_GOODS)
    singulars = {
        word.removesuffix("s"): kind
        for word, kind in plurals.items()
        if word.endswith("s") and not word.endswith(("ss", "ies")) and word not in _NO_PLURALS
    }
    return singulars | plurals


_NO_PLURALS = frozenset(("earths", "gas", "minimis", "batteries", "buses", "ceramics"))
"""Words without a singular, or with one that means something else."""
_GOODS_OF = _index_goods() | {"bus": "buses", "earth": "minerals"}
_CONCEPT_OF = _index_words(_CONCEPTS) | _GOODS_OF

# Weights of common words. Names of parties have a low weight, because `matching` compares parties
# separately.
_COMMON = dict.fromkeys(("duty", "deal", "talk", "charge", "threat", "court", "ruling"), 0.35)
_COMMON |= dict.fromkeys(
    str.split(
        "trade trump president import export good goods government country countries economy "
        "economic global world state minister official american america united china chinese "
        "beijing eu european europe brussels canada canadian ottawa mexico mexican japan "
        "japanese tokyo korea korean seoul india indian delhi britain british uk london germany "
        "german france french swiss switzerland brazil brazilian vietnam indonesia thailand "
        "taiwan australia turkey russia russian south north new year week day month monday "
        "tuesday wednesday thursday friday saturday sunday percent washington house white "
        "administration expects effect take takes free section"
    ),
    0.25,
)
_NAME, _PLAIN = 1.0, 0.6
_STOP_WORDS = frozenset(
    str.split(
        "a an the and or but of in on at to for from by with as is are was were be been will would "
        "could may might has have had it its that this these those he she they his her their them "
        "not no after before over under into than then what which who whom when how why said say "
        "says told tell more most less up down out about against if so also all both some any can "
        "do does did us s t u per because while where there one two three first last next"
    )
)
_NO_NAMES = _STOP_WORDS | _COMMON.keys() | _CONCEPT_OF.keys()


def weigh_words(text: str) -> Iterator[tuple[str, float]]:
    """The words of a text in order, each as its concept or its stem, with the weight."""
    for spelt in _WORD.findall(fold(text)):
        word = spelt.lower()
        if word not in _STOP_WORDS:
            concept = _CONCEPT_OF.get(word) or _stem(word)
            common = _COMMON.get(concept, _COMMON.get(word))
            yield concept, common or (_PLAIN if spelt.islower() else _NAME)


def find_names(text: str) -> frozenset[str]:
    """The capitalized words of a text without common words, in lower case."""
    capitals = (word.lower() for word in _CAPITAL.findall(fold(text)))
    return frozenset(word for word in capitals if word not in _NO_NAMES)


def find_goods(text: str) -> frozenset[str]:
    """The kinds of goods that a text names."""
    words = _WORD.findall(fold_case(text))
    return frozenset(_GOODS_OF[word] for word in words if word in _GOODS_OF)


def find_objects(text: str) -> frozenset[str]:
    """The words that say what an act is about: those after "on", "into" or "over".

    In the title of an official notice ("Glycine From India: Final Results"), the words before
    "From" are the object.
    """
    notice = _NOTICE.match(text)
    phrases = [notice[1]] if notice else _OBJECT.findall(fold(text))
    return frozenset(
        word
        for phrase in phrases
        for word, weight in weigh_words(phrase)
        if weight >= _PLAIN and not word[0].isdigit()
    )


def _stem(word: str) -> str:
    return _ENDINGS.sub("", word) if len(word) > 4 else word
