"""Drops parts of a question that name neither goods nor their origin: suffixes, remarks, routes.

It also moves the use of a part before the part: `truck tyre or car tyre`.
"""

import re

from bot.parties import WORLD, Parties
from bot.rates.question.parties import TokenizedQuestion
from bot.rates.question.product.parsed import ParsedProduct
from bot.rates.question.product.reader import ProductReader
from bot.rates.question.query import (
    HOME,
)

_ASIDE, _WORDS_OF_ASIDE = re.compile(r"\((?P<inside>[^()]*)\)"), 5
_TAG = re.compile(
    r",?\s*\bor (?:is|was|are|were) (?:it|that|this|they|these|those)\b(?P<inside>[^,;?\d]*)\??\s*$"
)
"""The other answer to a yes-no question: `or was that only talk`."""
_SELF = re.compile(r"^(?:i am|i'm|im|we are|we're) an? (?P<inside>[^,:;?.]{1,60})[:,]\s*")
"""What the asking person is: `i'm a broker in laredo:`."""
_PAIR = re.compile(
    r"(?<![\w-])(us|usa|eu|uk|cn|jp|[a-z]{4,})-(us|usa|eu|uk|cn|jp|[a-z]{4,})(?![\w-])"
)
"""Two economies with a hyphen: `us-canada talks`."""
_BY_POST = re.compile(
    r"\b(?:(?:sent|shipped|sends|ordered|comes|arrives|delivered|mailed) )?"
    r"(?:by|per|via|in the|through) "
    r"(?:the )?(?:post|mail|air ?mail|parcel post|parcel|courier|express|dhl|fedex|ups|usps)\b"
)
"""How a parcel is sent, which names no goods."""
_ORIGIN_SUFFIX = re.compile(r"\b([a-z]+)-(?:made|origin|produced|grown|built|sourced)\b")
_PLACE = r"(?P<place>[a-z]+(?: [a-z]+){0,2})"
_VIA = re.compile(
    r"\b(?:(?:trans-?)?(?:shipped|shipping|routed|routing|enter(?:s|ed|ing)?|com(?:e|es|ing)"
    r"|pass(?:es|ed|ing)?|transit(?:s|ed|ing)?|imported)? ?(?:via|by way of|through|thru)"
    r"|trans-?shipped (?:from|in)|transit(?:s|ing)? in|stop(?:s|ping)?(?: over)? in"
    r"|stopover in) (?:(?:the|an?|our|my|their) )?"
    rf"{_PLACE}\b(?: (?:(?:bonded )?warehouses?|ports?|hubs?|borders?|ftz))?"
)
_STORED = re.compile(
    r"\b(?:stored in|stocked in|held in|kept in|warehoused in|from|in|at|out of|into)"
    r" (?:(?:the|an?|our|my|their) )?(?P<place>[a-z]+(?: [a-z]+)?)"
    r" (?:(?:bonded )?warehouses?|distribution cent(?:er|re)s?|ports?|hubs?|stopovers?)\b"
)
_SHIPPED = re.compile(
    rf"\b(?:(?:shipp?(?:ed|ing|s)?|sent|export(?:ed|ing|s)?|dispatched|leav(?:es|ing)"
    rf"|invoiced|bought|buy|purchased) (?:from|through|out of)"
    r"|(?:traders?|suppliers?|vendors?|sellers?|distributors?|compan(?:y|ies)|agents?)"
    r" (?:based |located )?(?:in|from)"
    rf"|(?:country|port) of (?:export|shipment|dispatch|departure|loading)(?: is)?:?) {_PLACE}\b"
)
_STATIONS = frozenset({"bonded", "warehouse", "warehouses", "port", "ports", "hub", "border"})
_NAMES_ORIGIN = re.compile(r"\b(?:origin|(?:made|produced|manufactured|grown) in)\b")


_MODEL_YEAR = re.compile(
    r"\b(?P<before>a|used|model) (?:19|20)\d\d (?P<goods>[a-z-]++)"
    r"(?! (?:tariff|dut|rate|surcharge|increase|change|hike|rise|cut|deal))"
)
_SHARE = re.compile(
    r"(?<![\w.,$-])\d{1,3}(?:\.\d+)?\s?(?:%|percent\b|per cent\b|pct\b)\s*"
    r"(?:(?:(?!on\b|for\b|in\b|to\b|and\b|or\b|of\b|tariff|dut|rate)[a-z-]+ ){0,2}"
    r"(?:content|share|weight|(?:by|in) (?:weight|value))\b"
    r"|of (?:the |its |their )?(?:[a-z]+ )?(?:value|weight|content)\b)"
)
"""A percentage that is a share of the goods, and no duty: `30% aluminum content`."""
_QUANTITY = re.compile(
    r"(?<![\w.,$-])(?<!\bhs )(?<!\bhts )(?<!\bcode )(?<!\bheading )(?<!\bchapter )"
    r"(?P<number>(?!20[1-9]\d )\d{4}(?:\d\d)?|\d{1,3},\d{3})"
    r"(?= (?P<goods>[a-z-]+(?: [a-z-]+){0,2}))"
)
"""A number before words. A year is none."""
_USED = re.compile(r"\bused (?P<goods>[a-z]+(?: [a-z]+)*)")
_FIRST_MACHINES, _LAST_MACHINES = "84", "90"
"""The chapters of machines, vehicles and instruments, which have years of models."""
_ORIGIN = re.compile(r"\borigin(?: is)?:? (?!of\b|rules?\b)[^\s,;]")
_MATERIALS = (
    r"(?:raw )?(?:materials?|fabrics?|inputs?|components?|yarns?|contents?|ingredients?|parts)"
)
_MATERIAL = re.compile(
    rf"[,;]?\s*(?:\b(?:and|but|with|the|from|of|using) )*\b(?:"
    rf"{_MATERIALS}\s*(?:(?:is|are|comes?|coming|made|sourced|of|from|in|:|=)\s*)+"
    rf"(?:the )?(?P<place>[^\s,;?.]+)|(?P<place2>[a-z]+) {_MATERIALS}\b)"
)
"""What goods are made of, with its economy: `material of china`, `with chinese fabric`."""


_NAMED_DUTY = re.compile(
    r"\b(?:exempt(?:ed)?|excluded|free|spared|relieved) from (?:the |that |this )?"
    r"(?:new |current |old )?(?:\d[\d.]* ?(?:%|percent|pct) )?(?P<goods>[a-z]+(?: [a-z]+)?) "
    r"(?:tariffs?|dut(?:y|ies)|surcharge)\b"
)
"""A duty by the name of its goods, from which other goods are exempt."""
_PARTS = (
    r"(?:tyres?|tires?|parts?|wheels?|rims?|seats?|brakes?|bumpers?|mirrors?|filters?|engines?"
    r"|batter(?:y|ies)|accessor(?:y|ies)|covers?|mats?|bearings?|belts?|pumps?|glass)"
)
_USE = re.compile(
    rf"\b(?P<part>{_PARTS})(?P<code> (?:hs |hts )?\d{{4}}[\d.]*)?(?P<link> for)?"
    r"(?: an?| the)? (?P<one>[a-z]+) ?(?:or|and|/|&) ?(?:for )?(?:an? |the )?"
    r"(?P<two>[a-z]+)\b"
)
_HEADING_ASKED = re.compile(
    r"\b(?:hts |chapter |ch\.? ?)?(?:99|9903) (?:numbers?|headings?|codes?|provisions?)\b"
    r"(?: (?:(?:do|should|must) (?:i|we) (?:(?:have|need) to )?|to )?"
    r"(?:declare|use|file|report|enter|put)\b)?"
)
"""A question for the headings of chapter 99, which the answer about a tariff line names."""


_AGREEMENT = re.compile(
    r"\b(?:under|with|after|since|thanks to) (?:the |their |its |this |that |an? )?"
    r"(?:(?:new|recent|latest|free|bilateral|planned) )*trade (?:agreement|deal|pact|treaty)\b"
)
"""An agreement that the question does not name: `under the new trade agreement`."""


def spell_out_use(text: str, reader: ProductReader) -> str:
    """The text with the use of parts before them: `truck tyre or car tyre` for `tyre for truck or
    car`. Next to a code, the use only describes it."""

    def write(match: re.Match[str]) -> str:
        part, one, two = match["part"], match["one"], match["two"]
        if not (reader.names_goods(one) and reader.names_goods(two)):
            return match.group()
        if match["code"]:
            return f"{part}{match['code']}"
        written = f"{one} {part} or {two} {part}"
        known = match["link"] and reader.names_goods(f"{one} {part}")
        return written if known and reader.names_goods(f"{two} {part}") else match.group()

    return _USE.sub(write, text)


def drop_named_duty(text: str, reader: ProductReader) -> str:
    """The text without the duty from which the goods may be exempt, if it names these goods too:
    `are car parts exempt from the 25% auto tariff`."""
    found = _NAMED_DUTY.search(text)
    if found is None or not reader.names_goods(found["goods"]):
        return text
    rest = f"{text[: found.start()]} exempt {text[found.end() :]}"
    others = (part for part in re.split(r"[;,?]| from | in | under ", rest))
    return rest if any(map(reader.names_goods, map(_trim_verbs, others))) else text


def _trim_verbs(part: str) -> str:
    return re.sub(r"\b(?:we|i|they|are|is|still|import|exempt|the|do|does)\b", " ", part).strip()


def drop_asked_heading(text: str, parties: Parties, reader: ProductReader) -> str:
    """The text of a question for headings of chapter 99 without these words, if it names a line or
    goods and an economy."""
    rest, count = _HEADING_ASKED.subn(" ", text)
    if not count:
        return text
    words = TokenizedQuestion(rest, parties)
    named = reader.list_goods(" ".join(words.other_words))
    return rest if named and set(words.codes) - {HOME, WORLD} else text


def drop_agreement(text: str, parties: Parties) -> tuple[bool, str]:
    """Whether the text names an agreement without the US, and the text without its agreement."""
    rest, count = _AGREEMENT.subn(" ", text)
    codes = set(TokenizedQuestion(rest, parties).codes) if count else set()
    return len(codes) > 1 and HOME not in codes, rest if codes else text


def drop_post(text: str) -> tuple[bool, str]:
    """Whether the goods come by post, and the text without it."""
    rest, count = _BY_POST.subn(" ", text)
    return count > 0, rest


def drop_material(text: str, parties: Parties) -> str:
    """The text without the economy of a material, if the origin of the goods is named:
    `origin vietnam, material of china`."""

    def drop(match: re.Match[str]) -> str:
        named = parties.find(match["place"] or match["place2"])
        return match.group() if named is None else " "

    if not _ORIGIN.search(text):
        return text
    rest = _MATERIAL.sub(drop, text)
    return rest if TokenizedQuestion(rest, parties).codes else text


def drop_model_year(text: str, reader: ProductReader) -> str:
    """The text with `a pickup` for `a 2024 pickup`, but with the year in `a 2024 pickup tariff`."""

    def drop(match: re.Match[str]) -> str:
        codes = reader.list_codes(match["goods"])
        chapters = {code[:2] for code in codes}
        if not chapters or min(chapters) < _FIRST_MACHINES or max(chapters) > _LAST_MACHINES:
            return match.group()
        return f"{match['before']} {match['goods']}"

    return _MODEL_YEAR.sub(drop, text)


def take_shares(text: str, parties: Parties) -> tuple[tuple[str, ...], str]:
    """The shares of the goods that the text names, and the text without them.

    A share from an economy stays: `60% chinese content` is about the origin.
    """
    found = [match.group() for match in _SHARE.finditer(text)]
    shares = tuple(one for one in found if not TokenizedQuestion(one, parties).codes)
    for share in shares:
        text = text.replace(share, " ")
    return shares, text


def take_quantities(text: str, reader: ProductReader) -> tuple[tuple[str, ...], str]:
    """The numbers of goods in the text, and the text without them: `1000 t-shirts`.

    A number that is a code of the schedule is a code: `9503 toys`.
    """
    found: list[str] = []

    def take(match: re.Match[str]) -> str:
        words = match["goods"].split()
        names = (" ".join(words[: at + 1]) for at, word in enumerate(words) if word.endswith("s"))
        if reader.headings.has_code(match["number"]) or not any(map(reader.names_goods, names)):
            return match.group()
        found.append(match["number"])
        return " "

    rest = _QUANTITY.sub(take, text)
    return tuple(found), rest


def spell_out_used(text: str, reader: ProductReader) -> str:
    """The text with `second-hand tires` for `used tires`, if that is a name of goods."""

    def spell_out(match: re.Match[str]) -> str:
        named = f"second-hand {match['goods']}"
        return named if reader.names.starts_name(named.split()) else match.group()

    return _USED.sub(spell_out, text)


def drop_suffixes(text: str, parties: Parties) -> str:
    """The text with `vietnam` for `vietnam-made`, and `us canada` for `us-canada`."""

    def split(match: re.Match[str]) -> str:
        both = (parties.find(match[1]), parties.find(match[2]))
        return match.group() if None in both else f"{match[1]} {match[2]}"

    def shorten(match: re.Match[str]) -> str:
        return match.group() if parties.find(match[1]) is None else match[1]

    return _PAIR.sub(split, _ORIGIN_SUFFIX.sub(shorten, text))


def drop_aside(text: str, parties: Parties, reader: ProductReader | None) -> str:
    """The text without remarks that name no economy, code or claim: a longer one in parentheses,
    a last `or was it ...`, and who asks."""

    def names_any(inside: str) -> bool:
        wanted = reader.read_any(inside) if reader is not None else ParsedProduct(inside)
        named = wanted.goods or wanted.codes or wanted.claims or wanted.bases or wanted.layers
        return bool(named or TokenizedQuestion(inside, parties).codes)

    def drop_unnamed(match: re.Match[str]) -> str:
        return match.group() if names_any(match["inside"]) else " "

    def drop(match: re.Match[str]) -> str:
        inside = match["inside"]
        wanted = reader.read_any(inside) if reader is not None else ParsedProduct(inside)
        named = wanted.codes or wanted.claims or TokenizedQuestion(inside, parties).codes
        is_aside = len(inside.split()) >= _WORDS_OF_ASIDE and not any(map(str.isdigit, inside))
        return " " if is_aside and not named else match.group()

    return _TAG.sub(drop_unnamed, _SELF.sub(drop_unnamed, _ASIDE.sub(drop, text)))


def drop_route(text: str, parties: Parties) -> tuple[str, tuple[str, ...]]:
    """The text without the places that goods only pass, because duties follow the origin, and the
    economies of these places."""
    passed: dict[str, None] = {}

    def drop(match: re.Match[str]) -> str:
        words = match["place"].split()
        for size in range(len(words), 0, -1):
            party = parties.find(" ".join(words[:size]))
            if party is not None and party.code not in (HOME, WORLD):
                passed[party.code] = None
                left = [word for word in words[size:] if word not in _STATIONS]
                return f" {' '.join(left)} "
        return match.group()

    rest = text
    for pattern in (_VIA, _STORED, *([_SHIPPED] if _NAMES_ORIGIN.search(text) else [])):
        rest = pattern.sub(drop, rest)
    if passed and not TokenizedQuestion(rest, parties).codes:
        return text, ()
    return rest, tuple(passed)
