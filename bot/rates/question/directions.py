"""Finds which economy of a question charges the others, and which are origins of goods.

The first one charges the second (`us china`, `us on china`), unless small words reverse the
direction (`china to us`, `goods from china in the us`, `us goods into vietnam`). A single economy
is the origin of the goods, unless words make it the importing one (`china's tariffs`, `tariffs
imposed by china`, `does china charge`, `exports to china`).
"""

import re
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from bot.rates.question.parties import DUTIES, MADE, VERSUS, TokenizedQuestion, is_origin_next
from bot.rates.question.wording import FILLER, NOISE, SMALL_WORDS

_RETALIATION = frozenset(
    str.split(
        "retaliation retaliatory countermeasure countermeasures counter-tariff counter-tariffs "
        "surtax surtaxes counter retaliates retaliated"
    )
)
_CHARGES = frozenset(
    str.split(
        "charge charges charging impose imposes imposed imposing levies collect collects "
        "collecting applies apply retaliate retaliates slap slaps slapped"
    )
)
_APPLIES = frozenset({"apply", "applies", "applied", "applicable"})
_PAYS = frozenset({"pay", "pays", "paid", "paying", "face", "faces", "facing", "owe", "owes"})
_EXPORTS = re.compile(
    r"export(?:s|ed|ing)?|sell(?:s|ing)?|sold|sales|ship(?:s|ped|ping)?|send(?:ing)?"
)
_TO_ORIGIN = re.compile(
    r"appl[a-z]*|compar[a-z]*|relat[a-z]*|due|similar|limited|according|next|up|close|exempt[a-z]*"
    r"|subject|happen[a-z]*|add[a-z]*|extend[a-z]*|respond[a-z]*|go(?:es)?|equal|down|back|return[a-z]*"
    r"|assign[a-z]*|specific|regard|reference|respect|tariffs?|dut(?:y|ies)|rates?|\d.*"
)
"""Words before `to` after which the economy is no importer."""
MOVES = re.compile(r"(?:relocat|mov|shift|switch|transfer|outsourc)[a-z]*")
_SUPPLY = re.compile(
    r"sourc(?:e|es|ing)|suppl(?:y|ies|iers?)|production|manufacturing|factor(?:y|ies)|purchas(?:es|ing)"
    r"|buying|orders?|assembly"
)
"""What importers move to another origin: `move our rug sourcing to pakistan`."""
_BUYERS = frozenset({"importers", "importer", "buyers", "consumers", "customers", "households"})
"""Who pays the duties of the economy before them: `us importers pay on swiss goods`."""
_INTO = frozenset({"to", "in", "into"})
_MADE = frozenset(
    str.split("melted poured smelted refined forged milled machined caught harvested mined")
)
"""Verbs that make a lone economy the origin: `steel poured in mexico`."""
_BETWEEN_ITEMS = frozenset({",", "and", "also", "&", "+"})
_CODE = re.compile(r"\d{4}[\d.]*")
_ENTERS = re.compile(r"enter(?:s|ed|ing)?")
_OF_ORIGIN = frozenset({"on", "from", "against", "of"})
_ONE_WAY = frozenset(
    {"on", "by", "pay", "pays", "paid", "against", "imposes", "charge", "charges", "from"}
)
_LINKS = frozenset(
    {",", "and", "or", "vs", "versus", "&", "/", "+", "vs.", "v", "from", "the", "on"}
)
"""Words between two economies of a list."""
_JOINS = frozenset({"and", "or", ",", "&", "+", "/"})
_COMPARING = frozenset(
    {"vs", "versus", "vs.", "v", "or", "compared", "compare", "comparison", "than", "comparing"}
)


def names_origin(words: TokenizedQuestion) -> bool:
    """Whether words make the question's first economy the origin of the goods."""
    before = words.words_before[0]
    made_in = before[-1:] == ["in"] and not (MADE | _MADE).isdisjoint(before)
    return (
        words.has_adjective
        or words.is_origin_later
        or made_in
        or not _OF_ORIGIN.isdisjoint(before[-1:])
    )


def names_importer(words: TokenizedQuestion) -> bool:
    """Whether words make the question's only economy the one that charges."""
    before = [word for word in words.words_before[0] if word != "the"]
    after = words.words_after
    made_in = before[-1:] == ["in"] and not (MADE | _MADE).isdisjoint(before)
    if before[-1:] == ["to"] and not _APPLIES.isdisjoint(before[-2:-1]):
        # 'does column 2 apply to russian goods'
        return False
    if before[-1:] == ["to"] and any(map(MOVES.fullmatch, before)):
        # 'our supplier relocates to vietnam'
        return False
    if words.is_possessive or (before[-1:] and before[-1] in {"by", "into", "to", "in"}):
        return not made_in
    if _ends_in_entering(before):
        return True
    if not _RETALIATION.isdisjoint((*after, *before[-1:])):
        return True
    first = [word for word in after if word not in FILLER or word in _CHARGES][:1]
    # 'does china charge', 'china imposes', but not 'tariffs charged on china'
    return not _CHARGES.isdisjoint(first) and not _OF_ORIGIN & set(before[-1:])


def names_export(words: TokenizedQuestion) -> bool:
    """Whether goods are exported to the question's only economy: `exporting bourbon to the eu`."""
    before = [word for word in words.words_before[0] if word != "the"]
    is_target = before[-1:] == ["to"] or before[-1:] == ["into"]
    if not is_target or len(words.codes) != 1:
        return False
    # 'bourbon to the eu', but not 'does column 2 apply to russia'
    follows_goods = before[-2:-1] and before[-2] in words.other_words
    is_verb = any(map(_TO_ORIGIN.fullmatch, before[-2:-1])) or any(map(MOVES.fullmatch, before))
    return any(map(_EXPORTS.fullmatch, before)) or (bool(follows_goods) and not is_verb)


def are_linked_origins(words: TokenizedQuestion, home: str, *, comparing: bool) -> bool:
    """Whether all economies of the question are origins whose duties are compared.

    That is the case if only words of a list link them, none of them is `home` (the country that is
    then assumed to import), and a word compares them or makes the first an origin.
    """
    if home in words.codes or len(words.codes) < 2:
        return False
    if any(map(_moves_supply, words.words_before[:2])):
        return True
    numbered = (_trim_made_in(each) for each in words.words_before[1:])
    between = [[word for word in each if not word.isdigit()] for each in numbered]
    joins = _JOINS | {"vs", "versus", "than"}
    if len(words.are_origins) == len(words.codes) and all(words.are_origins):
        # 'shoes from vietnam and on the same shoes from indonesia', 'thai rice and indian tea'
        return all(not joins.isdisjoint(each) for each in between)
    # 'french or italian wine', and 'french wine or italian wine'
    linked = all(
        set(each) <= _LINKS | _COMPARING | NOISE - _INTO - {"by"}
        or ({"or", *VERSUS} & set(each) and _INTO.isdisjoint(each) and _ONE_WAY.isdisjoint(each))
        for each in between
    )
    listed = all(not _LINKS.isdisjoint(each) or not each for each in between)
    joined = any(not _JOINS.isdisjoint(each) for each in between)
    charged = any("on" in each and not DUTIES.isdisjoint(each) for each in between)
    if (
        not linked
        or charged
        or any(_PAYS & set(each) and not joins & set(each) for each in between)
    ):
        return False
    if any("on" in each[-1:] and not _LINKS & set(each[:-1]) for each in between):
        return False
    compares = comparing or any(not _COMPARING.isdisjoint(each) for each in between)
    # 'china, vietnam, india toys', but not 'china and india toys', which may be importer and origin
    only_listed = len(words.codes) > 2 and all(each and _JOINS.issuperset(each) for each in between)
    # 'canada pays 35 and mexico 25'
    pays = joined and any(_PAYS & set(each) for each in between)
    return compares or only_listed or pays or (joined and listed and names_origin(words))


def _moves_supply(before: Sequence[str]) -> bool:
    """Whether the words before an economy make it a new origin: `move our sourcing to`."""
    return (
        before[-1:] == ["to"]
        and any(map(MOVES.fullmatch, before))
        and any(map(_SUPPLY.fullmatch, before))
    )


def are_joined(words: TokenizedQuestion, home: str) -> bool:
    """Whether `and` joins the two economies of a question about goods: `china and india toys`.

    They may be two origins, or importer and origin. `home` is the assumed importer of origins.
    """
    others = {*words.words_before[0], *words.words_after}
    return (
        len(words.codes) == 2
        and home not in words.codes
        and words.words_before[1] == ["and"]
        and others.isdisjoint({"between", "by"} | _CHARGES | _PAYS | _RETALIATION | _INTO)
    )


def charge_together(words: TokenizedQuestion) -> bool:
    """Whether both economies of the question charge: `what do china and the eu charge on cars`."""
    return (
        len(words.codes) == 2
        and "and" in words.words_before[1]
        and {"and", "the", ","}.issuperset(words.words_before[1])
        and words.words_after[:1] != []
        and words.words_after[0] in _CHARGES
    )


def has_direction(words: TokenizedQuestion) -> bool:
    """Whether any word or arrow of the question may say which economy charges."""
    said = {*chain.from_iterable(words.words_before[1:]), *words.words_after[:1]}
    linking = _ONE_WAY | _INTO | _CHARGES | _PAYS | _RETALIATION | {"->", "at", "between"}
    is_origin = len(words.codes) == 2 and names_origin(words)
    return words.is_possessive or not linking.isdisjoint(said) or is_origin


def list_goods_of_each(words: TokenizedQuestion) -> tuple[list[str], list[str]]:
    """The words after each economy, and those before each: `fiji water, jamaica rum`.

    The first are more likely to be its goods.
    """
    behind = [*words.words_before[1:], words.words_after]
    ahead = [list(each) for each in words.words_before]
    for at, each in enumerate(ahead[1:], start=1):
        # A code after its goods and their economy: 'mangoes, peru, 0811.90.52, avocados mexico'.
        ends = [place for place, word in enumerate(each) if word in _BETWEEN_ITEMS]
        end = next((one for one in reversed(ends) if _has_code(each[:one])), 0)
        ahead[at - 1] += each[:end]
        ahead[at] = each[end:]
    if _has_code(words.words_after):
        ahead[-1] += words.words_after
    after, before = (
        [" ".join(one for one in each if one not in SMALL_WORDS) for each in parts]
        for parts in (behind, ahead)
    )
    return (before, after) if before[0] else (after, before)


def _has_code(words: Sequence[str]) -> bool:
    return any(map(_CODE.fullmatch, words))


class Direction(NamedTuple):
    """Imposer and partner. `is_explicit` is False if only their order states the direction."""

    imposer: str
    partner: str
    is_explicit: bool


def find_direction(words: TokenizedQuestion) -> Direction:
    """The direction between the first two economies of the question."""
    first, second = words.codes[:2]
    if _is_second_imposer(words):
        return Direction(second, first, True)
    return Direction(first, second, not _ONE_WAY.isdisjoint(words.words_before[1]))


def find_importer(words: TokenizedQuestion, home: str, *, comparing: bool) -> str | None:
    """The economy that charges all others in a question with three or more, or None.

    That is the last one after `into`, `to`, `in` or `by`, and `home` if the others are compared.
    """
    if not {"into", "to", "in", "by"}.isdisjoint(words.words_before[-1]):
        return words.codes[-1]
    between = words.words_before[1:]
    compares = comparing or any(not _COMPARING.isdisjoint(each) for each in between)
    return home if compares and home in words.codes and words.codes[0] != home else None


def list_importers(words: TokenizedQuestion) -> tuple[str, ...]:
    """The economies that all charge the last one: `eu and us tariffs on china`."""
    *between, last = words.words_before[1:]
    linked = all(not {"and", "or", "vs", "versus", ",", "&"}.isdisjoint(each) for each in between)
    charges = {"on", "against"} & set(last) and not _LINKS & set(last) - {"on", "the"}
    before = words.words_before[0]
    if charges and linked and not {"on", "from"} & set(before):
        return tuple(words.codes[:-1])
    return ()


def _is_second_imposer(words: TokenizedQuestion) -> bool:
    before, between = words.words_before[0], words.words_before[1]
    second = words.codes[1]
    into = not _INTO.isdisjoint(between)
    charged = not (DUTIES | _CHARGES).isdisjoint(between)
    # 'us importers pay on swiss goods', 'the taxes of the us to brazil'
    levied = before[-1:] == ["of"] and before[-2:-1] and before[-2] in DUTIES | {"tax", "taxes"}
    if not _BUYERS.isdisjoint(between[:1]) or (levied and between == ["to"]):
        return False
    if "by" in between and "by" not in before:
        return True
    # 'in germany if i bring in goods from the us', 'does canada charge on steel from the us'
    if _is_destination(before) and is_origin_next(between):
        return False
    # 'goods from china to us', 'steel from india in the us', 'oil from tunisia at usa'
    is_origin = {"from", "of"} & set(before) or is_origin_next(before)
    if is_origin and (into or {"at", "for"} & set(between)):
        return True
    # 'us machinery entering poland', but not 'us tariffs on goods entering poland'
    if _ends_in_entering(between) and not charged:
        return True
    # 'us goods into vietnam', 'china to us', 'us exports to vietnam', but not 'us tariffs in china'
    if {"to", "into"} & set(between) and not charged:
        return True
    if {"goods", "products", "exports", "origin"} & set(between[:1]) and into:
        return True
    # 'china pays in the us', 'india faces in the us', but not 'face masks'
    pays = {"pay", "pays", "paid"} & set(between) and not _JOINS & set(between)
    if pays or ({"face", "faces"} & set(between) and into):
        return True
    # 'tariffs on china from us', 'on chinese goods in the us': the origin comes first
    if before[-1:] == ["on"] and (into or "from" in between):
        return True
    # 'steel from china us': the origin is named, so the other economy imports
    if before[-1:] == ["from"] and not between:
        return True
    # 'japanese cars in the us', and 'swiss watches us tariff', but not 'us tariffs in china'
    # 'chinese toys before trump', but not 'chinese tariffs on us goods'
    if words.are_origins[0] and second == "US" and not charged and not {"on", "by"} & set(between):
        return True
    # 'american whiskey tariff in canada': the adjective makes the first economy the origin
    if words.are_origins[0] and words.has_adjective and between[-1:] == ["in"]:
        return True
    # 'irish butter tariff us': the adjective makes the first economy the origin
    if words.has_adjective and second == "US" and between[-1:] and between[-1] in DUTIES:
        return True
    goods = bool(between) and not SMALL_WORDS.issuperset(between)
    return goods and not charged and (into or not DUTIES.isdisjoint(words.words_after[:1]))


def _is_destination(before: Sequence[str]) -> bool:
    """Whether the words before an economy say that goods go there: `into`, `in`, `to`."""
    last = [word for word in before if word != "the"]
    return last[-1:] != [] and last[-1] in _INTO and not is_origin_next(last)


def _ends_in_entering(before: Sequence[str]) -> bool:
    """Whether the words before an economy say that goods enter it: `us cars entering`."""
    last = [word for word in before if word != "the"][-1:]
    return any(map(_ENTERS.fullmatch, last))


def _trim_made_in(between: Sequence[str]) -> Sequence[str]:
    """The words without the end `made in` or, after an alternative, `in`."""
    made_in = between[-1:] == ["in"] and not MADE.isdisjoint(between)
    if made_in or (between[-1:] == ["in"] and _COMPARING | {"and"} >= {*between[:-1]} > set()):
        return between[:-1]
    return between
