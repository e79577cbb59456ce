"""Places and goods that stand for an economy: `rotterdam`, `kentucky bourbon`, `scotch`."""

import re
from collections.abc import Callable

from bot.rates.question.product.reader import ProductReader

_CITIES = {
    "canada": "toronto montreal vancouver calgary ottawa winnipeg halifax mississauga edmonton",
    "mexico": "monterrey tijuana guadalajara juarez veracruz manzanillo puebla queretaro saltillo",
    "china": "shanghai beijing shenzhen guangzhou ningbo qingdao tianjin xiamen yantian dongguan "
    "dalian suzhou yiwu chongqing chengdu wuhan",
    "netherlands": "rotterdam amsterdam",
    "germany": "hamburg bremerhaven munich frankfurt berlin stuttgart dusseldorf cologne",
    "belgium": "antwerp ghent zeebrugge",
    "france": "marseille lyon bordeaux paris toulouse",
    "italy": "milan genoa trieste turin naples bologna rome",
    "spain": "barcelona valencia algeciras madrid bilbao seville",
    "united kingdom": "london felixstowe southampton liverpool glasgow edinburgh",
    "japan": "tokyo osaka yokohama nagoya kobe",
    "south korea": "seoul busan incheon ulsan",
    "vietnam": "hanoi haiphong saigon",
    "india": "mumbai chennai delhi bangalore kolkata mundra",
    "taiwan": "taipei kaohsiung",
    "thailand": "bangkok",
    "indonesia": "jakarta surabaya",
    "turkey": "istanbul izmir",
    "brazil": "santos",
    "australia": "sydney melbourne brisbane perth",
    "switzerland": "zurich geneva basel",
    "malaysia": "penang",
    "philippines": "manila cebu",
    "bangladesh": "dhaka chittagong",
    "morocco": "casablanca",
}
_ECONOMY_OF = {city: name for name, cities in _CITIES.items() for city in cities.split()}
_STATES = (
    r"alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|hawaii"
    r"|idaho|illinois|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan"
    r"|minnesota|mississippi|missouri|montana|nebraska|nevada|new hampshire|new jersey|new york"
    r"|north carolina|north dakota|ohio|oklahoma|oregon|pennsylvania|rhode island|south carolina"
    r"|south dakota|tennessee|texas|utah|vermont|virginia|west virginia|wisconsin|wyoming"
)
_US_CITIES = "los angeles|long beach|seattle|houston|savannah|chicago|miami|detroit|boston|laredo"
_AT_HOME = f"(?:{_STATES}|{_US_CITIES})"
_FROM_STATE = re.compile(rf"\b(?P<from>from|out of) {_AT_HOME}\b")
_TO_STATE = re.compile(rf"\b(?P<to>to|into) {_AT_HOME}\b")
_STATE_GOODS = re.compile(
    rf"\b(?<!in )(?:{_STATES}) (?P<goods>[a-z]+)\b"
    r"(?! (?:import|compan|business|buyer|distributor|retailer|broker|shop|store|plant|market))"
)
_IN_CITY = re.compile(
    r"\b(?P<head>in|from|to|into|at|of|near|out of) (?:(?:the )?port of )?"
    rf"(?P<city>{'|'.join(_ECONOMY_OF)})\b"
)
_PARTNER = (
    r"(?:importers?|buyers?|clients?|customers?|distributors?|consignees?|retailers?|wholesalers?)"
)
_PARTNER_IN = re.compile(
    rf"\b(?:(?:my|our|the|an?|your|their|will|does|do|for) )*{_PARTNER},? "
    r"(?:(?:based|located|is|are) )*(?:in|from|of) (?:the )?"
    r"(?P<place>[a-z]+(?: [a-z]+)?)"
)
_OF_GOODS = re.compile(rf"\b{_PARTNER} of \w+ \w+$")
_PARTNER_OF = re.compile(rf"\b(?:(?:my|our|the|an?|your|their) )+(?P<place>[a-z]+) {_PARTNER}\b")
_GOODS_OF = {
    "united kingdom": "scotch|scotch whisk(?:y|ies)|stilton|harris tweed",
    "france": r"champagne|cognac|armagnac|calvados|roquefort|camembert|beaujolais|bordeaux wine"
    "|burgundy wine",
    "italy": r"prosecco|parmesan|parmigiano(?:[- ]reggiano)?|prosciutto|grappa|gorgonzola|pecorino"
    r"|chianti|barolo|limoncello|balsamic vinegar",
    "spain": r"manchego|rioja|cava|sherry|jamon|iberico ham|serrano ham",
    "portugal": r"port wine|vinho verde",
    "greece": r"feta|ouzo|metaxa",
    "switzerland": r"gruyere|emmental(?:er)?",
    "netherlands": r"gouda|edam",
    "mexico": r"tequilas?|mezcals?",
    "united states": r"bourbon(?: whiske?y)?|tennessee whiskey",
    "japan": r"sake|kobe beef|wagyu(?: beef)?|matcha",
    "south korea": r"soju|kimchi",
    "india": r"darjeeling(?: tea)?|assam tea|basmati(?: rice)?",
    "sri lanka": r"ceylon tea",
    "new zealand": r"manuka honey",
    "brazil": r"cachaca",
    "cuba": r"havana cigars?|habanos",
    "thailand": r"jasmine rice",
}
_OWN_ORIGINS = {
    name: re.compile(rf"\b(?:{forms})(?:[- ](?:cheese|wine|whisky))?\b")
    for name, forms in _GOODS_OF.items()
}
_CHEESES = re.compile(
    r"\b(?:stilton|roquefort|camembert|gorgonzola|pecorino|parmigiano(?:[- ]reggiano)?|manchego"
    r"|feta|gruyere|emmental(?:er)?|gouda|edam)(?: cheese)?\b"
)


def spell_out_places(text: str, is_economy: Callable[[str], bool], reader: ProductReader) -> str:
    """The text with economies for cities and for states of the US.

    A partner abroad imports: `our importer in rotterdam` becomes `into netherlands` at the end.
    """
    text = _SUPPLIER.sub("via ", text)
    text = _IN_CITY.sub(lambda at: f"{at['head']} {_ECONOMY_OF[at['city']]}", text)
    text = _FROM_STATE.sub(r"\g<from> us", _TO_STATE.sub(r"\g<to> us", text))

    def write(match: re.Match[str]) -> str:
        goods = match["goods"]
        return f"american {goods}" if reader.names_goods(goods) else match.group()

    return _move_partner(_STATE_GOODS.sub(write, text), is_economy, reader.names_goods)


_SUPPLIER = re.compile(
    r"\b(?:suppliers?|vendors?|sellers?|exporters?|agents?|traders?|trading company) "
    r"(?:(?:based|located|is|are) )*(?:in|from) "
    r"(?=[a-z]+ (?:ships?|sells?|sends?|suppl|offers?|exports?))"
)


def _move_partner(
    text: str, is_economy: Callable[[str], bool], names_goods: Callable[[str], bool]
) -> str:
    for pattern in (_PARTNER_IN, _PARTNER_OF):
        if match := pattern.search(text):
            words = match["place"].split()
            if len(words) > 1 and _OF_GOODS.search(match.group()) and names_goods(words[1]):
                # `buyers of venezuelan oil` may import into any economy.
                continue
            for size in range(len(words), 0, -1):
                name = " ".join(words[:size])
                if is_economy(name):
                    left = " ".join(words[size:])
                    rest = f"{text[: match.start()]} {left} {text[match.end() :]}"
                    return f"{rest.rstrip(' ?.!')} into {name}"
    return text


def find_own_origin(text: str) -> str:
    """The economy in which goods of the text are made by their name: `scotch`; may be empty.

    Empty if the goods are made in several.
    """
    found = [name for name, pattern in _OWN_ORIGINS.items() if pattern.search(text)]
    return found[0] if len(found) == 1 else ""


def spell_out_cheeses(text: str) -> str:
    """The text with `cheese` for the name of one."""
    return _CHEESES.sub("cheese", text)
